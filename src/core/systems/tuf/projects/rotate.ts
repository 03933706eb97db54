// One change of a project's keys as a signed document, in the form of TAP 8's rotate file (docs/formats/project-keys.md).
import { toHex } from '../../../bytes.ts'
import { AppError } from '../../../error.ts'
import type { JsonObject, JsonValue } from '../../../json.ts'
import type { KeyEntry, ProjectKeysEdit } from '../edit/edit.ts'
import { encodeMetadata } from '../encode.ts'
import { type Envelope, parseEnvelope, Reader } from '../envelope.ts'
import { keyIdOf, ownerField, parseTufKey, rehearsalField, type TufKey, tufKeyObject } from '../key.ts'
import { digestOf, type RoleKeys } from '../metadata.ts'
import { refusedName } from './name.ts'

/** Who holds a project from this change on. */
export interface RotateFile extends Envelope, RoleKeys {
  /** The project. */
  role: string
  /** The first change, which reserves the name, is 1; each further one steps by one. */
  version: number
  keys: ReadonlyMap<string, TufKey>
  /** The change that this one follows, by the sha256 of its signed part: what was signed for another history is not for this one. */
  previous?: string
}

export const previousField = 'x-countersign-previous'
const type = 'rotate'
const maxKeys = 512

export function parseRotate(bytes: Uint8Array, what: string): RotateFile {
  const { raw, ...envelope } = parseEnvelope(bytes, what)
  const read = new Reader(what)
  if (raw._type !== type) return read.refuse('it is not a change of a project’s keys')
  checkSpecVersion(read, raw.spec_version)
  const role = read.text(raw.role, 'role')
  const why = refusedName(role)
  if (why !== undefined) return read.refuse(why)
  const version = read.integer(raw.version, 'version', 1)
  const keys = readKeys(read, raw.keys)
  const previous = raw[previousField]
  if (previous !== undefined && (version === 1 || typeof previous !== 'string'))
    return read.refuse(`${previousField} is not the digest of a change before this one`)
  return {
    ...envelope,
    role,
    version,
    keys,
    keyids: readOrder(read, raw.keyids, keys),
    threshold: read.integer(raw.threshold, 'threshold', 1),
    ...(previous === undefined ? {} : { previous }),
    raw,
  }
}

/** TAP 8 has none; where it stands, it is that of TUF metadata. */
function checkSpecVersion(read: Reader, value: JsonValue | undefined): void {
  if (value === undefined) return
  const text = read.text(value, 'spec_version')
  if (/^1(\.\d{1,6}){1,3}$/.test(text)) return
  throw new AppError({
    code: 'format/unsupported',
    message: `${read.what} follows version ${text.slice(0, 20)} of the specification, this program knows version 1`,
  })
}

function readKeys(read: Reader, value: JsonValue | undefined): Map<string, TufKey> {
  const entries = Object.entries(read.object(value, 'keys'))
  if (entries.length === 0) return read.refuse('it names no key')
  if (entries.length > maxKeys) return read.refuse(`it names ${entries.length} keys, ${maxKeys} are allowed`)
  return new Map(
    entries.map(([id, member]) => {
      const raw = read.object(member, 'a key')
      // The keys of all projects stand in one list in the end: an id that is chosen freely could stand there for another’s key.
      if (keyIdOf(raw) !== id) return read.refuse(`the id ${id.slice(0, 64)} does not follow from its key`)
      return [id, parseTufKey(id, raw)]
    }),
  )
}

function readOrder(read: Reader, value: JsonValue | undefined, keys: ReadonlyMap<string, TufKey>): string[] {
  if (value === undefined) return [...keys.keys()]
  const ids = read.array(value, 'keyids', maxKeys).map((id) => read.text(id, 'a key id'))
  const distinct = new Set(ids)
  const isComplete = distinct.size === ids.length && ids.length === keys.size && ids.every((id) => keys.has(id))
  return isComplete ? ids : read.refuse('keyids does not name each of its keys once')
}

/** The next change of a project's keys, for signing; the first one when there is none before. */
export function rotateDocument(before: RotateFile | undefined, role: string, edit: ProjectKeysEdit): Uint8Array {
  const why = refusedName(role)
  if (why !== undefined) return refuse(why, 'choose another name for the project')
  const kept = keptKeys(before, role, edit.keepIds)
  const keys = distinctKeys([...kept.map(({ id, raw }) => ({ id, raw })), ...edit.keys.map(keyOfEntry)], role)
  const { threshold } = edit
  if (!Number.isSafeInteger(threshold) || threshold < 1)
    return refuse(`a threshold of ${threshold} is no threshold`, 'choose at least 1')
  if (keys.length === 0) return refuse(`${role} would have no key`, 'name at least one key holder')
  if (keys.length > maxKeys) return refuse(`${role} would have ${keys.length} keys, ${maxKeys} are allowed`)
  if (threshold > keys.length) {
    return refuse(
      `${role} would need ${threshold} signatures of ${keys.length} keys`,
      'lower the threshold, or name more key holders',
    )
  }
  if (before !== undefined && threshold === before.threshold && isSameSet(before, keys))
    return refuse(`this changes nothing in the keys of ${role}`, 'add or remove a key, or change the threshold')
  return encodeMetadata({
    _type: type,
    version: (before?.version ?? 0) + 1,
    role,
    keys: Object.fromEntries(keys.map(({ id, raw }) => [id, raw])),
    keyids: keys.map(({ id }) => id),
    threshold,
    ...(before === undefined ? {} : { [previousField]: digestOf(before) }),
  })
}

interface KeyObject {
  id: string
  raw: JsonObject
}

function keptKeys(before: RotateFile | undefined, role: string, keepIds: readonly string[]): TufKey[] {
  const unknown = keepIds.find((id) => before?.keys.has(id) !== true)
  if (unknown !== undefined)
    return refuse(`${role} has no key with the id ${unknown.slice(0, 64)}`, 'keep only keys that the project has now')
  // In the order in which they stand, and each once: of one key under two ids the first one stays.
  const kept = (before?.keyids ?? []).filter((id) => keepIds.includes(id)).flatMap((id) => before?.keys.get(id) ?? [])
  const seen = new Set<string>()
  return kept.filter((key) => {
    const identity = key.key === undefined ? key.id : toHex(key.key.spki)
    return !seen.has(identity) && seen.add(identity)
  })
}

/** As founders' keys are written in root: named, and marked when they are for rehearsal. */
function keyOfEntry(entry: KeyEntry): KeyObject {
  const raw = tufKeyObject(entry.key, {
    ...(entry.owner === undefined ? {} : { [ownerField]: entry.owner }),
    ...(entry.rehearsal === true ? { [rehearsalField]: true } : {}),
  })
  return { id: keyIdOf(raw), raw }
}

function distinctKeys(keys: readonly KeyObject[], role: string): readonly KeyObject[] {
  const owners = new Map<string, string>()
  for (const { id, raw } of keys) {
    const { key, owner } = parseTufKey(id, raw)
    if (key === undefined) continue
    const material = toHex(key.spki)
    const other = owners.get(material)
    if (other !== undefined)
      return refuse(`one key would stand twice among those of ${role}: ${other}`, 'name each key once')
    owners.set(material, owner ?? id.slice(0, 8))
  }
  return keys
}

function isSameSet(before: RotateFile, keys: readonly KeyObject[]): boolean {
  return before.keys.size === keys.length && keys.every(({ id }) => before.keys.has(id))
}

function refuse(message: string, hint?: string): never {
  throw new AppError({ code: 'usage/invalid', message, ...(hint === undefined ? {} : { hint }) })
}
