// What is looked into: while it is read and verified, where it cannot be shown, and then itself.
import type { ReactElement } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { Answer } from '../../bridge.ts'
import { Page, Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { capital } from '../../format.ts'

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
  if (answer.kind === 'ready') return children(answer.value)
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
      {instead?.(answer.error)}
    </Page>
  )
}
