// A change of a log being made, in the frame that every change has: its form, and below it what a reviewer will see.
import { type ReactElement, useState } from 'react'
import type { LogView } from '../../../ipc/contract.ts'
import { hashOf, type RegistryForm } from '../../route.ts'
import { forget } from '../edit/kept.ts'
import { ApproversForm } from './approvers-form.tsx'
import { NamespaceForm } from './namespace-form.tsx'
import { PermissionsForm } from './permissions-form.tsx'
import { ReleaseForm } from './release-form.tsx'
import { YankForm } from './yank-form.tsx'

interface ChangeProps {
  log: LogView
  form: RegistryForm
  item: string | undefined
}

export function LogChange({ log, form, item }: ChangeProps): ReactElement {
  const [turn, setTurn] = useState(0)
  const { sourceId, subject } = log
  const place = hashOf({ screen: 'registry', sourceId, subject, form, ...(item === undefined ? {} : { item }) })
  const restart = () => {
    forget(place)
    setTurn((now) => now + 1)
  }
  const props = { repository: log, place, restart }
  switch (form) {
    case 'release':
      return <ReleaseForm key={turn} {...props} />
    case 'yank':
      return <YankForm key={turn} {...props} version={item ?? ''} />
    case 'namespace':
      return <NamespaceForm key={turn} {...props} />
    case 'approvers':
      return <ApproversForm key={turn} log={log} />
    default:
      return <PermissionsForm key={turn} {...props} />
  }
}
