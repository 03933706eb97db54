// Whether projects are in the hands of their own people: asked before anything of theirs is offered, downloaded or believed.
// Whoever stole the repository's online key can sign a delegation to keys of their own, and cannot sign what must stand beside it.
import { AppError } from '../../core/error.ts'
import type { Context } from '../../core/system.ts'
import type { TrustedSet } from '../../core/systems/tuf/client.ts'
import { type KeyChain, recordedProjects } from '../../core/systems/tuf/projects/chain.ts'
import { registryName } from '../../core/systems/tuf/projects/registry.ts'
import { readSeen, seenName, writeSeen } from '../../core/systems/tuf/projects/seen.ts'
import type { FoundTarget } from '../../core/systems/tuf/resolve.ts'
import { trusted } from '../../core/systems/tuf/trusted.ts'
import type { TufPlace } from '../place.ts'

export interface ProjectKeys {
  /** The verdict on the keys of one project; undefined when there is none of this name. */
  chain(project: string): Promise<KeyChain | undefined>
  /** Of every project that there is, or was. */
  all(): Promise<readonly KeyChain[]>
}

/** What was seen to be right is put into the memory and told to `learned`: it must still be there the next time. */
export function projectKeys(
  set: TrustedSet,
  { transport, layout }: Pick<TufPlace, 'transport' | 'layout'>,
  context: Context & { memory: Map<string, Uint8Array> },
  learned: () => Promise<void>,
): ProjectKeys {
  const { memory } = context
  const now = trusted(layout, transport, context, { expired: 'refuse', verified: set })
  const learn = async (chains: readonly KeyChain[]): Promise<void> => {
    const before = readSeen(memory)
    const isNew = ({ project, steps, problem }: KeyChain): boolean =>
      problem === undefined && steps.length > (before.get(project)?.length ?? 0)
    if (!chains.some(isNew)) return
    memory.set(seenName, writeSeen(before, chains))
    await learned()
  }
  return {
    chain: async (project) => {
      if (!mayHoldProjects(set, memory)) return undefined
      const chain = await now.keyChain(project)
      if (chain !== undefined) await learn([chain])
      return chain
    },
    all: async () => {
      if (!mayHoldProjects(set, memory)) return []
      const chains = await now.keyChains()
      await learn(chains)
      return chains
    },
  }
}

/** Where there are only bins, as a repository without projects has them, thousands would be read for one artifact. */
function mayHoldProjects({ snapshot, targets }: TrustedSet, memory: Context['memory']): boolean {
  return (
    recordedProjects(snapshot.signed).length > 0 ||
    readSeen(memory).size > 0 ||
    (targets.signed.delegations?.roles ?? []).some(({ name, paths }) => name === registryName || paths !== undefined)
  )
}

/** Names under which an artifact would be a project's: its folder, and whoever speaks for it. */
export function ownersOf(path: string, { role, agreed = [] }: Pick<FoundTarget, 'role' | 'agreed'>): Set<string> {
  const slash = path.indexOf('/')
  return new Set([...(slash < 0 ? [] : [path.slice(0, slash)]), role, ...agreed])
}

/** Throws what is wrong with the keys of a project that the artifact belongs to. */
export async function verifyOwners(keys: ProjectKeys, path: string, found: FoundTarget): Promise<void> {
  for (const name of ownersOf(path, found)) {
    const chain = await keys.chain(name)
    if (chain?.problem !== undefined) throw projectProblem(chain.project, chain.problem)
  }
}

export function projectProblem(project: string, { error }: NonNullable<KeyChain['problem']>): AppError {
  return new AppError({ ...error, data: { ...error.data, project } })
}
