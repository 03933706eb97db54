// A change that was proposed: what waits now, and for whom; each of what was written can be reviewed from here.
import type { ReactElement } from 'react'
import type { ByItself, DraftView, Proposed as ProposedAnswer } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Page } from '../../components/page.tsx'
import { QuorumBoard } from '../../components/quorum-board.tsx'
import { plainForeign } from '../../foreign.ts'
import { capital, countOf, sentenceOf } from '../../format.ts'
import { goneSentence, missingSentences } from '../../quorum.ts'
import { hashOf } from '../../route.ts'

interface ProposedProps {
  draft: DraftView
  made: ProposedAnswer
  where: string
  rehearsal: boolean
  /** What comes next, where this change has its own way on. */
  next?: string | undefined
  waits?: string | undefined
  onMore: () => void
}

export function Proposed({ draft, made, where, rehearsal, next, waits, onMore }: ProposedProps): ReactElement {
  const { byItself, quorums = draft.quorums } = made
  const isPublished = byItself?.kind === 'published'
  const why = byItself === undefined ? undefined : whyOf(byItself)
  const [first, ...others] = isPublished ? [] : made.proposalIds
  const title = plainForeign(draft.title)
  return (
    <Page
      title={`${title} is ${isPublished ? 'published' : byItself === undefined ? 'proposed' : 'signed and proposed'}`}
      where={where}
      rehearsal={rehearsal}
      aside={<QuorumBoard quorums={quorums} />}
      foot={
        <>
          <p className="grow">{isPublished ? 'It is in force.' : 'Nothing is in force yet.'}</p>
          <button type="button" className="button" onClick={onMore}>
            Make another change
          </button>
          {first === undefined ? null : (
            <a className="button go" href={hashOf({ screen: 'review', proposalId: first })}>
              Review {title}
            </a>
          )}
        </>
      }
    >
      <div className="note tone-ok" role="status">
        <h2>
          <Foreign text={draft.headline} />
        </h2>
        {isPublished ? <p>Your signature was enough: the repository has published it.</p> : null}
        {byItself === undefined || byItself.kind === 'waits' ? (
          <p>{waits ?? 'It waits for signatures now. Everybody who must sign sees it in their own Countersign.'}</p>
        ) : null}
        {why === undefined ? null : (
          <p>
            <Foreign text={sentenceOf(why)} />
          </p>
        )}
      </div>
      <div className="stack tight">
        {(isPublished ? [] : missingSentences(quorums)).map((sentence) => (
          <p key={sentence}>
            <Foreign text={sentence} />
          </p>
        ))}
        {next === undefined ? null : <p>{next}</p>}
      </div>
      {others.length === 0 ? null : (
        <section className="card stack tight" aria-label="Proposed with it">
          <h2 className="label">{capital(countOf(others.length, 'more change'))} proposed with it</h2>
          <ul className="stack tight">
            {others.map((proposalId, at) => (
              <li key={proposalId}>
                <a href={hashOf({ screen: 'review', proposalId })}>
                  Review <Foreign text={draft.along[at] ?? `change ${at + 2}`} />
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Page>
  )
}

function whyOf(byItself: ByItself): string | undefined {
  switch (byItself.kind) {
    case 'published':
      return undefined
    case 'gone':
      return goneSentence
    default:
      return byItself.why
  }
}
