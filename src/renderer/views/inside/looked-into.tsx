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
  /** Beneath what is wrong: what can be seen all the same. */
  instead?: (error: ErrorData) => ReactElement | null
}

export function LookedInto<T>({ what, reading, asked, children, instead }: LookedIntoProps<T>): ReactElement {
  const { answer, again } = asked
  if (answer.kind === 'waiting') {
    return (
      <Page title={capital(what)}>
        <Waiting text={reading} />
      </Page>
    )
  }
  if (answer.kind === 'ready') return shown(null, children(answer.value))
  const { error, before } = answer
  // Every other error says something about what was shown: then it is not shown any more.
  if (error.code === 'source/unreachable' && before !== undefined)
    return shown(<Outdated error={error} at={before.at} again={again} />, children(before.value))
  return (
    <Page title={`This ${what} cannot be shown`}>
      <div className="stack content">
        <Problem error={error} again={again} />
        <div className="row">
          <a className="button" href="#repositories">
            Back to your repositories
          </a>
        </div>
      </div>
      {instead === undefined ? null : <div className="instead">{instead(answer.error)}</div>}
    </Page>
  )
}

/** At the same place of the tree with and without a word above it, so that nothing that was typed is lost. */
function shown(above: ReactElement | null, whole: ReactElement): ReactElement {
  return (
    <>
      {above}
      {whole}
    </>
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
