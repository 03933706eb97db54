// Keys that live in memory: making them and signing with them. Where their secrets rest is not decided here.
import { getPublicKeyAsync, signAsync, utils } from '@noble/ed25519'
import { concatBytes } from './bytes.ts'
import { derFromP1363 } from './ecdsa-signature.ts'
import { AppError } from './error.ts'
import { parsePublicKey, spkiOfRawEd25519 } from './key.ts'
import type { PublicKey } from './signer.ts'

export type SoftwareScheme = 'ed25519' | 'ecdsa-p256-sha256'

export interface SoftwareKey {
  key: PublicKey
  /** Ed25519: the 32-byte seed (RFC 8032). P-256: PKCS#8, DER. The holder zeroes it when done. */
  secret: Uint8Array
}

const p256 = { name: 'ECDSA', namedCurve: 'P-256' }

export async function createSoftwareKey(scheme: SoftwareScheme): Promise<SoftwareKey> {
  if (scheme === 'ed25519') {
    const secret = utils.randomSecretKey()
    return { key: { scheme, spki: spkiOfRawEd25519(await getPublicKeyAsync(secret)) }, secret }
  }
  const pair = await crypto.subtle.generateKey(p256, true, ['sign', 'verify'])
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
  const secret = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
  return { key: parsePublicKey(spki), secret }
}

/** Raw 64 bytes for Ed25519, ASN.1 DER for P-256. */
export async function signWithSecret(key: PublicKey, secret: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  if (key.scheme === 'ed25519') {
    if (secret.length !== 32) throw unusable(undefined)
    return await signAsync(message, secret)
  }
  if (key.scheme !== 'ecdsa-p256-sha256') {
    throw new AppError({
      code: 'signer/unsupported',
      message: `a ${key.scheme} key cannot sign in software here`,
      hint: 'use an Ed25519 or P-256 key',
    })
  }
  // WebCrypto takes no view of a shared buffer; this copy of the secret is zeroed here.
  const pkcs8 = concatBytes(secret)
  let imported: CryptoKey
  try {
    imported = await crypto.subtle.importKey('pkcs8', pkcs8, p256, false, ['sign'])
  } catch (cause) {
    throw unusable(cause)
  } finally {
    pkcs8.fill(0)
  }
  const raw = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, imported, concatBytes(message))
  return derFromP1363(new Uint8Array(raw), 32)
}

function unusable(cause: unknown): AppError {
  return new AppError({ code: 'signer/failed', message: 'the secret part of the key is damaged', cause })
}
