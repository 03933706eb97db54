// Said, read or done in the room: whoever did it says so below, with a remark for the record if there is one.
import type { ReactElement } from 'react'
import type { StepProps } from './run-context.ts'
import { TextBox } from './text-box.tsx'

export function SayStep({ step }: StepProps): ReactElement {
  return (
    <TextBox
      name={`said ${step.id}`}
      label="A remark for the record, if there is one"
      hint="Such as a name, or the number of a seal."
    />
  )
}
