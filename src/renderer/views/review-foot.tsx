// The action bar of a review: what a signature from here would do, which key, and one button that names it.
import { type ReactElement, useId, useState } from 'react'
import type { ProposalView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { Foreign } from '../components/foreign.tsx'
import { plainForeign } from '../foreign.ts'
import { missingSentence } from '../quorum.ts'
import { Confirm } from './confirm.tsx'

export function ReviewFoot({ proposal, note }: { proposal: ProposalView; note: string | undefined }): ReactElement {
  const { begin } = useApp()
  const [signerId, setSignerId] = useState('')
  const [asked, setAsked] = useState(false)
  const [after, setAfter] = useState(note)
  const pickId = useId()
  const signer = proposal.signers.find((one) => one.id === signerId) ?? proposal.signers[0]
  const kind = proposal.complete ? 'publish' : 'sign'
  const blocked = proposal.blocked !== undefined
  const label =
    kind === 'publish'
      ? `Publish ${plainForeign(proposal.title)}`
      : signer === undefined
        ? undefined
        : `Sign with ${plainForeign(signer.label)}`
  return (
    <>
      <p className="grow" role="status">
        {after === undefined ? <Foreign text={standingSentence(proposal)} /> : after}
      </p>
      {kind === 'sign' && proposal.signers.length > 1 ? (
        <div className="row">
          <label htmlFor={pickId} className="label">
            Key
          </label>
          <select
            id={pickId}
            className="input pick"
            value={signer?.id}
            onChange={(event) => setSignerId(event.target.value)}
          >
            {proposal.signers.map((one) => (
              <option key={one.id} value={one.id}>
                {plainForeign(one.label)}
                {one.owner === undefined ? '' : ` (${plainForeign(one.owner)})`}
              </option>
            ))}
          </select>
        </div>
      ) : null}
      {label === undefined || blocked ? null : (
        <button type="button" className="button go" aria-haspopup="dialog" onClick={() => setAsked(true)}>
          {label}
        </button>
      )}
      {asked && label !== undefined ? (
        <Confirm
          kind={kind}
          label={label}
          proposal={proposal}
          signer={signer}
          onCancel={() => {
            setAsked(false)
            setAfter(kind === 'sign' ? 'Cancelled. Nothing was signed.' : 'Cancelled. Nothing was published.')
          }}
          onConfirm={() => {
            setAsked(false)
            if (kind === 'publish') begin({ kind, proposal })
            else if (signer !== undefined) begin({ kind, proposal, signer })
          }}
        />
      ) : null}
    </>
  )
}

function standingSentence(proposal: ProposalView): string {
  if (proposal.blocked !== undefined) return 'Nobody can sign this from here right now; the reason is above.'
  if (proposal.complete) return 'Every signature that is needed is there. Publishing puts the change in force.'
  if (proposal.signers.length > 0) {
    return proposal.wouldComplete
      ? 'Your signature would complete this change.'
      : 'Your signature would count; others must sign too.'
  }
  const open = proposal.quorums.filter((quorum) => !quorum.met)
  return `No key on this machine can add a signature. ${open.map(missingSentence).join(' ')}`
}
