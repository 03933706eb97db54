// The keys of projects as their own people changed them: judged change by change, never by the repository's word.
import { AppError, type ErrorData, toAppError } from '../core/error.ts'
import type { Quorum } from '../core/proposal.ts'
import { type KeyChain, type KeyStep, recordedProjects, verifyKeyChain } from '../core/systems/tuf/projects/chain.ts'
import { diffRotate } from '../core/systems/tuf/projects/diff.ts'
import { titleOfStep } from '../core/systems/tuf/projects/fault.ts'
import { type Registry, readRegistries } from '../core/systems/tuf/projects/registry.ts'
import type { Seen } from '../core/systems/tuf/projects/seen.ts'
import type { Delegation, Walk } from './repository-walk.ts'

export interface ProjectFact {
  /** How often its keys changed; the first ones are none. */
  changes: number
  problem?: ErrorData
}

export type Opened = Pick<Walk, 'set' | 'published' | 'options'> & {
  /** Changes that were seen before: what must still be there. */
  seen?: Seen
}

/** A registry that does not verify is told in its place; its projects say so too. */
export async function registriesOf({ set, published, options }: Opened): Promise<readonly Registry[]> {
  try {
    return await readRegistries(set, published, options)
  } catch (thrown) {
    const error = toAppError(thrown)
    if (/^(trust|format|source)\//.test(error.code)) return []
    throw error
  }
}

/** Of every project that a registry delegates to, or that has a change on record. */
export async function projectFacts(edges: readonly Delegation[], opened: Opened): Promise<Map<string, ProjectFact>> {
  const { set } = opened
  const registries = await registriesOf(opened)
  const names = new Set(registries.map(({ name }) => name))
  const wanted = new Set(recordedProjects(set.snapshot.signed))
  for (const { from, to } of edges) if (names.has(from)) wanted.add(to)
  const facts = new Map<string, ProjectFact>()
  for (const project of wanted) {
    const { steps, problem } = await chainOf(project, opened, registries)
    const fact = { changes: Math.max(0, steps.length - 1) }
    facts.set(project, problem === undefined ? fact : { ...fact, problem: problem.error })
  }
  return facts
}

export async function chainOf(
  project: string,
  { set, published, options, seen }: Opened,
  registries?: readonly Registry[],
): Promise<KeyChain> {
  const known = registries === undefined || registries.length === 0 ? {} : { registries }
  const before = seen?.get(project)
  return verifyKeyChain(project, set, published, {
    ...options,
    ...known,
    ...(before === undefined ? {} : { known: before }),
  })
}

/** The same, or nothing where there is no such project. */
export async function chainIfAny(project: string, opened: Opened): Promise<KeyChain | undefined> {
  const registries = await registriesOf(opened)
  const isThere =
    recordedProjects(opened.set.snapshot.signed).includes(project) ||
    registries.some(({ metadata }) => metadata.signed.delegations?.roles?.some(({ name }) => name === project) === true)
  return isThere ? chainOf(project, opened, registries) : undefined
}

/** One change of a project's keys, for people. */
export interface KeyChangeFact {
  title: string
  headline: string
  digest: string
  version: number
  threshold: number
  /** Whom it names, with who of them signed it. */
  quorums: readonly Quorum[]
  signedBy: readonly string[]
}

/** Newest first. */
export function keyChanges({ project, steps }: KeyChain): KeyChangeFact[] {
  return steps.map((step, at) => keyChange(project, step, steps[at - 1])).reverse()
}

function keyChange(project: string, { file, digest, quorums }: KeyStep, before: KeyStep | undefined): KeyChangeFact {
  const { version, threshold } = file
  const signers = quorums.flatMap(({ keys }) => keys.filter((entry) => entry.signed))
  return {
    title: titleOfStep({ project, version }),
    headline: diffRotate(before?.file, file).headline,
    ...{ digest, version, threshold, quorums },
    signedBy: [...new Set(signers.map(({ owner, ids }) => owner ?? ids[0]?.slice(0, 8) ?? ''))],
  }
}

/** Who holds a project now by its own people's word; a broken history is no ground to build on. */
export function newestOf(chain: KeyChain): NonNullable<KeyChain['newest']> {
  if (chain.problem !== undefined) throw new AppError(chain.problem.error)
  if (chain.newest !== undefined) return chain.newest
  throw new AppError({
    code: 'trust/changed',
    message: `the project ${chain.project} has no change of keys on record`,
    hint: 'ask the repository’s admins how it came to be',
  })
}
