// A registry of logs: as a whole, one of its logs, or a change of one being made.
import type { ReactElement } from 'react'
import { useApp } from '../../app-context.ts'
import { bridge, useAnswer } from '../../bridge.ts'
import type { RegistryForm } from '../../route.ts'
import { LookedInto } from '../inside/looked-into.tsx'
import { BeginForm } from './begin-form.tsx'
import { LogChange } from './change.tsx'
import { Log } from './log.tsx'
import { WholeRegistry } from './whole.tsx'

interface RegistryProps {
  sourceId: string
  subject?: string
  form?: RegistryForm
  item?: string
}

export function Registry({ sourceId, subject, form, item }: RegistryProps): ReactElement {
  if (subject === undefined || form === 'begin') {
    return <OfRegistry sourceId={sourceId} begun={form === 'begin' ? (item ?? '') : undefined} />
  }
  return <OfLog sourceId={sourceId} subject={subject} form={form} item={item} />
}

function OfRegistry({ sourceId, begun }: { sourceId: string; begun: string | undefined }): ReactElement {
  const { revision } = useApp()
  const asked = useAnswer(`registry ${sourceId}`, revision, () => bridge().registry.get({ sourceId }))
  return (
    <LookedInto what="registry" reading="Reading the registry, and checking every record and its proofs." asked={asked}>
      {(registry) =>
        begun === undefined ? <WholeRegistry registry={registry} /> : <BeginForm registry={registry} name={begun} />
      }
    </LookedInto>
  )
}

interface LogProps {
  sourceId: string
  subject: string
  form: RegistryForm | undefined
  item: string | undefined
}

function OfLog({ sourceId, subject, form, item }: LogProps): ReactElement {
  const { revision } = useApp()
  const asked = useAnswer(`log ${sourceId} ${subject}`, revision, () => bridge().registry.log({ sourceId, subject }))
  return (
    <LookedInto what="package" reading="Reading its log, and checking every record from the first." asked={asked}>
      {(log) => (form === undefined ? <Log log={log} /> : <LogChange log={log} form={form} item={item} />)}
    </LookedInto>
  )
}
