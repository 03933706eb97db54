// The canonical form of our own documents (RFC 8785): one text for one value, so equal content is equal bytes. Numbers are
// integers that every reader can hold.
import { utf8 } from './bytes.ts'
import { AppError } from './error.ts'
import { isObject, type JsonValue } from './json.ts'

export function jcsBytes(value: JsonValue): Uint8Array<ArrayBuffer> {
  return utf8(jcsText(value))
}

function jcsText(value: JsonValue): string {
  if (typeof value === 'number') return integer(value)
  if (typeof value === 'string') return text(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (!isObject(value)) return `[${value.map(jcsText).join(',')}]`
  // By UTF-16 units, as the RFC orders them, and as this language compares.
  const names = Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${names.map((name) => `${text(name)}:${jcsText(value[name] ?? null)}`).join(',')}}`
}

function integer(value: number): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value)
  throw new AppError({ code: 'format/malformed', message: `${value} is not a whole number that everybody reads alike` })
}

function text(value: string): string {
  if (!/\p{Cs}/u.test(value)) return JSON.stringify(value)
  throw new AppError({ code: 'format/malformed', message: 'a text holds half a character' })
}
