// The keys and roles that a document states for others: root for the four top-level roles, targets for those it delegates to.
import type { Keys } from '../diff/holder.ts'
import type { Agreement, NamedRole, Signed } from '../metadata.ts'

const none: Keys = new Map()

export function keysOf(signed: Signed): Keys {
  if (signed.type === 'root') return signed.keys
  return signed.type === 'targets' ? (signed.delegations?.keys ?? none) : none
}

export function rolesOf(signed: Signed): NamedRole[] {
  if (signed.type === 'root') return [...signed.roles].map(([name, role]) => ({ ...role, name }))
  if (signed.type !== 'targets' || signed.delegations === undefined) return []
  const { roles, succinct, agreements } = signed.delegations
  if (succinct !== undefined) return [{ ...succinct, name: `${succinct.namePrefix}-*` }]
  return agreements === undefined ? [...(roles ?? [])] : agreementRoles(agreements)
}

/** TAP 3 may name a role in several entries: once for every set of keys that it has. */
function agreementRoles(agreements: readonly Agreement[]): NamedRole[] {
  const roles = new Map<string, NamedRole>()
  for (const role of agreements.flatMap((entry) => entry.roles))
    roles.set(JSON.stringify([role.name, role.threshold, role.keyids]), role)
  return [...roles.values()]
}
