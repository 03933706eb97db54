// The client workflow (specification 1.0.34, section 5) over two transports: the repository, and the trusted copies kept here.
import { toHex } from '../../bytes.ts'
import { verifyAnchorSignature } from '../../crypto.ts'
import { AppError, isVerdict } from '../../error.ts'
import type { Transport } from '../../transport.ts'
import {
  absent,
  type ClientOptions,
  checkExpiry,
  checkFits,
  checkRollback,
  checkVersion,
  rollbackHint,
} from './check.ts'
import type { TufKey } from './key.ts'
import {
  type Metadata,
  type MetaFile,
  parseMetadata,
  type RoleKeys,
  type RoleType,
  type Root,
  type Snapshot,
  type Targets,
  type Timestamp,
} from './metadata.ts'
import { maxBytes, metadataName } from './names.ts'
import type { ParseMetadata } from './parsed.ts'
import { quorumOf, verifyQuorum } from './verify.ts'

export interface TrustedSet {
  root: Metadata<Root>
  timestamp: Metadata<Timestamp>
  snapshot: Metadata<Snapshot>
  targets: Metadata<Targets>
}

/** More root versions than this in one update is not a history but an attack (specification 5.3.3). */
export const maxRootRotations = 1024

export async function refresh(remote: Transport, store: Transport, options: ClientOptions): Promise<TrustedSet> {
  const root = await updateRoot(remote, store, options)
  const timestamp = await updateTimestamp(root, remote, store, options)
  const snapshot = await updateSnapshot(root, timestamp, remote, store, options)
  const targets = await updateTargets(root, snapshot, remote, store, options)
  return { root, timestamp, snapshot, targets }
}

/** 5.3: from the trusted root to the newest, one version at a time. */
export async function updateRoot(remote: Transport, store: Transport, options: ClientOptions): Promise<Metadata<Root>> {
  const trusted = await store.read('root.json', maxBytes.root, options.signal)
  if (trusted === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: 'there is no trusted root to start from',
      hint: 'pin the root of this repository first',
    })
  }
  const first = parseMetadata(trusted, 'root', 'the trusted root')
  verifyQuorum(await rootQuorum(first, first), 'the trusted root')
  let root = first
  for (let step = 0; ; step++) {
    options.signal.throwIfAborted()
    const next = await readNextRoot(root, remote, options)
    if (next === undefined) break
    if (step === maxRootRotations) {
      throw new AppError({ code: 'source/rejected', message: `more than ${maxRootRotations} new versions of root` })
    }
    await keep(store, 'root.json', next.bytes, options)
    root = next
  }
  checkExpiry(root, 'root', options)
  if (isRotated(first, root, 'timestamp') || isRotated(first, root, 'snapshot')) await forgetVersions(store, options)
  return root
}

/** Version N+1, verified against N and against itself (5.3.4 to 5.3.6); undefined when there is none. */
async function readNextRoot(
  root: Metadata<Root>,
  remote: Transport,
  options: ClientOptions,
): Promise<Metadata<Root> | undefined> {
  const version = root.signed.version + 1
  const name = metadataName('root', version, true)
  const bytes = await remote.read(name, maxBytes.root, options.signal)
  if (bytes === undefined) return undefined
  const next = parseMetadata(bytes, 'root', name)
  verifyQuorum(await rootQuorum(root, next), name)
  verifyQuorum(await rootQuorum(next, next), name)
  if (next.signed.version !== version) {
    throw new AppError({
      code: 'trust/rollback',
      message: `${name} says it is version ${next.signed.version}`,
      hint: 'ask the repository admin which root is the current one',
    })
  }
  return next
}

/** Who of the keys that `judge` names for root has signed `candidate`. */
export function rootQuorum(judge: Metadata<Root>, candidate: Metadata<Root>): ReturnType<typeof quorumOf> {
  const { version, keys } = judge.signed
  return quorumOf(`root ${version}`, candidate, keys, roleOf(judge, 'root'), verifyAnchorSignature)
}

