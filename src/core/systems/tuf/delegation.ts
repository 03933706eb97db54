// Walks over the published tree of delegations: who decides for a path, who may sign for a role, and whether all of it verifies.
import { AppError, isVerdict } from '../../error.ts'
import type { Transport } from '../../transport.ts'
import { type ClientOptions, checkFits } from './check.ts'
import { loadTargets, type TrustedSet } from './client.ts'
import type { TufKey } from './key.ts'
import type { Delegations, Metadata, NamedRole, RoleKeys, TargetFile, Targets } from './metadata.ts'
import { targetName } from './names.ts'
import { everything, mayOverlap, type Scope, scopeOf } from './overlap.ts'
import { type FoundTarget, isBin, type LoadRole, type RoleStep, resolveTarget } from './resolve.ts'

export { binName } from './resolve.ts'

/** 5.6.7, over the published documents. */
export async function findTarget(
  path: string,
  set: TrustedSet,
  remote: Transport,
  options: ClientOptions,
  store?: Transport,
): Promise<FoundTarget | undefined> {
  return resolveTarget(path, set.targets, publishedRoles(set, remote, options, store))
}

/** Each document as it is published, verified with the keys that the document above it names. */
export function publishedRoles(
  set: Pick<TrustedSet, 'root' | 'snapshot'>,
  remote: Transport,
  options: ClientOptions,
  store?: Transport,
): LoadRole {
  return ({ name, keys, role }) => loadTargets(name, set, keys, role, remote, options, store)
}

/** 5.7: the target's bytes, exactly those that the metadata names. */
export async function downloadTarget(
  path: string,
  file: TargetFile,
  set: TrustedSet,
  targets: Transport,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const name = targetName(path, file, set.root.signed.consistentSnapshot)
  const bytes = await targets.read(name, file.length, signal)
  if (bytes === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: `the repository has no file for the target ${path}`,
      data: { name },
    })
  }
  await checkFits(bytes, file, path)
  return bytes
}

export interface VerifiedRole {
  name: string
  parent: string
  metadata: Metadata<Targets>
  /** With which keys it had to be signed. */
  keys: ReadonlyMap<string, TufKey>
  role: RoleKeys
}

/** Every delegated role that the snapshot lists, each verified against every role that delegates to it. */
export async function verifyDelegations(
  set: TrustedSet,
  remote: Transport,
  options: ClientOptions,
  report: (verified: number, known: number) => void = () => {},
): Promise<VerifiedRole[]> {
  const done: VerifiedRole[] = []
  const seen = new Set<string>()
  const listed = set.snapshot.signed.meta
  const open: { parent: string; step: RoleStep }[] = []
  const enqueue = (parent: string, metadata: Metadata<Targets>): void => {
    for (const step of namedSteps(metadata.signed.delegations, listed)) {
      // TAP 3 may name a role in several entries, with the same keys or with others.
      const edge = JSON.stringify([parent, step.name, step.role.keyids, step.role.threshold])
      if (seen.has(edge)) continue
      seen.add(edge)
      open.push({ parent, step })
    }
  }
  enqueue('targets', set.targets)
  let next = 0
  const work = async (): Promise<void> => {
    for (let job = open[next]; job !== undefined; job = open[next]) {
      next++
      options.signal.throwIfAborted()
      const { name, keys, role } = job.step
      const metadata = await loadTargets(name, set, keys, role, remote, options)
      done.push({ name, parent: job.parent, metadata, keys, role })
      report(done.length, open.length)
      enqueue(name, metadata)
    }
  }
  // A level of the tree may have one role, the next a thousand: workers that find nothing end, so start again while there is more.
  while (next < open.length)
    await Promise.all(Array.from({ length: Math.min(parallelReads, open.length - next) }, work))
  return done
}

const parallelReads = 16

/**
 * The delegated roles that have one of the `names` of all documents. Bins may be 2^32 by a single number: they are looked
 * for among those names.
 */
export function* namedSteps(
  delegations: Delegations | undefined,
  names: { has(name: string): boolean; keys(): Iterable<string> },
): Generator<RoleStep> {
  if (delegations === undefined) return
  const { keys, succinct: bins } = delegations
  if (bins !== undefined) for (const name of names.keys()) if (isBin(bins, name)) yield { name, role: bins, keys }
  for (const role of namedRoles(delegations)) if (names.has(role.name)) yield { name: role.name, role, keys }
}

