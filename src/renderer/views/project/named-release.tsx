// Where a mirror does not say which releases it has: a person names one.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { ProjectView } from '../../../ipc/contract.ts'
import { bridge, settle } from '../../bridge.ts'
import { Problem } from '../../components/problem.tsx'
import { ReleaseField } from './release-field.tsx'
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
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const look = async (release: string) => {
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
      <ReleaseField busy={isBusy} onAsk={look} />
      <div role="status">
        {isBusy ? <p className="small">Reading it, and checking every signature.</p> : null}
        {named === undefined ? null : <ReleaseList project={named.project} />}
      </div>
      {problem === undefined ? null : <Problem error={problem} title="No release was found" level={3} />}
    </section>
  )
}
