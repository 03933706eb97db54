// What is published and verified, read once for everything that is asked of it in one go.
import { AppError, isVerdict } from '../../error.ts'
import type { Context } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { type Authority, authorityOf } from './authority.ts'
import type { ClientOptions } from './check.ts'
import { refresh, type TrustedSet, updateRoot } from './client.ts'
import { type PublishedConfiguration, readConfiguration } from './configuration/published.ts'
import { findDelegator, publishedRoles, remembered } from './delegation.ts'
import type { Layout } from './layout.ts'
import { type Metadata, type Root, type Targets, topRoles } from './metadata.ts'
import { type ParseMetadata, parsedOnce } from './parsed.ts'
import { delegatedByRegistry, type KeyChain, recordedProjects, verifyKeyChain } from './projects/chain.ts'
import { hasProject } from './projects/delegation.ts'
import { projectsOf, type Registry, readRegistries, registryName } from './projects/registry.ts'
import { readSeen } from './projects/seen.ts'
import { trustStore } from './store.ts'

export interface Trusted {
  published: Transport
  options: ClientOptions
  /** The same bytes again are the same document again. */
  parse: ParseMetadata
  /** No root is trusted yet: the one that waits judges itself, and takes the place of nothing. */
  first?: true
  /** Only the chain of roots: what is below it may be expired or gone. */
  root(): Promise<Metadata<Root>>
  set(): Promise<TrustedSet>
  /** Who speaks for a role now; undefined when no published role delegates to it. */
  authority(role: string): Promise<Authority | undefined>
  /** The version of a targets-type role in force; undefined when there is none yet. */
  targets(role: string): Promise<Metadata<Targets> | undefined>
  /** The document of any role but root that is in force. */
  inForce(role: string): Promise<Metadata | undefined>
  /** Of the last document that a role had, also when nobody delegates to it any more: it must not go back. Undefined: not known here. */
  lastVersion(role: string): Promise<number | undefined>
  /** Where projects are kept. */
  registries(): Promise<readonly Registry[]>
  /** The one that holds a project, or would take it in. */
  registryOf(project: string): Promise<Registry>
  /** The verdict on a project's keys; undefined when nobody has reserved its name. */
  keyChain(project: string): Promise<KeyChain | undefined>
  /** Of every project that there is, or was. */
  keyChains(): Promise<readonly KeyChain[]>
  /** What is outside TUF metadata; undefined while all of it is as it comes. */
  configuration(): Promise<PublishedConfiguration | undefined>
}

export interface Reading extends Partial<Pick<ClientOptions, 'copies' | 'expired'>> {
  /** Verified before, in the same way: what is asked of it belongs to one state of the repository. */
  verified?: TrustedSet
}

