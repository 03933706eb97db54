// One repository from the inside: its roles, the map of trust, its artifacts, its history. All of it verified.
import type { ReactElement } from 'react'
import type { RepositoryView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, useAnswer } from '../bridge.ts'
import { Foreign } from '../components/foreign.tsx'
import { Page, RehearsalChip } from '../components/page.tsx'
import { plainForeign } from '../foreign.ts'
import { capital } from '../format.ts'
import { stateSentence } from '../repository-words.ts'
import { hashOf, type RepositoryTab, repositoryTabs } from '../route.ts'
import { ArtifactsTab } from './inside/artifacts.tsx'
import { ChangeMenu } from './inside/change-menu.tsx'
import { repositoryChanges } from './inside/changes.ts'
import { HistoryTab } from './inside/history.tsx'
import { LookedInto } from './inside/looked-into.tsx'
import { MapTab } from './inside/map.tsx'
import { RolesTab } from './inside/roles.tsx'
import { RefusedBlocks, VersionsTab } from './inside/versions.tsx'

export interface RepositoryProps {
  sourceId: string
  tab: RepositoryTab
  role: string | undefined
}

export function Repository({ sourceId, tab, role }: RepositoryProps): ReactElement {
  const { revision } = useApp()
  const asked = useAnswer(sourceId, revision, () => bridge().repository.get({ sourceId }))
  return (
    <LookedInto
      what="repository"
      reading="Reading every role and checking every signature."
      asked={asked}
      instead={(error) => <RefusedBlocks sourceId={sourceId} error={error} isShown={tab === 'versions'} />}
    >
      {(view) => <Inside view={view} tab={tab} role={role} />}
    </LookedInto>
  )
}

interface InsideProps {
  view: RepositoryView
  tab: RepositoryTab
  role: string | undefined
}

function Inside({ view, tab, role }: InsideProps): ReactElement {
  return (
    <Page
      title={plainForeign(view.name)}
      where={
        <span className={view.carried === true ? 'place' : 'mono place'}>
          <Foreign text={view.location} />
        </span>
      }
      by={view.carried === true ? undefined : <ChangeMenu changes={repositoryChanges(view)} label="Change ..." />}
      rehearsal={false}
    >
      <div className="inside-head">
        <p>
          {view.rehearsal ? <RehearsalChip /> : null} {stateSentence(view)}
        </p>
        <nav className="tabs" aria-label={`Inside ${plainForeign(view.name)}`}>
          <ul>
            {tabsOf(view).map((one) => (
              <li key={one}>
                <a
                  href={hashOf({ screen: 'repository', sourceId: view.sourceId, tab: one })}
                  aria-current={one === tab ? 'page' : undefined}
                >
                  {capital(one)}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      {tab === 'roles' ? <RolesTab view={view} selected={role} /> : null}
      {tab === 'map' ? <MapTab view={view} selected={role} /> : null}
      {tab === 'artifacts' ? <ArtifactsTab key={role} view={view} role={role} /> : null}
      {tab === 'versions' && view.links === true ? <VersionsTab sourceId={view.sourceId} name={view.name} /> : null}
      {tab === 'history' ? <HistoryTab view={view} role={role} /> : null}
    </Page>
  )
}

function tabsOf({ links }: RepositoryView): readonly RepositoryTab[] {
  return links === true ? repositoryTabs : repositoryTabs.filter((tab) => tab !== 'versions')
}
