// What is looked into: while it is read and verified, where it cannot be shown, and then itself. Where it was shown and just cannot be
// reached any more it stays, with all that was typed into it, and what is old is said to be old.
import type { ReactElement } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { Answer } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { WarnIcon } from '../../components/icons.tsx'
import { Page, Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { capital, sentenceOf, utcOf } from '../../format.ts'

interface LookedIntoProps<T> {
  what: 'repository' | 'project' | 'registry' | 'package'
  reading: string
  asked: { answer: Answer<T>; again: () => void }
  children: (value: T) => ReactElement
}

export function LookedInto<T>({ what, reading, asked, children }: LookedIntoProps<T>): ReactElement {
  const { answer, again } = asked
  // Of every other error something is to be learned about what is shown: then it is not shown.
  const old = answer.kind === 'failed' && answer.error.code === 'source/unreachable' ? answer.before : undefined
  const seen = answer.kind === 'ready' ? answer : old
  if (seen !== undefined) {
    return (
      <>
        {answer.kind === 'failed' ? <Outdated error={answer.error} at={seen.at} again={again} /> : null}
        {children(seen.value)}
      </>
    )
  }
  if (answer.kind === 'waiting') {
    return (
      <Page title={capital(what)}>
        <Waiting text={reading} />
      </Page>
    )
  }
  return (
    <Page title={`This ${what} cannot be shown`}>
      <div className="stack content">
        <Problem error={answer.error} again={again} />
        <div className="row">
          <a className="button" href="#repositories">
            Back to your repositories
          </a>
        </div>
      </div>
    </Page>
  )
}

function Outdated({ error, at, again }: { error: ErrorData; at: Date; again: () => void }): ReactElement {
  const time = utcOf(at.toISOString())?.slice(11) ?? ''
  return (
    <section className="band unsafe" aria-label="Out of date">
      <WarnIcon />
      <p className="grow" role="status">
        <Foreign text={sentenceOf(error.message)} /> What is shown was read at {time}.
      </p>
      <button type="button" className="button" onClick={again}>
        Try again
      </button>
    </section>
  )
}