/** Expired documents are reported, unless refused: they are what a person comes here to renew. */
export function trusted(
  layout: Layout,
  source: Transport,
  context: Context,
  { verified, ...how }: Reading = {},
): Trusted {
  const parse = parsedOnce(context)
  const options: ClientOptions = { expired: 'report', ...how, now: context.now, signal: context.signal, parse }
  const published = layout.published(source)
  const seen = readSeen(context.memory)
  const root = once(async () => verified?.root ?? updateRoot(published, trustStore(context), options))
  const set = once(async () => {
    if (layout.alone === true) throw noRepository()
    return verified ?? refresh(published, trustStore(context), options)
  })
  const roles = once(async () => remembered(publishedRoles(await set(), published, options)))
  const authority = onceEach(async (name: string): Promise<Authority | undefined> => {
    const top = topRoles.find((type) => type === name)
    return top === undefined ? findDelegator(name, await set(), await roles()) : authorityOf(await root(), top)
  })
  const targets = onceEach(async (name: string): Promise<Metadata<Targets> | undefined> => {
    const now = await set()
    if (name === 'targets') return now.targets
    const by = await authority(name)
    if (by === undefined || !now.snapshot.signed.meta.has(name)) return undefined
    return (await roles())({ name, keys: by.keys, role: by.role })
  })
  const inForce = async (name: string): Promise<Metadata | undefined> => {
    const top = topRoles.find((type) => type === name)
    return top === undefined ? targets(name) : (await set())[top]
  }
  const lastVersion = async (name: string): Promise<number> =>
    topRoles.some((type) => type === name) ? 0 : ((await set()).snapshot.signed.meta.get(name)?.version ?? 0)
  const registries = once(async () => readRegistries(await set(), published, options))
  const keyChain = onceEach(async (project: string): Promise<KeyChain | undefined> => {
    const now = await set()
    const before = seen.get(project)
    const isKnown =
      before !== undefined ||
      recordedProjects(now.snapshot.signed).includes(project) ||
      delegatedByRegistry(await registries(), project) !== undefined
    const more = { registries, ...(before === undefined ? {} : { known: before }) }
    return isKnown ? verifyKeyChain(project, now, published, { ...options, ...more }) : undefined
  })
  const keyChains = once(async () => {
    const delegated = (await readableOr([], registries())).flatMap(({ metadata }) => projectsOf(metadata))
    const recorded = recordedProjects((await set()).snapshot.signed)
    const names = new Set([...delegated.map(({ name }) => name), ...recorded, ...seen.keys()])
    return (await Promise.all([...names].map(keyChain))).filter((one) => one !== undefined)
  })
  const configuration = once(async () => readConfiguration(await set(), published, options))
  const registryOf = onceEach(async (project: string): Promise<Registry> => {
    const known = await registries()
    const registry =
      known.find(({ metadata }) => hasProject(metadata, project)) ??
      // Another role of the machine may come before it for reasons of its own.
      known.find(({ name }) => name === registryName) ??
      known[0]
    if (registry === undefined) throw noRegistry()
    return registry
  })
  return {
    published,
    options,
    parse,
    root,
    set,
    authority,
    targets,
    inForce,
    lastVersion,
    registries,
    registryOf,
    keyChain,
    keyChains,
    configuration,
  }
}

/** What is known of the rest where there is no repository around a document. */
export const nothingBelow: Pick<Trusted, 'registries' | 'keyChain' | 'keyChains' | 'configuration'> = {
  registries: async () => [],
  keyChain: async () => undefined,
  keyChains: async () => [],
  configuration: async () => undefined,
}

export function noAuthority(role: string): AppError {
  return new AppError({
    code: 'trust/threshold',
    message: `no published role delegates to ${role}, so nobody can sign for it`,
    hint: 'propose the delegation first',
    data: { role },
  })
}

function noRepository(): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: 'this needs the repository, and only a part of it is here',
    hint: 'open the folder of the repository, or the address where clients read it',
  })
}

function noRegistry(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'this repository has no list of projects',
    hint: 'delegate a role "projects" to the keys of snapshot first, for the paths */*, */*/* and */*/*/*',
  })
}

/** Names that a new project must not be taken for. */
export async function takenNames(now: Trusted): Promise<string[]> {
  const { snapshot } = await now.set()
  return [...snapshot.signed.meta.keys()].filter((name) => !name.includes('/'))
}

/** What clients stop at is told where it stands: by each project that was there, and by the role itself. */
export async function readableOr<T>(otherwise: T, read: Promise<T>): Promise<T> {
  try {
    return await read
  } catch (thrown) {
    if (isVerdict(thrown)) return otherwise
    throw thrown
  }
}

/** What is read at most once, and its failure with it. */
export function once<T>(read: () => Promise<T>): () => Promise<T> {
  let held: Promise<T> | undefined
  return () => {
    held ??= read()
    return held
  }
}

function onceEach<T>(read: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const held = new Map<string, Promise<T>>()
  return (name) => {
    const known = held.get(name) ?? read(name)
    held.set(name, known)
    return known
  }
}