function* namedRoles({ roles = [], agreements = [] }: Delegations): Generator<NamedRole> {
  yield* roles
  for (const entry of agreements) yield* entry.roles
}

/** How these delegations name a role, in whatever form they are; the first way when there are several. */
export function stepTo(name: string, delegations: Delegations): RoleStep | undefined {
  const { keys, succinct } = delegations
  if (succinct !== undefined) return isBin(succinct, name) ? { name, role: succinct, keys } : undefined
  for (const role of namedRoles(delegations)) if (role.name === name) return { name, role, keys }
  return undefined
}

/** How a role is met: with the document that delegates to it. */
export interface FoundStep extends RoleStep {
  from: string
  parent: Metadata<Targets>
}

/**
 * The delegation under which clients meet a role first: pre-order, as they search. A role on the way that cannot be verified
 * hides no other. `from`: only what this role delegates.
 */
export async function findDelegator(
  name: string,
  set: Pick<TrustedSet, 'snapshot' | 'targets'>,
  load: LoadRole,
  from?: string,
): Promise<FoundStep | undefined> {
  const entered = new Set<string>(['targets'])

  async function search(parent: string, document: Metadata<Targets>): Promise<FoundStep | undefined> {
    const { delegations } = document.signed
    if (delegations === undefined) return undefined
    const here = from === undefined || from === parent ? stepTo(name, delegations) : undefined
    const listed = [...askedBefore(here, delegations)].filter((step) => set.snapshot.signed.meta.has(step.name))
    for (let at = 0; at < listed.length; at += parallelReads) {
      const some = listed.slice(at, at + parallelReads).filter((step) => !entered.has(step.name))
      const documents = await Promise.all(some.map((step) => readable(load(step))))
      for (const [i, step] of some.entries()) {
        const below = documents[i]
        if (below === undefined || entered.has(step.name)) continue
        entered.add(step.name)
        const found = await search(step.name, below)
        if (found !== undefined) return found
      }
    }
    return here && { ...here, from: parent, parent: document }
  }

  return search('targets', set.targets)
}

/**
 * The roles that a client asks before this one for an artifact of this one; where there is none such, all of them. Of bins
 * there are thousands, and in practice they do not delegate further.
 */
function* askedBefore(step: RoleStep | undefined, delegations: Delegations): Generator<RoleStep> {
  const all = [...scopedRoles(delegations)]
  const at = step === undefined ? all.length : all.findIndex(({ role }) => role === step.role)
  const scope = all[at]?.scope() ?? everything
  for (const one of all.slice(0, Math.max(0, at)))
    if (mayOverlap(scope, one.scope())) yield { name: one.role.name, role: one.role, keys: delegations.keys }
}

function* scopedRoles({ roles = [], agreements = [] }: Delegations): Generator<{ role: NamedRole; scope(): Scope }> {
  for (const role of roles) yield { role, scope: () => scopeOf(role.paths, role.pathHashPrefixes) }
  for (const { roles: agreeing, paths } of agreements)
    for (const role of agreeing) yield { role, scope: () => scopeOf(paths) }
}

/** undefined for a document at which clients stop. */
export async function readable(document: Promise<Metadata<Targets>>): Promise<Metadata<Targets> | undefined> {
  try {
    return await document
  } catch (error) {
    if (isVerdict(error)) return undefined
    throw error
  }
}

/** Each document is read once for each set of keys that it must be signed with, however many paths lead to it. */
export function remembered(load: LoadRole): LoadRole {
  const authorities = new WeakMap<RoleKeys, string>()
  const held = new Map<string, ReturnType<LoadRole>>()
  return (step) => {
    const { role, keys } = step
    const authority =
      authorities.get(role) ??
      JSON.stringify([role.threshold, ...role.keyids.map((id) => [id, keys.get(id)?.raw ?? null])])
    authorities.set(role, authority)
    const name = `${JSON.stringify(step.name)} ${authority}`
    const known = held.get(name) ?? load(step)
    held.set(name, known)
    return known
  }
}
