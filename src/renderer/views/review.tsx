// What a change does, before anybody signs it: headline, changes worst first, findings, quorums, fingerprint, raw
// document, and one deliberate action that names the key.
import { type ReactElement, useState } from 'react'
import type { Finding } from '../../core/proposal.ts'
import type { CarriedView, ProposalView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, useAnswer } from '../bridge.ts'
import { Findings } from '../components/change-card.tsx'
import { ChangeList, sumOf } from '../components/change-list.tsx'
import { Foreign } from '../components/foreign.tsx'
import { Needs } from '../components/needs.tsx'
import { Page, Waiting } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { QuorumBoard } from '../components/quorum-board.tsx'
import { Fingerprint } from '../components/words.tsx'
import { plainForeign } from '../foreign.ts'
import { countOf, groupsOfFour, riskCount, thousands, toneOf } from '../format.ts'
import { isReady } from '../quorum.ts'
import { hashOf } from '../route.ts'
import { AskedFacts, screenSentence } from './carry/asked.tsx'
import { EffectsCard } from './edit/effects.tsx'
import { Raw } from './raw.tsx'
import { ReviewFoot } from './review-foot.tsx'
import { Withdraw } from './withdraw.tsx'

export function Review({ proposalId, note }: { proposalId: string; note: string | undefined }): ReactElement {
  const { revision } = useApp()
  const { answer, again } = useAnswer(proposalId, revision, () => bridge().proposals.get({ proposalId }))
  if (answer.kind === 'waiting') {
    return (
      <Page title="Review">
        <Waiting text="Reading the change and checking every signature." />
      </Page>
    )
  }
  if (answer.kind === 'failed') {
    return (
      <Page title="This change cannot be reviewed">
        <div className="stack">
          <Problem error={answer.error} again={again} />
          <div className="row">
            <a className="button" href="#home">
              Back to home
            </a>
          </div>
        </div>
      </Page>
    )
  }
  return <Loaded proposal={answer.value} note={note} />
}

const order = { dangerous: 0, notable: 1, routine: 2 } as const

function Loaded({ proposal, note }: { proposal: ProposalView; note: string | undefined }): ReactElement {
  const [raw, setRaw] = useState(false)
  const changes = [...proposal.changes].sort((a, b) => order[a.risk] - order[b.risk])
  const findings = [...proposal.findings].sort((a, b) => order[a.risk] - order[b.risk])
  const groups = groupsOfFour(proposal.digest)
  return (
    <Page
      title={`${plainForeign(proposal.title)} for ${plainForeign(proposal.sourceName)}`}
      where={placeOf(proposal)}
      by={
        <span className="mono" title={`sha256 ${groups.join(' ')}`}>
          sha256 {groups[0]} {groups[1]} ... {groups.at(-1)}
        </span>
      }
      rehearsal={proposal.rehearsal}
      foot={<ReviewFoot proposal={proposal} note={note} />}
      aside={
        <>
          <QuorumBoard quorums={proposal.quorums} />
          <section className="card" aria-label="Fingerprint">
            <h2 className="label">The same on every screen</h2>
            <Fingerprint words={proposal.words} digest={proposal.digest} what="the fingerprint of this change" />
          </section>
        </>
      }
    >
      <div className={`note headline tone-${toneOf(proposal.risk)}`} data-risk={proposal.risk}>
        <h2>
          <Foreign text={proposal.headline} />
        </h2>
        <p>{riskCount(proposal.changes, proposal.moreChanges)}</p>
      </div>
      {proposal.blocked === undefined ? null : (
        <Problem error={proposal.blocked} title="This cannot be signed" meaning="Nobody can sign it as it is." />
      )}
      {proposal.carried === undefined ? null : <CarriedHere carried={proposal.carried} />}
      {proposal.needs === undefined ? null : (
        <section className="card" aria-label={beforeText(proposal)}>
          <h2 className="label">{beforeText(proposal)}</h2>
          <Needs needs={proposal.needs} />
        </section>
      )}
      {proposal.secondScreen === undefined ? null : (
        <p>
          <span className="soft">Second screen: </span>
          {screenSentence(proposal.secondScreen)}
        </p>
      )}
      <Known title="Before you read on" findings={findings.filter((finding) => finding.risk === 'dangerous')} />
      <section className="stack tight" aria-label="Changes">
        <h2 className="unseen">Changes</h2>
        <ChangeList
          changes={changes}
          more={proposal.moreChanges}
          of={proposal.id}
          read={(offset, limit) => bridge().proposals.changes({ proposalId: proposal.id, offset, limit })}
        />
        <div className="row soft small">
          <span>
            {proposal.moreChanges === undefined
              ? `Nothing is hidden. ${changes.length} of ${changes.length} changes shown, `
              : `Nothing is left out. ${thousands(changes.length + sumOf(proposal.moreChanges))} changes, page by page, worst first; `}
            {countOf(proposal.unchanged, 'field')} unchanged.
          </span>
          <button type="button" className="button quiet" aria-expanded={raw} onClick={() => setRaw(!raw)}>
            {raw ? 'Hide the raw document' : 'Raw document'}
          </button>
        </div>
        {raw ? <Raw proposalId={proposal.id} /> : null}
      </section>
      <ClientsSee proposalId={proposal.id} />
      <Known title="Good to know" findings={findings.filter((finding) => finding.risk !== 'dangerous')} />
      <div className="row">
        {proposal.singleFile === true ? (
          <p className="soft small">
            This is a single file. To give the change up, delete the file; to change it, use the tool that it came from.
          </p>
        ) : proposal.withdrawable ? (
          <Withdraw proposal={proposal} />
        ) : null}
        <CarryLink proposal={proposal} />
      </div>
    </Page>
  )
}

