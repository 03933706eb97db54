// Each token is looked at before anything is signed: whose it is in the script, its serial number, its proof. No PIN.
import type { ReactElement } from 'react'
import { proofWords, serialWords } from '../../../core/token-words.ts'
import { plainForeign } from '../../foreign.ts'
import { Checklist } from './checklist.tsx'
import { Deed } from './deed.tsx'
import { type StepProps, useRunFrame } from './run-context.ts'
import { PracticePlugs, TokensHere } from './tokens-here.tsx'
import type { Item } from './turns.ts'

export function RollCallStep(_: StepProps): ReactElement {
  const { view } = useRunFrame()
  // Whoever has a token signs the fingerprint at the end, also who signs no root.
  const meant = view.people.filter(({ hasKey }) => hasKey)
  const items = meant.map(({ name, tokens, present }): Item => {
    const seen = present === undefined ? undefined : [serialWords(present.serial), proofWords(present.attestation)]
    return {
      ...{ name, done: present !== undefined, state: present === undefined ? 'not yet' : 'seen' },
      detail: seen?.filter((one) => one !== '').join(', ') ?? tokens.join(', '),
    }
  })
  return (
    <>
      <PracticePlugs people={meant.map(({ name }) => name)} />
      <TokensHere>
        {({ owner, signerId }) => {
          if (owner === undefined) return null
          if (view.people.some(({ name, present }) => name === owner && present !== undefined)) return null
          return (
            <div className="row">
              <Deed look="go" main act={{ act: 'present', who: owner, signerId }}>
                {`This is ${plainForeign(owner)}’s token: note it`}
              </Deed>
            </div>
          )
        }}
      </TokensHere>
      <Checklist label="Tokens" items={items} />
      {items.every(({ done }) => done) ? null : <p className="soft">Only a token that was seen here may sign later.</p>}
    </>
  )
}
