// A signature or a publication that did not happen: why, that nothing was changed, and the way back.
import type { ReactElement } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { Work } from '../app-context.ts'
import { Page } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { plainForeign } from '../foreign.ts'
import { signerPlace } from '../token-words.ts'

export interface FailedProps {
  work: Work
  error: ErrorData
  onAgain: () => void
  onBack: () => void
}

/** What may be repeated as it is; everything else begins with a new look at the change. */
const repeatable: ReadonlySet<string> = new Set([
  'signer/absent',
  'signer/busy',
  'signer/pin-wrong',
  'signer/touch-timeout',
  'signer/failed',
  'source/unreachable',
])

/** A token is named: there may be another one on the desk. */
function titleOf(work: Work, { code }: ErrorData): string | undefined {
  if (work.kind !== 'sign' || work.signer.token === undefined) return undefined
  const place = signerPlace(work.signer)
  if (code === 'signer/absent') return `${place} is not here`
  return code === 'signer/touch-timeout' ? `${place} was not touched in time` : undefined
}

export function Failed({ work, error, onAgain, onBack }: FailedProps): ReactElement {
  const what = plainForeign(work.proposal.title)
  return (
    <Page
      title={work.kind === 'sign' ? `${what} was not signed` : `${what} was not published`}
      where={plainForeign(work.proposal.sourceName)}
      rehearsal={work.proposal.rehearsal}
    >
      <div className="stack content">
        <Problem
          error={error}
          title={titleOf(work, error)}
          {...(repeatable.has(error.code) ? { again: onAgain } : {})}
        />
        <div className="row">
          <button type="button" className="button" onClick={onBack}>
            Back to the review
          </button>
        </div>
      </div>
    </Page>
  )
}
