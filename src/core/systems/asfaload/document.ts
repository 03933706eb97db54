// JSON documents of this system, read strictly; a refusal names the line, because people write these files by hand.
import { AppError } from '../../error.ts'
import { isObject, type JsonDocument, type JsonObject, type JsonValue, parseJson } from '../../json.ts'

const maxDepth = 16

export interface ObjectDocument {
  document: JsonDocument
  value: JsonObject
}

/** One object; an empty file, text around it, a name that stands twice or a comma too many is format/malformed. */
export function parseObject(bytes: Uint8Array, what: string, maxBytes: number): ObjectDocument {
  if (bytes.length === 0) throw malformed(what, 'it is empty')
  let document: JsonDocument
  try {
    document = parseJson(bytes, what, { maxBytes, maxDepth })
  } catch (error) {
    throw error instanceof AppError && error.data?.at !== undefined ? onItsLine(error, bytes, what) : error
  }
  const value = document.value()
  if (!isObject(value)) throw malformed(what, 'it is no object')
  return { document, value }
}

/** The scanner names a byte; an editor shows lines. */
function onItsLine(error: AppError, bytes: Uint8Array, what: string): AppError {
  const at = Number(error.data?.at)
  let [line, last] = [1, 0]
  for (let i = 0; i < at && i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 0x0a) line++
    if (byte > 0x20) last = byte
  }
  const isComma = last === 0x2c && (bytes[at] === 0x7d || bytes[at] === 0x5d)
  if (!isComma) {
    return new AppError({
      code: error.code,
      message: `${error.message} (line ${line})`,
      hint: 'correct that line, or ask whoever made the file',
      data: { at, line },
      cause: error,
    })
  }
  return new AppError({
    code: 'format/malformed',
    message: `${what}: a comma stands before a closing bracket on line ${line}, and JSON allows none there`,
    hint: `remove the comma before line ${line} ends, or ask whoever made the file`,
    data: { at, line },
    cause: error,
  })
}

export function malformed(what: string, why: string, hint?: string): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${what}: ${why}`,
    ...(hint === undefined ? {} : { hint }),
  })
}

export function unsupported(what: string, found: string): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `${what}: ${found}`,
    hint: 'look for a newer version of this program, or ask whoever made the file',
  })
}

export function objectOf(value: JsonValue | undefined, what: string): JsonObject {
  if (isObject(value)) return value
  throw malformed(what, value === undefined ? 'it is missing' : 'it is no object')
}

export function textOf(value: JsonValue | undefined, what: string): string {
  if (typeof value === 'string') return value
  throw malformed(what, value === undefined ? 'it is missing' : 'it is no text')
}

export function listIn(value: JsonValue | undefined, what: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value
  throw malformed(what, value === undefined ? 'it is missing' : 'it is no list')
}
