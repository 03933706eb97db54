// A secret under the wrapping key of the keychain, or any other 32-byte key: AES-256-GCM, with what it belongs to vouched for.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { toHex } from '../core/bytes.ts'

export interface Box {
  nonce: Uint8Array
  /** Ciphertext, then the 16 bytes of the tag. */
  sealed: Uint8Array
}

export function encrypt(key: Uint8Array, secret: Uint8Array, data: Uint8Array): Box {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(data)
  return { nonce, sealed: Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]) }
}

/** The caller zeroes what it gets; undefined for another key, or what was changed. */
export function decrypt(key: Uint8Array, box: Box, data: Uint8Array): Uint8Array | undefined {
  if (box.nonce.length !== 12 || box.sealed.length < 16) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, box.nonce, { authTagLength: 16 }).setAAD(data)
  decipher.setAuthTag(box.sealed.subarray(-16))
  const secret = decipher.update(box.sealed.subarray(0, -16))
  try {
    decipher.final()
    return secret
  } catch {
    // The one thing a failed tag says: wrong key, or changed file. What was decrypted so far is worthless.
    secret.fill(0)
    return undefined
  }
}

/** Which wrapping key: the first 8 bytes of a hash of it. It is random, so its hash tells nothing. */
export function wrappingKeyId(wrappingKey: Uint8Array): string {
  const hash = createHash('sha256').update('countersign wrapping key id\n').update(wrappingKey).digest()
  return toHex(hash.subarray(0, 8))
}
