// Values inside values, by path; what is changed is a copy, what is not is shared.
import type { JsonObject, JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { refuseEdit } from './refuse.ts'

export type Place = readonly string[]

export function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

export function valueIn(value: JsonValue | undefined, path: Place): JsonValue | undefined {
  let inner = value
  for (const name of path) {
    if (Array.isArray(inner)) inner = inner[indexOf(name, inner.length - 1)]
    else inner = isObject(inner) ? memberOf(inner, name) : undefined
  }
  return inner
}

/** Without a value the place is removed. Objects on the way are made; a list takes numbers that it has, and the next one. */
export function withValue(object: JsonObject, path: Place, value: JsonValue | undefined): JsonObject {
  const changed = changedAt(object, path, 0, value)
  return isObject(changed) ? changed : refuseEdit('the whole document cannot be this', 'name a member of it')
}

export function withoutMember(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([other]) => other !== name))
}

function changedAt(
  old: JsonValue | undefined,
  path: Place,
  depth: number,
  value: JsonValue | undefined,
): JsonValue | undefined {
  const name = path[depth]
  if (name === undefined) return value
  const isLast = depth === path.length - 1
  if (Array.isArray(old)) {
    const list: JsonValue[] = [...old]
    const index = indexOf(name, isLast && value !== undefined ? list.length : list.length - 1)
    if (index === -1) return refuseEdit(`the list has no entry ${name}`, 'name an entry by its number, from 0')
    const entry = changedAt(list[index], path, depth + 1, value)
    if (entry === undefined) list.splice(index, 1)
    else list[index] = entry
    return list
  }
  if (old !== undefined && !isObject(old))
    return refuseEdit(
      `${path.slice(0, depth).join('/')} is no object and has no member ${name}`,
      'name a member of an object, or give the whole value',
    )
  const members = old ?? {}
  const there = memberOf(members, name)
  if (there === undefined && value === undefined) return refuseMissing(path.slice(0, depth + 1))
  const member = changedAt(there, path, depth + 1, value)
  return member === undefined ? withoutMember(members, name) : { ...members, [name]: member }
}

function refuseMissing(path: Place): never {
  return refuseEdit(`there is no ${path.join('/')}`, 'look at the document again; it may be gone already')
}

/** -1 when it is no number, or above `max`. */
function indexOf(name: string, max: number): number {
  const index = /^(0|[1-9]\d{0,8})$/.test(name) ? Number(name) : -1
  return index <= max ? index : -1
}
