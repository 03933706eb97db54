// Before anything leaves the room: whether both sides of the change have signed it, and what a client does with the result.
import type { ReactElement } from 'react'
import { Foreign } from '../../components/foreign.tsx'
import { sentenceOf } from '../../format.ts'
import { Deed } from './deed.tsx'
import { type StepProps, useRunFrame } from './run-context.ts'

export function ProveStep({ step }: StepProps): ReactElement {
  const { view, who } = useRunFrame()
  const prover = who === '' ? (step.people[0] ?? '') : who
  const isProved = view.proof !== undefined
  return (
    <>
      {isProved ? (
        <div className="note tone-ok" role="status">
          <h2>Clients accept it</h2>
          <p className="lead">
            <Foreign text={sentenceOf(view.proof ?? '')} />
          </p>
        </div>
      ) : null}
      <div className="row">
        <Deed look={isProved ? 'plain' : 'go'} main={!isProved} act={{ act: 'prove', who: prover }}>
          {isProved ? 'Let a client try it again' : 'Let a client try it'}
        </Deed>
      </div>
    </>
  )
}
