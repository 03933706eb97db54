// Where a document states keys and the roles that use them: root, delegations of every form.
import type { JsonObject, JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { type Place, valueIn } from './value.ts'

export interface RolePlace {
  name: string
  /** Of the object with `keyids` and `threshold`. */
  at: Place
}

export interface Scope {
  keysAt: Place
  roles: readonly RolePlace[]
}

export type EditableType = 'root' | 'targets'

export function scopeOf(type: EditableType, raw: JsonObject): Scope {
  if (type === 'root') return { keysAt: ['keys'], roles: membersAt(raw, ['roles']) }
  // The first draft of TAP 3 states everything in the signed part itself.
  if (Array.isArray(raw.delegations)) return { keysAt: ['keys'], roles: membersAt(raw, ['roles']) }
  const agreements = listAt(raw, ['delegations', 'delegations'])
  if (agreements !== undefined) {
    const roles = agreements.flatMap((_, i) =>
      namedAt(raw, ['delegations', 'delegations', `${i}`, 'roleinfo'], 'rolename'),
    )
    return { keysAt: ['delegations', 'keys_for_delegations'], roles }
  }
  const bins = valueIn(raw, ['delegations', 'succinct_roles'])
  const prefix = isObject(bins) ? bins.name_prefix : undefined
  const succinct = typeof prefix === 'string' ? [{ name: `${prefix}-*`, at: ['delegations', 'succinct_roles'] }] : []
  return { keysAt: ['delegations', 'keys'], roles: [...namedAt(raw, ['delegations', 'roles'], 'name'), ...succinct] }
}

/** Bins are named by what all of them have in common, with or without the star. */
export function placesOfRole({ roles }: Scope, name: string): RolePlace[] {
  return roles.filter(
    (role) => role.name === name || (role.name === `${name}-*` && role.at.at(-1) === 'succinct_roles'),
  )
}

function listAt(raw: JsonObject, at: Place): readonly JsonValue[] | undefined {
  const list = valueIn(raw, at)
  return Array.isArray(list) ? list : undefined
}

function membersAt(raw: JsonObject, at: Place): RolePlace[] {
  const roles = valueIn(raw, at)
  return isObject(roles) ? Object.keys(roles).map((name) => ({ name, at: [...at, name] })) : []
}

function namedAt(raw: JsonObject, at: Place, member: string): RolePlace[] {
  return (listAt(raw, at) ?? []).flatMap((role, i) => {
    const name = isObject(role) ? role[member] : undefined
    return typeof name === 'string' ? [{ name, at: [...at, `${i}`] }] : []
  })
}
