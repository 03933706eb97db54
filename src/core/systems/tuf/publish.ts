// A complete candidate takes its place, with the snapshot and timestamp that make clients see it.

import { isEqualBytes, toHex } from '../../bytes.ts'
import { sha256 } from '../../crypto.ts'
import { AppError } from '../../error.ts'
import type { JsonObject, JsonValue } from '../../json.ts'
import type { Proposal } from '../../proposal.ts'
import type { Signer } from '../../signer.ts'
import type { Context } from '../../system.ts'
import type { Files, Transport } from '../../transport.ts'
import type { ClientOptions } from './check.ts'
import { refresh, roleOf, type TrustedSet, updateRoot } from './client.ts'
import { encodeMetadata } from './encode.ts'
import type { TufSignature } from './envelope.ts'
import { formatDate } from './expiry.ts'
import { isObject } from './key.ts'
import type { Layout } from './layouts/plain.ts'
import { type Metadata, parseMetadata, type RoleKeys, type RoleType, type Root, topRoles } from './metadata.ts'
import { maxBytes, metadataName, typeOf } from './names.ts'
import { trustStore } from './store.ts'

/** Days that a new document of an online role lasts when root does not say. */
const defaultPeriodDays = { snapshot: 7, timestamp: 1 } as const
export const expiryPeriodField = 'x-tuf-on-ci-expiry-period'

export async function publishedFiles(
  layout: Layout,
  proposal: Proposal,
  online: readonly Signer[],
  source: Transport,
  context: Context,
): Promise<Files> {
  checkPublishable(proposal.subject)
  const files = new Map<string, Uint8Array | null>()
  const place = (name: string, bytes: Uint8Array): void => void files.set(layout.publishedName(name), bytes)
  const candidate = parseMetadata(proposal.after, typeOf(proposal.subject), proposal.title)
  const options: ClientOptions = { now: context.now, signal: context.signal, expired: 'report' }
  const published = layout.published(source)
  if (candidate.signed.type === 'root') {
    await publishRoot(candidate as Metadata<Root>, published, online, options, context, place)
  } else {
    const set = await refresh(published, trustStore(context), options)
    if (!set.root.signed.consistentSnapshot) throw notConsistent()
    const role = proposal.subject
    place(metadataName(role, candidate.signed.version, role !== 'timestamp'), proposal.after)
    // Without the online keys the file is in place and clients are undisturbed, until the online service lists it.
    const isSeen = role !== 'snapshot' && role !== 'timestamp' && hasOnlineKeys(set.root, online)
    if (isSeen) {
      await publishOnline(
        set,
        set.root,
        [{ role, bytes: proposal.after, version: candidate.signed.version }],
        online,
        context,
        place,
      )
    }
  }
  await checkNothingLost(files, source, context.signal)
  files.set(layout.candidateName(proposal.subject), null)
  return files
}

/** Snapshot and timestamp again, with later dates and nothing else changed. */
export async function renewedFiles(
  layout: Layout,
  online: readonly Signer[],
  source: Transport,
  context: Context,
): Promise<Files> {
  const files = new Map<string, Uint8Array | null>()
  const place = (name: string, bytes: Uint8Array): void => void files.set(layout.publishedName(name), bytes)
  const options: ClientOptions = { now: context.now, signal: context.signal, expired: 'report' }
  const set = await refresh(layout.published(source), trustStore(context), options)
  if (!set.root.signed.consistentSnapshot) throw notConsistent()
  await publishOnline(set, set.root, [], online, context, place)
  await checkNothingLost(files, source, context.signal)
  return files
}

/** On many disks ROOT and root are one name. */
function checkPublishable(role: string): void {
  const top = topRoles.find((type) => type === role.toLowerCase())
  if (top === undefined || top === role) return
  throw new AppError({
    code: 'format/unsupported',
    message: `the delegated role ${role} cannot be told from ${top} on every disk`,
    hint: 'delegate to a role of another name',
  })
}

/** A versioned file is published once: what lies under its name already was signed by people too. */
async function checkNothingLost(
  files: ReadonlyMap<string, Uint8Array | null>,
  source: Transport,
  signal: AbortSignal,
): Promise<void> {
  for (const [name, bytes] of files) {
    const there = await source.read(name, maxBytes.targets, signal)
    const isVersioned = !name.endsWith('/timestamp.json')
    if (there === undefined || bytes === null || !isVersioned || isEqualBytes(there, bytes)) continue
    throw new AppError({
      code: 'source/conflict',
      message: `${name} is there already, and it is another file`,
      hint: 'ask who published it; propose this change again on top of it',
      data: { name },
    })
  }
}

type Place = (name: string, bytes: Uint8Array) => void

async function publishRoot(
  next: Metadata<Root>,
  published: Transport,
  online: readonly Signer[],
  options: ClientOptions,
  context: Context,
  place: Place,
): Promise<void> {
  const current = await updateRoot(published, trustStore(context), options)
  if (current.signed.consistentSnapshot !== next.signed.consistentSnapshot) throw notConsistent()
  const isKept = (type: RoleType): boolean => canonicalRole(current, type) === canonicalRole(next, type)
  if (!isKept('snapshot') || !isKept('timestamp')) {
    const set = await refresh(published, trustStore(context), options)
    // The online documents come after the root in the order of writing: a client that sees them finds the root that names their keys.
    place(metadataName('root', next.signed.version, true), next.bytes)
    await publishOnline(set, next, [], online, context, place)
    return
  }
  place(metadataName('root', next.signed.version, true), next.bytes)
}

