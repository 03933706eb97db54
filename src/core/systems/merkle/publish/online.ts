// What the repository signs by itself: the next snapshot and the next head. No person is asked.
import { toHex } from '../../../bytes.ts'
import { AppError } from '../../../error.ts'
import { listOf } from '../../../phrases.ts'
import type { Signer } from '../../../signer.ts'
import type { Context } from '../../../system.ts'
import type { TufSignature } from '../../tuf/envelope.ts'
import { formatDate } from '../../tuf/expiry.ts'
import { defaultPeriodDays, signersFor } from '../../tuf/online.ts'
import { quorumOf } from '../../tuf/verify.ts'
import type { BlockSource } from '../blocks.ts'
import { codecs, type Link, linkOf } from '../cid.ts'
import type { DagMap, DagValue } from '../dag-value.ts'
import type { Document, Root, Snapshot, Targets } from '../document.ts'
import { namedQuorums } from '../named.ts'
import { draftNext, encodeEnvelope, signedBytes } from '../next.ts'
import { authorityOf } from '../roots.ts'
import { nameOf } from './together.ts'

export interface MerkleOptions {
  /** How long the next one lasts: no document of this kind says it. */
  snapshotDays?: number
  timestampDays?: number
}

export function daysOf(role: 'snapshot' | 'timestamp', { snapshotDays, timestampDays }: MerkleOptions): number {
  const days = role === 'snapshot' ? snapshotDays : timestampDays
  if (days === undefined) return defaultPeriodDays[role]
  if (Number.isSafeInteger(days) && days >= 1 && days <= 3650) return days
  throw new AppError({
    code: 'usage/invalid',
    message: `${role} cannot last ${days} days`,
    hint: 'give a whole number of days, from 1 to 3650',
  })
}

export interface Machine {
  online: readonly Signer[]
  context: Context
  options: MerkleOptions
}

export interface Made {
  link: Link
  bytes: Uint8Array
}

export interface InForce {
  root: Document<Root>
  targets: Document<Targets>
  delegated: ReadonlyMap<string, Document<Targets>>
}

/** The one after `before`. Roles that nobody delegates to any more stay behind in retired, with their last version. */
export async function nextSnapshot(
  { root, targets, delegated }: InForce,
  before: Document<Snapshot> | undefined,
  blocks: BlockSource,
  machine: Machine,
): Promise<Made> {
  const retired = new Map(before?.signed.retired)
  for (const [name, link] of before?.signed.delegated ?? []) retired.set(name, link)
  for (const name of delegated.keys()) retired.delete(name)
  const fields = new Map<string, DagValue>([
    ...commonFields('snapshot', machine),
    [
      'meta',
      new Map<string, DagValue>([
        ['root', root.link],
        ['targets', targets.link],
        ['delegated-targets', new Map([...delegated].map(([name, { link }]) => [name, link]))],
        ['retired', retired],
      ]),
    ],
  ])
  const first: DagMap = new Map<string, DagValue>([...fields, ['height', 0], ['previous-version', null], ['skip', []]])
  return signed('snapshot', before === undefined ? first : await draftNext(blocks, before, fields), root, machine)
}

/** The head: it has no history of its own. */
export function nextTimestamp(snapshot: Link, root: Document<Root>, machine: Machine): Promise<Made> {
  const fields = new Map<string, DagValue>([...commonFields('timestamp', machine), ['snapshot', snapshot]])
  return signed('timestamp', fields, root, machine)
}

function commonFields(role: 'snapshot' | 'timestamp', { context, options }: Machine): [string, DagValue][] {
  const expires = formatDate(new Date(context.now.getTime() + daysOf(role, options) * 86_400_000))
  return [
    ['_type', role],
    ['spec_version', '1.0.0'],
    ['expires', expires],
  ]
}

/** By the keys that this root names, and by no other. */
async function signed(
  role: 'snapshot' | 'timestamp',
  fields: DagMap,
  root: Document<Root>,
  { online, context }: Machine,
): Promise<Made> {
  const authority = authorityOf(root, role)
  const signers = signersFor(authority, online)
  const here = new Set([...signers.values()].map(({ key }) => toHex(key.spki)))
  const { threshold } = authority.role
  if (here.size < threshold) {
    const nothing = { payload: new Uint8Array(), signatures: [] }
    const quorum = await quorumOf(role, nothing, authority.keys, authority.role)
    const keys = namedQuorums([quorum], context).flatMap((one) => one.keys)
    const missing = keys.filter(({ key }) => key === undefined || !here.has(toHex(key.spki)))
    const who = listOf(missing.map(nameOf))
    throw new AppError({
      code: 'signer/absent',
      message: `${role} needs ${threshold} of its keys to be published, ${here.size} are here; not here: ${who}`,
      hint: `publish where the ${role} keys are`,
      data: { role, here: here.size, threshold },
    })
  }
  const payload = signedBytes(fields)
  const signatures: TufSignature[] = []
  for (const [keyid, signer] of signers)
    signatures.push({ keyid, sig: toHex(await signer.sign(payload, context.signal)) })
  const bytes = encodeEnvelope(fields, signatures)
  return { link: linkOf(bytes, codecs.dagJson), bytes }
}
