// Roles that a targets document delegates to: added, changed, moved, removed, and the list they stand in.
import type { JsonObject } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { visible } from '../../../visible.ts'
import type { RoleEntry, TargetsEdit } from './edit.ts'
import { idsAt, withoutUnused, withRoleKeys } from './keys.ts'
import { checkRoleName } from './names.ts'
import { refuseEdit } from './refuse.ts'
import { valueIn, withoutMember, withValue } from './value.ts'

export type DelegationEdit = Extract<
  TargetsEdit,
  { kind: 'delegation-add' | 'delegation-change' | 'delegation-remove' }
>

export function editDelegations(raw: JsonObject, edit: DelegationEdit, subject: string): JsonObject {
  switch (edit.kind) {
    case 'delegation-add': {
      const { paths, terminating, before } = edit
      return withDelegation(raw, edit, { paths: checkPaths(paths), terminating }, subject, (roles, role) =>
        placed(roles, role, before),
      )
    }
    case 'delegation-change': {
      const role = delegatedRole(raw, edit.name)
      if (edit.paths !== undefined && role.paths === undefined)
        refuseEdit(`${visible(edit.name)} is delegated to by hashes, not by paths`, 'remove it and add it again')
      const changed = {
        ...role,
        ...(edit.paths === undefined ? {} : { paths: checkPaths(edit.paths) }),
        ...(edit.terminating === undefined ? {} : { terminating: edit.terminating }),
      }
      const roles = rolesIn(raw)
      if (edit.before === undefined)
        return withRoles(
          raw,
          roles.map((one) => (one === role ? changed : one)),
        )
      const others = roles.filter((one) => one !== role)
      return withRoles(raw, placed(others, changed, edit.before))
    }
    case 'delegation-remove':
      return withoutDelegation(raw, edit.name)
  }
}

/** Delegations by name, in their order; other forms have none of these. */
export function rolesIn(raw: JsonObject): readonly JsonObject[] {
  const roles = valueIn(raw, ['delegations', 'roles'])
  return Array.isArray(roles) ? roles.filter(isObject) : []
}

export function delegatedRole(raw: JsonObject, name: string): JsonObject {
  const role = rolesIn(raw).find((one) => one.name === name)
  return role ?? refuseEdit(`this role does not delegate to ${visible(name)}`, 'name a role that it delegates to')
}

/** A new role, put into the list by `place`. */
export function withDelegation(
  raw: JsonObject,
  entry: RoleEntry,
  fields: JsonObject,
  subject: string,
  place: (roles: readonly JsonObject[], role: JsonObject) => readonly JsonObject[],
): JsonObject {
  checkForm(raw)
  const roles = rolesIn(raw)
  const { name, threshold } = entry
  checkRoleName(name, [subject, ...roles.flatMap((role) => (typeof role.name === 'string' ? role.name : []))])
  const started = isObject(raw.delegations) ? raw : withValue(raw, ['delegations'], { keys: {}, roles: [] })
  const keyed = withRoleKeys(started, ['delegations', 'keys'], entry)
  return withRoles(keyed.raw, place(roles, { ...fields, name, keyids: keyed.keyids, threshold }))
}

export function withoutDelegation(raw: JsonObject, name: string): JsonObject {
  const roles = rolesIn(raw)
  const role = delegatedRole(raw, name)
  const ids = idsAt(raw, ['delegations', 'roles', `${roles.indexOf(role)}`])
  const left = roles.filter((one) => one !== role)
  return withoutEmpty(withoutUnused('targets', withRoles(raw, left), ids), ['keys', 'roles'])
}

export function withRoles(raw: JsonObject, roles: readonly JsonObject[]): JsonObject {
  return withValue(raw, ['delegations', 'roles'], roles)
}

/** Delegations that hold nothing are as good as none, and were made by the first one. */
export function withoutEmpty(raw: JsonObject, members: readonly string[]): JsonObject {
  const { delegations } = raw
  const isEmpty = isObject(delegations) && Object.keys(delegations).every((name) => members.includes(name))
  const isNothing = (value: unknown): boolean => typeof value === 'object' && Object.keys(value ?? {}).length === 0
  if (!isEmpty || !Object.values(delegations).every(isNothing)) return raw
  return withoutMember(raw, 'delegations')
}

/** Nothing is delegated yet, in whatever form. */
export function hasNoDelegations(raw: JsonObject): boolean {
  const { delegations } = raw
  if (delegations === undefined) return true
  if (!isObject(delegations)) return false
  return withoutEmpty(raw, ['keys', 'roles']).delegations === undefined
}

function checkForm(raw: JsonObject): void {
  const { delegations } = raw
  if (delegations === undefined || (isObject(delegations) && Array.isArray(delegations.roles))) return
  refuseEdit(
    'this role delegates by bins or by agreements, and a document has one form of delegations',
    'add a role that delegates by name, and name it there',
  )
}

function placed(roles: readonly JsonObject[], role: JsonObject, before: string | undefined): JsonObject[] {
  if (before === undefined) return [...roles, role]
  const index = roles.findIndex((one) => one.name === before)
  if (index === -1)
    refuseEdit(`there is no other role ${visible(before)} to stand in front of`, 'name a role of the same list')
  return [...roles.slice(0, index), role, ...roles.slice(index)]
}

export function checkPaths(paths: readonly string[]): string[] {
  if (paths.length === 0 || paths.includes(''))
    refuseEdit('a role without paths, or with an empty one, speaks for nothing', 'name at least one path')
  return [...new Set(paths)]
}