/** The keys of a role by material: another id for the same key does not make old signatures wrong, but clients look for the id. */
function canonicalRole(root: Metadata<Root>, type: RoleType): string {
  const role = roleOf(root, type)
  const keys = role.keyids.map((id) => `${id} ${toHex(root.signed.keys.get(id)?.key?.spki ?? new Uint8Array())}`)
  return `${role.threshold} ${keys.sort().join()}`
}

function onlineSigners(root: Metadata<Root>, type: RoleType, online: readonly Signer[]): Map<string, Signer> {
  const found = new Map<string, Signer>()
  for (const id of roleOf(root, type).keyids) {
    const held = root.signed.keys.get(id)
    const key = held?.key
    if (key === undefined) continue
    // A rehearsal signer signs only for a key that calls itself one, here as everywhere.
    const signer = online.find(
      (one) => isEqualBytes(one.key.spki, key.spki) && (!one.rehearsal || held?.rehearsal === true),
    )
    if (signer !== undefined) found.set(id, signer)
  }
  return found
}

function distinctKeys(signers: Iterable<Signer>): number {
  return new Set([...signers].map((signer) => toHex(signer.key.spki))).size
}

function hasOnlineKeys(root: Metadata<Root>, online: readonly Signer[]): boolean {
  return (['snapshot', 'timestamp'] as const).every(
    (type) => distinctKeys(onlineSigners(root, type, online).values()) >= roleOf(root, type).threshold,
  )
}

interface Changed {
  role: string
  version: number
  bytes: Uint8Array
}

/** New snapshot and timestamp under the keys of `root`; timestamp comes last, it is what clients see first. */
async function publishOnline(
  set: TrustedSet,
  root: Metadata<Root>,
  changed: readonly Changed[],
  online: readonly Signer[],
  context: Context,
  place: Place,
): Promise<void> {
  const old = set.snapshot.signed.raw
  const meta: Record<string, JsonValue> = { ...(isObject(old.meta) ? old.meta : {}) }
  for (const { role, version, bytes } of changed) {
    meta[`${role}.json`] = await metaEntry(version, bytes, meta[`${role}.json`] ?? meta['targets.json'])
  }
  const snapshotVersion = set.snapshot.signed.version + 1
  const snapshot = await signOnline('snapshot', root, { ...old, meta, version: snapshotVersion }, online, context)
  const oldTimestamp = set.timestamp.signed.raw
  const oldMeta = isObject(oldTimestamp.meta) ? oldTimestamp.meta : {}
  const entry = await metaEntry(snapshotVersion, snapshot, oldMeta['snapshot.json'])
  const timestamp = await signOnline(
    'timestamp',
    root,
    { ...oldTimestamp, meta: { ...oldMeta, 'snapshot.json': entry }, version: set.timestamp.signed.version + 1 },
    online,
    context,
  )
  place(metadataName('snapshot', snapshotVersion, true), snapshot)
  place('timestamp.json', timestamp)
}

/** Length and hashes are optional; a repository that gives them goes on giving them. */
export async function metaEntry(version: number, bytes: Uint8Array, style: JsonValue | undefined): Promise<JsonObject> {
  const like = isObject(style) ? style : {}
  return {
    version,
    ...(like.length === undefined ? {} : { length: bytes.length }),
    ...(like.hashes === undefined ? {} : { hashes: { sha256: toHex(await sha256(bytes)) } }),
  }
}

/** A document of an online role, dated and signed by those of its keys that are here. */
export async function signOnline(
  type: 'snapshot' | 'timestamp',
  root: Metadata<Root>,
  fields: JsonObject,
  online: readonly Signer[],
  context: Context,
): Promise<Uint8Array> {
  const role = roleOf(root, type)
  const days = periodOf(role, type)
  const expires = formatDate(new Date(context.now.getTime() + days * 86_400_000))
  const unsigned = encodeMetadata({ ...fields, expires })
  const { payload } = parseMetadata(unsigned, type, type)
  const signers = onlineSigners(root, type, online)
  const here = distinctKeys(signers.values())
  if (here < role.threshold) {
    throw new AppError({
      code: 'signer/absent',
      message: `${type} needs ${role.threshold} of its keys to be published, ${here} are here`,
      hint: `publish where the ${type} keys are, or let the online service do it`,
      data: { role: type, here, threshold: role.threshold },
    })
  }
  const signatures: TufSignature[] = []
  for (const [keyid, signer] of signers)
    signatures.push({ keyid, sig: toHex(await signer.sign(payload, context.signal)) })
  return encodeMetadata({ ...fields, expires }, signatures)
}

function periodOf(role: RoleKeys, type: 'snapshot' | 'timestamp'): number {
  const period = role.raw[expiryPeriodField]
  if (period === undefined) return defaultPeriodDays[type]
  if (typeof period === 'number' && period >= 1 && period <= 3650) return period
  throw new AppError({
    code: 'format/malformed',
    message: `root says that ${type} lasts ${JSON.stringify(period)?.slice(0, 40)} days; 1 to 3650 are allowed`,
    hint: 'propose a root with a period in that range',
  })
}

function notConsistent(): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: 'this repository does not keep, or would stop keeping, consistent snapshots',
    hint: 'publish with the tool that made it; signing it here works',
  })
}
