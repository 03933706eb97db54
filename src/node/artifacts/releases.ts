// What users of a repository get to choose from: projects and their releases, only what a client really finds.

import type { JsonValue } from '../../core/json.ts'
import { type Artifact, latestField, nameOf, type Project, projectsIn } from '../../core/release.ts'
import { isObject } from '../../core/systems/tuf/key.ts'
import type { OpenSource } from '../desk.ts'
import { type Client, type ClientCall, type Listing, openClient, type Reached, reachable } from './client.ts'
import { turns } from './turns.ts'

/** One project as a window shows it: plain data. */
export interface ProjectReleases {
  project: string
  /** What is taken when nobody asks for a version. */
  latest?: string
  /** Newest first; a release of several files stands as often. */
  releases: readonly { version?: string; path: string; length: number; role: string }[]
}

export interface Catalogue {
  projects: readonly Project[]
  /** Artifacts beyond the limit, which were not looked at. */
  omitted: number
  problems: Listing['problems']
}

/** More than a person looks through. One project is always read whole. */
const maxArtifacts = 100_000

export async function releases(source: OpenSource, call: ClientCall): Promise<ProjectReleases[]> {
  return (await catalogue(await openClient(source, call))).projects.map(toReleases)
}

/** Of one project when it is named; else of all. */
export async function catalogue(client: Client, project?: string, limit = maxArtifacts): Promise<Catalogue> {
  const { roles, problems } = await client.listing()
  const paths = new Set<string>()
  const turn = turns(client.signal)
  let omitted = 0
  for (const { document } of roles) {
    for (const path of document.signed.targetPaths()) {
      if (turn.isDue()) await turn.take()
      if (paths.has(path) || (project !== undefined && projectOf(path) !== project)) continue
      if (paths.size < limit || project !== undefined) paths.add(path)
      else omitted++
    }
  }
  const artifacts: Artifact[] = []
  for await (const found of reachable(client, paths)) artifacts.push(toArtifact(found))
  const documents = new Map(roles.map(({ name, document }) => [name, document.signed.raw]))
  const named = (role: string): JsonValue | undefined => documents.get(role)?.[latestField]
  return { projects: projectsIn(artifacts, named), omitted, problems }
}

/** Every name that a path gives a project, also where clients do not get there: for finding what somebody may have meant. */
export async function projectNames(client: Client): Promise<Set<string>> {
  const names = new Set<string>()
  const turn = turns(client.signal)
  for (const { document } of (await client.listing()).roles) {
    for (const path of document.signed.targetPaths()) {
      if (turn.isDue()) await turn.take()
      names.add(projectOf(path))
    }
  }
  return names
}

/** The metadata of an artifact never says its project. */
function projectOf(path: string): string {
  return nameOf(path).project
}

function toArtifact({ path, file, role }: Reached): Artifact {
  const { custom } = file.raw
  return { path, length: file.length, role, ...(isObject(custom) ? { custom } : {}) }
}

export function toReleases({ name, releases: all, latest }: Project): ProjectReleases {
  return {
    project: name,
    ...(latest === undefined ? {} : { latest }),
    releases: all.flatMap(({ version, artifacts }) =>
      artifacts.map(({ path, length, role }) => ({
        ...(version === undefined ? {} : { version }),
        ...{ path, length, role },
      })),
    ),
  }
}
