// Small JSON files of our own, read strictly: known fields only, and a damaged file is named, never guessed at.
import { parseUtf8 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'

export type Fields = ReadonlyMap<string, unknown>

function damaged(what: string, why: string, cause?: unknown): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${what} is damaged: ${why}`,
    hint: 'restore the file from a backup, or move it away to start anew',
    cause,
  })
}

export function parseJsonObject(bytes: Uint8Array, what: string, names: readonly string[]): Fields {
  let value: unknown
  try {
    value = JSON.parse(parseUtf8(bytes, what))
  } catch (cause) {
    throw damaged(what, 'it is not JSON', cause)
  }
  return asFields(value, what, names)
}

/** Each of these is there, unless its name ends in "?", and no other. */
export function asFields(value: unknown, what: string, names?: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(what, 'an object is missing')
  const fields = new Map(Object.entries(value))
  if (names === undefined) return fields
  const missing = names.find((name) => !name.endsWith('?') && !fields.has(name))
  if (missing !== undefined) throw damaged(what, `${missing} is missing`)
  const extra = [...fields.keys()].find((name) => !names.includes(name) && !names.includes(`${name}?`))
  if (extra !== undefined) throw damaged(what, 'it has a field that does not belong there')
  return fields
}

export function field(fields: Fields, name: string, what: string, names?: readonly string[]): Fields {
  return asFields(fields.get(name), what, names)
}

export function text(fields: Fields, name: string, what: string): string {
  const value = fields.get(name)
  if (typeof value !== 'string') throw damaged(what, `${name} is not text`)
  return value
}

export function list(fields: Fields, name: string, what: string): readonly unknown[] {
  const value = fields.get(name)
  if (!Array.isArray(value)) throw damaged(what, `${name} is not a list`)
  return value
}
