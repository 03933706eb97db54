// Canonical bytes of a value made here: the same scanner that canonicalises received text, so there is one canonical form.
import { utf8 } from './bytes.ts'
import { type JsonValue, parseJson } from './json.ts'

export function canonicalJson(value: JsonValue): Uint8Array<ArrayBuffer> {
  return parseJson(utf8(JSON.stringify(value)), 'value').canonical()
}
