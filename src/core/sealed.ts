// A secret on its way through processes that must not read it: sealed to a key that only its receiver has (ECDH P-256,
// HKDF-SHA-256, AES-256-GCM). Every sealed secret has the same length, so that none tells how long it is.
import { concatSecret, secretBytes } from './secret.ts'

type Bytes = Uint8Array<ArrayBuffer>

const pointBytes = 65
const ivBytes = 12
const tagBytes = 16
/** Two bytes of length, then the secret, then zeros. */
const paddedBytes = 2 + 1024
const maxSecretBytes = paddedBytes - 2
export const sealedBytes = pointBytes + ivBytes + paddedBytes + tagBytes

const curve = { name: 'ECDH', namedCurve: 'P-256' } as const

export interface Recipient {
  /** An uncompressed P-256 point: to whom the secret is sealed. */
  publicKey: Uint8Array
  /** The caller zeroes what it gets. Undefined when this was not sealed to us. */
  open(sealed: Uint8Array): Promise<Uint8Array | undefined>
}

/** For one question; its private half never leaves the crypto engine of this process. */
export async function recipient(): Promise<Recipient> {
  const pair = (await crypto.subtle.generateKey(curve, false, ['deriveBits'])) as CryptoKeyPair
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  return {
    publicKey,
    open: async (sealed) => {
      if (sealed.length !== sealedBytes) return undefined
      const point = sealed.slice(0, pointBytes)
      const iv = sealed.slice(pointBytes, pointBytes + ivBytes)
      try {
        const theirs = await crypto.subtle.importKey('raw', point, curve, false, [])
        const key = await sharedKey(pair.privateKey, theirs, point, publicKey, 'decrypt')
        const body = sealed.slice(pointBytes + ivBytes)
        const padded = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, body))
        const length = ((padded[0] ?? 0) << 8) | (padded[1] ?? 0)
        const secret = length > maxSecretBytes ? undefined : concatSecret(padded.subarray(2, 2 + length))
        padded.fill(0)
        return secret
      } catch {
        // Altered, or sealed to another: there is nothing to tell apart.
        return undefined
      }
    },
  }
}

/** Zeroes nothing of the caller's. */
export async function seal(secret: Uint8Array, publicKey: Uint8Array): Promise<Uint8Array> {
  if (secret.length > maxSecretBytes) throw new RangeError(`a secret has at most ${maxSecretBytes} bytes`)
  const receiver = publicKey.slice()
  const theirs = await crypto.subtle.importKey('raw', receiver, curve, false, [])
  const pair = (await crypto.subtle.generateKey(curve, false, ['deriveBits'])) as CryptoKeyPair
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const key = await sharedKey(pair.privateKey, theirs, point, receiver, 'encrypt')
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
  const padded = secretBytes(paddedBytes)
  padded[0] = secret.length >> 8
  padded[1] = secret.length & 0xff
  padded.set(secret, 2)
  const body = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, padded))
  padded.fill(0)
  const sealed = new Uint8Array(sealedBytes)
  sealed.set(point, 0)
  sealed.set(iv, pointBytes)
  sealed.set(body, pointBytes + ivBytes)
  return sealed
}

/** Both public keys go into the derivation: an answer to one question opens no other. */
async function sharedKey(
  ours: CryptoKey,
  theirs: CryptoKey,
  sender: Bytes,
  receiver: Bytes,
  use: 'encrypt' | 'decrypt',
): Promise<CryptoKey> {
  const bits = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, ours, 256))
  const material = await crypto.subtle.importKey('raw', bits, 'HKDF', false, ['deriveKey'])
  bits.fill(0)
  const salt = new Uint8Array(2 * pointBytes)
  salt.set(sender, 0)
  salt.set(receiver, pointBytes)
  const info = new TextEncoder().encode('countersign sealed secret 1')
  const scheme = { name: 'HKDF', hash: 'SHA-256', salt, info }
  return crypto.subtle.deriveKey(scheme, material, { name: 'AES-GCM', length: 256 }, false, [use])
}
