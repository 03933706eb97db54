// What the signatures of one file prove: who has signed it, and why each of the others does not count.

import { verifyAnchorSignature, verifySignature } from '../../crypto.ts'
import { isVerdict } from '../../error.ts'
import { contentOf } from '../../minisign/content.ts'
import { parseMinisignSignature } from '../../minisign/signature.ts'
import { verifyMinisign } from '../../minisign/verify.ts'
import { materialOf, type SignerKey } from './keys.ts'
import { isLegacyAllowed, messageOf } from './message.ts'
import type { SignatureEntry } from './signatures.ts'
import type { Generation } from './signers-file.ts'

export interface Mark {
  signed: boolean
  reason?: string
}

export interface Marks {
  /** By the material of the key. */
  of: ReadonlyMap<string, Mark>
  strangers: readonly { id: string; reason: string }[]
}

export interface SignedFile {
  bytes: Uint8Array
  signatures: readonly SignatureEntry[]
}

export interface Judges {
  /** Every spelling of every key that is asked. */
  keys: readonly SignerKey[]
  generation: Generation
  /** Who was asked before, and is not any more. */
  former?: ReadonlySet<string>
  /** A signers file, from which everything else is verified: two verifiers must agree on it. */
  anchor?: boolean
}

export const noMarks: Marks = { of: new Map(), strangers: [] }

export async function markedBy({ bytes, signatures }: SignedFile, judges: Judges): Promise<Marks> {
  const message = await messageOf(bytes, judges.generation)
  const known = new Map<string, SignerKey[]>()
  for (const key of judges.keys) known.set(materialOf(key), [...(known.get(materialOf(key)) ?? []), key])
  const of = new Map<string, Mark>()
  const strangers: { id: string; reason: string }[] = []
  for (const entry of signatures) {
    if (entry.key === undefined) {
      strangers.push({ id: entry.id, reason: 'its name is no key' })
      continue
    }
    const material = materialOf(entry.key)
    const spellings = known.get(material)
    if (spellings === undefined) {
      const isFormer = judges.former?.has(material) === true
      strangers.push({
        id: entry.id,
        reason: isFormer ? 'this key was removed from the signers' : 'not one of the signers',
      })
      continue
    }
    const reason = await faultOf(entry, spellings, message, judges)
    // One that counts is not undone by another under a second spelling of the same key.
    if (of.get(material)?.signed !== true)
      of.set(material, reason === undefined ? { signed: true } : { signed: false, reason })
  }
  return { of, strangers }
}

async function faultOf(
  { key, signature }: SignatureEntry,
  spellings: readonly SignerKey[],
  message: Uint8Array,
  { generation, anchor }: Judges,
): Promise<string | undefined> {
  const spelling = spellings.find(({ form }) => form === key?.form)
  if (spelling === undefined) return 'the signature is made in another form than this key has'
  if (signature === undefined) return 'the signature cannot be read'
  const verify = anchor === true ? verifyAnchorSignature : verifySignature
  try {
    if (spelling.keyId === undefined) {
      const fits = signature.length === 64 && (await verify(spelling.key, message, signature))
      return fits ? undefined : 'the signature does not fit this file'
    }
    const one = parseMinisignSignature(signature, 'the signature')
    if (one.form === 'legacy' && !isLegacyAllowed(spelling, generation))
      return 'the signature is in the older form of minisign, which is refused here'
    const { key, keyId } = spelling
    await verifyMinisign(one, { key, keyId }, contentOf(message, one.form), verify)
    return undefined
  } catch (error) {
    // What two verifiers see differently, and what cannot be read, counts for nothing and stops nobody else.
    if (isVerdict(error)) return error.message
    throw error
  }
}

/** Both must be signed: the newest generation has two files to one decision. */
export function both(one: Marks, other: Marks | undefined, what: string): Marks {
  if (other === undefined) return one
  const of = new Map<string, Mark>()
  for (const material of new Set([...one.of.keys(), ...other.of.keys()])) {
    const [first, second] = [one.of.get(material), other.of.get(material)]
    if (first?.signed === true && second?.signed !== true)
      of.set(material, { signed: false, reason: second?.reason ?? `${what} is not signed by it` })
    else of.set(material, first ?? { signed: false, reason: `only ${what} is signed by it` })
  }
  const known = new Set(one.strangers.map(({ id }) => id))
  return { of, strangers: [...one.strangers, ...other.strangers.filter(({ id }) => !known.has(id))] }
}
