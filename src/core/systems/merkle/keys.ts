// Keys and who holds a role, as blocks spell them: like TUF, but that the id of a key is recomputed from its canonical DAG-JSON.
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from '../../bytes.ts'
import { inQuotes } from '../../visible.ts'
import { parseTufKey, type TufKey } from '../tuf/key.ts'
import type { RoleKeys } from '../tuf/role-keys.ts'
import { type DagMap, type DagValue, dagJsonBytes } from './dag-value.ts'
import { fault } from './fault.ts'
import type { Fields } from './fields.ts'

/** Keys of a delegator, and which of them a role asks for: one side of a question of `thr`. */
export interface Authority {
  keys: ReadonlyMap<string, TufKey>
  role: RoleKeys
}

export function keyIdOf(key: DagMap): string {
  return toHex(sha256(dagJsonBytes(key)))
}

export function readKeys(read: Fields, value: DagValue | undefined): Map<string, TufKey> {
  const keys = new Map<string, TufKey>()
  for (const [id, entry] of read.map(value, 'keys')) {
    const key = read.record(entry, ['keytype', 'scheme', 'keyval'], 'a key')
    const keyval = read.record(key.get('keyval'), ['public'], 'the value of a key')
    if (keyIdOf(key) !== id) {
      const short = inQuotes(id.slice(0, 12))
      throw fault('key-id', 'format/malformed', `${read.what}: the key “${short}” is not named by its hash`)
    }
    const raw = {
      keytype: read.text(key.get('keytype'), 'the type of a key'),
      scheme: read.text(key.get('scheme'), 'the scheme of a key'),
      keyval: { public: read.text(keyval.get('public'), 'the public part of a key') },
    }
    keys.set(id, parseTufKey(id, raw))
  }
  return keys
}

export function readRoleKeys(
  read: Fields,
  value: { keyids: DagValue | undefined; threshold: DagValue | undefined },
  keys: ReadonlyMap<string, TufKey>,
  name: string,
): RoleKeys {
  const keyids = read.texts(value.keyids, 'key ids')
  const role = inQuotes(name.slice(0, 40))
  const refused = (why: string): Error =>
    fault('bad-role', 'format/malformed', `${read.what}: the role “${role}” ${why}`, { role: name })
  if (new Set(keyids).size !== keyids.length) throw refused('names a key twice')
  if (keyids.some((id) => !keys.has(id))) throw refused('names a key that is not there')
  const threshold = read.count(value.threshold, 'the threshold')
  if (threshold < 1 || threshold > keyids.length) {
    const why = `${read.what}: the role “${role}” asks for ${threshold} of ${keyids.length} keys`
    throw fault('bad-threshold', 'format/malformed', why, { role: name })
  }
  return { keyids, threshold, raw: {} }
}
