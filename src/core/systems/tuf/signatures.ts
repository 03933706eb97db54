// Signatures that come to a document which waits already. For each key id one that verifies wins over one that does not,
// whichever came first: what anybody wrote there hides nobody's signature, and none that counts is given up.
import { parseHex } from '../../bytes.ts'
import { verifySignature } from '../../crypto.ts'
import { isVerdict } from '../../error.ts'
import type { Proposal, Quorum, QuorumKey } from '../../proposal.ts'
import type { PublicKey } from '../../signer.ts'
import type { GivenSignature } from '../../system.ts'
import { type Envelope, parseEnvelope, type TufSignature } from './envelope.ts'
import { insertSignature } from './signature-slot.ts'

export interface Merged {
  bytes: Uint8Array
  /** Keys whose signatures came in. */
  keys: readonly PublicKey[]
}

/** `unproven`: what of it cannot be verified here is taken, too, where nothing else stands under its key id, or is left out. */
export async function withSignatures(
  { bytes, payload, signatures }: Pick<Envelope, 'bytes' | 'payload' | 'signatures'>,
  quorums: readonly Quorum[],
  incoming: readonly TufSignature[],
  unproven: 'take' | 'leave',
): Promise<Merged> {
  const there = new Map(signatures.filter(({ sig }) => sig !== '').map((one) => [one.keyid, one]))
  const keys: PublicKey[] = []
  let result = bytes
  for (const one of incoming) {
    const held = there.get(one.keyid)
    if (one.sig === '' || held?.sig === one.sig) continue
    if (held !== undefined && (await holderOf(quorums, held, payload)) !== undefined) continue
    const key = (await holderOf(quorums, one, payload))?.key
    if (key === undefined && (held !== undefined || unproven === 'leave')) continue
    result = insertSignature(result, one.keyid, one.sig)
    there.set(one.keyid, one)
    if (key !== undefined) keys.push(key)
  }
  return { bytes: result, keys }
}

/** Those that came to `before`: no empty slot, and none that stood there under the same key id. */
export function newSignatures(after: readonly TufSignature[], before: readonly TufSignature[]): TufSignature[] {
  const there = new Map(before.map(({ keyid, sig }) => [keyid, sig]))
  return after.filter(({ keyid, sig }) => sig !== '' && there.get(keyid) !== sig)
}

/** Whose signature this is, of those who are asked; undefined when it is nobody's. */
export async function holderOf(
  quorums: readonly Quorum[],
  { keyid, sig }: TufSignature,
  payload: Uint8Array,
): Promise<QuorumKey | undefined> {
  if (!/^([0-9a-f]{2}){1,1024}$/i.test(sig)) return undefined
  for (const entry of quorums.flatMap(({ keys }) => keys)) {
    if (!entry.ids.includes(keyid) || entry.key === undefined) continue
    if (await fits(entry.key, payload, sig)) return entry
  }
  return undefined
}

/** A key of which two verifiers think differently has signed nothing, and stops nobody else's signature. */
async function fits(key: PublicKey, payload: Uint8Array, sig: string): Promise<boolean> {
  try {
    return await verifySignature(key, payload, parseHex(sig, 'a signature'))
  } catch (thrown) {
    if (isVerdict(thrown)) return false
    throw thrown
  }
}

/** All that verify, each key once, under its first id. */
export async function givenSignatures({ after, quorums, title }: Proposal): Promise<GivenSignature[]> {
  const { signatures, payload } = parseEnvelope(after, title)
  const given = new Map<string, GivenSignature>()
  for (const one of signatures) {
    const holder = await holderOf(quorums, one, payload)
    const [key] = holder?.ids ?? []
    if (key !== undefined) given.set(key, { key, signature: parseHex(one.sig, 'a signature') })
  }
  return [...given.values()]
}

/** By one of these keys, whatever else they have signed. */
export async function isSignedBy(
  quorums: readonly Quorum[],
  { signatures, payload }: Pick<Envelope, 'signatures' | 'payload'>,
): Promise<boolean> {
  for (const one of signatures) if ((await holderOf(quorums, one, payload)) !== undefined) return true
  return false
}
