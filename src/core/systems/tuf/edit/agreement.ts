// TAP 3, paths that several roles must agree on: written in the accepted form, or in that of its first draft.
import type { JsonObject, JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { visible } from '../../../visible.ts'
import { checkPaths, hasNoDelegations, withoutEmpty } from './delegations.ts'
import type { RoleEntry, TargetsEdit } from './edit.ts'
import { checkThreshold, idsAt, withoutUnused, withRoleKeys } from './keys.ts'
import { checkRoleName } from './names.ts'
import { refuseEdit } from './refuse.ts'
import { memberOf, valueIn, withoutMember, withValue } from './value.ts'

type Add = Extract<TargetsEdit, { kind: 'agreement-add' }>
export type AgreementEdit = Add | Extract<TargetsEdit, { kind: 'agreement-remove' }>

export function editAgreements(raw: JsonObject, edit: AgreementEdit, subject: string): JsonObject {
  if (edit.kind === 'agreement-remove')
    return Array.isArray(raw.delegations) ? withoutDraft(raw, edit.name) : withoutAccepted(raw, edit.name)
  const { roles, minRolesInAgreement: min } = edit
  checkThreshold(min)
  if (min > roles.length || roles.length === 0)
    refuseEdit(`${min} of ${roles.length} roles cannot agree`, 'name at least as many roles as must agree')
  if (new Set(roles.map((role) => role.name)).size !== roles.length)
    refuseEdit('a role is named twice for one agreement', 'name each role once')
  return edit.form === 'accepted' ? withAccepted(raw, edit, subject) : withDraft(raw, edit, subject)
}

const acceptedMembers = ['keys_for_delegations', 'delegations']

function entriesOf(raw: JsonObject): readonly JsonObject[] {
  const at = Array.isArray(raw.delegations) ? ['delegations'] : ['delegations', 'delegations']
  const list = valueIn(raw, at)
  return Array.isArray(list) ? list.filter(isObject) : []
}

function withAccepted(raw: JsonObject, edit: Add, subject: string): JsonObject {
  const isThere = valueIn(raw, ['delegations', 'delegations']) !== undefined
  if (!isThere && !hasNoDelegations(raw)) refuseOtherForm()
  const entries = entriesOf(raw)
  const known = entries.flatMap((entry) => (typeof entry.name === 'string' ? entry.name : []))
  checkRoleName(edit.name, known)
  const roleNames = entries.flatMap(({ roleinfo }) => (Array.isArray(roleinfo) ? roleinfo.map(rolenameOf) : []))
  checkRoles(edit.roles, roleNames, subject)
  let changed = isThere ? raw : withValue(raw, ['delegations'], { keys_for_delegations: {}, delegations: [] })
  const roleinfo: JsonObject[] = []
  for (const role of edit.roles) {
    const keyed = withRoleKeys(changed, ['delegations', 'keys_for_delegations'], role)
    changed = keyed.raw
    roleinfo.push({ rolename: role.name, keyids: keyed.keyids, threshold: role.threshold })
  }
  const entry = {
    name: edit.name,
    paths: checkPaths(edit.paths),
    terminating: edit.terminating,
    min_roles_in_agreement: edit.minRolesInAgreement,
    roleinfo,
  }
  return withValue(changed, ['delegations', 'delegations'], [...entries, entry])
}

function withoutAccepted(raw: JsonObject, name: string): JsonObject {
  const entries = entriesOf(raw)
  const index = entries.findIndex((entry) => entry.name === name)
  if (index === -1) refuseUnknown(name)
  const info = entries[index]?.roleinfo
  const ids = Array.from({ length: Array.isArray(info) ? info.length : 0 }, (_, i) =>
    idsAt(raw, ['delegations', 'delegations', `${index}`, 'roleinfo', `${i}`]),
  )
  const left = withValue(raw, ['delegations', 'delegations', `${index}`], undefined)
  return withoutEmpty(withoutUnused('targets', left, ids.flat()), acceptedMembers)
}

/** The draft has no name for an entry, no order of asking that ends, and all roles of an entry must agree. */
function withDraft(raw: JsonObject, edit: Add, subject: string): JsonObject {
  const isThere = Array.isArray(raw.delegations)
  if (!isThere && (!hasNoDelegations(raw) || raw.keys !== undefined || raw.roles !== undefined)) refuseOtherForm()
  if (edit.minRolesInAgreement !== edit.roles.length || edit.terminating)
    refuseEdit(
      'the draft form knows neither some of several roles nor a last word',
      'let all roles agree and the search go on, or use the accepted form',
    )
  let changed = isThere ? raw : { ...withoutMember(raw, 'delegations'), keys: {}, roles: {}, delegations: [] }
  const known = isObject(changed.roles) ? changed.roles : {}
  checkRoles(edit.roles, Object.keys(known), subject)
  for (const role of edit.roles) {
    const keyed = withRoleKeys(changed, ['keys'], role)
    const fresh = { keyids: keyed.keyids, threshold: role.threshold }
    const there = memberOf(known, role.name)
    if (there !== undefined && !isSameQuorum(there, fresh))
      refuseEdit(
        `${visible(role.name)} is in this document already, with other keys`,
        'change its keys by themselves, or name another role',
        { existing: role.name },
      )
    changed = there === undefined ? withValue(keyed.raw, ['roles', role.name], fresh) : changed
  }
  const entry = { paths: checkPaths(edit.paths), roles: edit.roles.map((role) => role.name) }
  return withValue(changed, ['delegations'], [...entriesOf(changed), entry])
}

function withoutDraft(raw: JsonObject, name: string): JsonObject {
  const entries = entriesOf(raw)
  const index = draftNames(entries).indexOf(name)
  if (index === -1) refuseUnknown(name)
  const left = entries.filter((_, i) => i !== index)
  const used = new Set(left.flatMap(rolesOfEntry))
  let changed = withValue(raw, ['delegations'], left)
  for (const role of new Set(rolesOfEntry(entries[index] ?? {}))) {
    if (used.has(role)) continue
    const ids = idsAt(raw, ['roles', role])
    changed = withoutUnused('targets', withValue(changed, ['roles', role], undefined), ids)
  }
  if (left.length > 0) return changed
  return ['delegations', 'roles', 'keys'].reduce(withoutEmptyMember, changed)
}

function withoutEmptyMember(raw: JsonObject, name: string): JsonObject {
  const value = memberOf(raw, name)
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return isEmpty ? withoutMember(raw, name) : raw
}

/** The names under which these entries are shown: made of those of their roles, numbered where two are equal. */
function draftNames(entries: readonly JsonObject[]): string[] {
  const names: string[] = []
  for (const entry of entries) {
    const name = rolesOfEntry(entry).join(' + ')
    let free = name
    for (let n = 2; names.includes(free); n++) free = `${name} (${n})`
    names.push(free)
  }
  return names
}

function rolesOfEntry(entry: JsonObject): string[] {
  const { roles } = entry
  return Array.isArray(roles) ? roles.filter((role: JsonValue): role is string => typeof role === 'string') : []
}

function rolenameOf(role: JsonValue): string {
  return isObject(role) && typeof role.rolename === 'string' ? role.rolename : ''
}

/** A role may stand in several agreements under its own name, but not under one that is taken for it. */
function checkRoles(roles: readonly RoleEntry[], known: readonly string[], subject: string): void {
  for (const [i, { name }] of roles.entries()) {
    if (known.includes(name)) continue
    checkRoleName(name, [subject, ...known, ...roles.slice(0, i).map((role) => role.name)])
  }
}

function isSameQuorum(there: JsonValue, fresh: { keyids: readonly string[]; threshold: number }): boolean {
  if (!isObject(there) || !Array.isArray(there.keyids)) return false
  const ids = new Set(there.keyids)
  return (
    there.threshold === fresh.threshold && ids.size === fresh.keyids.length && fresh.keyids.every((id) => ids.has(id))
  )
}

function refuseOtherForm(): never {
  refuseEdit(
    'this role delegates in another form already, and a document has one form of delegations',
    'remove those delegations first, or add the agreement below another role',
  )
}

function refuseUnknown(name: string): never {
  refuseEdit(`there is no agreement ${visible(name)}`, 'name one that this role states')
}
