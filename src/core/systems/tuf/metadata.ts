// TUF documents: strict views of received bytes (specification 1.0.34, section 4). The bytes are kept; nothing here re-serialises.
import { sha256 as sha256Sync } from '@noble/hashes/sha2.js'
import { toHex } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import type { JsonObject, JsonValue } from '../../json.ts'
import { isObject } from '../../json.ts'
import { isDraftForm } from './agreement.ts'
import { type Delegations, readDelegations } from './delegations.ts'
import { type Envelope, parseEnvelope, Reader } from './envelope.ts'
import type { TufKey } from './key.ts'
import { type RoleKeys, readKeys, readRoleKeys, shown } from './role-keys.ts'

export type { Agreement } from './agreement.ts'
export type { DelegatedRole, Delegations, SuccinctRoles } from './delegations.ts'
export type { NamedRole, RoleKeys } from './role-keys.ts'

export type RoleType = 'root' | 'timestamp' | 'snapshot' | 'targets'
export const topRoles: readonly RoleType[] = ['root', 'timestamp', 'snapshot', 'targets']

interface Common {
  version: number
  specVersion: string
  /** As written: real repositories hold dates of other forms, which verify all the same. */
  expires: string
  raw: JsonObject
}

export interface Root extends Common {
  type: 'root'
  consistentSnapshot: boolean
  keys: ReadonlyMap<string, TufKey>
  roles: ReadonlyMap<RoleType, RoleKeys>
}

export interface MetaFile {
  version: number
  length?: number
  hashes?: ReadonlyMap<string, string>
}

export interface Timestamp extends Common {
  type: 'timestamp'
  snapshot: MetaFile
}

export interface Snapshot extends Common {
  type: 'snapshot'
  /** By role name, without ".json". */
  meta: ReadonlyMap<string, MetaFile>
}

export interface TargetFile {
  length: number
  hashes: ReadonlyMap<string, string>
  raw: JsonObject
}

export interface Targets extends Common {
  type: 'targets'
  target(path: string): TargetFile | undefined
  /** As it is written. */
  entry(path: string): JsonValue | undefined
  targetPaths(): readonly string[]
  delegations?: Delegations
}

export type Signed = Root | Timestamp | Snapshot | Targets
export type SignedOf<T extends RoleType> = Extract<Signed, { type: T }>

export interface Metadata<S extends Signed = Signed> extends Envelope {
  signed: S
}

export function digestOf(envelope: Envelope): string {
  return toHex(sha256Sync(envelope.payload))
}

export function parseMetadata<T extends RoleType>(bytes: Uint8Array, type: T, what: string): Metadata<SignedOf<T>> {
  const { raw, ...envelope } = parseEnvelope(bytes, what)
  const read = new Reader(what)
  // The draft of TAP 3 spells it with a capital.
  const isType = raw._type === type || (type === 'targets' && raw._type === 'Targets' && isDraftForm(raw))
  if (!isType) return read.refuse(`it says it is ${shown(raw._type)}, not ${type}`)
  return { ...envelope, signed: readSigned(read, type, raw) }
}

