// Paths for which clients find nothing: the first, terminating delegation goes to a role that lists nothing; and the way back.
import type { JsonObject, JsonValue } from '../../../json.ts'
import { visible } from '../../../visible.ts'
import { checkPaths, delegatedRole, rolesIn, withDelegation, withoutDelegation, withRoles } from './delegations.ts'
import type { TargetsEdit } from './edit.ts'
import { refuseEdit } from './refuse.ts'

export type BlockEdit = Extract<TargetsEdit, { kind: 'block' | 'unblock' }>

export function editBlocking(raw: JsonObject, edit: BlockEdit, subject: string): JsonObject {
  const { name } = edit
  if (edit.kind === 'unblock') return unblocked(raw, name, edit.paths)
  const paths = checkPaths(edit.paths)
  const there = rolesIn(raw).find((role) => role.name === name)
  if (there === undefined)
    return withDelegation(raw, edit, { paths, terminating: true }, subject, (roles, role) => [role, ...roles])
  const all = [...new Set([...pathsOf(there), ...paths])]
  const others = rolesIn(raw).filter((role) => role !== there)
  return withRoles(raw, [{ ...there, paths: all, terminating: true }, ...others])
}

function unblocked(raw: JsonObject, name: string, paths: readonly string[] | undefined): JsonObject {
  const role = delegatedRole(raw, name)
  const own = pathsOf(role)
  const missing = paths?.find((path) => !own.includes(path))
  if (missing !== undefined)
    refuseEdit(`${visible(name)} does not block ${visible(missing)}`, 'name a path as it is blocked, or none for all')
  const left = paths === undefined ? [] : own.filter((path) => !paths.includes(path))
  if (left.length === 0) return withoutDelegation(raw, name)
  return withRoles(
    raw,
    rolesIn(raw).map((one) => (one === role ? { ...role, paths: left } : one)),
  )
}

function pathsOf(role: JsonObject): string[] {
  const { paths } = role
  if (!Array.isArray(paths))
    return refuseEdit('this role is delegated to by hashes, not by paths', 'block under another name')
  return paths.filter((path: JsonValue): path is string => typeof path === 'string')
}
