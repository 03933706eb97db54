// Public keys: reading and writing them, comparing them, naming them for people.
import { sha256 } from '@noble/hashes/sha2.js'
import { isEqualBytes, parseBase64, toBase64 } from './bytes.ts'
import { AppError } from './error.ts'
import type { PublicKey } from './signer.ts'
import type { CurveName } from './spki.ts'
import { curves, parseSpki, toSpki, verifyEd25519Point, verifyPoint } from './spki.ts'

export type { CurveName } from './spki.ts'

const maxPemLength = 16_384

/** The key in a DER SubjectPublicKeyInfo; the scheme follows from its algorithm. */
export function parsePublicKey(spki: Uint8Array): PublicKey {
  return { scheme: parseSpki(spki).scheme, spki: spki.slice() }
}

/** Exactly one PUBLIC KEY block; white space around it and its line ends do not matter. */
export function parsePublicKeyPem(text: string): PublicKey {
  if (text.length > maxPemLength) return refusePem(`the key has more than ${maxPemLength} characters`)
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) {
    return refusePem('this is a private key', 'keep it secret, and give the public key that belongs to it')
  }
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1]
  if (label === undefined) return refusePem('the text holds no PEM block')
  if (label !== 'PUBLIC KEY') return refusePem(`the PEM block is a ${label} where a PUBLIC KEY is expected`)
  const block = /^\s*-----BEGIN PUBLIC KEY-----\r?\n([A-Za-z0-9+/=\r\n]+)\r?\n-----END PUBLIC KEY-----\s*$/.exec(text)
  if (block?.[1] === undefined) return refusePem('the PEM block is damaged, or other text stands around it')
  return parsePublicKey(parseBase64(block[1].replace(/[\r\n]/g, ''), 'the PEM block'))
}

function refusePem(
  message: string,
  hint = 'give one public key in PEM form, from BEGIN PUBLIC KEY to END PUBLIC KEY',
): never {
  throw new AppError({ code: 'format/malformed', message, hint })
}

export function toPem(key: PublicKey): string {
  const lines = toBase64(key.spki).match(/.{1,64}/g) ?? []
  return `-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`
}

export function spkiOfRawEd25519(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  verifyEd25519Point(raw)
  return toSpki('ed25519', raw)
}

export function rawEd25519(key: PublicKey): Uint8Array {
  const content = parseSpki(key.spki)
  if (content.scheme === 'ed25519') return content.raw
  throw new AppError({ code: 'internal/bug', message: `a ${content.scheme} key was used as an Ed25519 key` })
}

/** From an uncompressed point, 04 || x || y. */
export function spkiOfPoint(curve: CurveName, point: Uint8Array): Uint8Array<ArrayBuffer> {
  verifyPoint(curves[curve], point)
  return toSpki(curves[curve].scheme, point)
}

/** The key material decides; ids and owners do not. */
export function isSameKey(a: PublicKey, b: PublicKey): boolean {
  return a.scheme === b.scheme && isEqualBytes(a.spki, b.spki)
}

/** For people: "Ed25519", "P-256", "RSA-3072". */
export function keyLabel(key: PublicKey): string {
  if (key.scheme === 'ed25519') return 'Ed25519'
  if (key.scheme === 'ecdsa-p256-sha256') return 'P-256'
  if (key.scheme === 'ecdsa-p384-sha384') return 'P-384'
  return `RSA-${parseSpki(key.spki).modulusBits}`
}

/** sha256 of the SubjectPublicKeyInfo. */
export function fingerprintOf(key: PublicKey): Uint8Array {
  return sha256(key.spki)
}
