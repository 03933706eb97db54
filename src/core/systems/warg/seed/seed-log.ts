// Logs of version 0.1.0. They know one permission more, to give and take permissions, and the first key holds nothing else.
import { parseBase64 } from '../../../bytes.ts'
import { verifySignature } from '../../../crypto.ts'
import type { JsonValue } from '../../../json.ts'
import { objectIn, parseAnswer, textIn } from '../encoding/answer.ts'
import type { LogKind } from '../encoding/ids.ts'
import type { WargKey } from '../encoding/key.ts'
import { fault } from '../fault.ts'
import { LogState, type Place, refused } from '../log/log-state.ts'
import { parseSeedEntry, parseSeedKey, type SeedContent } from './seed-entry.ts'

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
    const place: Place = { number, id: entry.id, keyId: key.id, time: entry.time }
    if (!(await verifySignature(key.key, bytes, signature))) {
      throw refused('record-signature', place, `is not signed by ${key.id}, as it says`, 'trust/bad-signature')
    }
    state.checkFollows(entry.prev, place)
    if (state.length === 0) begin(state, entry.content, place)
    else addContent(state, entry.content, place)
    state.end(place)
  }
  return state
}

function begin(state: LogState, content: SeedContent, place: Place): void {
  if (content.kind !== 'init') throw refused('not-init-first', place, 'does not begin the log')
  const { key } = content
  if (key.id !== place.keyId) {
    throw refused('init-by-another-key', place, `names the key ${key.id} and is signed by ${place.keyId}`)
  }
  state.begin(key, ['update-auth'], place)
}

function addContent(state: LogState, content: SeedContent, place: Place): void {
  switch (content.kind) {
    case 'init':
      throw refused('init-again', place, 'begins the log once more')
    case 'update': {
      state.checkMay('update-auth', place)
      const { key, allow, deny } = content
      state.give(key, allow, place)
      for (const one of deny) state.take(key.id, one, place)
      return
    }
    case 'release':
      state.release(content.version, content.digest, place)
      return
    case 'yank':
      state.yank(content.version, place)
  }
}
