// What the repository signs by itself: snapshot, timestamp, and the roles that are kept by the same keys. No person is asked.
import { isEqualBytes, toHex } from '../../bytes.ts'
import { sha256 } from '../../crypto.ts'
import { AppError } from '../../error.ts'
import type { JsonObject, JsonValue } from '../../json.ts'
import { isObject } from '../../json.ts'
import type { Signer } from '../../signer.ts'
import type { Context } from '../../system.ts'
import { type Authority, authorityOf } from './authority.ts'
import { roleOf, type TrustedSet } from './client.ts'
import type { Settings } from './configuration/settings.ts'
import { encodeMetadata } from './encode.ts'
import type { TufSignature } from './envelope.ts'
import { formatDate } from './expiry.ts'
import { type Metadata, parseMetadata, type RoleKeys, type RoleType, type Root } from './metadata.ts'
import { metadataName } from './names.ts'

/** Days that a new document of an online role lasts when nothing says so. */
export const defaultPeriodDays = { snapshot: 7, timestamp: 1 } as const
export const expiryPeriodField = 'x-tuf-on-ci-expiry-period'

export type Place = (name: string, bytes: Uint8Array) => void

/** A document that the next snapshot lists under `name`. */
export interface Listed {
  name: string
  version: number
  bytes: Uint8Array
  /** Documents that TUF clients do not read are listed with their hash whatever the others do. */
  hashed?: boolean
}

/** The signers here that hold keys of a role, by key id. */
export function signersFor({ keys, role }: Authority, online: readonly Signer[]): Map<string, Signer> {
  const found = new Map<string, Signer>()
  for (const id of role.keyids) {
    const held = keys.get(id)
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

export function canSign(authority: Authority, online: readonly Signer[]): boolean {
  return distinctKeys(signersFor(authority, online).values()) >= authority.role.threshold
}

export function hasOnlineKeys(root: Metadata<Root>, online: readonly Signer[]): boolean {
  return (['snapshot', 'timestamp'] as const).every((type) => canSign(authorityOf(root, type), online))
}

/** New snapshot and timestamp under the keys of `root`; timestamp comes last, it is what clients see first. */
export async function publishOnline(
  set: TrustedSet,
  root: Metadata<Root>,
  listed: readonly Listed[],
  online: readonly Signer[],
  settings: Settings | undefined,
  context: Context,
  place: Place,
): Promise<void> {
  const old = set.snapshot.signed.raw
  const meta: Record<string, JsonValue> = { ...(isObject(old.meta) ? old.meta : {}) }
  for (const { name, version, bytes, hashed } of listed) {
    const style = hashed === true ? { length: 0, hashes: {} } : (meta[`${name}.json`] ?? meta['targets.json'])
    meta[`${name}.json`] = await metaEntry(version, bytes, style)
  }
  const snapshotVersion = set.snapshot.signed.version + 1
  const days = (type: 'snapshot' | 'timestamp'): number => periodOf(roleOf(root, type), type, settings)
  const snapshot = await signOnline(
    'snapshot',
    root,
    { ...old, meta, version: snapshotVersion },
    online,
    context,
    days('snapshot'),
  )
  const oldTimestamp = set.timestamp.signed.raw
  const oldMeta = isObject(oldTimestamp.meta) ? oldTimestamp.meta : {}
  const entry = await metaEntry(snapshotVersion, snapshot, oldMeta['snapshot.json'])
  const timestamp = await signOnline(
    'timestamp',
    root,
    { ...oldTimestamp, meta: { ...oldMeta, 'snapshot.json': entry }, version: set.timestamp.signed.version + 1 },
    online,
    context,
    days('timestamp'),
  )
  place(metadataName('snapshot', snapshotVersion, root.signed.consistentSnapshot), snapshot)
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

/** A document of an online role of root, dated and signed by those of its keys that are here. */
export function signOnline(
  type: 'snapshot' | 'timestamp',
  root: Metadata<Root>,
  fields: JsonObject,
  online: readonly Signer[],
  context: Context,
  days = periodOf(roleOf(root, type), type, undefined),
): Promise<Uint8Array> {
  return signByMachine(type, type, authorityOf(root, type), fields, online, context, days)
}

/** The document, lasting so many days from now, signed by the keys here that may. */
export async function signByMachine(
  role: string,
  type: RoleType,
  authority: Authority,
  fields: JsonObject,
  online: readonly Signer[],
  context: Context,
  days: number,
): Promise<Uint8Array> {
  const expires = formatDate(new Date(context.now.getTime() + days * 86_400_000))
  const { payload } = parseMetadata(encodeMetadata({ ...fields, expires }), type, role)
  const signers = signersFor(authority, online)
  const [here, threshold] = [distinctKeys(signers.values()), authority.role.threshold]
  if (here < threshold) {
    throw new AppError({
      code: 'signer/absent',
      message: `${role} needs ${threshold} of its keys to be published, ${here} are here`,
      hint: `publish where the ${role} keys are, or let the online service do it`,
      data: { role, here, threshold },
    })
  }
  const signatures: TufSignature[] = []
  for (const [keyid, signer] of signers)
    signatures.push({ keyid, sig: toHex(await signer.sign(payload, context.signal)) })
  return encodeMetadata({ ...fields, expires }, signatures)
}

/** The configuration speaks first, then root, as other tools write it. */
function periodOf(role: RoleKeys, type: 'snapshot' | 'timestamp', settings: Settings | undefined): number {
  const configured = settings?.[type].expiryDays
  if (configured !== undefined) return configured
  const period = role.raw[expiryPeriodField]
  if (period === undefined) return defaultPeriodDays[type]
  if (typeof period === 'number' && period >= 1 && period <= 3650) return period
  throw new AppError({
    code: 'format/malformed',
    message: `root says that ${type} lasts ${JSON.stringify(period)?.slice(0, 40)} days; 1 to 3650 are allowed`,
    hint: 'propose a root with a period in that range',
  })
}
