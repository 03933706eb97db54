// Signers in turn, each with their own token. The right token is known before any PIN; the PIN is typed in a window of its own.
import type { ReactElement } from 'react'
import { Checklist } from './checklist.tsx'
import { type StepProps, useRunFrame, useTyped } from './run-context.ts'
import { SignWith } from './sign-turn.tsx'
import { isReached, signing, turnAt } from './turns.ts'

export function SignStep({ step }: StepProps): ReactElement {
  const { view } = useRunFrame()
  const [picked, setPicked] = useTyped(`turn ${step.id}`)
  const turn = turnAt(view, step, picked)
  return (
    <>
      {isReached(view) ? (
        <p className="reached" role="status">
          Enough have signed. Whoever else agreed may still sign.
        </p>
      ) : null}
      <Checklist label="Who signs" items={signing(view, step)} chosen={turn} onPick={setPicked}>
        {turn === undefined ? null : <SignWith name={turn} act="sign" people={step.people} />}
      </Checklist>
    </>
  )
}
