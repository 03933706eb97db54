// Which delegated role speaks for which path, and the walks over the tree of delegations.
import { sha256 as sha256Sync } from '@noble/hashes/sha2.js'
import { toHex, utf8 } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import type { Transport } from '../../transport.ts'
import { type ClientOptions, checkFits } from './check.ts'
import { loadTargets, type TrustedSet } from './client.ts'
import { isPathMatch } from './glob.ts'
import type { TufKey } from './key.ts'
import type { Delegations, Metadata, RoleKeys, SuccinctRoles, TargetFile, Targets } from './metadata.ts'
import { targetName } from './names.ts'

/** One step from a delegating role: the delegated role's name and the keys it must be signed with. */
interface Step {
  name: string
  role: RoleKeys
  terminating: boolean
}

/** 5.6.7.1: no more roles than this are asked for one path. */
const maxRolesVisited = 32

export function stepsFor(path: string, delegations: Delegations | undefined): Step[] {
  if (delegations === undefined) return []
  const digest = sha256Sync(utf8(path))
  if (delegations.succinct !== undefined) {
    const { succinct } = delegations
    return [{ name: binName(succinct, binOf(succinct, digest)), role: succinct, terminating: true }]
  }
  const hex = toHex(digest)
  return (delegations.roles ?? [])
    .filter(
      (role) =>
        role.paths?.some((pattern) => isPathMatch(pattern, path)) ??
        role.pathHashPrefixes?.some((prefix) => hex.startsWith(prefix.toLowerCase())) ??
        false,
    )
    .map((role) => ({ name: role.name, role, terminating: role.terminating }))
}

/** TAP 15: the leading bits of the path's sha256. */
function binOf(succinct: SuccinctRoles, digest: Uint8Array): number {
  const lead = new DataView(digest.buffer, digest.byteOffset).getUint32(0)
  return lead >>> (32 - succinct.bitLength)
}

export function binName(succinct: SuccinctRoles, bin: number): string {
  const width = (2 ** succinct.bitLength - 1).toString(16).length
  return `${succinct.namePrefix}-${bin.toString(16).padStart(width, '0')}`
}

export interface FoundTarget {
  file: TargetFile
  /** The role that speaks for it, and the path of roles that led there. */
  role: string
}

/** 5.6.7: pre-order, a terminating role is the last word. */
export async function findTarget(
  path: string,
  set: TrustedSet,
  remote: Transport,
  options: ClientOptions,
  store?: Transport,
): Promise<FoundTarget | undefined> {
  interface Visit extends Step {
    parent: Metadata<Targets> | undefined
  }
  const visited = new Set<string>()
  let open: Visit[] = [
    { name: 'targets', role: { keyids: [], threshold: 1, raw: {} }, terminating: false, parent: undefined },
  ]
  for (let visit = open.shift(); visit !== undefined; visit = open.shift()) {
    if (visited.has(visit.name)) continue
    if (visited.size >= maxRolesVisited) return undefined
    visited.add(visit.name)
    const delegations = visit.parent?.signed.delegations
    const metadata =
      delegations === undefined
        ? set.targets
        : await loadTargets(visit.name, set, delegations.keys, visit.role, remote, options, store)
    const file = metadata.signed.target(path)
    if (file !== undefined) return { file, role: visit.name }
    const steps = stepsFor(path, metadata.signed.delegations)
    const last = steps.findIndex((step) => step.terminating)
    const taken = last < 0 ? steps : steps.slice(0, last + 1)
    const visits = taken.map((step) => ({ ...step, parent: metadata }))
    open = last < 0 ? [...visits, ...open] : visits
  }
  return undefined
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
  const seen = new Set<string>(['targets'])
  const open: { parent: string; metadata: Metadata<Targets>; step: Step }[] = []
  const enqueue = (parent: string, metadata: Metadata<Targets>): void => {
    for (const step of listedSteps(metadata.signed.delegations, set)) {
      const edge = `${parent}\n${step.name}`
      if (seen.has(edge)) continue
      seen.add(edge)
      open.push({ parent, metadata, step })
    }
  }
  enqueue('targets', set.targets)
  let next = 0
  const work = async (): Promise<void> => {
    for (let job = open[next]; job !== undefined; job = open[next]) {
      next++
      options.signal.throwIfAborted()
      const keys = job.metadata.signed.delegations?.keys ?? new Map<string, TufKey>()
      const metadata = await loadTargets(job.step.name, set, keys, job.step.role, remote, options)
      done.push({ name: job.step.name, parent: job.parent, metadata, keys, role: job.step.role })
      report(done.length, open.length)
      enqueue(job.step.name, metadata)
    }
  }
  // A level of the tree may have one role, the next a thousand: workers that find nothing end, so start again while there is more.
  while (next < open.length)
    await Promise.all(Array.from({ length: Math.min(parallelReads, open.length - next) }, work))
  return done
}

const parallelReads = 16

/** The delegated roles that the snapshot lists. Bins may be 2^32 by a single number: their names are looked for among those listed. */
function* listedSteps(delegations: Delegations | undefined, set: Pick<TrustedSet, 'snapshot'>): Generator<Step> {
  const { meta } = set.snapshot.signed
  if (delegations?.succinct !== undefined) {
    const role = delegations.succinct
    for (const name of meta.keys()) if (isBin(role, name)) yield { name, role, terminating: true }
  }
  for (const role of delegations?.roles ?? []) {
    if (meta.has(role.name)) yield { name: role.name, role, terminating: role.terminating }
  }
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

/** The first role, from the top, that delegates to `name`; only roles above it are read. */
export async function findDelegator(
  name: string,
  set: TrustedSet,
  remote: Transport,
  options: ClientOptions,
): Promise<{ keys: ReadonlyMap<string, TufKey>; role: RoleKeys } | undefined> {
  const visited = new Set<string>(['targets'])
  const open: Metadata<Targets>[] = [set.targets]
  for (let parent = open.shift(); parent !== undefined; parent = open.shift()) {
    const { delegations } = parent.signed
    if (delegations === undefined) continue
    const named = delegations.roles?.find((role) => role.name === name)
    const bin = delegations.succinct
    const role = named ?? (bin !== undefined && isBin(bin, name) ? bin : undefined)
    if (role !== undefined) return { keys: delegations.keys, role }
    // Bins do not delegate further in practice, and there are thousands: named roles only.
    for (const step of bin === undefined ? listedSteps(delegations, set) : []) {
      if (visited.has(step.name)) continue
      visited.add(step.name)
      open.push(await loadTargets(step.name, set, delegations.keys, step.role, remote, options))
    }
  }
  return undefined
}