export function roleOf(root: Metadata<Root>, type: RoleType): RoleKeys {
  const role = root.signed.roles.get(type)
  if (role === undefined) throw new AppError({ code: 'internal/bug', message: `a parsed root has no role ${type}` })
  return role
}

/** 5.3.11: old versions of these prove nothing once their keys are replaced; this is the way out of a fast-forward attack. */
function isRotated(before: Metadata<Root>, after: Metadata<Root>, type: RoleType): boolean {
  const identity = (root: Metadata<Root>): string =>
    roleOf(root, type)
      .keyids.map((id) => root.signed.keys.get(id)?.key?.spki ?? new Uint8Array())
      .map(toHex)
      .sort()
      .join()
  return identity(before) !== identity(after)
}

async function forgetVersions(store: Transport, options: ClientOptions): Promise<void> {
  const gone = new Map([
    ['snapshot.json', null],
    ['timestamp.json', null],
  ])
  await store.write(gone, new Map(), 'the keys of timestamp or snapshot were replaced', options.signal)
}

/** 5.4 */
async function updateTimestamp(
  root: Metadata<Root>,
  remote: Transport,
  store: Transport,
  options: ClientOptions,
): Promise<Metadata<Timestamp>> {
  const verified = async (bytes: Uint8Array, what: string): Promise<Metadata<Timestamp>> => {
    const metadata = parseMetadata(bytes, 'timestamp', what)
    await verifyTop(root, metadata, 'timestamp', what)
    return metadata
  }
  const old = await readTrusted(store, 'timestamp', verified, options)
  const bytes = await remote.read('timestamp.json', maxBytes.timestamp, options.signal)
  if (bytes === undefined) throw absent('timestamp.json')
  const fresh = await verified(bytes, 'timestamp.json')
  if (old !== undefined) {
    checkRollback('timestamp.json', old.signed.version, fresh.signed.version)
    if (fresh.signed.version === old.signed.version) {
      checkExpiry(old, 'timestamp', options)
      return old
    }
    checkRollback('snapshot.json in timestamp.json', old.signed.snapshot.version, fresh.signed.snapshot.version)
  }
  checkExpiry(fresh, 'timestamp', options)
  await keep(store, 'timestamp.json', fresh.bytes, options)
  return fresh
}

/** 5.5 */
async function updateSnapshot(
  root: Metadata<Root>,
  timestamp: Metadata<Timestamp>,
  remote: Transport,
  store: Transport,
  options: ClientOptions,
): Promise<Metadata<Snapshot>> {
  const expected = timestamp.signed.snapshot
  const verified = async (bytes: Uint8Array, what: string): Promise<Metadata<Snapshot>> => {
    const metadata = parseMetadata(bytes, 'snapshot', what)
    await verifyTop(root, metadata, 'snapshot', what)
    return metadata
  }
  const old = await readTrusted(store, 'snapshot', verified, options)
  const mayUse = options.copies !== 'compare'
  if (mayUse && old?.signed.version === expected.version && (await fits(old.bytes, expected))) {
    checkExpiry(old, 'snapshot', options)
    return old
  }
  const name = metadataName('snapshot', expected.version, root.signed.consistentSnapshot)
  const bytes = await readExpected(remote, name, expected, maxBytes.snapshot, options)
  const fresh = await verified(bytes, name)
  checkVersion(name, fresh.signed.version, expected.version)
  for (const [role, was] of old?.signed.meta ?? []) {
    const is = fresh.signed.meta.get(role)
    if (is === undefined) {
      throw new AppError({
        code: 'trust/rollback',
        message: `${name} no longer lists ${role}.json`,
        hint: rollbackHint,
      })
    }
    checkRollback(`${role}.json in ${name}`, was.version, is.version)
  }
  checkExpiry(fresh, 'snapshot', options)
  await keep(store, 'snapshot.json', fresh.bytes, options)
  return fresh
}

