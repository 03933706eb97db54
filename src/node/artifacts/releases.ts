// What users of a repository get to choose from: projects and their releases, only what a client really finds, and nothing of
// a project whose keys were not changed by its own people.
import { type AppError, type ErrorData, toErrorData } from '../../core/error.ts'
import type { JsonValue } from '../../core/json.ts'
import { isObject } from '../../core/json.ts'
import { type Artifact, latestField, nameOf, type Project, projectsIn } from '../../core/release.ts'
import type { KeyChain } from '../../core/systems/tuf/projects/chain.ts'
import type { EditedSource } from '../desk.ts'
import { type Client, type ClientCall, type Listing, openClient, type Reached, reachable } from './client.ts'
import { ownersOf, projectProblem } from './projects.ts'
import { turns } from './turns.ts'

/** One project as a window shows it: plain data. */
export interface ProjectReleases {
  project: string
  /** What is taken when nobody asks for a version. */
  latest?: string
  /** Newest first; a release of several files stands as often. */
  releases: readonly { version?: string; path: string; length: number; role: string }[]
  /** Why nothing of it is offered. */
  problem?: ErrorData
}

export interface Catalogue {
  projects: readonly Project[]
  /** Artifacts beyond the limit, which were not looked at. */
  omitted: number
  problems: Listing['problems']
  /** Projects of which nothing is offered, and why. */
  refused: readonly { project: string; error: AppError }[]
}

/** More than a person looks through. One project is always read whole. */
const maxArtifacts = 100_000

export async function releases(source: EditedSource, call: ClientCall): Promise<ProjectReleases[]> {
  const { projects, refused } = await catalogue(await openClient(source, call))
  const offered = new Map(projects.map((project) => [project.name, toReleases(project)]))
  // First what is wrong. An artifact of the same name may lie outside the project's folder.
  const wrong = refused.map(({ project, error }): ProjectReleases => {
    const other = offered.get(project) ?? { project, releases: [] }
    offered.delete(project)
    return { ...other, problem: toErrorData(error) }
  })
  return [...wrong, ...offered.values()]
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
  const verdicts = await verdictsOn(client, project)
  const artifacts: Artifact[] = []
  for await (const found of reachable(client, paths)) {
    if (await verdicts.isBelieved(found)) artifacts.push(toArtifact(found))
  }
  const documents = new Map(roles.map(({ name, document }) => [name, document.signed.raw]))
  const named = (role: string): JsonValue | undefined => documents.get(role)?.[latestField]
  return { projects: projectsIn(artifacts, named), omitted, problems, refused: verdicts.refused() }
}

interface Verdicts {
  isBelieved(found: Reached): Promise<boolean>
  refused(): Catalogue['refused']
}

/** All projects are judged where all are listed, also those of which nothing can be reached; else those that are met. */
async function verdictsOn({ keys }: Client, project: string | undefined): Promise<Verdicts> {
  const known = new Map<string, KeyChain | undefined>()
  if (project === undefined) for (const chain of await keys.all()) known.set(chain.project, chain)
  const judge = async (name: string): Promise<KeyChain | undefined> => {
    if (project !== undefined && !known.has(name)) known.set(name, await keys.chain(name))
    return known.get(name)
  }
  if (project !== undefined) await judge(project)
  return {
    isBelieved: async (found) => {
      for (const name of ownersOf(found.path, found)) if ((await judge(name))?.problem !== undefined) return false
      return true
    },
    refused: () =>
      [...known].flatMap(([name, chain]) =>
        chain?.problem === undefined ? [] : [{ project: name, error: projectProblem(name, chain.problem) }],
      ),
  }
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
