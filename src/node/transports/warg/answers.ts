// What a registry answers, read strictly: the fields that are documented, each of its kind, and no others.
import { parseBase64 } from '../../../core/bytes.ts'
import { AppError } from '../../../core/error.ts'
import { isObject, type JsonValue } from '../../../core/json.ts'
import { countIn, listIn, objectIn, parseAnswer, textIn } from '../../../core/systems/warg/encoding/answer.ts'
import { checkDigest } from '../../../core/systems/warg/encoding/digest.ts'
import { checkKeyId } from '../../../core/systems/warg/encoding/key.ts'
import type { LoggedRecord } from '../../../core/systems/warg/encoding/wire.ts'
import { fault } from '../../../core/systems/warg/fault.ts'
import { inQuotes } from '../../../core/visible.ts'
import { shortWords } from '../../web/words.ts'

/** With what is said to go on behind it. */
export interface FetchedRecord extends LoggedRecord {
  fetchToken: string
}

export interface Fetched {
  /** In one of the logs, nobody says which. */
  more: boolean
  operator: readonly FetchedRecord[]
  /** By the id of the log. */
  packages: ReadonlyMap<string, readonly FetchedRecord[]>
}

const maxTokenLength = 1024

export function parseFetched(bytes: Uint8Array, asked: readonly string[], most: number): Fetched {
  const what = 'the answer about logs'
  const answer = objectIn(parseAnswer(bytes, what), ['more', 'operator?', 'packages?', 'warnings?'], what)
  const { more, operator = [], packages = {}, warnings = [] } = answer
  if (typeof more !== 'boolean') throw malformed(`${what} does not say whether there is more`)
  for (const one of listIn(warnings, `the warnings in ${what}`)) objectIn(one, ['message'], `a warning in ${what}`)
  if (!isObject(packages)) throw malformed(`the packages in ${what} are no object`)
  const logs = new Map<string, readonly FetchedRecord[]>()
  for (const [id, records] of Object.entries(packages)) {
    if (!asked.includes(id))
      throw malformed(`${what} holds the log “${inQuotes(id.slice(0, 80))}”, which was not asked for`)
    logs.set(id, recordsIn(records, `the log ${id}`, most))
  }
  return { more, operator: recordsIn(operator, 'the log of the operator', most), packages: logs }
}

function recordsIn(value: JsonValue, what: string, most: number): FetchedRecord[] {
  const list = listIn(value, what)
  if (list.length > most) throw malformed(`${what} came with ${list.length} records, where ${most} were asked for`)
  const names = ['contentBytes', 'keyId', 'signature', 'registryIndex', 'fetchToken']
  return list.map((one, at) => {
    const name = `record ${at + 1} of ${what}`
    const { contentBytes, keyId, signature, registryIndex, fetchToken } = objectIn(one, names, name)
    const token = textIn(fetchToken, `what goes on behind ${name}`)
    if (token === '' || token.length > maxTokenLength)
      throw malformed(`what goes on behind ${name} is empty or too long`)
    return {
      contents: parseBase64(textIn(contentBytes, name), name),
      keyId: checkKeyId(textIn(keyId, name), `the key of ${name}`),
      signature: textIn(signature, `the signature of ${name}`),
      registryIndex: countIn(registryIndex, `the place of ${name}`, 0xffffffff),
      fetchToken: token,
    }
  })
}

// ---- a record on its way ------------------------------------------------------------------------------------------------

/** Where content is sent to. */
export interface UploadPlace {
  method: 'POST' | 'PUT'
  /** As the registry spells it: relative to its own address, or whole. */
  url: string
  headers: ReadonlyMap<string, string>
}

export type RecordState =
  | { kind: 'sourcing'; missing: ReadonlyMap<string, readonly UploadPlace[]> }
  | { kind: 'processing' }
  | { kind: 'rejected'; reason: string }
  | { kind: 'published'; registryIndex: number }

export function parseRecordState(bytes: Uint8Array, recordId: string): RecordState {
  const what = 'the answer about the record'
  const names = ['recordId', 'state', 'missingContent?', 'reason?', 'registryIndex?']
  const answer = objectIn(parseAnswer(bytes, what), names, what)
  const id = checkDigest(textIn(answer.recordId, what), `the record in ${what}`)
  if (id !== recordId) throw malformed(`${what} is about the record ${id}, where ${recordId} was asked for`)
  const state = textIn(answer.state, `the state in ${what}`)
  if (state === 'processing') return { kind: state }
  if (state === 'sourcing') return { kind: state, missing: missingIn(answer.missingContent ?? {}) }
  if (state === 'rejected') return { kind: state, reason: shortWords(textIn(answer.reason, `the reason in ${what}`)) }
  if (state === 'published') {
    return { kind: state, registryIndex: countIn(answer.registryIndex, `the place in ${what}`, 0xffffffff) }
  }
  throw new AppError({
    code: 'format/unsupported',
    message: `the registry tells of a state of the record that is not known here: “${inQuotes(state.slice(0, 60))}”`,
    hint: 'look again at the package; the registry may be newer than this program',
  })
}

function missingIn(value: JsonValue): Map<string, readonly UploadPlace[]> {
  if (!isObject(value)) throw malformed('the content that the registry misses is no object')
  const missing = new Map<string, readonly UploadPlace[]>()
  for (const [digest, one] of Object.entries(value)) {
    const what = `the content ${checkDigest(digest, 'the content that the registry misses')}`
    const { upload = [] } = objectIn(one, ['upload?'], what)
    missing.set(
      digest,
      listIn(upload, `the places for ${what}`).flatMap((place) => placeIn(place, what)),
    )
  }
  return missing
}

/** Ways that are not known here are left to others: one that is known is enough. */
function placeIn(value: JsonValue, what: string): UploadPlace[] {
  if (isObject(value) && typeof value.type === 'string' && value.type !== 'http') return []
  const name = `a place for ${what}`
  const { method, url, headers = {} } = objectIn(value, ['type', 'method', 'url', 'headers?'], name)
  if (method !== 'POST' && method !== 'PUT') throw malformed(`${name} takes neither POST nor PUT`)
  if (!isObject(headers)) throw malformed(`the headers for ${name} are no object`)
  const pairs = Object.entries(headers).map(([header, text]) => [header.toLowerCase(), textIn(text, header)] as const)
  return [{ method, url: textIn(url, name), headers: new Map(pairs) }]
}

function malformed(message: string): AppError {
  return fault('bad-answer', 'format/malformed', message, {
    hint: 'check the address; the registry may be newer than this program',
  })
}
