// Which artifacts a change of documents can touch: those whose own entry differs, and those that a delegation leads to,
// away from or past.
import type { JsonValue } from '../../json.ts'
import { namedSteps, readable } from './delegation.ts'
import { isSameValue } from './diff/difference.ts'
import type { Delegations, Metadata, NamedRole, Targets } from './metadata.ts'
import { everything, isEmpty, isInScope, literalsOf, mayOverlap, type Scope, scopeOf, union } from './overlap.ts'
import { isBin, isSameFile, type LoadRole, type RoleStep } from './resolve.ts'

export interface Tree {
  top: Metadata<Targets> | undefined
  load: LoadRole
  /** Of the roles that have a document. */
  names: ReadonlySet<string>
}

/** By role: the document that it is to have. */
export type Changed = ReadonlyMap<string, Metadata<Targets> | undefined>

export interface InForce {
  document: Metadata<Targets>
  /** Else clients see nothing of it, and everything in the next one is new to them. */
  isAccepted: boolean
}

export interface Touched {
  paths: ReadonlySet<string>
  /** So many of them, the first ones, are entries of the changed documents themselves. */
  own: number
  /** Those to which no delegation that is known leads: whoever wants to hide a change behind many others writes such. */
  idle: ReadonlySet<string>
}

interface Pair {
  before: InForce | undefined
  after: Metadata<Targets> | undefined
}

/** So many documents are read to find the artifacts behind a delegation. */
const maxRoles = 512

/**
 * Most certain first: own entries, paths that a delegation names, then what lies behind it. Each document in force is
 * asked for once and let go again: it may have a million entries. `ledTo`: for what clients are led to a role.
 */
export async function touchedPaths(
  changed: Changed,
  inForce: (role: string) => Promise<InForce | undefined>,
  ledTo: (role: string) => Promise<Scope>,
  trees: readonly Tree[],
  signal: AbortSignal,
): Promise<Touched> {
  const found = { paths: new Set<string>(), idle: new Set<string>() }
  const scopes: Scope[] = []
  for (const [role, after] of changed) {
    const pair = { before: await inForce(role), after }
    const led = await ledTo(role)
    addOwnPaths(pair, led, found)
    scopes.push(differingScope(pair))
    // Clients that are led to a role whose document they refuse, or do not find, stop there, whatever other roles list.
    if ((pair.before?.isAccepted === true) !== (after !== undefined)) scopes.push(led)
  }
  const own = found.paths.size
  const scope = union(scopes)
  if (isEmpty(scope)) return { ...found, own }
  for (const path of literalsOf(scope)) add(path, true, found)
  for (const tree of trees) await addReachable(tree, scope, found, signal)
  return { ...found, own }
}

interface Found {
  paths: Set<string>
  idle: Set<string>
}

function add(path: string, isLed: boolean, { paths, idle }: Found): void {
  if (isLed) idle.delete(path)
  else if (!paths.has(path)) idle.add(path)
  paths.add(path)
}

function addOwnPaths({ before, after }: Pair, led: Scope, found: Found): void {
  const [was, is] = [before?.document.signed, after?.signed]
  const isSame = (path: string): boolean => before?.isAccepted === true && isSameEntry(path, was, is)
  const [old, fresh] = [was?.targetPaths() ?? [], is?.targetPaths() ?? []]
  const within = affordable(led, old.length + fresh.length)
  for (const path of old) if (!isSame(path)) add(path, isInScope(within, path), found)
  for (const path of fresh) if (was?.entry(path) === undefined) add(path, isInScope(within, path), found)
}

/** Nearly all of a million are equal as they are written, and are not made into files to find that out. */
function isSameEntry(path: string, was: Targets | undefined, is: Targets | undefined): boolean {
  return isSameValue(was?.entry(path), is?.entry(path)) || isSameFile(was?.target(path), is?.target(path))
}

/** Comparing so many patterns with so many paths takes longer than trying some of them for nothing. */
const maxComparisons = 4_000_000

function affordable(scope: Scope, paths: number): Scope {
  return (scope.globs.length + scope.prefixes.length) * paths > maxComparisons ? everything : scope
}

