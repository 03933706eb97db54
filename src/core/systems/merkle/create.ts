// What a repository of blocks begins with: documents of height 0, which wait for the signatures of the keys that they name.
import { toHex } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import { isSameKey } from '../../key.ts'
import type { PublicKey } from '../../signer.ts'
import { inQuotes } from '../../visible.ts'
import { formatDate } from '../tuf/expiry.ts'
import { tufKeyObject } from '../tuf/key.ts'
import { maxBlockBytes } from './blocks.ts'
import { codecs, linkOf } from './cid.ts'
import type { DagMap, DagValue } from './dag-value.ts'
import { type Document, parseDocument, type Root, type Targets, type TopRole, topRoles } from './document.ts'
import { fault } from './fault.ts'
import { pendingName } from './files.ts'
import { keyIdOf } from './keys.ts'
import { encodeEnvelope } from './next.ts'
import { authorityOf } from './roots.ts'

/** Signatures come into the block, too: so much of it is left to them. */
const roomForSignatures = 16 * 1024

export interface FirstRole {
  keys: readonly PublicKey[]
  threshold: number
}

export interface FirstWishes {
  roles: Readonly<Record<TopRole, FirstRole>>
  expires: { root: Date; targets: Date }
}

export interface FirstDocument {
  subject: string
  document: Document<Root | Targets>
  /** The envelope, unsigned. */
  bytes: Uint8Array<ArrayBuffer>
}

/** Keys carry no names here: what is written of a person is the public key alone. */
export function firstFields({ roles, expires }: FirstWishes): ReadonlyMap<string, DagMap> {
  const keys = new Map<string, DagValue>()
  const held = new Map<string, DagValue>()
  for (const name of topRoles) {
    const { keys: given, threshold } = roles[name]
    if (given.some((one, at) => given.slice(0, at).some((other) => isSameKey(one, other)))) throw twice(name)
    const ids = given.map((key) => {
      const value = keyValue(key)
      const id = keyIdOf(value)
      keys.set(id, value)
      return id
    })
    held.set(name, new Map<string, DagValue>([...entry('keyids', ids), ...entry('threshold', threshold)]))
  }
  const root = new Map<string, DagValue>([
    ...common('root', expires.root),
    ...entry('keys', keys),
    ...entry('roles', held),
  ])
  return new Map([
    ['root', root],
    ['targets', emptyTargets(expires.targets)],
  ])
}

/** Lists nothing, and hands nothing on. */
export function emptyTargets(expires: Date): DagMap {
  const none = new Map<string, DagValue>([...entry('keys', new Map()), ...entry('roles', [])])
  return new Map<string, DagValue>([
    ...common('targets', expires),
    ...entry('targets', new Map()),
    ...entry('delegations', none),
  ])
}

/** Read again like what a stranger sends, so that nobody is asked to sign what no client would take. */
export function firstDocument(subject: string, fields: DagMap): FirstDocument {
  const isRoot = subject === 'root'
  const signed = new Map<string, DagValue>(fields)
  signed.set('height', 0)
  signed.set('previous-version', null)
  if (!isRoot) signed.set('skip', [])
  const bytes = encodeEnvelope(signed, [])
  if (bytes.length > maxBlockBytes - roomForSignatures) throw tooLarge(subject, bytes.length)
  const document = parseDocument(linkOf(bytes, codecs.dagJson), bytes, isRoot ? 'root' : 'targets')
  if (isRootDocument(document)) for (const name of topRoles) checkSignable(document, name)
  return { subject, document, bytes }
}

/** By subject: "root", "targets", or the name of a delegated role. */
export function firstFiles(fields: ReadonlyMap<string, DagMap>): ReadonlyMap<string, Uint8Array> {
  return new Map([...fields].map(([subject, map]) => [pendingName(subject), firstDocument(subject, map).bytes]))
}

/** A threshold that counts a key twice, or one that nobody can use, is never reached. */
function checkSignable(root: Document<Root>, name: TopRole): void {
  const { keys, role } = authorityOf(root, name)
  const usable = new Set(
    role.keyids.flatMap((id) => {
      const key = keys.get(id)?.key
      return key === undefined ? [] : [toHex(key.spki)]
    }),
  )
  if (usable.size >= role.threshold) return
  const counts = `${role.threshold} signatures, and ${usable.size} different keys that can sign`
  throw fault('bad-threshold', 'format/unsupported', `the role ${name} of the root has a threshold of ${counts}`, {
    hint: 'name more keys, or lower the threshold',
    role: name,
  })
}

function isRootDocument(document: Document<Root | Targets>): document is Document<Root> {
  return document.signed.type === 'root'
}

function keyValue(key: PublicKey): DagMap {
  const { keytype, scheme, keyval } = tufKeyObject(key)
  const value = typeof keyval === 'object' && keyval !== null && 'public' in keyval ? keyval.public : undefined
  const text = (part: unknown): string => {
    if (typeof part === 'string') return part
    throw new AppError({ code: 'internal/bug', message: 'a key was written without its value' })
  }
  return new Map<string, DagValue>([
    ...entry('keytype', text(keytype)),
    ...entry('scheme', text(scheme)),
    ...entry('keyval', new Map([['public', text(value)]])),
  ])
}

function common(type: string, expires: Date): [string, DagValue][] {
  return [...entry('_type', type), ...entry('spec_version', '1.0.0'), ...entry('expires', formatDate(expires))]
}

function entry(name: string, value: DagValue): [string, DagValue][] {
  return [[name, value]]
}

function tooLarge(subject: string, size: number): AppError {
  const sizes = `${size} bytes, and a block has at most ${maxBlockBytes}, with its signatures`
  return fault('block-too-large', 'format/unsupported', `“${inQuotes(subject.slice(0, 40))}” would be ${sizes}`, {
    hint: 'delegate its targets to bins by path_hash_prefixes first, so that each holds a part of them',
    role: subject,
  })
}

function twice(role: TopRole): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `a key is named twice for ${role}, and would count once`,
    hint: 'name every key holder once',
  })
}
