// Records of package and operator logs: from their bytes, and from what a person wants said to bytes. The two kinds differ in
// their entries, in the numbers of permissions, and in the order of the fields of their first entry.
import { concatBytes } from '../../../bytes.ts'
import { checkDigest, type Sha256 } from '../encoding/digest.ts'
import { type LogKind, recordIdOf } from '../encoding/ids.ts'
import { checkKeyId, parseWargKey, type WargKey } from '../encoding/key.ts'
import { checkNamespace, checkVersion } from '../encoding/names.ts'
import {
  type Form,
  ProtoFields,
  protoBytes,
  protoNumber,
  protoNumbers,
  protoText,
  type Shape,
} from '../encoding/protobuf.ts'
import { checkTime, type Time } from '../encoding/time.ts'
import { fault } from '../fault.ts'

/** The last stands in entries of version 0.1.0 only. */
export type Permission = 'release' | 'yank' | 'commit' | 'define-namespace' | 'import-namespace' | 'update-auth'

/** By their numbers, from 1. */
export const permissionsOf: Readonly<Record<LogKind, readonly Permission[]>> = {
  package: ['release', 'yank'],
  operator: ['commit', 'define-namespace', 'import-namespace'],
}

export type Entry =
  | { kind: 'init'; key: WargKey }
  | { kind: 'grant'; key: WargKey; permissions: readonly Permission[] }
  | { kind: 'revoke'; keyId: string; permissions: readonly Permission[] }
  | { kind: 'release'; version: string; digest: string }
  | { kind: 'yank'; version: string }
  | { kind: 'define'; namespace: string }
  | { kind: 'import'; namespace: string; registry: string }

export interface RecordDraft {
  /** The id of the record before it; the first has none. */
  prev?: string
  time: Time
  entries: readonly Entry[]
}

export interface LogRecord extends RecordDraft {
  id: string
  /** As received. */
  contents: Uint8Array
  /** Written in the one form that its content has here. If not, it may be counted, and nobody signs it. */
  isCanonical: boolean
}

/** More than anybody says in one record: each entry is told to a person. */
const maxEntries = 1000
/** There are three at most, and some may be said twice. */
const maxPermissions = 16

const recordShape: Shape = { 1: 'text', 2: 'number', 3: 'bytes', 4: 'messages' }
const timeShape: Shape = { 1: 'number', 2: 'number' }
const entryShape: Shape = { 1: 'bytes', 2: 'bytes', 3: 'bytes', 4: 'bytes', 5: 'bytes' }
const textAndList: Shape = { 1: 'text', 2: 'numbers' }
const twoTexts: Shape = { 1: 'text', 2: 'text' }
const oneText: Shape = { 1: 'text' }

export function parseRecord(kind: LogKind, contents: Uint8Array, what: string, sha256?: Sha256): LogRecord {
  const form: Form = { isCanonical: true }
  const fields = new ProtoFields(contents, recordShape, what, form)
  const version = fields.uint32(2)
  if (version !== 0) {
    throw fault(
      'unknown-record-version',
      'format/unsupported',
      `${what} is of version ${version}, where only 0 is known`,
    )
  }
  const prev = fields.has(1) ? checkDigest(fields.text(1), `the link of ${what}`) : undefined
  const time = parseTime(fields.bytes(3), what, form)
  const messages = fields.messages(4)
  if (messages.length > maxEntries) throw tooMany(what, 'entries', messages.length, maxEntries)
  const entries = messages.map((bytes, at) => parseEntry(kind, bytes, `entry ${at + 1} of ${what}`, form))
  const { isCanonical } = form
  const record = { time, entries, id: recordIdOf(kind, contents, sha256), contents, isCanonical }
  return prev === undefined ? record : { prev, ...record }
}

function parseTime(bytes: Uint8Array | undefined, what: string, form: Form): Time {
  if (bytes === undefined) throw fault('time-missing', 'format/malformed', `${what} has no time`)
  const fields = new ProtoFields(bytes, timeShape, `the time of ${what}`, form)
  return checkTime({ seconds: fields.int64(1), nanos: fields.int64(2) }, what)
}

function parseEntry(kind: LogKind, bytes: Uint8Array, what: string, form: Form): Entry {
  const fields = new ProtoFields(bytes, entryShape, what, form)
  const [number, second] = fields.numbers
  const content = number === undefined ? undefined : fields.bytes(number)
  if (number === undefined || content === undefined) {
    throw fault('entry-without-content', 'format/malformed', `${what} says nothing`)
  }
  if (second !== undefined) throw fault('entry-with-two', 'format/malformed', `${what} says two things`)
  if (number === 1) return parseInit(kind, content, what, form)
  if (number <= 3) return parseTurn(kind, number, content, what, form)
  return kind === 'package'
    ? parseReleaseOrYank(number, content, what, form)
    : parseNamespace(number, content, what, form)
}

