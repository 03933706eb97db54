// Roles below targets that the repository keeps by its own keys, when root gives it other ones: they follow, or the old key
// would go on speaking for every project and bin.
import type { JsonObject, JsonValue } from '../../json.ts'
import { isObject } from '../../json.ts'
import { isMet } from '../../proposal.ts'
import { type Authority, acceptsSameSignatures, isMachineKept } from './authority.ts'
import { roleOf } from './client.ts'
import { namedSteps, stepTo } from './delegation.ts'
import type { TufEdit } from './edit/edit.ts'
import type { Metadata, RoleKeys, Root, Targets } from './metadata.ts'
import type { Trusted } from './trusted.ts'
import { quorumOf } from './verify.ts'

interface Kept extends Authority {
  /** Of bins, what their names begin with. */
  name: string
}

/** Those that the keys of `before` keep and those of `after` do not. */
export function leftBehind(targets: Targets, before: Metadata<Root>, after: Metadata<Root>): string[] {
  return keepable(targets)
    .filter((one) => isMachineKept(one, before) && !isMachineKept(one, after))
    .map(({ name }) => name)
}

/** Whether a document gives a role to keys that only the next root knows as its own. */
export function followsRoot(targets: Targets, current: Metadata<Root>, next: Metadata<Root>): boolean {
  return keepable(targets).some((one) => isMachineKept(one, next) && !isMachineKept(one, current))
}

/** What brings those that are left behind to the keys of the next root; nothing when there are none. */
export function followingEdits(targets: Targets, before: Metadata<Root>, after: Metadata<Root>): TufEdit[] {
  const left = new Set(leftBehind(targets, before, after))
  const { delegations } = targets.raw
  if (left.size === 0 || !isObject(delegations)) return []
  const own = roleOf(after, 'snapshot')
  const wasAsMany = roleOf(before, 'snapshot').threshold
  const moved = (role: JsonObject): JsonObject => ({
    ...role,
    keyids: [...own.keyids],
    threshold: role.threshold === wasAsMany ? own.threshold : Math.min(Number(role.threshold), own.keyids.length),
  })
  const { roles, succinct_roles: succinct } = delegations
  const next: Record<string, JsonValue> = { ...delegations }
  if (Array.isArray(roles))
    next.roles = roles.map((role) => (isObject(role) && left.has(String(role.name)) ? moved(role) : role))
  if (isObject(succinct) && left.has(String(succinct.name_prefix))) next.succinct_roles = moved(succinct)
  next.keys = keysFor(next, after)
  return Object.entries(next).flatMap(([name, value]): TufEdit[] =>
    value === delegations[name] ? [] : [{ kind: 'field', path: ['delegations', name], value }],
  )
}

/** The keys that are there and still used, and those of root that are used now. */
function keysFor(delegations: JsonObject, root: Metadata<Root>): JsonObject {
  const { keys, roles, succinct_roles: succinct } = delegations
  const all = [...(Array.isArray(roles) ? roles : []), succinct]
  const used = new Set(
    all.flatMap((role) => (isObject(role) && Array.isArray(role.keyids) ? role.keyids.map(String) : [])),
  )
  const there = Object.entries(isObject(keys) ? keys : {}).filter(([id]) => used.has(id))
  const known = new Set(there.map(([id]) => id))
  const fresh = [...used].flatMap((id) => {
    const key = known.has(id) ? undefined : root.signed.keys.get(id)
    return key === undefined ? [] : [[id, key.raw] as const]
  })
  return Object.fromEntries([...there, ...fresh])
}

/** Not those of TAP 3: which roles agree is for people to say. */
function keepable({ delegations }: Targets): Kept[] {
  if (delegations === undefined) return []
  const { keys, roles = [], succinct } = delegations
  const named = roles.map((role) => ({ name: role.name, keys, role }))
  return succinct === undefined ? named : [...named, { name: succinct.namePrefix, keys, role: succinct }]
}

/** The keys by which a root, or one that waits, keeps roles by itself. */
export function isKeptByAny(authority: Authority, roots: readonly Metadata<Root>[]): boolean {
  return roots.some((root) => isMachineKept(authority, root))
}

/**
 * Roles of the repository's own, of these roots, that targets gives other keys: their content stays, and is signed anew when
 * that is published.
 */
export async function* rolesSignedAnew(
  next: Targets,
  roots: readonly Metadata<Root>[],
  now: Trusted,
): AsyncGenerator<{ name: string; authority: Authority; there: Metadata<Targets> }> {
  const { snapshot, targets } = await now.set()
  const old = targets.signed.delegations
  // Thousands of bins are one entry.
  const wanted = new Map<RoleKeys, boolean>()
  for (const { name, keys, role } of namedSteps(next.delegations, snapshot.signed.meta)) {
    const authority = { keys, role }
    const before = old === undefined ? undefined : stepTo(name, old)
    const isWanted =
      wanted.get(role) ??
      (isKeptByAny(authority, roots) && (before === undefined || !acceptsSameSignatures(before, authority)))
    wanted.set(role, isWanted)
    const there = isWanted ? await now.targets(name) : undefined
    if (there !== undefined && !isMet(await quorumOf(name, there, keys, role))) yield { name, authority, there }
  }
}
