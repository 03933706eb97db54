// Keys that live in memory: making them and signing with them. Where their secrets rest is not decided here.
import { concatBytes, parseHex } from './bytes.ts'
import { derFromP1363 } from './ecdsa-signature.ts'
import { AppError } from './error.ts'
import { parsePublicKey } from './key.ts'
import type { PublicKey } from './signer.ts'

export type SoftwareScheme = 'ed25519' | 'ecdsa-p256-sha256'

export interface SoftwareKey {
  key: PublicKey
  /** Ed25519: the 32-byte seed (RFC 8032). P-256: PKCS#8, DER. The holder zeroes it when done. */
  secret: Uint8Array
}

const p256 = { name: 'ECDSA', namedCurve: 'P-256' }
/** What stands before the seed in the PKCS#8 of an Ed25519 key (RFC 8410, section 7). */
const beforeSeed = parseHex('302e020100300506032b657004220420', 'prefix')

export async function createSoftwareKey(scheme: SoftwareScheme): Promise<SoftwareKey> {
  const { publicKey, privateKey } =
    scheme === 'ed25519'
      ? await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
      : await crypto.subtle.generateKey(p256, true, ['sign', 'verify'])
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
  const key = parsePublicKey(spki)
  if (scheme !== 'ed25519') return { key, secret: pkcs8 }
  const secret = pkcs8.slice(-32)
  pkcs8.fill(0)
  return { key, secret }
}

/** Raw 64 bytes for Ed25519, ASN.1 DER for P-256. */
export async function signWithSecret(key: PublicKey, secret: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  const isEd25519 = key.scheme === 'ed25519'
  if (!isEd25519 && key.scheme !== 'ecdsa-p256-sha256') {
    throw new AppError({
      code: 'signer/unsupported',
      message: `a ${key.scheme} key cannot sign in software here`,
      hint: 'use an Ed25519 or P-256 key',
    })
  }
  if (isEd25519 && secret.length !== 32) throw unusable(undefined)
  // WebCrypto takes no view of a shared buffer; this copy of the secret is zeroed here.
  const pkcs8 = isEd25519 ? concatBytes(beforeSeed, secret) : concatBytes(secret)
  let imported: CryptoKey
  try {
    imported = await crypto.subtle.importKey('pkcs8', pkcs8, isEd25519 ? 'Ed25519' : p256, false, ['sign'])
  } catch (cause) {
    throw unusable(cause)
  } finally {
    pkcs8.fill(0)
  }
  if (isEd25519) return new Uint8Array(await crypto.subtle.sign('Ed25519', imported, concatBytes(message)))
  const raw = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, imported, concatBytes(message))
  return derFromP1363(new Uint8Array(raw), 32)
}

function unusable(cause: unknown): AppError {
  return new AppError({ code: 'signer/failed', message: 'the secret part of the key is damaged', cause })
}
