// A change of a project being made, in the frame that every change has: its form, and below it what a reviewer will see.
import { type ReactElement, useState } from 'react'
import type { ProjectView } from '../../../ipc/contract.ts'
import { hashOf, type ProjectForm } from '../../route.ts'
import { forget } from '../edit/kept.ts'
import type { FramedForm } from '../edit/making.ts'
import { ReleaseForm } from './release-form.tsx'
import { RevocationForm } from './revocation-form.tsx'
import { SignersForm } from './signers-form.tsx'

export interface ProjectFormProps extends FramedForm {
  repository: ProjectView
}

interface ChangeProps {
  project: ProjectView
  form: ProjectForm
  path: string | undefined
}

export function ProjectChange({ project, form, path }: ChangeProps): ReactElement {
  const [turn, setTurn] = useState(0)
  const { sourceId } = project
  const place = hashOf({ screen: 'project', sourceId, form, ...(path === undefined ? {} : { path }) })
  const restart = () => {
    forget(place)
    setTurn((now) => now + 1)
  }
  const props = { repository: project, place, restart }
  if (form === 'signers') return <SignersForm key={turn} {...props} />
  if (form === 'release') return <ReleaseForm key={turn} {...props} />
  return <RevocationForm key={turn} {...props} path={path ?? ''} />
}
