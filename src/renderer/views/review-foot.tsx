// The action bar of a review: what a signature from here would do, which key, and one button that names it.
import { type ReactElement, useState } from 'react'
import type { ProposalView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { Foreign } from '../components/foreign.tsx'
import { LowPin, SignWith } from '../components/sign-with.tsx'
import { plainForeign } from '../foreign.ts'
import { capital, sentenceOf } from '../format.ts'
import { isReady, missingSentences, waitedFor } from '../quorum.ts'
import { hashOf } from '../route.ts'
import { mustChoose, signerPlace } from '../token-words.ts'
import { SecondScreenDialog } from './carry/second-screen.tsx'
import { Confirm } from './confirm.tsx'

export function ReviewFoot({ proposal, note }: { proposal: ProposalView; note: string | undefined }): ReactElement {
  const { begin } = useApp()
  const [signerId, setSignerId] = useState('')
  const [asked, setAsked] = useState<'screen' | 'confirm'>()
  const [after, setAfter] = useState(note)
  const choose = mustChoose(proposal.signers)
  const signer = proposal.signers.find((one) => one.id === signerId) ?? (choose ? undefined : proposal.signers[0])
  // A signing event is merged elsewhere; here one more signature can be added, as long as somebody's is missing.
  const kind = proposal.complete && proposal.event === undefined ? 'publish' : 'sign'
  const isServed = proposal.served !== undefined
  const { carried } = proposal
  const first = kind === 'sign' && carried !== undefined && carried.secondScreen !== 'compared' ? 'screen' : 'confirm'
  const blocked = proposal.blocked !== undefined || (kind === 'publish' && !isServed && !isReady(proposal))
  const label =
    kind === 'publish'
      ? isServed || proposal.elsewhere !== undefined
        ? undefined
        : `Publish ${plainForeign(proposal.title)}`
      : signer !== undefined
        ? `Sign with ${signerPlace(signer)}`
        : choose
          ? 'Sign with the token you choose'
          : undefined
  return (
    <>
      <p className="grow" role="status">
        {after === undefined ? <Foreign text={standingSentence(proposal)} /> : after}
      </p>
      {kind === 'sign' ? <SignWith signers={proposal.signers} chosen={signer} onChoose={setSignerId} /> : null}
      {kind === 'sign' && signer !== undefined && !choose ? <LowPin signer={signer} /> : null}
      {kind === 'sign' && signer?.often !== undefined ? (
        <p className="small soft">
          <Foreign text={sentenceOf(signer.often)} />
        </p>
      ) : null}
      {kind === 'sign' && carried === undefined && proposal.singleFile !== true && label !== undefined && !blocked ? (
        <a className="button" href={hashOf({ screen: 'carry', proposalId: proposal.id, what: 'screen' })}>
          Compare on a second screen
        </a>
      ) : null}
      {carried !== undefined && carried.madeHere > 0 ? (
        <a
          className={label === undefined || blocked ? 'button go' : 'button'}
          href={hashOf({ screen: 'carry', proposalId: proposal.id, what: 'back' })}
        >
          Carry the signature back
        </a>
      ) : null}
      {label === undefined || blocked ? null : (
        <button
          type="button"
          className="button go"
          aria-haspopup="dialog"
          disabled={kind === 'sign' && signer === undefined}
          onClick={() => setAsked(first)}
        >
          {label}
        </button>
      )}
      {asked === 'screen' ? (
        <SecondScreenDialog
          proposal={proposal}
          onCancel={() => {
            setAsked(undefined)
            setAfter('Cancelled. Nothing was signed.')
          }}
          onDone={() => setAsked('confirm')}
        />
      ) : null}
      {asked === 'confirm' && label !== undefined ? (
        <Confirm
          kind={kind}
          label={label}
          proposal={proposal}
          signer={signer}
          onCancel={() => {
            setAsked(undefined)
            setAfter(kind === 'sign' ? 'Cancelled. Nothing was signed.' : 'Cancelled. Nothing was published.')
          }}
          onConfirm={() => {
            setAsked(undefined)
            if (kind === 'publish') begin({ kind, proposal })
            else if (signer !== undefined) begin({ kind, proposal, signer })
          }}
        />
      ) : null}
    </>
  )
}

function standingSentence(proposal: ProposalView): string {
  if (proposal.carried !== undefined && proposal.carried.madeHere > 0 && proposal.signers.length === 0)
    return 'Your signature is in place. It counts when it is carried back.'
  if (proposal.blocked !== undefined) return 'Nobody can sign this from here right now; the reason is above.'
  if (proposal.complete && proposal.served !== undefined) {
    const { why } = proposal.served
    return why === undefined
      ? 'Every signature that is needed is there. The repository publishes it by itself.'
      : `Every signature that is needed is there. It is not published yet: ${why}.`
  }
  if (proposal.complete && proposal.event !== undefined) {
    return isReady(proposal)
      ? 'Every signature that is needed is there. When the event is merged, CI publishes it.'
      : 'Signed, and the event is not ready to be merged; what is missing is above.'
  }
  if (proposal.complete && !isReady(proposal)) return 'Signed, and not ready to publish; what is missing is above.'
  if (proposal.complete && proposal.elsewhere !== undefined)
    return `Every signature that is needed is there. ${capital(proposal.elsewhere)}.`
  if (proposal.complete) return 'Every signature that is needed is there. Publishing puts the change in force.'
  if (proposal.signers.length > 0) {
    return proposal.wouldComplete && isReady({ ...proposal, complete: true })
      ? 'Your signature would complete this change.'
      : 'Your signature would count; others must sign too.'
  }
  const open = waitedFor(proposal.quorums)
  if (proposal.later !== undefined) {
    const { label, after } = proposal.later
    return `${after} come first. ${missingSentences(open.filter(({ name }) => name === after)).join(' ')} Then ${label} can sign it.`
  }
  return `No key on this machine can add a signature. ${missingSentences(open).join(' ')}`
}
