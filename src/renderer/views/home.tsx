// The inbox: what waits for a signature of this machine first, then what waits for others, what is ready, and problems.
import type { ReactElement } from 'react'
import type { InvitationView, ProposalSummary, QuorumView, SourceView } from '../../ipc/contract.ts'
import type { Answer } from '../bridge.ts'
import { ExpiryList } from '../components/expiry.tsx'
import { Foreign } from '../components/foreign.tsx'
import { ReadyIcon, RiskIcon } from '../components/icons.tsx'
import { Needs } from '../components/needs.tsx'
import { Page, RehearsalChip, Waiting } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { Segments, Ways } from '../components/quorum-board.tsx'
import { plainForeign } from '../foreign.ts'
import { capital, countOf, invitedSentence, riskWord, toneOf, utcOf } from '../format.ts'
import type { Inbox } from '../library.ts'
import { isReady, progressText, waysOf } from '../quorum.ts'
import { hashOf } from '../route.ts'

export interface HomeProps {
  sources: readonly SourceView[]
  inbox: Answer<Inbox>
  again: () => void
}

export function Home({ sources, inbox, again }: HomeProps): ReactElement {
  const rehearsal = sources.every((source) => source.rehearsal)
  const aside = (
    <section className="card" aria-label="Until it expires">
      <h2 className="label">Until it expires</h2>
      <ExpiryList sources={sources} />
    </section>
  )
  if (inbox.kind === 'waiting') {
    return (
      <Page title="Home" rehearsal={rehearsal} aside={aside}>
        <Waiting text="Reading your repositories and checking every signature." />
      </Page>
    )
  }
  if (inbox.kind === 'failed') {
    return (
      <Page title="Home" rehearsal={rehearsal} aside={aside}>
        <Problem error={inbox.error} again={again} />
      </Page>
    )
  }
  const { proposals, problems, invitations } = inbox.value
  const mine = proposals.filter((proposal) => proposal.mine && !proposal.complete)
  const isHere = (one: ProposalSummary): boolean => one.event === undefined && one.elsewhere === undefined
  const ready = proposals.filter((one) => isReady(one) && isHere(one))
  const merged = proposals.filter((one) => isReady(one) && one.event !== undefined)
  const elsewhere = proposals.filter((one) => one.complete && one.elsewhere !== undefined)
  const forMe = mine.length + invitations.filter(({ known }) => known).length
  // A repository that cannot be read at all is told once, and not again as one whose changes cannot be listed.
  const untold = problems.filter(
    ({ subject, sourceName }) =>
      subject !== wholeRepository || !sources.some(({ name, problem }) => name === sourceName && problem !== undefined),
  )
  const placed = new Set([...mine, ...ready, ...merged, ...elsewhere])
  const others = proposals.filter((one) => !placed.has(one))
  const title =
    forMe === 0
      ? 'Nothing waits for you'
      : `${capital(countOf(forMe, mine.length === 0 ? 'invitation' : 'change'))} ${forMe === 1 ? 'waits' : 'wait'} for you`
  const checked = utcOf(inbox.at.toISOString())?.slice(11)
  return (
    <Page
      title={title}
      where={`checked at ${checked}, from what you pinned`}
      by={
        <a className="button" href="#handed">
          Open a request or reply
        </a>
      }
      rehearsal={rehearsal}
      aside={aside}
    >
      <Invitations invitations={invitations} />
      <Rows title="Your signature" proposals={mine} verb="Review" />
      <Rows title="Waiting for others" proposals={others} verb="Open" />
      <Rows title="Ready to publish" proposals={ready} verb="Open" />
      <Rows title="Signed, ready to be merged" proposals={merged} verb="Open" />
      <Rows title="Signed by enough" proposals={elsewhere} verb="Open" />
      {proposals.length + invitations.length === 0 ? (
        <p className="soft measure">
          No change is pending in your {countOf(sources.length, 'repository', 'repositories')}. When somebody proposes
          one, it appears here.
        </p>
      ) : null}
      {untold.length === 0 && sources.every((source) => source.problem === undefined) ? null : (
        <section className="stack tight">
          <h2 className="label">Problems</h2>
          {sources.map((source) =>
            source.problem === undefined ? null : (
              <div key={source.id} className="stack tight">
                <h3>
                  <Foreign text={source.name} />
                </h3>
                <Problem error={source.problem} again={again} level={3} />
              </div>
            ),
          )}
          {untold.map((problem) => (
            <div key={`${problem.sourceName}/${problem.subject}`} className="stack tight">
              <h3>
                <Foreign text={problem.subject} /> in <Foreign text={problem.sourceName} />
              </h3>
              <Problem error={problem.error} again={again} level={3} />
            </div>
          ))}
        </section>
      )}
    </Page>
  )
}

