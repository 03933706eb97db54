// What is published and verified, read once for everything that is asked of it in one go.
import { AppError } from '../../error.ts'
import type { Context } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import type { ClientOptions } from './check.ts'
import { loadTargets, refresh, roleOf, type TrustedSet, updateRoot } from './client.ts'
import { type PublishedConfiguration, readConfiguration } from './configuration/published.ts'
import { findDelegator } from './delegation.ts'
import type { TufKey } from './key.ts'
import type { Layout } from './layouts/plain.ts'
import { type Metadata, type RoleKeys, type Root, type Targets, topRoles } from './metadata.ts'
import { authorityIn, type KeyChain, recordedProjects, verifyKeyChain } from './projects/chain.ts'
import { hasProject } from './projects/delegation.ts'
import { projectsOf, type Registry, readRegistries } from './projects/registry.ts'
import { readSeen } from './projects/seen.ts'
import { trustStore } from './store.ts'

/** With which keys a role must be signed. */
export interface Authority {
  keys: ReadonlyMap<string, TufKey>
  role: RoleKeys
}

export interface Trusted {
  published: Transport
  options: ClientOptions
  /** Only the chain of roots: what is below it may be expired or gone. */
  root(): Promise<Metadata<Root>>
  set(): Promise<TrustedSet>
  /** Who speaks for a role now; undefined when no published role delegates to it. */
  authority(role: string): Promise<Authority | undefined>
  /** The version of a targets-type role in force; undefined when there is none yet. */
  targets(role: string): Promise<Metadata<Targets> | undefined>
  /** Of the last document that a role had, also when nobody delegates to it any more: it must not go back. */
  lastVersion(role: string): Promise<number>
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

/** Expired documents are reported, not refused: they are what a person comes here to renew. */
export function trusted(layout: Layout, source: Transport, context: Context): Trusted {
  const options: ClientOptions = { now: context.now, signal: context.signal, expired: 'report' }
  const published = layout.published(source)
  const seen = readSeen(context.memory)
  const root = once(() => updateRoot(published, trustStore(context), options))
  const set = once(() => refresh(published, trustStore(context), options))
  const authority = onceEach(async (name: string): Promise<Authority | undefined> => {
    const top = topRoles.find((type) => type === name)
    const now = await set()
    if (top !== undefined) return { keys: now.root.signed.keys, role: roleOf(now.root, top) }
    return findDelegator(name, now, published, options)
  })
  const targets = onceEach(async (name: string): Promise<Metadata<Targets> | undefined> => {
    const now = await set()
    if (name === 'targets') return now.targets
    const by = await authority(name)
    if (by === undefined || !now.snapshot.signed.meta.has(name)) return undefined
    return loadTargets(name, now, by.keys, by.role, published, options)
  })
  const lastVersion = async (name: string): Promise<number> =>
    topRoles.some((type) => type === name) ? 0 : ((await set()).snapshot.signed.meta.get(name)?.version ?? 0)
  const registries = once(async () => readRegistries(await set(), published, options))
  const keyChain = onceEach(async (project: string): Promise<KeyChain | undefined> => {
    const now = await set()
    const known = await registries()
    const before = seen.get(project)
    const isKnown =
      before !== undefined ||
      recordedProjects(now.snapshot.signed).includes(project) ||
      authorityIn(known, project) !== undefined
    const more = { registries: known, ...(before === undefined ? {} : { known: before }) }
    return isKnown ? verifyKeyChain(project, now, published, { ...options, ...more }) : undefined
  })
  const keyChains = once(async () => {
    const delegated = (await registries()).flatMap(({ metadata }) => projectsOf(metadata).map(({ name }) => name))
    const names = new Set([...delegated, ...recordedProjects((await set()).snapshot.signed), ...seen.keys()])
    return (await Promise.all([...names].map(keyChain))).filter((one) => one !== undefined)
  })
  const configuration = once(async () => readConfiguration(await set(), published, options))
  const registryOf = onceEach(async (project: string): Promise<Registry> => {
    const known = await registries()
    const registry = known.find(({ metadata }) => hasProject(metadata, project)) ?? known[0]
    if (registry === undefined) throw noRegistry()
    return registry
  })
  return {
    published,
    options,
    root,
    set,
    authority,
    targets,
    lastVersion,
    registries,
    registryOf,
    keyChain,
    keyChains,
    configuration,
  }
}

export function noAuthority(role: string): AppError {
  return new AppError({
    code: 'trust/threshold',
    message: `no published role delegates to ${role}, so nobody can sign for it`,
    hint: 'propose the delegation first',
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

function once<T>(read: () => Promise<T>): () => Promise<T> {
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
