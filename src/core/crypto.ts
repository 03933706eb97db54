// Verification of signatures on WebCrypto, with a second, independent opinion on Ed25519 for anchors.
import { sha256 as sha256Sync } from '@noble/hashes/sha2.js'
import { toHex } from './bytes.ts'
import { p1363FromDer } from './ecdsa-signature.ts'
import { AppError } from './error.ts'
import { rawEd25519 } from './key.ts'
import { isSignedBy } from './second-opinion.ts'
import type { PublicKey } from './signer.ts'
import { parseSpki } from './spki.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** Below this size a hash in this thread is faster than a trip to another one. */
const smallBytes = 16 * 1024

export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length <= smallBytes) return sha256Sync(bytes)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Bytes))
}

export async function sha512(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-512', bytes as Bytes))
}

const imported = new WeakMap<PublicKey, Promise<CryptoKey>>()

/** True or false is a verdict on the signature; a key that cannot be used at all throws format/unsupported. */
export function verifySignature(key: PublicKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return remembered('first', key, message, signature, () => firstOpinion(key, message, signature))
}

/** The same without remembering the verdict, for what is asked once: in a long log that costs as much as it could spare. */
export function verifyOnce(key: PublicKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return firstOpinion(key, message, signature)
}

const verdicts = new Map<string, Promise<boolean>>()
const maxVerdicts = 4096

/**
 * The same signatures are looked at from many sides: a change that waits, what goes along with it, the root that judges both. Of
 * the very same key, message and signature the verdict is always the same.
 */
function remembered(
  opinion: 'first' | 'second',
  { scheme, spki }: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  judge: () => Promise<boolean>,
): Promise<boolean> {
  if (message.length > smallBytes) return judge()
  const asked = [opinion, scheme, toHex(spki), toHex(signature), toHex(sha256Sync(message))].join()
  const known = verdicts.get(asked)
  if (known !== undefined) return known
  if (verdicts.size >= maxVerdicts) verdicts.clear()
  const verdict = judge()
  verdicts.set(asked, verdict)
  // What could not be judged is asked again.
  verdict.catch(() => verdicts.delete(asked))
  return verdict
}

async function firstOpinion(key: PublicKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  let handle = imported.get(key)
  if (handle === undefined) {
    handle = importKey(key)
    imported.set(key, handle)
  }
  const cryptoKey = await handle
  const [data, sig] = [message as Bytes, signature as Bytes]
  switch (key.scheme) {
    case 'ed25519':
      return crypto.subtle.verify('Ed25519', cryptoKey, sig, data)
    case 'ecdsa-p256-sha256':
    case 'ecdsa-p384-sha384': {
      const size = key.scheme === 'ecdsa-p256-sha256' ? 32 : 48
      const raw = p1363OrUndefined(sig, size)
      if (raw === undefined) return false
      return crypto.subtle.verify({ name: 'ECDSA', hash: size === 32 ? 'SHA-256' : 'SHA-384' }, cryptoKey, raw, data)
    }
    case 'rsa-pss-sha256': {
      const bits = parseSpki(key.spki).modulusBits ?? 0
      // The engine throws for a longer one, and for more salt than there is room: anybody could have written it.
      if (sig.length !== Math.ceil(bits / 8)) return false
      // The salt's length is not in the signature: signers use the digest's length, or as much as fits.
      const longest = Math.ceil((bits - 1) / 8) - 32 - 2
      for (const saltLength of new Set([32, longest])) {
        if (await crypto.subtle.verify({ name: 'RSA-PSS', saltLength }, cryptoKey, sig, data)) return true
      }
      return false
    }
  }
}

/** For anchors: two implementations must agree; if they do not, nothing here can be trusted. */
export async function verifyAnchorSignature(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const first = await verifySignature(key, message, signature)
  if (key.scheme !== 'ed25519' || signature.length !== 64) return first
  const second = await remembered('second', key, message, signature, () =>
    isSignedBy(rawEd25519(key), message, signature),
  )
  if (first !== second) {
    throw new AppError({
      code: 'trust/bad-signature',
      message: 'two implementations of Ed25519 disagree on a signature of an anchor',
      hint: 'stop, and verify this file on another machine',
    })
  }
  return first
}

function p1363OrUndefined(der: Uint8Array, size: 32 | 48): Bytes | undefined {
  try {
    return p1363FromDer(der, size) as Bytes
  } catch (error) {
    // Not DER at all: a verdict on the signature, not a failure of ours.
    if (error instanceof AppError && error.code === 'format/malformed') return undefined
    throw error
  }
}

async function importKey(key: PublicKey): Promise<CryptoKey> {
  const spki = key.spki as Bytes
  try {
    switch (key.scheme) {
      case 'ed25519':
        return await crypto.subtle.importKey('spki', spki, 'Ed25519', false, ['verify'])
      case 'ecdsa-p256-sha256':
        return await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
      case 'ecdsa-p384-sha384':
        return await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-384' }, false, ['verify'])
      case 'rsa-pss-sha256':
        return await crypto.subtle.importKey('spki', spki, { name: 'RSA-PSS', hash: 'SHA-256' }, false, ['verify'])
    }
  } catch (cause) {
    throw new AppError({ code: 'format/unsupported', message: `this ${key.scheme} key cannot be used`, cause })
  }
}