/** The subject of a problem with all of it. */
const wholeRepository = 'repository'

function Invitations({ invitations }: { invitations: readonly InvitationView[] }): ReactElement | null {
  if (invitations.length === 0) return null
  return (
    <section className="stack tight">
      <h2 className="label">Invitations</h2>
      <ul className="stack tight">
        {invitations.map(({ id, user, roles, sourceName, known }) => (
          <li key={id} className="inbox-row">
            <span className={`risk-mark tone-${toneOf('notable')}`}>
              <RiskIcon risk="notable" />
            </span>
            <div>
              <h3>
                <Foreign text={sourceName} />
              </h3>
              <p>
                <Foreign text={invitedSentence(user, roles, known)} />
              </p>
            </div>
            <div className="progress" />
            <a className="button" href={hashOf({ screen: 'invitation', invitationId: id })}>
              {known ? 'Accept' : 'That is me'}
              <span className="unseen"> {plainForeign(sourceName)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Rows({
  title,
  proposals,
  verb,
}: {
  title: string
  proposals: readonly ProposalSummary[]
  verb: string
}): ReactElement | null {
  if (proposals.length === 0) return null
  return (
    <section className="stack tight">
      <h2 className="label">{title}</h2>
      <ul className="stack tight">
        {proposals.map((proposal) => (
          <Row key={proposal.id} proposal={proposal} verb={verb} />
        ))}
      </ul>
    </section>
  )
}

/** Once one way is complete, the others say nothing any more. */
function leftOf(ways: readonly (readonly QuorumView[])[]): readonly (readonly QuorumView[])[] {
  const met = ways.find((way) => way.every(({ met }) => met))
  return met === undefined ? ways : [met]
}

function Row({ proposal, verb }: { proposal: ProposalSummary; verb: string }): ReactElement {
  const name = `${proposal.title}, ${proposal.sourceName}`
  const ready = isReady(proposal)
  return (
    <li className="inbox-row">
      <span className={`risk-mark tone-${ready ? 'ok' : toneOf(proposal.risk)}`}>
        {ready ? <ReadyIcon /> : <RiskIcon risk={proposal.risk} />}
        <span className="unseen">{ready ? 'Ready' : riskWord[proposal.risk]}</span>
      </span>
      <div>
        <h3>
          <Foreign text={name} /> {proposal.rehearsal ? <RehearsalChip /> : null}
        </h3>
        <p className={proposal.risk === 'dangerous' ? 'dangerous' : undefined}>
          <Foreign text={proposal.headline} />
        </p>
        <Needs needs={proposal.needs} />
      </div>
      <div className="progress">
        {proposal.complete ? (
          <span>{ready ? 'complete' : 'signed, not ready'}</span>
        ) : (
          waysOf(proposal.quorums).map((ways) => (
            <Ways key={ways[0]?.[0]?.name} ways={leftOf(ways)}>
              {(quorum) => (
                <div key={quorum.name} className="progress-line">
                  {proposal.quorums.length > 1 ? <Foreign text={quorum.name} /> : null}
                  <Segments quorum={quorum} />
                  <span>{progressText(quorum)}</span>
                </div>
              )}
            </Ways>
          ))
        )}
      </div>
      <a className="button" href={hashOf({ screen: 'review', proposalId: proposal.id })}>
        {verb}
        <span className="unseen"> {plainForeign(name)}</span>
      </a>
    </li>
  )
}
