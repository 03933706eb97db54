// The birth of a repository: version 1 of its four roles, signed by keys that are here.

import { toHex } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import type { JsonObject } from '../../json.ts'
import type { Signer } from '../../signer.ts'
import type { Context } from '../../system.ts'
import type { Files } from '../../transport.ts'
import { authorityOf } from './authority.ts'
import { encodeMetadata } from './encode.ts'
import type { TufSignature } from './envelope.ts'
import { formatDate } from './expiry.ts'
import { keyIdOf, ownerField, rehearsalField, tufKeyObject } from './key.ts'
import type { Layout } from './layout.ts'
import { type Metadata, parseMetadata, type RoleType, type Root, topRoles } from './metadata.ts'
import { metadataName } from './names.ts'
import { expiryPeriodField, metaEntry, signByMachine, signOnline } from './online.ts'

/** Somebody as a root names them: of the signer no more than what everybody may know. */
export interface NamedKey {
  signer: Pick<Signer, 'key' | 'rehearsal'>
  /** The name written beside the key. */
  owner?: string
}

export interface KeyHolder extends NamedKey {
  signer: Signer
}

export interface RolePlan<Holder extends NamedKey = KeyHolder> {
  holders: readonly Holder[]
  threshold: number
  expiryDays: number
  /** Days before its end in which a version is to be signed anew. */
  signingDays?: number
}

export type RepositoryPlan<Holder extends NamedKey = KeyHolder> = Readonly<Record<RoleType, RolePlan<Holder>>>

/** What there is below targets from the start, kept by the keys of snapshot. */
export interface Below {
  delegations: JsonObject
  /** Each begins with an empty first version, or clients would stop at it. */
  roles: readonly string[]
}

export const specVersion = '1.0.34'
const signingPeriodField = 'x-tuf-on-ci-signing-period'

/** A key as it stands in metadata: named, marked when it is for rehearsal, its id following from all of it. */
export function holderKey(holder: NamedKey): { id: string; raw: JsonObject } {
  const raw = tufKeyObject(holder.signer.key, {
    ...(holder.owner === undefined ? {} : { [ownerField]: holder.owner }),
    ...(holder.signer.rehearsal ? { [rehearsalField]: true } : {}),
  })
  return { id: keyIdOf(raw), raw }
}

export async function createRepository(
  plan: RepositoryPlan,
  layout: Layout,
  context: Pick<Context, 'now' | 'signal'>,
  below?: Below,
): Promise<Files> {
  const root = await signPlanned('root', rootFields(plan, context), plan.root, context.signal)
  return repositoryUnder(parseMetadata(root, 'root', 'the new root'), plan, layout, context, below)
}

/** All that follows from a first root, whoever has signed that; by the holders that are here. */
export async function repositoryUnder(
  root: Metadata<Root>,
  plan: Omit<RepositoryPlan, 'root'>,
  layout: Layout,
  context: Pick<Context, 'now' | 'signal'>,
  below?: Below,
): Promise<Files> {
  const files = new Map<string, Uint8Array | null>()
  const place = (name: string, bytes: Uint8Array): void => void files.set(layout.publishedName(name), bytes)
  const emptyFields: JsonObject = {
    _type: 'targets',
    spec_version: specVersion,
    version: 1,
    expires: expiresIn(plan.targets.expiryDays, context),
    targets: {},
    ...periodFields(plan.targets),
  }
  const targetsFields = below === undefined ? emptyFields : { ...emptyFields, delegations: below.delegations }
  const full: Context = { ...context, anchor: root.bytes }
  const people = plan.targets.holders.map((holder) => holder.signer)
  const [targetsRole, days] = [authorityOf(root, 'targets'), plan.targets.expiryDays]
  const targets = await signByMachine('targets', 'targets', targetsRole, targetsFields, people, full, days)
  // Their documents do not say which of them they are: one signature is good for all.
  const empty =
    below === undefined ? undefined : await signPlanned('targets', emptyFields, plan.snapshot, context.signal)
  const online = [...plan.snapshot.holders, ...plan.timestamp.holders].map((holder) => holder.signer)
  const common = { spec_version: specVersion, version: 1 }
  const snapshotMeta: Record<string, JsonObject> = { 'targets.json': await metaEntry(1, targets, undefined) }
  for (const role of below?.roles ?? []) snapshotMeta[`${role}.json`] = { version: 1 }
  const snapshot = await signOnline(
    'snapshot',
    root,
    { _type: 'snapshot', ...common, meta: snapshotMeta },
    online,
    full,
  )
  const timestampMeta = { 'snapshot.json': await metaEntry(1, snapshot, undefined) }
  const timestamp = await signOnline(
    'timestamp',
    root,
    { _type: 'timestamp', ...common, meta: timestampMeta },
    online,
    full,
  )
  place(metadataName('root', 1, true), root.bytes)
  place(metadataName('targets', 1, true), targets)
  if (empty !== undefined) for (const role of below?.roles ?? []) place(metadataName(role, 1, true), empty)
  place(metadataName('snapshot', 1, true), snapshot)
  place('timestamp.json', timestamp)
  return files
}

/** The first root as it waits for its signatures: of its holders it takes what everybody may know, and asks nobody. */
export function unsignedRoot(plan: RepositoryPlan<NamedKey>, context: Pick<Context, 'now'>): Uint8Array {
  return encodeMetadata(rootFields(plan, context))
}

function expiresIn(days: number, { now }: Pick<Context, 'now'>): string {
  return formatDate(new Date(now.getTime() + days * 86_400_000))
}

function rootFields(plan: RepositoryPlan<NamedKey>, { now }: Pick<Context, 'now'>): JsonObject {
  const keys: Record<string, JsonObject> = {}
  const roles: Record<string, JsonObject> = {}
  for (const role of topRoles) {
    const { holders, threshold } = plan[role]
    const ids = holders.map((holder) => {
      const { id, raw } = holderKey(holder)
      keys[id] = raw
      return id
    })
    const isOnline = role === 'snapshot' || role === 'timestamp'
    roles[role] = { keyids: [...new Set(ids)], threshold, ...(isOnline ? periodFields(plan[role]) : {}) }
  }
  return {
    _type: 'root',
    spec_version: specVersion,
    version: 1,
    expires: expiresIn(plan.root.expiryDays, { now }),
    consistent_snapshot: true,
    keys,
    roles,
    ...periodFields(plan.root),
  }
}

function periodFields({ expiryDays, signingDays }: Pick<RolePlan, 'expiryDays' | 'signingDays'>): JsonObject {
  return {
    [expiryPeriodField]: expiryDays,
    ...(signingDays === undefined ? {} : { [signingPeriodField]: signingDays }),
  }
}

/** Signed by every holder; all of them are here, or the repository cannot be born here. */
async function signPlanned(
  role: RoleType,
  fields: JsonObject,
  plan: RolePlan,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { payload } = parseMetadata(encodeMetadata(fields), role, role)
  const signatures = new Map<string, TufSignature>()
  for (const holder of plan.holders) {
    const { id } = holderKey(holder)
    if (!signatures.has(id)) signatures.set(id, { keyid: id, sig: toHex(await holder.signer.sign(payload, signal)) })
  }
  if (plan.threshold < 1 || signatures.size < plan.threshold) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${role} asks for ${plan.threshold} signatures and has ${signatures.size} key holders`,
      hint: 'name more key holders, or lower the threshold',
    })
  }
  return encodeMetadata(fields, [...signatures.values()])
}
