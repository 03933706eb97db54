// Said, read or done in the room: whoever did it says so below, with a remark for the record if there is one. What is read aloud is
// on the screen: the words of the script at the beginning, the change when it came, and the deviations at the end.
import type { ReactElement } from 'react'
import { Fingerprint } from '../../components/words.tsx'
import { ChangeBoard } from './change.tsx'
import { Deviations } from './deviations.tsx'
import { type StepProps, useRunFrame } from './run-context.ts'
import { TextBox } from './text-box.tsx'

export function SayStep({ step }: StepProps): ReactElement {
  const { view } = useRunFrame()
  const at = view.acts.findIndex(({ steps }) => steps.some(({ id }) => id === step.id))
  const kinds = view.acts[at]?.steps.map(({ kind }) => kind) ?? []
  return (
    <>
      <TextBox
        name={`said ${step.id}`}
        label="A remark for the record, if there is one"
        hint="Such as a name, or the number of a seal."
      />
      {at === 0 ? <ScriptWords /> : null}
      {kinds.includes('receive') && view.change !== undefined ? <ChangeBoard change={view.change} /> : null}
      {kinds.includes('close') && view.deviations.length > 0 ? <Deviations /> : null}
    </>
  )
}

function ScriptWords(): ReactElement {
  const { view } = useRunFrame()
  return (
    <section className="card" aria-label="The words of this script">
      <h2 className="label">The words of this script</h2>
      <Fingerprint words={view.scriptWords} digest={view.scriptHash} what="the hash of this script" roomy all />
    </section>
  )
}
