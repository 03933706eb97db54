// The last question before a signature: the sentence again, the fingerprint, and a movement no one makes by accident.
import { type ReactElement, useState } from 'react'
import type { ProposalView, SignerView } from '../../ipc/contract.ts'
import { AskedWord } from '../components/asked-word.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Foreign } from '../components/foreign.tsx'
import { HoldButton } from '../components/hold-button.tsx'
import { RehearsalChip } from '../components/page.tsx'
import { LowPin } from '../components/sign-with.tsx'
import { plainForeign } from '../foreign.ts'
import { countOf } from '../format.ts'
import { deliberationFor, isTyped } from '../hold.ts'
import { signerPlace } from '../token-words.ts'

/** What is asked about: a change that waits, or one that is signed as it is proposed. */
export type Asked = Pick<
  ProposalView,
  'headline' | 'risk' | 'changes' | 'moreChanges' | 'words' | 'title' | 'sourceName' | 'rehearsal'
>

export interface ConfirmProps {
  kind: 'sign' | 'publish'
  label: string
  proposal: Asked
  signer: SignerView | undefined
  onCancel: () => void
  onConfirm: () => void
}

export function Confirm({ kind, label, proposal, signer, onCancel, onConfirm }: ConfirmProps): ReactElement {
  // The people who signed have decided about the danger; publishing carries their decision out.
  const risk = kind === 'publish' && proposal.risk === 'dangerous' ? 'notable' : proposal.risk
  const deliberation = deliberationFor(risk)
  const danger = risk === 'dangerous'
  const [instead, setInstead] = useState(false)
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({})
  const positions = instead ? deliberation.instead : deliberation.typed
  const ready = positions.every((position) => isTyped(proposal.words, position, typed[position] ?? ''))
  const otherwise = kind === 'sign' ? 'Nothing was signed.' : 'Nothing was published.'
  const worst = proposal.changes.filter((change) => change.risk === 'dangerous')
  return (
    <Dialog title={`${label}?`} danger={danger} onCancel={onCancel}>
      <div className="say stack tight">
        <p>
          <strong>
            <Foreign text={proposal.headline} />
          </strong>
        </p>
        {worst.length === 0 ? null : (
          <ul className="plain-list">
            {worst.map((change) => (
              <li key={`${change.path} ${change.sentence}`}>
                <Foreign text={change.sentence} />
              </li>
            ))}
            {(proposal.moreChanges?.dangerous ?? 0) === 0 ? null : (
              <li>and {countOf(proposal.moreChanges?.dangerous ?? 0, 'more dangerous change')}</li>
            )}
          </ul>
        )}
        <p className="soft small">
          {plainForeign(proposal.title)} for {plainForeign(proposal.sourceName)}{' '}
          {proposal.rehearsal || signer?.rehearsal === true ? <RehearsalChip /> : null}
        </p>
      </div>
      {signer?.token === undefined ? null : (
        <p className="small">
          <span className="soft">With </span>
          <strong>{signerPlace(signer)}</strong> <LowPin signer={signer} />
        </p>
      )}
      <p className="small">
        <span className="soft">Fingerprint starts with </span>
        {proposal.words.slice(0, 4).map((word, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: words may repeat and never move
          <span key={at} className="start-word">
            <span className="soft">{at + 1}</span>{' '}
            <strong>{positions.includes(at + 1) ? <span title="Type this word below">·····</span> : word}</strong>{' '}
          </span>
        ))}
      </p>
      {positions.map((position) => (
        <AskedWord
          key={position}
          position={position}
          label={`Type word ${position} of the fingerprint, best from another screen`}
          first={position === 1}
          value={typed[position] ?? ''}
          onChange={(text) => setTyped({ ...typed, [position]: text })}
        />
      ))}
      {instead ? (
        <button
          type="button"
          className={danger ? 'button go danger' : 'button go'}
          disabled={!ready}
          // Enter on a focused button would click it; approving must not be a habit of the fingers.
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.preventDefault()
          }}
          onClick={onConfirm}
        >
          {label}
        </button>
      ) : (
        <HoldButton
          label={label}
          holdMs={deliberation.holdMs}
          disabled={!ready}
          danger={danger}
          otherwise={otherwise}
          onHeld={onConfirm}
        />
      )}
      <div className="row">
        <button type="button" className="button" onClick={onCancel} data-first={positions.length === 0}>
          {kind === 'sign' ? 'Cancel, sign nothing' : 'Cancel, publish nothing'}
        </button>
        <button type="button" className="button quiet push" aria-pressed={instead} onClick={() => setInstead(!instead)}>
          {instead ? 'Hold a button' : 'I cannot hold a button'}
        </button>
      </div>
    </Dialog>
  )
}