function readSigned<T extends RoleType>(read: Reader, type: T, raw: JsonObject): SignedOf<T>
function readSigned(read: Reader, type: RoleType, raw: JsonObject): Signed {
  // The draft of TAP 3 is older than this member.
  const isUnstated = type === 'targets' && raw.spec_version === undefined && isDraftForm(raw)
  const specVersion = isUnstated ? 'not stated' : read.text(raw.spec_version, 'spec_version')
  if (!isUnstated && !/^1(\.\d{1,6}){1,3}$/.test(specVersion)) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${read.what} follows version ${specVersion.slice(0, 20)} of the specification, this program knows version 1`,
    })
  }
  const common = {
    version: read.integer(raw.version, 'version', 1),
    specVersion,
    expires: read.text(raw.expires, 'expires'),
    raw,
  }
  switch (type) {
    case 'root':
      return { ...common, type, ...readRoot(read, raw) }
    case 'timestamp':
      return { ...common, type, snapshot: readTimestamp(read, raw) }
    case 'snapshot':
      return { ...common, type, meta: readMeta(read, raw) }
    case 'targets':
      return { ...common, type, ...readTargets(read, raw) }
  }
}

function readRoot(read: Reader, raw: JsonObject): Pick<Root, 'consistentSnapshot' | 'keys' | 'roles'> {
  const roles = read.object(raw.roles, 'roles')
  const consistent = raw.consistent_snapshot
  // Absent in the oldest roots: then it is off (specification 1.0.34, 4.3).
  if (consistent !== undefined && typeof consistent !== 'boolean')
    return read.refuse('consistent_snapshot is not true or false')
  return {
    consistentSnapshot: consistent ?? false,
    keys: readKeys(read, raw.keys),
    roles: new Map(topRoles.map((name) => [name, readRoleKeys(read, roles[name], `role ${name}`)])),
  }
}

function readTimestamp(read: Reader, raw: JsonObject): MetaFile {
  const meta = read.object(raw.meta, 'meta')
  return readMetaFile(read, meta['snapshot.json'], 'snapshot.json')
}

function readMeta(read: Reader, raw: JsonObject): Map<string, MetaFile> {
  const files = new Map<string, MetaFile>()
  for (const [name, value] of Object.entries(read.object(raw.meta, 'meta'))) {
    if (!name.endsWith('.json')) return read.refuse(`meta names ${shown(name)}, which does not end in .json`)
    files.set(name.slice(0, -'.json'.length), readMetaFile(read, value, name))
  }
  return files
}

function readMetaFile(read: Reader, value: JsonValue | undefined, what: string): MetaFile {
  const raw = read.object(value, what)
  return {
    version: read.integer(raw.version, `${what}: version`, 1),
    ...(raw.length === undefined ? {} : { length: read.integer(raw.length, `${what}: length`, 0) }),
    ...(raw.hashes === undefined ? {} : { hashes: readHashes(read, raw.hashes, what) }),
  }
}

const hexDigest = /^[0-9a-fA-F]+$/

function isHexDigest(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value.length % 2 === 0 && hexDigest.test(value)
}

function readHashes(read: Reader, value: JsonValue | undefined, what: string): Map<string, string> {
  const hashes = new Map<string, string>()
  const raw = read.object(value, `${what}: hashes`)
  for (const algorithm in raw) {
    const digest = raw[algorithm]
    if (!isHexDigest(digest)) return read.refuse(`${what}: a hash is not hexadecimal`)
    hashes.set(algorithm, digest.toLowerCase())
  }
  if (!hashes.has('sha256') && !hashes.has('sha512'))
    return read.refuse(`${what} has neither a sha256 nor a sha512 hash`)
  return hashes
}

function readTargets(read: Reader, raw: JsonObject): Pick<Targets, 'target' | 'entry' | 'targetPaths' | 'delegations'> {
  const targets = read.object(raw.targets, 'targets')
  const delegations = readDelegations(read, raw, topRoles)
  // Every entry is checked now, and made into a TargetFile only when asked for: there may be a million.
  for (const path in targets) checkTargetFile(read, targets[path], path)
  let paths: readonly string[] | undefined
  return {
    targetPaths: () => {
      paths ??= Object.keys(targets)
      return paths
    },
    entry: (path) => (Object.hasOwn(targets, path) ? targets[path] : undefined),
    target: (path) => (Object.hasOwn(targets, path) ? readTargetFile(read, targets[path], path) : undefined),
    ...(delegations === undefined ? {} : { delegations }),
  }
}

/** What readTargetFile refuses, without making anything: the same rules, for a million entries. */
function checkTargetFile(read: Reader, value: JsonValue | undefined, path: string): void {
  const { length, hashes } = read.object(value, path)
  const isPlain = typeof length === 'number' && length >= 0 && isObject(hashes) && isHexDigest(hashes.sha256)
  // The common form is one sha256; anything else goes the long way.
  if (!isPlain || Object.keys(hashes).length !== 1) readTargetFile(read, value, path)
}

function readTargetFile(read: Reader, value: JsonValue | undefined, path: string): TargetFile {
  const raw = read.object(value, path)
  return {
    length: read.integer(raw.length, `${path}: length`, 0),
    hashes: readHashes(read, raw.hashes, path),
    raw,
  }
}
