// What our own transfer documents have in common: one object, known fields only, and exactly one spelling for one content.
import { isEqualBytes } from '../bytes.ts'
import { AppError } from '../error.ts'
import { jcsBytes } from '../jcs.ts'
import { isObject, type JsonObject, type JsonValue, parseJson } from '../json.ts'

/** Depth is ours to know: nothing of a document lies deeper. */
const maxDepth = 8

export function parseStrictDocument(bytes: Uint8Array, what: string, maxBytes: number): JsonObject {
  const value = parseJson(bytes, what, { maxBytes, maxDepth }).value()
  if (!isObject(value)) throw malformed(what, 'it is not an object')
  if (!isEqualBytes(jcsBytes(value), bytes)) throw malformed(what, 'it is not in the one form that its content has')
  return value
}

/** Fields by name, each present unless it ends in "?", and no other. */
export function checkFields(value: JsonObject, names: readonly string[], what: string): void {
  const known = new Set(names.map((name) => name.replace('?', '')))
  const missing = names.find((name) => !name.endsWith('?') && !Object.hasOwn(value, name))
  if (missing !== undefined) throw malformed(what, `${missing} is missing`)
  // What an older version does not know could change what everything else means.
  if (Object.keys(value).some((name) => !known.has(name)))
    throw malformed(what, 'it has a field that is not known here')
}

export function textOf(value: JsonValue | undefined, field: string, what: string, maxLength: number): string {
  if (typeof value !== 'string') throw malformed(what, `${field} is not text`)
  if (value.length > maxLength) throw malformed(what, `${field} is longer than ${maxLength} characters`)
  return value
}

export function matching(value: JsonValue | undefined, pattern: RegExp, field: string, what: string): string {
  const text = textOf(value, field, what, 4096)
  if (!pattern.test(text)) throw malformed(what, `${field} has not the form that it must have`)
  return text
}

export function objectOf(value: JsonValue | undefined, field: string, what: string): JsonObject {
  if (isObject(value)) return value
  throw malformed(what, `${field} is not an object`)
}

export function listOf(
  value: JsonValue | undefined,
  field: string,
  what: string,
  maxLength: number,
): readonly JsonValue[] {
  if (!Array.isArray(value)) throw malformed(what, `${field} is not a list`)
  if (value.length > maxLength) throw malformed(what, `${field} has ${value.length} entries, ${maxLength} are allowed`)
  return value
}

export function malformed(what: string, why: string, cause?: unknown): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${what} cannot be used: ${why}`,
    hint: 'carry the file again; if it stays like this, have it exported anew',
    cause,
  })
}

export const sha256Digits = /^[0-9a-f]{64}$/

/** RFC 3339, UTC, whole seconds; a day that there is. */
export function momentOf(value: JsonValue | undefined, field: string, what: string): string {
  const text = matching(value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, field, what)
  const at = Date.parse(text)
  if (Number.isNaN(at) || `${new Date(at).toISOString().slice(0, 19)}Z` !== text)
    throw malformed(what, `${field} is no moment`)
  return text
}
