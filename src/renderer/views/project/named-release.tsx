// Where a mirror does not say which releases it has: a person names one.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { ProjectView } from '../../../ipc/contract.ts'
import { bridge, settle } from '../../bridge.ts'
import { Problem } from '../../components/problem.tsx'
import { ReleaseList } from './releases.tsx'

export interface Named {
  /** As it was typed. */
  release: string
  project: ProjectView
}

interface NamedReleaseProps {
  project: ProjectView
  named: Named | undefined
  onNamed: (named: Named | undefined) => void
}

export function NamedRelease({ project, named, onNamed }: NamedReleaseProps): ReactElement {
  const { sourceId } = project
  const id = useId()
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const look = async () => {
    const release = text.trim()
    setBusy(true)
    setProblem(undefined)
    onNamed(undefined)
    const answer = await settle(bridge().project.get({ sourceId, release }))
    setBusy(false)
    if (answer.ok) onNamed({ release, project: answer.value })
    else setProblem(answer.error)
  }
  return (
    <section className="card stack" aria-label="Releases">
      <h2>Releases</h2>
      <p className="soft">A mirror on the web does not list its releases. Name the one that you want to see.</p>
      <form
        className="stack tight"
        onSubmit={(event) => {
          event.preventDefault()
          if (!isBusy && text.trim() !== '') void look()
        }}
      >
        <div className="field">
          <label htmlFor={id}>Folder of a release</label>
          <div className="row">
            <input
              id={id}
              className="input mono grow"
              type="text"
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              maxLength={512}
              aria-describedby={`${id}-hint`}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <button type="submit" className="button" disabled={isBusy || text.trim() === ''}>
              Look for it
            </button>
          </div>
          <p id={`${id}-hint`} className="hint">
            Below the project, such as releases/download/v1.0
          </p>
        </div>
      </form>
      <div role="status">
        {isBusy ? <p className="small">Reading it, and checking every signature.</p> : null}
        {named === undefined ? null : <ReleaseList project={named.project} />}
      </div>
      {problem === undefined ? null : <Problem error={problem} title="No release was found" level={3} />}
    </section>
  )
}
