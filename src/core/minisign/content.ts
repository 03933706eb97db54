// What is signed of a file: its BLAKE2b-512, worked out piece by piece, or in the old form all of its bytes.
import { blake2b } from '@noble/hashes/blake2.js'

export type SignedContent = { form: 'prehashed'; hash: Uint8Array } | { form: 'legacy'; bytes: Uint8Array }

/** As minisign: nobody should have to hold more in memory. */
export const maxLegacyBytes = 2 ** 30

export interface FileHash {
  add(piece: Uint8Array): void
  /** Nothing can be added afterwards. */
  end(): Uint8Array
}

/** In plain code, for every engine; one that has BLAKE2b itself is faster. */
export function fileHash(): FileHash {
  const hash = blake2b.create({ dkLen: 64 })
  return { add: (piece) => void hash.update(piece), end: () => hash.digest() }
}

/** Of bytes that are at hand. */
export function contentOf(bytes: Uint8Array, form: SignedContent['form']): SignedContent {
  return form === 'legacy' ? { form, bytes } : { form, hash: blake2b(bytes, { dkLen: 64 }) }
}

/** The message that the first of the two signatures is of. */
export function messageOf(content: SignedContent): Uint8Array {
  return content.form === 'prehashed' ? content.hash : content.bytes
}
