// Who holds which keys: by name, on which tokens, whether they are here, what was proven, and where they sign.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { HolderView, TokensView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { Dialog } from '../components/dialog.tsx'
import { Foreign, Time } from '../components/foreign.tsx'
import { CheckIcon } from '../components/icons.tsx'
import { RehearsalChip } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { plainForeign } from '../foreign.ts'
import { listOf, sentenceOf } from '../format.ts'
import { hereText, kindOfSigner, placeOf, policiesText, proofSentence, tokenTitle } from '../token-words.ts'
import type { Spare } from '../use-token-desk.ts'

type HeldKey = HolderView['keys'][number]

export function Holders({ view, onSpare }: { view: TokensView; onSpare: (spare: Spare) => void }): ReactElement {
  return (
    <section className="stack tight" aria-label="Key holders">
      <h2 className="label">Key holders</h2>
      {view.holders.length === 0 ? (
        <p className="soft measure">
          Nobody yet. Enrol a key on a token to give it the name of the person who signs with it.
        </p>
      ) : (
        view.holders.map((holder) => <Holder key={holder.name} holder={holder} view={view} onSpare={onSpare} />)
      )}
    </section>
  )
}

function Holder({
  holder,
  view,
  onSpare,
}: {
  holder: HolderView
  view: TokensView
  onSpare: (spare: Spare) => void
}): ReactElement {
  const [only] = holder.keys.length === 1 ? holder.keys : []
  const wrapped = only !== undefined && kindOfSigner(only.signerId) === 'fido'
  const spare = () => {
    if (only === undefined) return
    const token = view.tokens.find((one) => one.slots.some((slot) => slot.signerId === only.signerId))
    onSpare({ name: wrapped ? only.slot : holder.name, notTokenId: token?.id, wrapped })
  }
  return (
    <section className="card stack" aria-label={plainForeign(holder.name)}>
      <div>
        <h3 className="holder-name">
          <Foreign text={holder.name} />
        </h3>
        {holder.usedIn.length === 0 ? (
          <p className="soft">Signs for no repository that is open here</p>
        ) : (
          <p>
            <span className="soft">Signs for</span> <Foreign text={sentenceOf(listOf(holder.usedIn))} />
          </p>
        )}
      </div>
      <ul className="slots">
        {holder.keys.map((entry) => (
          <Held key={entry.signerId} entry={entry} holder={holder} />
        ))}
      </ul>
      {only === undefined ? null : (
        <div className="row">
          <p className="small soft grow">
            {wrapped ? 'Let a second token open this key too.' : 'Only one token.'} If it is lost, nobody can sign as{' '}
            <Foreign text={holder.name} />.
          </p>
          <button type="button" className="button quiet" onClick={spare}>
            Add a spare token<span className="unseen"> for {plainForeign(holder.name)}</span>
          </button>
        </div>
      )}
    </section>
  )
}

/** "YubiKey 5C NFC 15 835 999, slot 9c" */
function whereOf(entry: HeldKey): string {
  const { tokenName: name, serial } = entry
  const title = tokenTitle(serial === undefined ? { name } : { name, serial })
  return `${title}, ${placeOf(kindOfSigner(entry.signerId), entry.slot)}`
}

function Held({ entry, holder }: { entry: HeldKey; holder: HolderView }): ReactElement {
  const [asked, setAsked] = useState(false)
  const policies = policiesText(entry)
  return (
    <li className="slot">
      <div className="row">
        <h4>
          {whereOf(entry)} {entry.rehearsal ? <RehearsalChip /> : null}
        </h4>
        <span className={entry.here ? 'here small' : 'soft small'}>
          {entry.here ? <CheckIcon /> : null}
          {hereText(entry.here)}
        </span>
        <button type="button" className="button quiet bad push" aria-haspopup="dialog" onClick={() => setAsked(true)}>
          Remove
          <span className="unseen">
            {' '}
            {whereOf(entry)} from {plainForeign(holder.name)}
          </span>
        </button>
      </div>
      <p className="small">
        {entry.algorithm}
        {policies === '' ? '' : `, ${policies}`} <span className="mono soft">{entry.fingerprint}</span>
      </p>
      <p className="small soft">
        <Foreign text={proofSentence(entry)} /> Enrolled <Time at={entry.enrolledAt} />
      </p>
      {asked ? <RemoveKey entry={entry} holder={holder} onClose={() => setAsked(false)} /> : null}
    </li>
  )
}

function RemoveKey({
  entry,
  holder,
  onClose,
}: {
  entry: HeldKey
  holder: HolderView
  onClose: () => void
}): ReactElement {
  const { say, live } = useApp()
  const [problem, setProblem] = useState<ErrorData>()
  const name = plainForeign(holder.name)
  const remove = async () => {
    const outcome = await settle(bridge().tokens.removeKey({ name: holder.name, signerId: entry.signerId }))
    if (!outcome.ok) {
      setProblem(outcome.error)
      return
    }
    live.take(outcome.value)
    say(`The key on ${whereOf(entry)} is no longer ${name}'s here`)
    onClose()
  }
  return (
    <Dialog title={`Remove this key from ${name}?`} danger onCancel={onClose}>
      <p className="say">{whereOf(entry)}</p>
      <p>
        Only this machine forgets whose key it is. The token still signs with it, and repositories that name it still
        accept its signatures.
      </p>
      {problem === undefined ? null : <Problem error={problem} level={3} />}
      <div className="row">
        <button type="button" className="button" data-first={true} onClick={onClose}>
          Keep it
        </button>
        <button type="button" className="button danger-edge" onClick={remove}>
          Remove the key
        </button>
      </div>
    </Dialog>
  )
}
