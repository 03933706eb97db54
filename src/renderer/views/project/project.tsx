// A project of an Asfaload mirror: who signs what, its releases and which of them are revoked, and whether a file is one of them.
import { type ReactElement, useState } from 'react'
import type { ProjectView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, useAnswer } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Page } from '../../components/page.tsx'
import { plainForeign } from '../../foreign.ts'
import { listOf } from '../../format.ts'
import { holderName } from '../../quorum.ts'
import { hashOf, type ProjectForm } from '../../route.ts'
import { ChangeMenu } from '../inside/change-menu.tsx'
import { CheckFile } from '../inside/check-file.tsx'
import { LookedInto } from '../inside/looked-into.tsx'
import { AskBackend } from './backend.tsx'
import { ProjectChange } from './change.tsx'
import { type Named, NamedRelease } from './named-release.tsx'
import { Releases } from './releases.tsx'

interface ProjectProps {
  sourceId: string
  form?: ProjectForm
  path?: string
}

export function Project({ sourceId, form, path }: ProjectProps): ReactElement {
  const { revision } = useApp()
  const asked = useAnswer(`project ${sourceId}`, revision, () => bridge().project.get({ sourceId }))
  return (
    <LookedInto
      what="project"
      reading="Reading the signers and every release, and checking every signature."
      asked={asked}
    >
      {(project) =>
        form === undefined ? <Whole project={project} /> : <ProjectChange project={project} form={form} path={path} />
      }
    </LookedInto>
  )
}

function Whole({ project }: { project: ProjectView }): ReactElement {
  const { sourceId, name, location, title, sees } = project
  const [named, setNamed] = useState<Named>()
  const [asked, setAsked] = useState('')
  const known = sees.kind === 'known' ? project.releases.map((release) => release.name) : []
  const held =
    sees.kind === 'all'
      ? {}
      : sees.kind === 'named'
        ? { release: named?.release ?? '' }
        : { release: asked || known[0] || '', known, onRelease: setAsked }
  // At a backend both are made in the project's own place, from where it fetches them.
  const changes =
    sees.kind === 'all'
      ? [
          { verb: 'Change who signs', href: hashOf({ screen: 'project', sourceId, form: 'signers' }) },
          { verb: 'Add a release', href: hashOf({ screen: 'project', sourceId, form: 'release' }) },
        ]
      : []
  return (
    <Page
      title={plainForeign(name)}
      where={
        <span className="mono place">
          <Foreign text={location} />
        </span>
      }
      by={changes.length === 0 ? null : <ChangeMenu changes={changes} label="Change ..." />}
      rehearsal={false}
    >
      <div className="stack wide content">
        <section className="card stack" aria-label="Who signs">
          <h2>
            <Foreign text={title} />
          </h2>
          <ul className="roles plain">
            {project.groups.map((group) => (
              <li key={group.name}>
                <div>
                  <h3>{group.name}</h3>
                  <p className="small soft">
                    {group.threshold} of {group.holders.length} {group.holders.length === 1 ? 'key' : 'keys'}:{' '}
                    <Foreign text={listOf(group.holders.map(holderName))} />
                  </p>
                </div>
              </li>
            ))}
          </ul>
          <p className="small soft">Nothing of it expires. It counts until other signers take its place.</p>
        </section>
        {sees.kind === 'named' ? (
          <NamedRelease project={project} named={named} onNamed={setNamed} />
        ) : (
          <Releases project={project} />
        )}
        {sees.kind === 'known' ? <AskBackend sourceId={sourceId} sees={sees} onNamed={setAsked} /> : null}
        <CheckFile sourceId={sourceId} project={held} />
      </div>
    </Page>
  )
}
