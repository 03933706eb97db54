// The keys and roles that a document states for others: root for the four top-level roles, targets for those it delegates to.
import type { Keys } from '../diff/holder.ts'
import type { RoleKeys, Signed } from '../metadata.ts'

export interface NamedRole extends RoleKeys {
  name: string
}

const none: Keys = new Map()

export function keysOf(signed: Signed): Keys {
  if (signed.type === 'root') return signed.keys
  return signed.type === 'targets' ? (signed.delegations?.keys ?? none) : none
}

export function rolesOf(signed: Signed): NamedRole[] {
  if (signed.type === 'root') return [...signed.roles].map(([name, role]) => ({ ...role, name }))
  if (signed.type !== 'targets' || signed.delegations === undefined) return []
  const { roles, succinct } = signed.delegations
  return succinct === undefined ? [...(roles ?? [])] : [{ ...succinct, name: `${succinct.namePrefix}-*` }]
}
