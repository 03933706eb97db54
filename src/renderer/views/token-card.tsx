// One token: what it is, what it has left of tries, its keys and whose they are, and what can be done with it.
import { type ReactElement, useState } from 'react'
import { serialWords } from '../../core/token-words.ts'
import type { TokensView, TokenView } from '../../ipc/contract.ts'
import { Foreign } from '../components/foreign.tsx'
import { RiskIcon } from '../components/icons.tsx'
import { RehearsalChip, Waiting } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { plainForeign } from '../foreign.ts'
import { capital, countOf, sentenceOf } from '../format.ts'
import { emptySlots, kindName, tokenTitle, triesText, triesTone } from '../token-words.ts'
import type { Spare, TokenDesk } from '../use-token-desk.ts'
import { Enrol } from './enrol.tsx'
import { Enrolled } from './enrolled.tsx'
import { type Open, TokenActions } from './token-actions.tsx'
import { TokenOutcome } from './token-outcome.tsx'
import { FactorySecrets, Unblock } from './token-secrets.tsx'
import { TokenSlot } from './token-slot.tsx'
import { AddSpare, WrapKey } from './wrap-key.tsx'

export interface TokenCardProps {
  token: TokenView
  /** The card above it is the same device. */
  isOtherSide: boolean
  view: TokensView
  desk: TokenDesk
  /** The screen waits for a spare, and this token could be it. */
  spare: Spare | undefined
  isNew: boolean
  onSpare: (spare: Spare) => void
  onSpared: () => void
}

export function TokenCard({
  token,
  isOtherSide,
  view,
  desk,
  spare,
  isNew,
  onSpare,
  onSpared,
}: TokenCardProps): ReactElement {
  const [open, setOpen] = useState<Open>('none')
  const [enrolled, setEnrolled] = useState<{ name: string; slot: string }>()
  const [spared, setSpared] = useState<string>()
  const title = tokenTitle(token)
  // Whoever closes a form is back at the button that opened it.
  const [back, setBack] = useState<Open>('none')
  const close = () => {
    setBack(open)
    setOpen('none')
  }
  const done = (name: string, slot: string) => {
    setBack('none')
    setOpen('none')
    setEnrolled({ name, slot })
    onSpared()
  }
  const doneSpare = (key: string) => {
    setBack('none')
    setOpen('none')
    setSpared(key)
    onSpared()
  }
  return (
    <section
      className={isNew ? 'card stack token arrived' : 'card stack token'}
      aria-label={title}
      aria-busy={token.reading}
    >
      <div className="row">
        <h2>
          <Foreign text={token.name} />{' '}
          {token.serial === undefined ? null : (
            <span className="serial">
              <Foreign text={serialWords(token.serial)} />
            </span>
          )}{' '}
          {token.rehearsal ? <RehearsalChip /> : null}
        </h2>
        <span className="soft small push">{isOtherSide ? `The same token: ${describe(token)}` : describe(token)}</span>
      </div>
      {token.problem === undefined ? null : <Problem error={token.problem} level={3} />}
      <Tries token={token} />
      <FactorySecrets token={token} desk={desk} />
      <Unblock token={token} desk={desk} urgent />
      {token.reading ? <Waiting text="Reading its keys." /> : null}
      {token.slots.length === 0 ? null : (
        <ul className="slots">
          {token.slots.map((slot) => (
            <TokenSlot key={slot.id} slot={slot} token={token} desk={desk} />
          ))}
        </ul>
      )}
      {token.reading ? null : <Empty token={token} />}
      <Advisories advisories={token.advisories} />
      {enrolled === undefined ? null : (
        <Enrolled
          name={enrolled.name}
          slot={enrolled.slot}
          token={token}
          view={view}
          onSpare={() => {
            setEnrolled(undefined)
            const wrapped = token.kind === 'fido'
            onSpare({ name: wrapped ? enrolled.slot : enrolled.name, notTokenId: token.id, wrapped })
          }}
          onClose={() => setEnrolled(undefined)}
        />
      )}
      {spared === undefined ? null : (
        <div className="note tone-ok" role="status">
          <h3>This token opens the key {plainForeign(spared)} as well</h3>
          <p>Either of the two is enough now. Keep one of them in another place.</p>
          <div className="row">
            <button type="button" className="button" onClick={() => setSpared(undefined)}>
              Done
            </button>
          </div>
        </div>
      )}
      <TokenOutcome token={token} desk={desk} />
      {open === 'enrol' ? (
        <Enrol token={token} view={view} desk={desk} name={nameFor(spare, false)} onDone={done} onClose={close} />
      ) : open === 'wrap' ? (
        <WrapKey token={token} view={view} desk={desk} onDone={done} onClose={close} />
      ) : open === 'add-spare' ? (
        <AddSpare
          token={token}
          view={view}
          desk={desk}
          name={nameFor(spare, true)}
          onDone={doneSpare}
          onClose={close}
        />
      ) : (
        <TokenActions token={token} view={view} desk={desk} spare={spare} back={back} onOpen={setOpen} />
      )}
    </section>
  )
}

function nameFor(spare: Spare | undefined, wrapped: boolean): string {
  return spare?.wrapped === wrapped ? spare.name : ''
}

/** "PIV smart card, firmware 5.7.1" */
function describe({ kind, firmware }: TokenView): string {
  return firmware === undefined ? kindName[kind] : `${kindName[kind]}, firmware ${plainForeign(firmware)}`
}

function Tries({ token }: { token: TokenView }): ReactElement | null {
  const secrets = [
    ['PIN', token.pin],
    ['PUK', token.puk],
  ] as const
  const known = secrets.flatMap(([name, secret]) => {
    const text = secret === undefined ? undefined : triesText(secret)
    return secret === undefined || text === undefined ? [] : [{ name, text, tone: triesTone(secret) }]
  })
  if (known.length === 0) return null
  return (
    <dl className="tries">
      {known.map(({ name, text, tone }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={`tone-${tone}`}>{text}</dd>
        </div>
      ))}
    </dl>
  )
}

function Empty({ token }: { token: TokenView }): ReactElement | null {
  const empty = emptySlots(token)
  if (token.slots.length === 0 && empty === 0) {
    return token.problem === undefined ? <p className="soft small">No key is on it that can sign here.</p> : null
  }
  if (empty === 0) return null
  return <p className="soft small">{capital(countOf(empty, 'slot'))} without a key.</p>
}

function Advisories({ advisories }: { advisories: readonly string[] }): ReactElement | null {
  if (advisories.length === 0) return null
  return (
    <ul className="stack tight">
      {advisories.map((advisory) => (
        <li key={advisory} className="finding tone-warn">
          <span className="risk-mark">
            <RiskIcon risk="notable" size={12} />
            <span className="unseen">Worth a look: </span>
          </span>
          <p>
            <Foreign text={sentenceOf(advisory)} />
          </p>
        </li>
      ))}
    </ul>
  )
}
