// Who has signed a document, and does it suffice: thresholds count distinct public keys, and every refusal keeps its reason.
import { parseHex, toHex } from '../../bytes.ts'
import { verifySignature } from '../../crypto.ts'
import { AppError } from '../../error.ts'
import { isMet, type Quorum, type QuorumKey, signedCount } from '../../proposal.ts'
import type { Envelope } from './envelope.ts'
import type { TufKey } from './key.ts'
import type { RoleKeys } from './metadata.ts'

/** What there is to judge of a document. */
type Signatures = Pick<Envelope, 'payload' | 'signatures'>
type Verifier = typeof verifySignature

/** One entry a distinct public key, with every id under which it stands in the role. */
interface Holder {
  ids: string[]
  key: TufKey | undefined
}

/** A thousand bins share one role: who holds its keys is worked out once. */
const known = new WeakMap<RoleKeys, { keys: ReadonlyMap<string, TufKey>; holders: readonly Holder[] }>()

function holdersOf(keys: ReadonlyMap<string, TufKey>, role: RoleKeys): readonly Holder[] {
  const before = known.get(role)
  if (before?.keys === keys) return before.holders
  const holders = new Map<string, Holder>()
  for (const id of role.keyids) {
    const key = keys.get(id)
    // Equal SPKI is the same key, whatever its id says; what cannot be read stands for itself.
    const identity = key?.key === undefined ? `id ${id}` : toHex(key.key.spki)
    const holder = holders.get(identity)
    if (holder === undefined) holders.set(identity, { ids: [id], key })
    else holder.ids.push(id)
  }
  const found = [...holders.values()]
  known.set(role, { keys, holders: found })
  return found
}

export async function quorumOf(
  name: string,
  envelope: Signatures,
  keys: ReadonlyMap<string, TufKey>,
  role: RoleKeys,
  verify: Verifier = verifySignature,
): Promise<Quorum> {
  const holders = holdersOf(keys, role)
  const entries = await Promise.all(holders.map((holder) => judge(holder, envelope, verify)))
  const strangers = envelope.signatures
    .filter((signature) => !role.keyids.includes(signature.keyid) && signature.sig !== '')
    .map((signature) => ({ id: signature.keyid, reason: 'this key id does not stand in the role' }))
  return { name, threshold: role.threshold, keys: entries, strangers }
}

async function judge(holder: Holder, envelope: Signatures, verify: Verifier): Promise<QuorumKey> {
  const { ids, key } = holder
  const entry = {
    ids,
    label: key?.label ?? 'missing key',
    ...(key?.key === undefined ? {} : { key: key.key }),
    ...(key?.owner === undefined ? {} : { owner: key.owner }),
    rehearsal: key?.rehearsal ?? false,
  }
  const present = envelope.signatures.filter((signature) => ids.includes(signature.keyid) && signature.sig !== '')
  if (present.length === 0) return { ...entry, signed: false }
  const reasons: string[] = []
  for (const signature of present) {
    const reason = await refusal(key, envelope, signature.sig, verify)
    if (reason === undefined) return { ...entry, signed: true }
    reasons.push(reason)
  }
  return { ...entry, signed: false, reason: reasons.join('; ') }
}

/** Why this signature does not count; undefined when it does. */
async function refusal(
  key: TufKey | undefined,
  envelope: Signatures,
  sig: string,
  verify: Verifier,
): Promise<string | undefined> {
  if (key === undefined) return 'the role names a key that the document does not hold'
  if (key.key === undefined) return `the key cannot be used here: ${key.unusable ?? 'unknown'}`
  let bytes: Uint8Array
  try {
    bytes = parseHex(sig, 'the signature')
  } catch (error) {
    if (error instanceof AppError && error.code === 'format/malformed') return error.message
    throw error
  }
  try {
    return (await verify(key.key, envelope.payload, bytes))
      ? undefined
      : 'the signature does not fit these bytes and this key'
  } catch (error) {
    // Also when two implementations disagree: such a signature counts for nothing, and must not stop the others from counting.
    if (error instanceof AppError && /^(format\/unsupported|trust\/bad-signature)$/.test(error.code))
      return error.message
    throw error
  }
}

/** Throws unless the quorum is met; says how many signed, and why the others did not count. */
export function verifyQuorum(quorum: Quorum, what: string): void {
  if (isMet(quorum)) return
  const broken = quorum.keys.filter((entry) => entry.reason !== undefined)
  const why = broken.map((entry) => `${entry.owner ?? entry.ids[0]}: ${entry.reason}`).join('; ')
  throw new AppError({
    code: broken.length > 0 ? 'trust/bad-signature' : 'trust/threshold',
    message: `${what} is signed by ${signedCount(quorum)} of the ${quorum.threshold} keys that ${quorum.name} asks for${why === '' ? '' : ` (${why})`}`,
    hint: 'do not use this file; ask the repository admin, or fetch it again',
    data: { signed: signedCount(quorum), threshold: quorum.threshold, quorum: quorum.name },
  })
}
