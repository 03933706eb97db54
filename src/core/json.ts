// Strict, lossless JSON: received bytes stay, the value and the canonical form are views of them.
import { parseUtf8 } from './bytes.ts'
import { AppError } from './error.ts'
import { type JsonMember, JsonScanner } from './json-scanner.ts'
import { readValue } from './json-value.ts'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [key: string]: JsonValue
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export interface JsonLimits {
  maxBytes: number
  maxDepth: number
}

export const defaultLimits: JsonLimits = { maxBytes: 512 * 1024 * 1024, maxDepth: 64 }

export interface JsonDocument {
  /** As received. */
  readonly bytes: Uint8Array
  /** The whole document in canonical form. */
  canonical(): Uint8Array<ArrayBuffer>
  /** Members of the outermost object; empty when the document is not an object. */
  readonly members: ReadonlyMap<string, JsonMember>
  /** The value; made by the engine's own parser where it is right about text that this one has accepted. */
  value(): JsonValue
}

export function parseJson(bytes: Uint8Array, what = 'document', limits: JsonLimits = defaultLimits): JsonDocument {
  if (bytes.length > limits.maxBytes) {
    throw new AppError({
      code: 'source/too-large',
      message: `${what} has ${bytes.length} bytes, ${limits.maxBytes} are allowed`,
    })
  }
  const scanner = new JsonScanner(bytes, what, limits.maxDepth)
  scanner.scanDocument()
  let text: string | undefined = scanner.isAscii ? undefined : parseUtf8(bytes, what)
  let value: JsonValue | undefined
  return {
    bytes,
    members: scanner.members,
    canonical: () => scanner.canonical(),
    value: () => {
      if (value === undefined) {
        text ??= parseUtf8(bytes, what)
        value = scanner.hasEscapedName ? readValue(text) : (JSON.parse(text) as JsonValue)
        text = undefined
      }
      return value
    },
  }
}
