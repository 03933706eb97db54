// The four documents: strict views of blocks. A document knows the block that it came from and the bytes that are signed.
import { inQuotes } from '../../visible.ts'
import type { TufSignature } from '../tuf/envelope.ts'
import { expiryOf, isSpecDate } from '../tuf/expiry.ts'
import type { TufKey } from '../tuf/key.ts'
import type { RoleKeys } from '../tuf/role-keys.ts'
import { codecOf, codecs, type Link, linkOf } from './cid.ts'
import { type DagMap, type DagValue, dagJsonBytes, isDagMap, isLink, parseDag } from './dag-value.ts'
import { fault } from './fault.ts'
import { Fields } from './fields.ts'
import { readKeys, readRoleKeys } from './keys.ts'
import { skipCount } from './skip.ts'

export const topRoles = ['root', 'targets', 'snapshot', 'timestamp'] as const
export type TopRole = (typeof topRoles)[number]

interface Versioned {
  expires: Date
  height: number
  previous: Link | undefined
  /** Link k - 1 leads down by 2 to the k; none in a root. */
  skip: readonly Link[]
}

export interface Root extends Versioned {
  type: 'root'
  keys: ReadonlyMap<string, TufKey>
  roles: ReadonlyMap<TopRole, RoleKeys>
}

export interface Target {
  content: Link
  length: number
  custom?: DagMap
}

export interface Delegation extends RoleKeys {
  name: string
  terminating: boolean
  paths?: readonly string[]
  pathHashPrefixes?: readonly string[]
}

export interface Targets extends Versioned {
  type: 'targets'
  targets: ReadonlyMap<string, Target>
  keys: ReadonlyMap<string, TufKey>
  delegations: readonly Delegation[]
}

export interface Snapshot extends Versioned {
  type: 'snapshot'
  root: Link
  targets: Link
  delegated: ReadonlyMap<string, Link>
  retired: ReadonlyMap<string, Link>
}

export interface Timestamp {
  type: 'timestamp'
  expires: Date
  snapshot: Link
}

export type Signed = Root | Targets | Snapshot | Timestamp
export type DocumentType = Signed['type']
export type SignedOf<T extends DocumentType> = Extract<Signed, { type: T }>

export interface Document<S extends Signed = Signed> {
  link: Link
  /** Of the whole block. */
  cid: string
  /** Of what is signed: two documents are the same version where this is the same. */
  readonly pid: string
  readonly payload: Uint8Array<ArrayBuffer>
  signatures: readonly TufSignature[]
  signed: S
}

/** The block must have been hashed before. */
export function parseDocument<T extends DocumentType>(link: Link, bytes: Uint8Array, type: T): Document<SignedOf<T>> {
  const what = `the ${type} in block ${link.cid}`
  const read = new Fields(what)
  const envelope = read.record(parseDag(bytes, codecOf(link, what), what), ['signatures', 'signed'], 'the block')
  const value = read.map(envelope.get('signed'), 'what is signed')
  // Most blocks of a long history are only passed through: nobody asks these for what they sign.
  let payload: Uint8Array<ArrayBuffer> | undefined
  let pid: string | undefined
  return {
    link,
    cid: link.cid,
    get payload() {
      payload ??= dagJsonBytes(value)
      return payload
    },
    get pid() {
      pid ??= linkOf(this.payload, codecs.dagJson).cid
      return pid
    },
    signatures: readSignatures(read, envelope.get('signatures')),
    signed: parseSigned(read, value, type),
  }
}

function readSignatures(read: Fields, value: DagValue | undefined): TufSignature[] {
  const seen = new Set<string>()
  return read.list(value, 'signatures').map((entry) => {
    const signature = read.record(entry, ['keyid', 'sig'], 'a signature')
    const keyid = read.text(signature.get('keyid'), 'the key id of a signature')
    const sig = read.text(signature.get('sig'), 'the text of a signature')
    if (!/^([0-9a-f]{2}){1,1024}$/.test(sig)) {
      throw fault('bad-signature-text', 'format/malformed', `${read.what}: a signature is not in lower hexadecimal`)
    }
    if (seen.has(keyid)) return read.refuse('two signatures carry one key id')
    seen.add(keyid)
    return { keyid, sig }
  })
}

const common = ['_type', 'spec_version', 'expires']
const versioned = [...common, 'height', 'previous-version']

function parseSigned<T extends DocumentType>(read: Fields, value: DagMap, type: T): SignedOf<T>
function parseSigned(read: Fields, value: DagMap, type: DocumentType): Signed {
  const found = value.get('_type')
  if (found !== type) {
    const shown = typeof found === 'string' ? `“${inQuotes(found.slice(0, 20))}”` : 'nothing'
    throw fault('wrong-type', 'format/malformed', `${read.what} calls itself ${shown}`)
  }
  switch (type) {
    case 'root':
      return parseRoot(read, read.record(value, [...versioned, 'keys', 'roles'], 'root'))
    case 'targets':
      return parseTargets(read, read.record(value, [...versioned, 'skip', 'targets', 'delegations'], 'targets'))
    case 'snapshot':
      return parseSnapshot(read, read.record(value, [...versioned, 'skip', 'meta'], 'snapshot'))
    case 'timestamp': {
      const map = read.record(value, [...common, 'snapshot'], 'timestamp')
      return { type, expires: readExpiry(read, map), snapshot: read.link(map.get('snapshot'), 'snapshot') }
    }
  }
}