/** Out, or back to where it came from. */
function CarryLink({ proposal }: { proposal: ProposalView }): ReactElement | null {
  const { id: proposalId, carried, singleFile } = proposal
  // A file of its own has nothing beside it from which it could be verified elsewhere.
  if (singleFile === true) return null
  if (carried !== undefined && carried.madeHere === 0) return null
  const what = carried === undefined ? 'out' : 'back'
  return (
    <a className="button quiet" href={hashOf({ screen: 'carry', proposalId, what })}>
      {carried === undefined ? 'Carry to another computer' : 'Carry the signature back'}
    </a>
  )
}

function CarriedHere({ carried }: { carried: CarriedView }): ReactElement {
  return (
    <section className="card stack tight" aria-label="Carried here">
      <h2 className="label">Carried here</h2>
      <AskedFacts asked={carried} />
      <p>
        <span className="soft">Second screen: </span>
        {screenSentence(carried.secondScreen)}
      </p>
    </section>
  )
}

function placeOf(proposal: ProposalView): string {
  const { complete, event, carried } = proposal
  if (carried !== undefined)
    return carried.madeHere > 0 ? 'signed here, to be carried back' : 'carried here to be signed'
  if (event !== undefined)
    return isReady(proposal) ? `complete, in ${plainForeign(event)}` : `waits in ${plainForeign(event)}`
  if (isReady(proposal)) return 'complete, not published yet'
  return complete ? 'signed, not ready to publish' : 'candidate, waits for signatures'
}

function beforeText({ event }: ProposalView): string {
  return `Before it can be ${event === undefined ? 'published' : 'merged'}`
}

/** Found out after the page is there: it may take a while, and nothing of the review waits for it. */
function ClientsSee({ proposalId }: { proposalId: string }): ReactElement | null {
  const { revision } = useApp()
  const { answer, again } = useAnswer(`effects ${proposalId}`, revision, () =>
    bridge().proposals.effects({ proposalId }),
  )
  if (answer.kind === 'waiting') return <Waiting text="Working out what clients will see." />
  if (answer.kind === 'failed') return <Problem error={answer.error} again={again} level={3} />
  return answer.value.asked === 0 ? null : <EffectsCard effects={answer.value} />
}

function Known({ title, findings }: { title: string; findings: readonly Finding[] }): ReactElement | null {
  if (findings.length === 0) return null
  return (
    <section className="card" aria-label={title}>
      <h2 className="label">{title}</h2>
      <Findings findings={findings} />
    </section>
  )
}
