// Projects and their releases, newest first; what is long is opened on demand.

import { type ReactElement, useState } from 'react'
import type { ProjectReleases } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, useAnswer } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { sizeText } from '../../format.ts'
import { manyOf, releaseName } from '../../repository-words.ts'
import type { Chosen } from './artifacts.tsx'

const projectsAtOnce = 30
const releasesAtOnce = 3

interface ReleasesProps {
  sourceId: string
  chosen: string | undefined
  onChoose: (chosen: Chosen) => void
}

export function Releases({ sourceId, chosen, onChoose }: ReleasesProps): ReactElement {
  const { revision } = useApp()
  const { answer, again } = useAnswer(`releases ${sourceId}`, revision, () => bridge().releases.list({ sourceId }))
  const [most, setMost] = useState(projectsAtOnce)
  if (answer.kind === 'waiting') return <Waiting text="Reading what clients can get." />
  if (answer.kind === 'failed') return <Problem error={answer.error} again={again} />
  const projects = answer.value
  if (projects.length === 0) return <p className="soft">Clients can get nothing from this repository yet.</p>
  return (
    <div className="stack">
      <ul className="projects">
        {projects.slice(0, most).map((project) => (
          <Project key={project.project} project={project} chosen={chosen} onChoose={onChoose} />
        ))}
      </ul>
      {projects.length <= most ? null : (
        <div className="row">
          <button type="button" className="button" onClick={() => setMost(most + projectsAtOnce)}>
            Show {Math.min(projectsAtOnce, projects.length - most)} more
          </button>
          <span className="soft small">
            {most} of {manyOf(projects.length, 'project')}; the search above looks through all of them
          </span>
        </div>
      )}
    </div>
  )
}

interface ProjectProps {
  project: ProjectReleases
  chosen: string | undefined
  onChoose: (chosen: Chosen) => void
}

function Project({ project, chosen, onChoose }: ProjectProps): ReactElement {
  const [most, setMost] = useState(releasesAtOnce)
  const { releases } = project
  const name = plainForeign(project.project)
  return (
    <li>
      <h2>
        <Foreign text={project.project} />
        <span className="soft small"> {manyOf(releases.length, 'file')}</span>
      </h2>
      {project.problem === undefined ? null : <Problem error={project.problem} level={3} />}
      <ul className="releases">
        {releases.slice(0, most).map((release, at) => (
          <li key={release.path} className={release.path === chosen ? 'open' : undefined}>
            <button
              type="button"
              className="link"
              aria-pressed={release.path === chosen}
              onClick={() => onChoose({ path: release.path, role: release.role })}
            >
              <span className="unseen">{name} </span>
              <strong>{releaseName(release)}</strong>
            </button>
            {at === 0 ? <span className="chip tone-ok">newest</span> : null}
            <span className="mono soft place file-name">
              <Foreign text={release.path} />
            </span>
            <span className="soft small nowrap push">{sizeText(release.length)}</span>
          </li>
        ))}
      </ul>
      {releases.length <= most ? null : (
        <button type="button" className="button quiet" onClick={() => setMost(most + 20)}>
          Older ones<span className="unseen"> of {name}</span> ({releases.length - most})
        </button>
      )}
    </li>
  )
}
