// With which keys a role must be signed: the part of a document that root and every form of delegation have in common.
import type { JsonObject, JsonValue } from '../../json.ts'
import type { Reader } from './envelope.ts'
import { parseTufKey, type TufKey } from './key.ts'

export interface RoleKeys {
  keyids: readonly string[]
  threshold: number
  raw: JsonObject
}

export interface NamedRole extends RoleKeys {
  name: string
}

/** No team is larger; without a bound a small file costs minutes of work. */
const maxKeysOfRole = 512

export function readKeys(read: Reader, value: JsonValue | undefined): Map<string, TufKey> {
  const keys = read.object(value, 'keys')
  return new Map(Object.entries(keys).map(([id, raw]) => [id, parseTufKey(id, read.object(raw, `key ${id}`))]))
}

export function readRoleKeys(read: Reader, value: JsonValue | undefined, what: string): RoleKeys {
  const raw = read.object(value, what)
  const keyids = read
    .array(raw.keyids, `${what}: keyids`, maxKeysOfRole)
    .map((id) => read.text(id, `${what}: a key id`))
  if (new Set(keyids).size !== keyids.length) return read.refuse(`${what} lists a key id twice`)
  return { keyids, threshold: read.integer(raw.threshold, `${what}: threshold`, 1), raw }
}

export function shown(value: JsonValue | undefined): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : 'of no type'
}
