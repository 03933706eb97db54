// JSON that a registry answers with: exactly the fields that are known, each of its kind.
import { isObject, type JsonObject, type JsonValue, parseJson } from '../../../json.ts'
import { inQuotes } from '../../../visible.ts'
import { fault } from '../fault.ts'

const limits = { maxBytes: 64 * 1024 * 1024, maxDepth: 16 }

export function parseAnswer(bytes: Uint8Array, what: string): JsonValue {
  return parseJson(bytes, what, limits).value()
}

/** Fields by name, each present unless it ends in "?", and no other: what is not known could change what the others mean. */
export function objectIn(value: JsonValue | undefined, names: readonly string[], what: string): JsonObject {
  if (!isObject(value)) throw badAnswer(what, 'is no object')
  const known = new Set(names.map((name) => name.replace('?', '')))
  const missing = names.find((name) => !name.endsWith('?') && !Object.hasOwn(value, name))
  if (missing !== undefined) throw badAnswer(what, `lacks “${missing}”`)
  const strange = Object.keys(value).find((name) => !known.has(name))
  if (strange !== undefined) throw badAnswer(what, `has “${inQuotes(strange.slice(0, 40))}”, which nobody knows`)
  return value
}

export function textIn(value: JsonValue | undefined, what: string): string {
  if (typeof value === 'string') return value
  throw badAnswer(what, 'is no text')
}

export function countIn(value: JsonValue | undefined, what: string, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most) return value
  throw badAnswer(what, 'is no whole number in its range')
}

export function listIn(value: JsonValue | undefined, what: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value
  throw badAnswer(what, 'is no list')
}

function badAnswer(what: string, why: string): Error {
  return fault('bad-answer', 'format/malformed', `${what} ${why}`)
}
