// Signers in turn, each with their own token. The right token is known before any PIN; the PIN is typed in a window of its own.
import { type ReactElement, useState } from 'react'
import { QuorumBoard } from '../../components/quorum-board.tsx'
import { Checklist, type Item, turnOf } from './checklist.tsx'
import { type StepProps, useRunFrame } from './run-context.ts'
import { SignWith } from './sign-turn.tsx'

export function SignStep({ step }: StepProps): ReactElement {
  const { view } = useRunFrame()
  const [picked, setPicked] = useState('')
  const isAgreed = view.acts.some(({ steps }) => steps.some(({ kind }) => kind === 'agree'))
  const items = view.people
    .filter(({ name, hasKey }) => hasKey && step.people.includes(name))
    .map(({ name, agreed, signed }): Item => {
      const mayNot = isAgreed && !agreed && !signed
      return {
        ...{ name, done: signed, state: signed ? 'signed' : mayNot ? 'did not agree' : 'not yet' },
      }
    })
  const isReached = view.change?.quorums.every(({ met }) => met) === true
  const able = items.filter(({ done, state }) => !done && state === 'not yet')
  const turn = isReached && picked === '' ? undefined : turnOf(able, picked)
  return (
    <>
      {view.change === undefined ? null : <QuorumBoard quorums={view.change.quorums} />}
      {isReached ? (
        <p className="reached" role="status">
          Enough have signed. Whoever else agreed may still sign.
        </p>
      ) : null}
      <Checklist label="Who signs" items={items} chosen={turn} onPick={setPicked}>
        {turn === undefined ? null : <SignWith name={turn} act="sign" people={step.people} />}
      </Checklist>
    </>
  )
}
