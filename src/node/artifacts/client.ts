// A pinned repository as its users see it: the full client workflow from the pinned root, and every artifact they can reach.
import { AppError, isVerdict } from '../../core/error.ts'
import type { Authority } from '../../core/systems/tuf/authority.ts'
import type { ClientOptions } from '../../core/systems/tuf/check.ts'
import { refresh, roleOf, type TrustedSet } from '../../core/systems/tuf/client.ts'
import type { Metadata, RoleKeys, TargetFile, Targets } from '../../core/systems/tuf/metadata.ts'
import { targetName } from '../../core/systems/tuf/names.ts'
import { type FoundTarget, type LoadRole, resolveTarget } from '../../core/systems/tuf/resolve.ts'
import { trustStore } from '../../core/systems/tuf/store.ts'
import type { Files } from '../../core/transport.ts'
import type { EditedSource, TufSource } from '../desk.ts'
import { loadOf, type Walk, walkRoles } from '../repository-walk.ts'
import { type ProjectKeys, projectKeys } from './projects.ts'
import { turns } from './turns.ts'

export interface ClientCall {
  now: Date
  signal: AbortSignal
  /** Keeps what is trusted from now on, so that the repository cannot go back behind it. */
  remember?: ((trusted: { successor: Uint8Array; memory: Files }) => Promise<void>) | undefined
}

/** A role that lists artifacts, verified. */
export interface ListingRole extends Authority {
  name: string
  document: Metadata<Targets>
}

export interface Listing {
  roles: readonly ListingRole[]
  /** Roles that clients cannot use, and why: what only they list is not there. */
  problems: readonly { role: string; error: AppError }[]
}

export interface Client {
  source: EditedSource
  set: TrustedSet
  signal: AbortSignal
  /** Of projects, as their own people changed them. */
  keys: ProjectKeys
  /** The one entry that clients use for a path; throws what they would stop with. */
  find(path: string): Promise<FoundTarget | undefined>
  /** Where the content of what was found lies. */
  contentName(path: string, file: TargetFile): string
  /** All roles below root that could list artifacts. */
  listing(): Promise<Listing>
}

/** Whatever is expired is refused here, as users do. */
export async function openClient(source: EditedSource, call: ClientCall): Promise<Client> {
  return source.layout === undefined ? blocksClient(source, call) : filesClient(source, call)
}

async function filesClient(source: TufSource, { now, signal, remember }: ClientCall): Promise<Client> {
  const { anchor, memory } = source.trust
  const options: ClientOptions = { now, signal, expired: 'refuse' }
  const published = source.layout.published(source.transport)
  const store = trustStore({ anchor, memory, now, signal })
  const set = await refresh(published, store, options)
  const keep = async (): Promise<void> => remember?.({ successor: set.root.bytes, memory: store.files })
  await keep()
  const keys = projectKeys(set, source, { anchor, memory: store.files, now, signal }, keep)
  const consistent = set.root.signed.consistentSnapshot
  const contentName = (path: string, file: TargetFile) => `targets/${targetName(path, file, consistent)}`
  return { source, set, signal, keys, contentName, ...looking({ set, published, options }) }
}

/** Of blocks no project has keys of its own: everything hangs on those who delegate. */
async function blocksClient(
  source: Exclude<EditedSource, TufSource>,
  { now, signal, remember }: ClientCall,
): Promise<Client> {
  const { edits, transport, trust, names } = source
  const { anchor, memory } = trust
  const context = { anchor, memory, now, signal, ...(names === undefined ? {} : { names }) }
  const { walk, trusted } = await edits.accept(transport, context)
  await remember?.(trusted)
  return {
    ...{ source, signal, set: walk.set },
    keys: { chain: async () => undefined, all: async () => [] },
    contentName: (path, file) => edits.contentName(blockOf(path, file)),
    ...looking(walk),
  }
}

/** A link to a file that is kept in several blocks does not say its hash. */
function blockOf(path: string, { hashes, raw }: TargetFile): string {
  const sha256 = hashes.get('sha256')
  if (sha256 !== undefined && raw.content === undefined) return sha256
  throw new AppError({
    code: 'format/unsupported',
    message: `${path} is kept in several blocks, and its content is not put together here`,
    hint: `fetch it with an IPFS client: ${String(raw.content ?? '')}`,
    data: { path },
  })
}

function looking(walk: Walk): Pick<Client, 'find' | 'listing'> {
  const { set } = walk
  const loads = rememberedLoads(loadOf(walk))
  let listing: Promise<Listing> | undefined

  async function readListing(): Promise<Listing> {
    const { root, targets } = set
    const roles: ListingRole[] = [
      { name: 'targets', document: targets, keys: root.signed.keys, role: roleOf(root, 'targets') },
    ]
    const problems: { role: string; error: AppError }[] = []
    for await (const { delegation, document, problem } of walkRoles(walk)) {
      const { to: name, keys, role } = delegation
      if (problem !== undefined) problems.push({ role: name, error: problem })
      if (document === undefined) continue
      loads.keep(name, role, document)
      roles.push({ name, document, keys, role })
    }
    return { roles, problems }
  }

  return {
    find: (path) => resolveTarget(path, set.targets, loads.load),
    listing: () => {
      listing ??= readListing()
      return listing
    },
  }
}

/** Each document is read and verified once for each role that delegates to it, however many paths lead there. */
function rememberedLoads(read: LoadRole) {
  const known = new Map<RoleKeys, Map<string, Promise<Metadata<Targets>>>>()
  const held = (role: RoleKeys): Map<string, Promise<Metadata<Targets>>> => {
    const names = known.get(role) ?? new Map<string, Promise<Metadata<Targets>>>()
    known.set(role, names)
    return names
  }
  const load: LoadRole = (step) => {
    const names = held(step.role)
    const before = names.get(step.name)
    if (before !== undefined) return before
    const reading = read(step)
    names.set(step.name, reading)
    return reading
  }
  return {
    load,
    keep: (name: string, role: RoleKeys, document: Metadata<Targets>): void => {
      if (!held(role).has(name)) held(role).set(name, Promise.resolve(document))
    },
  }
}

export interface Reached extends FoundTarget {
  path: string
}

/** Of these paths, those that clients can reach, each with the entry that they use. What a client stops at is not reached. */
export async function* reachable(client: Client, paths: Iterable<string>): AsyncGenerator<Reached> {
  const turn = turns(client.signal)
  for (const path of paths) {
    if (turn.isDue()) await turn.take()
    const found = await client.find(path).catch(notReached)
    if (found !== undefined) yield { path, ...found }
  }
}

function notReached(thrown: unknown): undefined {
  if (isVerdict(thrown)) return undefined
  throw thrown
}

export function noArtifact(path: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `clients of this repository find no artifact ${path}`,
    hint: 'check the name: it is the whole path, and capital letters count',
    data: { path },
  })
}