/** 5.6, for the top-level role. */
async function updateTargets(
  root: Metadata<Root>,
  snapshot: Metadata<Snapshot>,
  remote: Transport,
  store: Transport,
  options: ClientOptions,
): Promise<Metadata<Targets>> {
  return loadTargets('targets', { root, snapshot }, root.signed.keys, roleOf(root, 'targets'), remote, options, store)
}

/** 5.6.1 to 5.6.6 for targets and any delegated role; a copy kept in `store` is used when it is the one expected. */
export async function loadTargets(
  role: string,
  set: Pick<TrustedSet, 'root' | 'snapshot'>,
  keys: ReadonlyMap<string, TufKey>,
  roleKeys: RoleKeys,
  remote: Transport,
  options: ClientOptions,
  store?: Transport,
): Promise<Metadata<Targets>> {
  const expected = set.snapshot.signed.meta.get(role)
  if (expected === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: `snapshot ${set.snapshot.signed.version} does not list ${role}.json`,
    })
  }
  const name = metadataName(role, expected.version, set.root.signed.consistentSnapshot)
  const local = metadataName(role, 0, false)
  const kept = await store?.read(local, maxBytes.targets, options.signal)
  if (kept !== undefined && options.copies !== 'compare') {
    const old = await attempt(async () => {
      await checkFits(kept, expected, name)
      return checkTargets(kept, role, expected, keys, roleKeys, name, options.parse)
    })
    if (old !== undefined) {
      checkExpiry(old, role, options)
      return old
    }
  }
  const bytes = await readExpected(remote, name, expected, maxBytes.targets, options)
  const fresh = await checkTargets(bytes, role, expected, keys, roleKeys, name, options.parse)
  checkExpiry(fresh, role, options)
  if (store !== undefined) await keep(store, local, bytes, options)
  return fresh
}

async function checkTargets(
  bytes: Uint8Array,
  role: string,
  expected: MetaFile,
  keys: ReadonlyMap<string, TufKey>,
  roleKeys: RoleKeys,
  name: string,
  parse: ParseMetadata = parseMetadata,
): Promise<Metadata<Targets>> {
  const metadata = parse(bytes, 'targets', name)
  verifyQuorum(await quorumOf(role, metadata, keys, roleKeys), name)
  checkVersion(name, metadata.signed.version, expected.version)
  return metadata
}

async function verifyTop(root: Metadata<Root>, metadata: Metadata, type: RoleType, what: string): Promise<void> {
  verifyQuorum(
    await quorumOf(`${type} in root ${root.signed.version}`, metadata, root.signed.keys, roleOf(root, type)),
    what,
  )
}

/** A trusted copy that no longer verifies is no longer trusted: it is as if it were not there (5.3.11). */
async function readTrusted<M>(
  store: Transport,
  type: 'timestamp' | 'snapshot',
  verified: (bytes: Uint8Array, what: string) => Promise<M>,
  options: ClientOptions,
): Promise<M | undefined> {
  const bytes = await store.read(`${type}.json`, maxBytes[type], options.signal)
  return bytes === undefined ? undefined : attempt(() => verified(bytes, `the trusted ${type}`))
}

/** undefined for what does not verify; everything that is not a verdict goes on. */
async function attempt<T>(check: () => Promise<T>): Promise<T | undefined> {
  try {
    return await check()
  } catch (error) {
    if (isVerdict(error)) return undefined
    throw error
  }
}

async function readExpected(
  remote: Transport,
  name: string,
  expected: MetaFile,
  limit: number,
  options: ClientOptions,
): Promise<Uint8Array> {
  const bytes = await remote.read(name, expected.length ?? limit, options.signal)
  if (bytes === undefined) throw absent(name)
  await checkFits(bytes, expected, name)
  return bytes
}

async function fits(bytes: Uint8Array, expected: MetaFile): Promise<boolean> {
  return (await attempt(() => checkFits(bytes, expected, '').then(() => true))) ?? false
}

async function keep(store: Transport, name: string, bytes: Uint8Array, options: ClientOptions): Promise<void> {
  await store.write(new Map([[name, bytes]]), new Map(), `trusted ${name}`, options.signal)
}
