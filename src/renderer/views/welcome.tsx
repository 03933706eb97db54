// The first screen of all: what this is, in two sentences, and the two ways to begin.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { Page } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { LocationForm } from './open-source.tsx'

export function Welcome({ onInspect }: { onInspect: (location: string) => void }): ReactElement {
  const { refresh } = useApp()
  const [starting, setStarting] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const startDemo = async () => {
    setStarting(true)
    const outcome = await settle(bridge().demo.start())
    setStarting(false)
    if (outcome.ok) refresh()
    else setProblem(outcome.error)
  }
  return (
    <Page title="Review and sign what others will trust">
      <div className="welcome stack wide">
        <p className="measure lead">
          Countersign shows you, in plain words, what a change to a software repository does before you sign it. Your
          key signs exactly what you saw, and nobody's computer trusts the change until enough people have signed.
        </p>
        <div className="two-ways">
          <section className="card stack" aria-label="Open a repository">
            <div>
              <h2>Open a repository</h2>
              <p className="soft">
                You will see who may sign for it, and check its fingerprint against another source once.
              </p>
            </div>
            <LocationForm onInspect={onInspect} busy={false} calm />
            <p className="small soft">
              There is none yet? <a href="#create">New repository</a>
            </p>
          </section>
          <section className="card stack" aria-label="Try the demo">
            <div>
              <h2>Try the demo</h2>
              <p className="soft">
                A made-up repository with a change that waits for you. The keys are for practice; nothing real can
                happen.
              </p>
            </div>
            <div className="row">
              <button type="button" className="button go" disabled={starting} onClick={startDemo}>
                {starting ? 'Preparing the demo' : 'Start the demo'}
              </button>
            </div>
          </section>
        </div>
        <p className="soft">
          Did somebody carry a request to you, to be signed on this computer?{' '}
          <a href="#handed">Open a request or reply</a>, or drop it on this window.
        </p>
        {problem === undefined ? null : <Problem error={problem} again={startDemo} />}
      </div>
    </Page>
  )
}
