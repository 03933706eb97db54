// Which role decides for a path: the walk over delegated roles, over whatever documents the caller has for them.
import { sha256 as sha256Sync } from '@noble/hashes/sha2.js'
import { toHex, utf8 } from '../../bytes.ts'
import { isPathMatch } from './glob.ts'
import type { TufKey } from './key.ts'
import type { Agreement, Delegations, Metadata, RoleKeys, SuccinctRoles, TargetFile, Targets } from './metadata.ts'

/** From a delegating document to one role, and the keys with which that must be signed. */
export interface RoleStep {
  name: string
  role: RoleKeys
  keys: ReadonlyMap<string, TufKey>
}

/** The document of a delegated role; throws what a client stops with. */
export type LoadRole = (step: RoleStep) => Promise<Metadata<Targets>>

export interface FoundTarget {
  file: TargetFile
  /** The role that speaks for it. */
  role: string
  /** TAP 3: the roles of the entry that were found to say the same; `role` is the first of them, or stands below it. */
  agreed?: readonly string[]
}

interface AgreementStep {
  entry: Agreement
  roles: readonly RoleStep[]
}

type Step = { terminating: boolean } & ({ kind: 'role'; to: RoleStep } | ({ kind: 'agreement' } & AgreementStep))

/** 5.6.7.1: no more roles than this are asked for one path. */
const maxRolesVisited = 32

/** 5.6.7: pre-order, a terminating role is the last word. */
export function resolveTarget(path: string, top: Metadata<Targets>, load: LoadRole): Promise<FoundTarget | undefined> {
  const search: Search = { path, load, left: maxRolesVisited }
  return searchFrom({ name: 'targets', document: () => Promise.resolve(top) }, new Set(), search)
}

interface Search {
  path: string
  load: LoadRole
  /** How many roles may still be asked. */
  left: number
}

interface Start {
  name: string
  document: () => Promise<Metadata<Targets>>
}

/** `above`: the roles that led here, which are not asked again below themselves. */
async function searchFrom(start: Start, above: ReadonlySet<string>, search: Search): Promise<FoundTarget | undefined> {
  const visited = new Set(above)
  let open: { step: Step; above: ReadonlySet<string> }[] = []
  const enter = async ({ name, document }: Start, chain: ReadonlySet<string>): Promise<FoundTarget | undefined> => {
    if (visited.has(name) || search.left === 0) return undefined
    visited.add(name)
    search.left--
    const { signed } = await document()
    const file = signed.target(search.path)
    if (file !== undefined) return { file, role: name }
    const steps = stepsFor(search.path, signed.delegations)
    const last = steps.findIndex((step) => step.terminating)
    const below = new Set(chain).add(name)
    const visits = (last < 0 ? steps : steps.slice(0, last + 1)).map((step) => ({ step, above: below }))
    open = last < 0 ? [...visits, ...open] : visits
    return undefined
  }
  let found = await enter(start, above)
  for (let visit = open.shift(); found === undefined && visit !== undefined; visit = open.shift()) {
    const { step, above: chain } = visit
    found = step.kind === 'agreement' ? await agreed(step, chain, search) : await enter(startAt(step.to, search), chain)
  }
  return found
}

function startAt(step: RoleStep, search: Search): Start {
  return { name: step.name, document: () => search.load(step) }
}

/** TAP 3: the roles are asked in order, each with all that it delegates; the first so many that say the same decide. */
async function agreed(
  { entry, roles }: AgreementStep,
  above: ReadonlySet<string>,
  search: Search,
): Promise<FoundTarget | undefined> {
  const groups: { found: FoundTarget; names: string[] }[] = []
  for (const step of roles) {
    const found = await searchFrom(startAt(step, search), above, search)
    if (found === undefined) continue
    let group = groups.find((one) => isSameFile(one.found.file, found.file))
    if (group === undefined) {
      group = { found, names: [] }
      groups.push(group)
    }
    group.names.push(step.name)
    if (group.names.length === entry.minRoles) return { ...group.found, agreed: group.names }
  }
  return undefined
}

/** Length and every hash: data beside them is for each role to say. */
export function isSameFile(a: TargetFile | undefined, b: TargetFile | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  if (a.length !== b.length || a.hashes.size !== b.hashes.size) return false
  for (const [algorithm, digest] of a.hashes) if (b.hashes.get(algorithm) !== digest) return false
  return true
}

function stepsFor(path: string, delegations: Delegations | undefined): Step[] {
  if (delegations === undefined) return []
  const { keys, roles, succinct, agreements } = delegations
  if (succinct !== undefined) {
    const name = binName(succinct, binOf(succinct, path))
    return [{ kind: 'role', to: { name, role: succinct, keys }, terminating: true }]
  }
  if (agreements !== undefined) {
    return agreements
      .filter((entry) => entry.paths.some((pattern) => isPathMatch(pattern, path)))
      .map((entry) => ({
        kind: 'agreement',
        entry,
        terminating: entry.terminating,
        roles: entry.roles.map((role) => ({ name: role.name, role, keys })),
      }))
  }
  let hex: string | undefined
  const hashOf = (): string => {
    hex ??= toHex(sha256Sync(utf8(path)))
    return hex
  }
  return (roles ?? [])
    .filter(
      (role) =>
        role.paths?.some((pattern) => isPathMatch(pattern, path)) ??
        role.pathHashPrefixes?.some((prefix) => hashOf().startsWith(prefix.toLowerCase())) ??
        false,
    )
    .map((role) => ({ kind: 'role', to: { name: role.name, role, keys }, terminating: role.terminating }))
}

/** The bin in which clients look for this path first; undefined where something else is asked, or nothing. */
export function binOfPath(path: string, delegations: Delegations | undefined): string | undefined {
  const [first] = stepsFor(path, delegations)
  if (delegations === undefined || first?.kind !== 'role') return undefined
  return isBinOf(first.to.name, delegations) ? first.to.name : undefined
}

/** Roles to which paths lead by their hash. */
export function isBinOf(name: string, { roles = [], succinct }: Delegations): boolean {
  if (succinct !== undefined) return isBin(succinct, name)
  return roles.some((role) => role.name === name && role.pathHashPrefixes !== undefined)
}

export function isBin(succinct: SuccinctRoles, name: string): boolean {
  const digits = name.slice(succinct.namePrefix.length + 1)
  if (!name.startsWith(`${succinct.namePrefix}-`) || !/^[0-9a-f]{1,8}$/.test(digits)) return false
  const bin = Number.parseInt(digits, 16)
  return bin < 2 ** succinct.bitLength && binName(succinct, bin) === name
}

/** TAP 15: the leading bits of the path's sha256. */
function binOf(succinct: SuccinctRoles, path: string): number {
  const digest = sha256Sync(utf8(path))
  const lead = new DataView(digest.buffer, digest.byteOffset).getUint32(0)
  return lead >>> (32 - succinct.bitLength)
}

export function binName(succinct: SuccinctRoles, bin: number): string {
  const width = (2 ** succinct.bitLength - 1).toString(16).length
  return `${succinct.namePrefix}-${bin.toString(16).padStart(width, '0')}`
}
