// Keys of a role: added, removed, replaced, by what they are and not by their ids; and how many of them must sign.

import { toHex } from '../../../bytes.ts'
import type { JsonObject, JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { isSameKey } from '../../../key.ts'
import { visible } from '../../../visible.ts'
import { identityOf } from '../diff/holder.ts'
import { keyIdOf, ownerField, parseTufKey, rehearsalField, tufKeyObject } from '../key.ts'
import type { KeyEdit, KeyEntry, RoleEntry } from './edit.ts'
import { refuseEdit } from './refuse.ts'
import { type EditableType, placesOfRole, type Scope, scopeOf } from './scope.ts'
import { memberOf, type Place, valueIn, withoutMember, withValue } from './value.ts'

/** A key as it will stand in the document, under the id that follows from all of it. */
export function entryObject({ key, owner, ownerField: field = ownerField, rehearsal }: KeyEntry): {
  id: string
  raw: JsonObject
} {
  const raw = tufKeyObject(key, {
    ...(owner === undefined ? {} : { [field]: owner }),
    ...(rehearsal === true ? { [rehearsalField]: true } : {}),
  })
  return { id: keyIdOf(raw), raw }
}

export function editKeys(type: EditableType, raw: JsonObject, edit: KeyEdit): JsonObject {
  const scope = scopeOf(type, raw)
  const places = placesOfRole(scope, edit.role)
  if (places.length === 0)
    refuseEdit(`this document has no role ${visible(edit.role)}`, 'name a role whose keys this document states')
  let changed = raw
  for (const { at } of places) changed = editedRole(changed, scope, at, edit)
  const gone = edit.kind === 'key-remove' || edit.kind === 'key-replace' ? idsLike(raw, scope, edit.keyId) : []
  return withoutUnused(type, changed, gone)
}

function editedRole(raw: JsonObject, scope: Scope, at: Place, edit: KeyEdit): JsonObject {
  const ids = idsAt(raw, at)
  const keyidsAt = [...at, 'keyids']
  if (edit.kind === 'threshold') return withValue(raw, [...at, 'threshold'], checkThreshold(edit.threshold))
  if (edit.kind === 'key-add') {
    checkAbsent(raw, scope, ids, edit.entry, edit.role)
    const { raw: withKey, id } = withKeyEntry(raw, scope.keysAt, edit.entry)
    return withValue(withKey, keyidsAt, [...ids, id])
  }
  const gone = new Set(idsLike(raw, scope, edit.keyId))
  const first = ids.findIndex((id) => gone.has(id))
  if (!ids.includes(edit.keyId))
    refuseEdit(`${visible(edit.role)} has no key ${visible(edit.keyId)}`, 'name a key of this role by its id')
  const left = ids.filter((id) => !gone.has(id))
  if (edit.kind === 'key-remove') return withValue(raw, keyidsAt, left)
  checkAbsent(raw, scope, ids, edit.entry, edit.role)
  const { raw: withKey, id } = withKeyEntry(raw, scope.keysAt, edit.entry)
  // What stands before the first id that goes are others: the new key takes its place.
  return withValue(withKey, keyidsAt, [...left.slice(0, first), id, ...left.slice(first)])
}

/** Keys and threshold of a role that is new, with the key objects in their list. */
export function withRoleKeys(
  raw: JsonObject,
  keysAt: Place,
  { name, keys, threshold }: RoleEntry,
): { raw: JsonObject; keyids: string[] } {
  checkThreshold(threshold)
  const keyids: string[] = []
  let changed = raw
  for (const [i, entry] of keys.entries()) {
    if (keys.slice(0, i).some((other) => isSameKey(other.key, entry.key)))
      refuseEdit(`a key is named twice for ${visible(name)}`, 'name each key once')
    const placed = withKeyEntry(changed, keysAt, entry)
    changed = placed.raw
    keyids.push(placed.id)
  }
  return { raw: changed, keyids }
}

export function checkThreshold(threshold: number): number {
  if (Number.isSafeInteger(threshold) && threshold >= 1) return threshold
  return refuseEdit(`a threshold of ${threshold} is no threshold`, 'ask for at least one signature')
}

/** Ids that a role no longer uses leave the list of keys, when no other role uses them either. */
export function withoutUnused(type: EditableType, raw: JsonObject, ids: Iterable<string>): JsonObject {
  const scope = scopeOf(type, raw)
  const used = new Set(scope.roles.flatMap(({ at }) => idsAt(raw, at)))
  let keys = keysIn(raw, scope.keysAt)
  const before = keys
  for (const id of ids) if (!used.has(id) && Object.hasOwn(keys, id)) keys = withoutMember(keys, id)
  return keys === before ? raw : withValue(raw, scope.keysAt, keys)
}

export function idsAt(raw: JsonObject, at: Place): string[] {
  const list = valueIn(raw, [...at, 'keyids'])
  return Array.isArray(list) ? list.filter((id: JsonValue): id is string => typeof id === 'string') : []
}

function keysIn(raw: JsonObject, keysAt: Place): JsonObject {
  const keys = valueIn(raw, keysAt)
  return isObject(keys) ? keys : {}
}

const identities = new WeakMap<JsonObject, string>()

/** What a key object is; read once, as reading an elliptic point takes a while. */
function identityIn(id: string, raw: JsonObject): string {
  let identity = identities.get(raw)
  if (identity === undefined) {
    identity = identityOf(parseTufKey(id, raw))
    identities.set(raw, identity)
  }
  return identity
}

/** Every id under which the same key stands. */
function idsLike(raw: JsonObject, { keysAt }: Scope, keyId: string): string[] {
  const keys = keysIn(raw, keysAt)
  const own = memberOf(keys, keyId)
  if (!isObject(own)) return [keyId]
  const identity = identityIn(keyId, own)
  return Object.entries(keys).flatMap(([id, key]) => (isObject(key) && identityIn(id, key) === identity ? [id] : []))
}

function idOfEntry(raw: JsonObject, keysAt: Place, entry: KeyEntry): string | undefined {
  const identity = toHex(entry.key.spki)
  return Object.entries(keysIn(raw, keysAt)).find(([id, key]) => isObject(key) && identityIn(id, key) === identity)?.[0]
}

function checkAbsent(raw: JsonObject, scope: Scope, ids: readonly string[], entry: KeyEntry, role: string): void {
  const known = idOfEntry(raw, scope.keysAt, entry)
  if (known === undefined) return
  const same = new Set(idsLike(raw, scope, known))
  if (ids.some((id) => same.has(id)))
    refuseEdit(`${visible(role)} has this key already`, 'name another key, or leave it as it is', { keyId: known })
}

/** A key that the document has already keeps its entry and its id. */
function withKeyEntry(raw: JsonObject, keysAt: Place, entry: KeyEntry): { raw: JsonObject; id: string } {
  const known = idOfEntry(raw, keysAt, entry)
  if (known !== undefined) return { raw, id: known }
  const { id, raw: key } = entryObject(entry)
  const keys = keysIn(raw, keysAt)
  if (Object.hasOwn(keys, id))
    refuseEdit(`another key stands under the id ${id} already`, 'mend that entry first: its id is not its own', {
      keyId: id,
    })
  return { raw: withValue(raw, keysAt, { ...keys, [id]: key }), id }
}
