// Which artifacts a change of documents can touch: those whose own entry differs, and those that a delegation leads to,
// away from or past.
import type { JsonValue } from '../../json.ts'
import { namedSteps, readable } from './delegation.ts'
import { isSameValue } from './diff/difference.ts'
import type { Delegations, Metadata, NamedRole, Targets } from './metadata.ts'
import { everything, isEmpty, isInScope, literalsOf, mayOverlap, type Scope, scopeOf, union } from './overlap.ts'
import { isSameFile, type LoadRole, type RoleStep } from './resolve.ts'

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

interface Pair {
  before: InForce | undefined
  after: Metadata<Targets> | undefined
}

/** So many documents are read to find the artifacts behind a delegation. */
const maxRoles = 512

/**
 * Most certain first: own entries, paths that a delegation names, then what lies behind it. Each document in force is
 * asked for once and let go again: it may have a million entries.
 */
export async function touchedPaths(
  changed: Changed,
  inForce: (role: string) => Promise<InForce | undefined>,
  trees: readonly Tree[],
  signal: AbortSignal,
): Promise<Set<string>> {
  const paths = new Set<string>()
  const scopes: Scope[] = []
  for (const [role, after] of changed) {
    const pair = { before: await inForce(role), after }
    addOwnPaths(pair, paths)
    scopes.push(differingScope(pair))
  }
  const scope = union(scopes)
  if (isEmpty(scope)) return paths
  for (const path of literalsOf(scope)) paths.add(path)
  for (const tree of trees) await addReachable(tree, scope, paths, signal)
  return paths
}

function addOwnPaths({ before, after }: Pair, paths: Set<string>): void {
  const [was, is] = [before?.document.signed, after?.signed]
  const isSame = (path: string): boolean =>
    before?.isAccepted === true && isSameFile(was?.target(path), is?.target(path))
  for (const path of was?.targetPaths() ?? []) if (!isSame(path)) paths.add(path)
  for (const path of is?.targetPaths() ?? []) if (was?.target(path) === undefined) paths.add(path)
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
async function addReachable(tree: Tree, scope: Scope, paths: Set<string>, signal: AbortSignal): Promise<void> {
  if (tree.top === undefined) return
  const read = new Set(['targets'])
  let asked = 0
  const open: Metadata<Targets>[] = [tree.top]
  for (let document = open.shift(); document !== undefined; document = open.shift()) {
    signal.throwIfAborted()
    for (const path of document.signed.targetPaths()) if (isInScope(scope, path)) paths.add(path)
    for (const step of stepsWithin(document.signed.delegations, scope, tree.names)) {
      if (read.has(step.name) || asked === maxRoles) continue
      asked++
      const next = await readable(tree.load(step))
      if (next === undefined) continue
      // Only now: what cannot be read from here may be readable from elsewhere, with other keys.
      read.add(step.name)
      open.push(next)
    }
  }
}

function* stepsWithin(
  delegations: Delegations | undefined,
  scope: Scope,
  names: ReadonlySet<string>,
): Generator<RoleStep> {
  if (delegations === undefined) return
  const { keys, succinct } = delegations
  if (succinct !== undefined) yield* namedSteps(delegations, names)
  for (const entry of entriesOf(delegations)) {
    if (!mayOverlap(entry.scope, scope)) continue
    for (const role of entry.roles) yield { name: role.name, role, keys }
  }
}