/** For what these delegations lead to a role. */
export function scopeToward(name: string, delegations: Delegations | undefined): Scope {
  if (delegations === undefined) return scopeOf()
  const { roles = [], agreements = [], succinct } = delegations
  if (succinct !== undefined) return isBin(succinct, name) ? everything : scopeOf()
  return union([
    ...roles.filter((role) => role.name === name).map((role) => scopeOf(role.paths, role.pathHashPrefixes)),
    ...agreements.filter((entry) => entry.roles.some((role) => role.name === name)).map(({ paths }) => scopeOf(paths)),
  ])
}

interface Entry {
  name: string
  scope: Scope
  roles: readonly NamedRole[]
  /** Everything that is said of it, with the keys themselves. */
  said: JsonValue
}

function entriesOf(delegations: Delegations | undefined): Entry[] {
  if (delegations === undefined) return []
  const { form, keys, roles, succinct, agreements } = delegations
  const said = (own: JsonValue, list: readonly NamedRole[]): JsonValue => [
    form,
    own,
    ...list.map((role) => [role.raw, ...role.keyids.map((id) => keys.get(id)?.raw ?? null)]),
  ]
  if (succinct !== undefined) {
    const bins = { ...succinct, name: succinct.namePrefix }
    return [{ name: '', scope: everything, roles: [], said: said(succinct.raw, [bins]) }]
  }
  const named = (roles ?? []).map((role) => ({
    name: role.name,
    scope: scopeOf(role.paths, role.pathHashPrefixes),
    roles: [role],
    said: said(role.raw, [role]),
  }))
  const agreed = (agreements ?? []).map((entry) => ({
    name: entry.name,
    scope: scopeOf(entry.paths),
    roles: entry.roles,
    said: said(entry.raw, entry.roles),
  }))
  return [...named, ...agreed]
}

/** The artifacts of every delegation that comes, goes, changes or moves. */
function differingScope({ before, after }: Pair): Scope {
  const [was, is] = [entriesOf(before?.document.signed.delegations), entriesOf(after?.signed.delegations)]
  if (before?.isAccepted === false) return union([...was, ...is].map((entry) => entry.scope))
  const [old, next] = [byName(was), byName(is)]
  const differing = [
    ...was.filter((entry) => !isSameValue(entry.said, next.get(entry.name)?.said)),
    ...is.filter((entry) => !isSameValue(entry.said, old.get(entry.name)?.said)),
  ]
  const [kept, now] = [was.filter(({ name }) => next.has(name)), is.filter(({ name }) => old.has(name))]
  const moved = kept.filter((entry, i) => entry.name !== now[i]?.name)
  return union([...differing, ...moved].map((entry) => entry.scope))
}

function byName(entries: readonly Entry[]): Map<string, Entry> {
  return new Map(entries.map((entry) => [entry.name, entry]))
}

/** The artifacts in `scope` of every role that a path in it can lead to. */
async function addReachable(tree: Tree, scope: Scope, found: Found, signal: AbortSignal): Promise<void> {
  if (tree.top === undefined) return
  const read = new Set(['targets'])
  let asked = 0
  const open: { document: Metadata<Targets>; led: Scope }[] = [{ document: tree.top, led: everything }]
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    signal.throwIfAborted()
    const { document, led } = next
    const paths = document.signed.targetPaths()
    const within = affordable(led, paths.length)
    for (const path of paths) if (isInScope(scope, path)) add(path, isInScope(within, path), found)
    for (const { step, led } of stepsWithin(document.signed.delegations, scope, tree.names)) {
      if (read.has(step.name) || asked === maxRoles) continue
      asked++
      const below = await readable(tree.load(step))
      if (below === undefined) continue
      // Only now: what cannot be read from here may be readable from elsewhere, with other keys.
      read.add(step.name)
      open.push({ document: below, led })
    }
  }
}

function* stepsWithin(
  delegations: Delegations | undefined,
  scope: Scope,
  names: ReadonlySet<string>,
): Generator<{ step: RoleStep; led: Scope }> {
  if (delegations === undefined) return
  const { keys, succinct } = delegations
  if (succinct !== undefined) for (const step of namedSteps(delegations, names)) yield { step, led: everything }
  for (const entry of entriesOf(delegations)) {
    if (!mayOverlap(entry.scope, scope)) continue
    for (const role of entry.roles) yield { step: { name: role.name, role, keys }, led: entry.scope }
  }
}