/** Key and algorithm stand the other way round in an operator log. */
function parseInit(kind: LogKind, bytes: Uint8Array, what: string, form: Form): Entry {
  const fields = new ProtoFields(bytes, twoTexts, what, form)
  const [key, algorithm] = kind === 'package' ? [1, 2] : [2, 1]
  if (fields.text(algorithm) !== 'sha256') {
    throw fault('hash-algorithm', 'format/unsupported', `${what} asks for another hash than sha256`)
  }
  return { kind: 'init', key: parseKey(fields.text(key), what, form) }
}

function parseKey(text: string, what: string, form: Form): WargKey {
  const key = parseWargKey(text, `the key in ${what}`)
  if (key.text !== text) form.isCanonical = false
  return key
}

function parseTurn(kind: LogKind, number: number, bytes: Uint8Array, what: string, form: Form): Entry {
  const fields = new ProtoFields(bytes, textAndList, what, form)
  const numbers = fields.uint32s(2)
  if (numbers.length > maxPermissions) throw tooMany(what, 'permissions', numbers.length, maxPermissions)
  const permissions = numbers.map((value) => {
    const permission = permissionsOf[kind][value - 1]
    if (permission !== undefined) return permission
    throw fault('unknown-permission', 'format/malformed', `${what} has permission ${value}, which nobody knows`)
  })
  return number === 2
    ? { kind: 'grant', key: parseKey(fields.text(1), what, form), permissions }
    : { kind: 'revoke', keyId: checkKeyId(fields.text(1), `the key in ${what}`), permissions }
}

function parseReleaseOrYank(number: number, bytes: Uint8Array, what: string, form: Form): Entry {
  const fields = new ProtoFields(bytes, number === 4 ? twoTexts : oneText, what, form)
  const version = checkVersion(fields.text(1), what)
  if (number === 5) return { kind: 'yank', version }
  return { kind: 'release', version, digest: checkDigest(fields.text(2), `the content in ${what}`) }
}

function parseNamespace(number: number, bytes: Uint8Array, what: string, form: Form): Entry {
  const fields = new ProtoFields(bytes, number === 4 ? oneText : twoTexts, what, form)
  const namespace = checkNamespace(fields.text(1), what)
  return number === 4 ? { kind: 'define', namespace } : { kind: 'import', namespace, registry: fields.text(2) }
}

function tooMany(what: string, kind: string, count: number, most: number): Error {
  return fault('too-many', 'source/too-large', `${what} has ${count} ${kind}, of at most ${most}`)
}

/** Fields in order, nothing that goes without saying, permissions packed: as the reference writes it. */
export function encodeRecord(kind: LogKind, { prev, time, entries }: RecordDraft): Uint8Array<ArrayBuffer> {
  return concatBytes(
    prev === undefined ? new Uint8Array(0) : protoText(1, prev),
    protoBytes(3, concatBytes(protoNumber(1, time.seconds), protoNumber(2, time.nanos))),
    ...entries.map((entry) => protoBytes(4, encodeEntry(kind, entry))),
  )
}

function encodeEntry(kind: LogKind, entry: Entry): Uint8Array {
  const numbers = (permissions: readonly Permission[]): Uint8Array =>
    protoNumbers(
      2,
      permissions.map((one) => permissionsOf[kind].indexOf(one) + 1),
    )
  const texts = (...list: readonly string[]): Uint8Array =>
    concatBytes(...list.map((text, at) => protoText(at + 1, text)))
  switch (entry.kind) {
    case 'init':
      return protoBytes(1, kind === 'package' ? texts(entry.key.text, 'sha256') : texts('sha256', entry.key.text))
    case 'grant':
      return protoBytes(2, concatBytes(texts(entry.key.text), numbers(entry.permissions)))
    case 'revoke':
      return protoBytes(3, concatBytes(texts(entry.keyId), numbers(entry.permissions)))
    case 'release':
      return protoBytes(4, texts(entry.version, entry.digest))
    case 'yank':
      return protoBytes(5, texts(entry.version))
    case 'define':
      return protoBytes(4, texts(entry.namespace))
    case 'import':
      return protoBytes(5, texts(entry.namespace, entry.registry))
  }
}
