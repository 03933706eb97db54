// Documents that this project makes: sorted, one space of indentation, no last newline, as python-tuf and tuf-on-ci write them.

import { utf8 } from '../../bytes.ts'
import type { JsonObject, JsonValue } from '../../json.ts'
import { isObject } from '../../json.ts'
import type { TufSignature } from './envelope.ts'

export function encodeMetadata(signed: JsonObject, signatures: readonly TufSignature[] = []): Uint8Array {
  const list = signatures.map(({ keyid, sig }) => ({ keyid, sig }))
  return utf8(JSON.stringify(sorted({ signatures: list, signed }), null, 1))
}

/** Only the order on screen and in diffs; what is signed is the canonical form, whatever the order here. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]))
}
