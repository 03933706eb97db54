// All roles below targets in the order in which clients ask them, each verified by itself: one that cannot be read is named,
// and hides no other.
import { type AppError, toAppError } from '../core/error.ts'
import type { Authority } from '../core/systems/tuf/authority.ts'
import type { ClientOptions } from '../core/systems/tuf/check.ts'
import { roleOf, type TrustedSet } from '../core/systems/tuf/client.ts'
import { findDelegator, publishedRoles } from '../core/systems/tuf/delegation.ts'
import { type Delegations, type Metadata, type Targets, topRoles } from '../core/systems/tuf/metadata.ts'
import { isBin, type LoadRole } from '../core/systems/tuf/resolve.ts'
import type { Transport } from '../core/transport.ts'
import type { KeyedRole } from './known-keys.ts'

/** Who may sign what: from a delegating role to the delegated one. */
export interface Delegation extends Authority {
  from: string
  to: string
  /** Patterns, or how the bins are chosen. */
  paths: readonly string[]
  terminating: boolean
  /** Clients ask it before all others of its delegating role, and none after it: it can take paths away. */
  isFirst: boolean
  form: 'role' | 'bin' | 'prefixes' | 'agreement'
  /** TAP 3: so many of the roles of this delegation must agree, of which the others are named. */
  agreement?: { name: string; of: number; needed: number; others: readonly string[] }
  /** The delegating document. */
  parent: Metadata<Targets>
}

export interface Step {
  delegation: Delegation
  /** Absent when there is none yet, or it could not be verified: then there is a problem. */
  document?: Metadata<Targets>
  problem?: AppError
}

/** How many documents are read at once. */
const atOnce = 16

export interface Walk {
  set: TrustedSet
  published: Transport
  options: ClientOptions
  /** How documents are read, where they are no files of TUF. */
  load?: LoadRole
  /** Bins may be many: whether a role's document is wanted at all. */
  wants?: (delegation: Delegation) => boolean
}

/** Pre-order, as clients search. A role that several roles delegate to comes once for each of them. */
export async function* walkRoles(walk: Walk): AsyncGenerator<Step> {
  const entered = new Set<string>(['targets'])
  yield* below('targets', walk.set.targets, entered, walk)
}

async function* below(from: string, parent: Metadata<Targets>, entered: Set<string>, walk: Walk): AsyncGenerator<Step> {
  const { wants = () => true } = walk
  const all = delegationsIn(from, parent, walk.set.snapshot.signed.meta.keys())
  for (let at = 0; at < all.length; at += atOnce) {
    const some = all.slice(at, at + atOnce)
    const steps = await Promise.all(
      some.map(
        (delegation): Promise<Step> => (wants(delegation) ? stepTo(delegation, walk) : Promise.resolve({ delegation })),
      ),
    )
    for (const step of steps) {
      yield step
      const { document, delegation } = step
      if (document === undefined || entered.has(delegation.to)) continue
      entered.add(delegation.to)
      yield* below(delegation.to, document, entered, walk)
    }
  }
}

export function loadOf({ set, published, options, load }: Walk): LoadRole {
  return load ?? publishedRoles(set, published, options)
}

async function stepTo(delegation: Delegation, walk: Walk): Promise<Step> {
  const { set, options } = walk
  options.signal.throwIfAborted()
  if (!set.snapshot.signed.meta.has(delegation.to)) return { delegation }
  try {
    const { keys, role, to } = delegation
    return { delegation, document: await loadOf(walk)({ name: to, keys, role }) }
  } catch (thrown) {
    const problem = toAppError(thrown)
    // More than a verdict: what cannot be reached now is named beside what can.
    if (problem.code === 'user/cancelled' || problem.code === 'internal/bug') throw problem
    return { delegation, problem }
  }
}

/** In the order of the document. Of bins those that are among the names: there may be 2^32 by a single number. */
function delegationsIn(from: string, parent: Metadata<Targets>, names: Iterable<string>): Delegation[] {
  const { delegations } = parent.signed
  if (delegations === undefined) return []
  const { keys } = delegations
  const common = { from, keys, parent }
  return [...binsIn(delegations, names, common), ...rolesIn(delegations, common), ...agreementsIn(delegations, common)]
}

type Common = Pick<Delegation, 'from' | 'keys' | 'parent'>

export function rolesIn({ roles = [] }: Delegations, common: Common): Delegation[] {
  return roles.map((role, at) => ({
    ...common,
    to: role.name,
    role,
    paths: role.paths ?? (role.pathHashPrefixes ?? []).map((prefix) => `sha256 ${prefix}…`),
    terminating: role.terminating,
    isFirst: at === 0,
    form: role.paths === undefined ? 'prefixes' : 'role',
  }))
}

function agreementsIn({ agreements = [] }: Delegations, common: Common): Delegation[] {
  return agreements.flatMap(({ name, paths, terminating, minRoles, roles }, at) =>
    roles.map((role) => ({
      ...common,
      ...{ to: role.name, role, paths, terminating, isFirst: at === 0, form: 'agreement' as const },
      agreement: { name, of: roles.length, needed: minRoles, others: othersIn(roles, role.name) },
    })),
  )
}

function othersIn(roles: readonly { name: string }[], role: string): string[] {
  return roles.map(({ name }) => name).filter((name) => name !== role)
}

function binsIn({ succinct }: Delegations, names: Iterable<string>, common: Common): Delegation[] {
  if (succinct === undefined) return []
  const bins = [...names].filter((name) => isBin(succinct, name)).sort()
  const paths = [`by the first ${succinct.bitLength} bits of the sha256 of the path`]
  return bins.map((to) => ({
    ...common,
    ...{ to, role: succinct, paths, terminating: true, isFirst: false, form: 'bin' as const },
  }))
}

/** The delegation under which clients meet a role first; only named roles above it are read. */
export async function findDelegation(role: string, walk: Walk, from?: string): Promise<Delegation | undefined> {
  const found = await findDelegator(role, walk.set, loadOf(walk), from)
  return found && delegationsIn(found.from, found.parent, [role]).find(({ to }) => to === role)
}

/** Every role with the keys that may sign it, without reading what bins hold. */
export async function readKeyedRoles(walk: Walk): Promise<KeyedRole[]> {
  const { root } = walk.set
  const roles = topRoles.map((name) => keyedRole(name, { keys: root.signed.keys, role: roleOf(root, name) }))
  const wants = ({ form }: Delegation): boolean => form !== 'bin'
  for await (const { delegation } of walkRoles({ ...walk, wants })) roles.push(keyedRole(delegation.to, delegation))
  return roles
}

function keyedRole(name: string, { keys, role }: Authority): KeyedRole {
  const found = role.keyids.flatMap((id) => keys.get(id) ?? [])
  return {
    name,
    keys: found.map(({ id, key, owner, label, rehearsal }) => ({
      ...{ ids: [id], label, rehearsal },
      ...(key === undefined ? {} : { key }),
      ...(owner === undefined ? {} : { owner }),
    })),
  }
}