function readExpiry(read: Fields, map: DagMap): Date {
  if (map.get('spec_version') !== '1.0.0') {
    throw fault('spec-version', 'format/unsupported', `${read.what} is not of version 1.0.0`)
  }
  const expires = read.text(map.get('expires'), 'expires')
  if (isSpecDate(expires)) return expiryOf(expires, read.what)
  throw fault('bad-date', 'format/malformed', `${read.what}: expires is no date of the form 2027-02-28T00:00:00Z`)
}

function readVersioned(read: Fields, map: DagMap): Versioned {
  const expires = readExpiry(read, map)
  const height = read.count(map.get('height'), 'height')
  const before = map.get('previous-version')
  const previous = before === null ? undefined : read.link(before, 'previous-version')
  if ((height === 0) !== (previous === undefined)) {
    const why = previous === undefined ? 'has no version before it' : 'has one before it'
    throw fault('bad-height', 'format/malformed', `${read.what} is of height ${height} and ${why}`)
  }
  return { expires, height, previous, skip: readSkip(read, map.get('skip'), height) }
}

function readSkip(read: Fields, value: DagValue | undefined, height: number): Link[] {
  if (value === undefined) return []
  const skip = read.list(value, 'skip').map((link) => read.link(link, 'a link in skip'))
  if (skip.length === skipCount(height)) return skip
  const counts = `${skip.length} links in skip, where height ${height} has ${skipCount(height)}`
  throw fault('bad-skip', 'format/malformed', `${read.what} has ${counts}`)
}

function parseRoot(read: Fields, map: DagMap): Root {
  const keys = readKeys(read, map.get('keys'))
  const entries = read.record(map.get('roles'), topRoles, 'roles')
  const roles = new Map<TopRole, RoleKeys>()
  for (const name of topRoles) {
    const role = read.record(entries.get(name), ['keyids', 'threshold'], `the role ${name}`)
    const held = { keyids: role.get('keyids'), threshold: role.get('threshold') }
    roles.set(name, readRoleKeys(read, held, keys, name))
  }
  return { type: 'root', ...readVersioned(read, map), keys, roles }
}

function parseTargets(read: Fields, map: DagMap): Targets {
  const targets = new Map<string, Target>()
  for (const [path, value] of read.map(map.get('targets'), 'targets')) {
    targets.set(read.text(path, 'a path'), readTarget(read, value))
  }
  const held = read.record(map.get('delegations'), ['keys', 'roles'], 'delegations')
  const keys = readKeys(read, held.get('keys'))
  const names = new Set<string>(topRoles)
  const delegations = read.list(held.get('roles'), 'delegated roles').map((value) => {
    const role = readDelegation(read, value, keys)
    if (names.has(role.name)) {
      const name = inQuotes(role.name.slice(0, 40))
      throw fault('bad-role', 'format/malformed', `${read.what} delegates “${name}” twice, or a top-level role`)
    }
    names.add(role.name)
    return role
  })
  return { type: 'targets', ...readVersioned(read, map), targets, keys, delegations }
}

function readTarget(read: Fields, value: DagValue): Target {
  const map = read.record(value, ['content', 'length', 'custom?'], 'a target')
  const content = map.get('content')
  if (!isLink(content)) return read.refuse('the content of a target is no link')
  if (content.codec !== codecs.raw && content.codec !== codecs.dagPb) {
    throw fault('cid-codec', 'format/unsupported', `${read.what}: the content of a target is neither raw nor dag-pb`)
  }
  const length = read.count(map.get('length'), 'the length of a target')
  const custom = map.get('custom')
  if (custom === undefined) return { content, length }
  return isDagMap(custom) ? { content, length, custom } : read.refuse('custom is no map')
}

function readDelegation(read: Fields, value: DagValue, keys: ReadonlyMap<string, TufKey>): Delegation {
  const names = ['name', 'keyids', 'threshold', 'terminating', 'paths?', 'path_hash_prefixes?']
  const map = read.record(value, names, 'a delegated role')
  const name = read.text(map.get('name'), 'the name of a role')
  const terminating = map.get('terminating')
  if (typeof terminating !== 'boolean') return read.refuse('terminating is neither true nor false')
  const [paths, prefixes] = [map.get('paths'), map.get('path_hash_prefixes')]
  if ((paths === undefined) === (prefixes === undefined)) {
    return read.refuse('a delegated role has either paths or path_hash_prefixes, exactly one of them')
  }
  const held = { keyids: map.get('keyids'), threshold: map.get('threshold') }
  return {
    ...readRoleKeys(read, held, keys, name),
    name,
    terminating,
    ...(paths === undefined ? {} : { paths: read.texts(paths, 'paths') }),
    ...(prefixes === undefined ? {} : { pathHashPrefixes: read.texts(prefixes, 'path_hash_prefixes') }),
  }
}

function parseSnapshot(read: Fields, map: DagMap): Snapshot {
  const meta = read.record(map.get('meta'), ['root', 'targets', 'delegated-targets', 'retired'], 'meta')
  return {
    type: 'snapshot',
    ...readVersioned(read, map),
    root: read.link(meta.get('root'), 'root'),
    targets: read.link(meta.get('targets'), 'targets'),
    delegated: read.links(meta.get('delegated-targets'), 'delegated-targets'),
    retired: read.links(meta.get('retired'), 'retired'),
  }
}
