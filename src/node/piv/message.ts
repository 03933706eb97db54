// From a message to the block the token's key is applied to: all hashing and padding is ours, the token only does the
// private operation.
import { createHash, randomBytes } from 'node:crypto'
import { concatBytes } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import type { SlotAlgorithm } from '../../core/token.ts'

/**
 * PIV has no prehashed Ed25519: the token gets the whole message, and its buffer bounds what it can sign. No vendor states
 * that bound, and some cards sign only the beginning and report success. This is what the smallest documented buffer
 * of such a device (2,047 bytes and up) suggests; the signature is verified in any case.
 */
export const maxEd25519Bytes = 2_048

const hashBytes = 32

export function blockToSign(algorithm: SlotAlgorithm, message: Uint8Array): Uint8Array<ArrayBuffer> {
  switch (algorithm) {
    case 'P-256':
      return digest('sha256', message)
    case 'P-384':
      return digest('sha384', message)
    case 'RSA-2048':
      return toPssBlock(message, 2_048)
    case 'RSA-3072':
      return toPssBlock(message, 3_072)
    case 'RSA-4096':
      return toPssBlock(message, 4_096)
    case 'Ed25519':
      if (message.length <= maxEd25519Bytes) return concatBytes(message)
      throw new AppError({
        code: 'signer/unsupported',
        message: `${message.length} bytes are to be signed, and an Ed25519 key on a token signs at most ${maxEd25519Bytes}`,
        hint: 'sign with a P-256 or P-384 key, which sign files of any size',
        data: { bytes: message.length, maxBytes: maxEd25519Bytes },
      })
  }
}

/** EMSA-PSS (RFC 8017, 9.1.1) with SHA-256, MGF1 of SHA-256, and a salt of 32 bytes. */
export function toPssBlock(
  message: Uint8Array,
  modulusBits: number,
  salt: Uint8Array = randomBytes(hashBytes),
): Uint8Array<ArrayBuffer> {
  // The block is one bit shorter than the modulus, so that as a number it is below it.
  const blockBytes = Math.ceil((modulusBits - 1) / 8)
  const maskedBytes = blockBytes - hashBytes - 1
  const hash = digest('sha256', new Uint8Array(8), digest('sha256', message), salt)
  const masked = new Uint8Array(maskedBytes)
  masked[maskedBytes - salt.length - 1] = 0x01
  masked.set(salt, maskedBytes - salt.length)
  const mask = mgf1(hash, maskedBytes)
  for (let i = 0; i < maskedBytes; i++) masked[i] = (masked[i] ?? 0) ^ (mask[i] ?? 0)
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * blockBytes - (modulusBits - 1)))
  return concatBytes(masked, hash, Uint8Array.of(0xbc))
}

function mgf1(seed: Uint8Array, length: number): Uint8Array {
  const parts: Uint8Array[] = []
  for (let counter = 0; counter * hashBytes < length; counter++) {
    parts.push(digest('sha256', seed, Uint8Array.of(0, 0, counter >> 8, counter & 0xff)))
  }
  return concatBytes(...parts).subarray(0, length)
}

function digest(name: 'sha256' | 'sha384', ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const hash = createHash(name)
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}
