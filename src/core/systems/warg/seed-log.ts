// Logs of version 0.1.0. They know one permission more, to give and take permissions, and the first key holds nothing else.
import { parseBase64 } from '../../bytes.ts'
import { verifySignature } from '../../crypto.ts'
import type { JsonValue } from '../../json.ts'
import { objectIn, parseAnswer, textIn } from './answer.ts'
import { fault } from './fault.ts'
import type { LogKind } from './ids.ts'
import type { WargKey } from './key.ts'
import { LogState, refused } from './log-state.ts'
import type { Permission } from './record.ts'
import { parseSeedEntry, parseSeedKey, type SeedContent, type SeedEntry } from './seed-entry.ts'
import { compareTimes } from './time.ts'

/** As it is sent: the entry’s bytes, by whom, and the signature over exactly these bytes. */
export interface SeedEnvelope {
  entry: Uint8Array
  key: WargKey
  signature: Uint8Array
}

export function parseSeedEnvelope(bytes: Uint8Array, what: string): SeedEnvelope {
  const value: JsonValue = parseAnswer(bytes, what)
  const { entry, key, signature } = objectIn(value, ['entry', 'key', 'signature'], what)
  const text = textIn(signature, what)
  if (!text.startsWith('ECDSA:')) {
    throw fault('bad-signature-text', 'format/unsupported', `the signature of ${what} is of another kind than ECDSA`)
  }
  return {
    entry: parseBase64(textIn(entry, what), what),
    key: parseSeedKey(textIn(key, what), what),
    signature: parseBase64(text.slice(6), `the signature of ${what}`),
  }
}

export async function verifySeedLog(
  kind: LogKind,
  envelopes: Iterable<SeedEnvelope> | AsyncIterable<SeedEnvelope>,
): Promise<LogState> {
  const state = new LogState(kind)
  for await (const { entry: bytes, key, signature } of envelopes) {
    const number = state.length + 1
    const entry = parseSeedEntry(kind, bytes, `entry ${number}`)
    const place: Place = { number, id: entry.id, by: key.id, entry }
    if (!(await verifySignature(key.key, bytes, signature))) {
      throw refused('record-signature', place, `is not signed by ${key.id}, as it says`, 'trust/bad-signature')
    }
    checkLink(state, place)
    if (state.length === 0) begin(state, place)
    else addContent(state, entry.content, place)
    state.length++
    state.head = { id: entry.id, time: entry.time }
  }
  return state
}

interface Place {
  number: number
  id: string
  by: string
  entry: SeedEntry
}

function checkLink({ head }: LogState, place: Place): void {
  const { prev, time } = place.entry
  if (head === undefined) {
    if (prev !== undefined) throw refused('prev-on-first', place, `is the first, and follows ${prev}`)
    return
  }
  if (prev === undefined) throw refused('prev-missing', place, 'does not say which entry it follows')
  if (prev !== head.id) throw refused('prev-differs', place, `follows ${prev}, where the log is at ${head.id}`)
  if (compareTimes(time, head.time) >= 0) return
  throw refused('time-backwards', place, 'is of an earlier time than the entry that it follows', 'trust/rollback')
}

function begin(state: LogState, place: Place): void {
  const { content } = place.entry
  if (content.kind !== 'init') throw refused('not-init-first', place, 'does not begin the log')
  const { key } = content
  if (key.id !== place.by) {
    throw refused('init-by-another-key', place, `names the key ${key.id} and is signed by ${place.by}`)
  }
  state.initId = place.id
  state.keys.set(key.id, key)
  state.permissions.give(key.id, 'update-auth', place.number, place.by)
}

function addContent(state: LogState, content: SeedContent, place: Place): void {
  const { number: record, by, entry } = place
  switch (content.kind) {
    case 'init':
      throw refused('init-again', place, 'begins the log once more')
    case 'update': {
      checkMay(state, 'update-auth', place)
      const { key, allow, deny } = content
      state.keys.set(key.id, key)
      for (const one of allow) state.permissions.give(key.id, one, record, by)
      for (const one of deny) {
        if (state.permissions.take(key.id, one, record, by)) continue
        throw refused('revoke-not-held', place, `takes ${one} from ${key.id}, which does not hold it`)
      }
      return
    }
    case 'release': {
      checkMay(state, 'release', place)
      const { version, digest } = content
      if (state.releases.has(version)) throw refused('released-twice', place, `releases ${version} once more`)
      state.releases.set(version, { version, digest, record, by, time: entry.time })
      return
    }
    case 'yank': {
      checkMay(state, 'yank', place)
      const known = state.releases.get(content.version)
      if (known === undefined)
        throw refused('yank-unreleased', place, `yanks ${content.version}, which was never released`)
      if (known.yanked !== undefined) throw refused('yanked-twice', place, `yanks ${content.version} once more`)
      state.releases.set(content.version, { ...known, yanked: { record, by, time: entry.time } })
    }
  }
}

function checkMay(state: LogState, permission: Permission, place: Place): void {
  if (state.permissions.holds(place.by, permission)) return
  throw refused('not-permitted', place, `is signed by ${place.by}, which does not hold ${permission}`)
}
