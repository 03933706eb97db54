// A change that waits is given up: who signed it is said first, because their work goes with it.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { ProposalView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { Dialog } from '../components/dialog.tsx'
import { Foreign } from '../components/foreign.tsx'
import { Problem } from '../components/problem.tsx'
import { SignWith } from '../components/sign-with.tsx'
import { plainForeign } from '../foreign.ts'
import { listOf } from '../format.ts'
import { signedNames } from '../quorum.ts'
import { hashOf } from '../route.ts'
import { mustChoose, signerPlace } from '../token-words.ts'

export function Withdraw({ proposal }: { proposal: ProposalView }): ReactElement {
  const [asked, setAsked] = useState(false)
  return (
    <>
      <button type="button" className="button quiet" aria-haspopup="dialog" onClick={() => setAsked(true)}>
        Withdraw this change ...
      </button>
      {asked ? <Question proposal={proposal} onKeep={() => setAsked(false)} /> : null}
    </>
  )
}

function Question({ proposal, onKeep }: { proposal: ProposalView; onKeep: () => void }): ReactElement {
  const { say } = useApp()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const signed = signedNames(proposal.quorums)
  const [signerId, setSignerId] = useState('')
  const signers = proposal.served?.withdrawWith
  const signer =
    signers?.find(({ id }) => id === signerId) ??
    (signers === undefined || mustChoose(signers) ? undefined : signers[0])
  const title = plainForeign(proposal.title)
  const isOfRoles = proposal.lone !== true
  const withdraw = async () => {
    setBusy(true)
    setProblem(undefined)
    const outcome = await settle(
      bridge().drafts.withdraw({ proposalId: proposal.id, ...(signer === undefined ? {} : { signerId: signer.id }) }),
    )
    setBusy(false)
    if (!outcome.ok) {
      setProblem(outcome.error)
      return
    }
    say(`${title} is withdrawn`)
    window.location.hash = hashOf({ screen: 'home' })
  }
  return (
    <Dialog title={`Withdraw ${title}?`} danger={signed.length > 0} onCancel={onKeep}>
      <p>
        {signed.length === 0 ? (
          'Nobody has signed it yet.'
        ) : (
          <>
            <strong>
              <Foreign text={listOf(signed)} />
            </strong>{' '}
            signed it. If the same is proposed again, it has to be signed again.
          </>
        )}
      </p>
      <p>
        The proposal goes. What is published in {plainForeign(proposal.sourceName)} stays as it is, and clients notice
        nothing.{isOfRoles ? ' First versions of roles that only this change would bring go with it.' : ''}
      </p>
      {signers === undefined ? null : (
        <>
          <p>
            {signers.length === 0
              ? 'The repository asks for a signature by a key that could sign the change, and none of them is here.'
              : signer === undefined || signers.length > 1
                ? 'The repository asks for a signature by a key that could sign the change.'
                : `The repository asks for a signature; ${signerPlace(signer)} gives it.`}
          </p>
          <SignWith signers={signers} chosen={signer} onChoose={setSignerId} />
        </>
      )}
      {problem === undefined ? null : <Problem error={problem} level={3} />}
      <div className="row">
        <button type="button" className="button" data-first={true} onClick={onKeep}>
          Keep it
        </button>
        <button
          type="button"
          className="button danger-edge"
          disabled={isBusy || (signers !== undefined && signer === undefined)}
          onClick={() => void withdraw()}
        >
          {signers === undefined ? 'Withdraw it' : 'Sign and withdraw it'}
        </button>
      </div>
    </Dialog>
  )
}
