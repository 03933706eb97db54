// Walks over the published tree of delegations: who decides for a path, who may sign for a role, and whether all of it verifies.
import { AppError } from '../../error.ts'
import type { Transport } from '../../transport.ts'
import { type ClientOptions, checkFits } from './check.ts'
import { loadTargets, type TrustedSet } from './client.ts'
import type { TufKey } from './key.ts'
import type { Delegations, Metadata, NamedRole, RoleKeys, SuccinctRoles, TargetFile, Targets } from './metadata.ts'
import { targetName } from './names.ts'
import { binName, type FoundTarget, type LoadRole, type RoleStep, resolveTarget } from './resolve.ts'

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

function isBin(succinct: SuccinctRoles, name: string): boolean {
  const digits = name.slice(succinct.namePrefix.length + 1)
  const isName = name.startsWith(`${succinct.namePrefix}-`) && /^[0-9a-f]{1,8}$/.test(digits)
  return (
    isName &&
    binName(succinct, Number.parseInt(digits, 16)) === name &&
    Number.parseInt(digits, 16) < 2 ** succinct.bitLength
  )
}

/** How these delegations name a role, in whatever form they are; the first way when there are several. */
export function stepTo(name: string, delegations: Delegations): RoleStep | undefined {
  const { keys, succinct } = delegations
  if (succinct !== undefined) return isBin(succinct, name) ? { name, role: succinct, keys } : undefined
  for (const role of namedRoles(delegations)) if (role.name === name) return { name, role, keys }
  return undefined
}

/** The first role, from the top, that delegates to `name`; only roles above it are read. */
export async function findDelegator(
  name: string,
  set: TrustedSet,
  remote: Transport,
  options: ClientOptions,
): Promise<RoleStep | undefined> {
  const visited = new Set<string>(['targets'])
  const open: Metadata<Targets>[] = [set.targets]
  for (let parent = open.shift(); parent !== undefined; parent = open.shift()) {
    const { delegations } = parent.signed
    if (delegations === undefined) continue
    const found = stepTo(name, delegations)
    if (found !== undefined) return found
    // Bins do not delegate further in practice, and there are thousands: named roles only.
    const isBins = delegations.form === 'succinct'
    for (const step of isBins ? [] : namedSteps(delegations, set.snapshot.signed.meta)) {
      if (visited.has(step.name)) continue
      visited.add(step.name)
      open.push(await loadTargets(step.name, set, step.keys, step.role, remote, options))
    }
  }
  return undefined
}

/** A client stops with such an error, whoever asks it; any other says nothing about the repository. */
export function isVerdict(error: unknown): error is AppError {
  return error instanceof AppError && /^(trust|format|source\/(not-found|too-large|rejected)$)/.test(error.code)
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
