// The public half of a key as a token stores it: PKCS#11 attributes or a certificate, read into the one form of the house.
import { X509Certificate } from 'node:crypto'
import { sha256 } from '@noble/hashes/sha2.js'
import { isEqualBytes, parseUtf8, toHex } from '../../core/bytes.ts'
import { derTag, parseWholeDer, toDer, toDerInteger } from '../../core/der.ts'
import { AppError } from '../../core/error.ts'
import { parsePublicKey, spkiOfPoint, spkiOfRawEd25519 } from '../../core/key.ts'
import type { PublicKey, Scheme } from '../../core/signer.ts'
import { toSpki } from '../../core/spki.ts'
import { visible } from '../../core/visible.ts'
import type { Pkcs11Mechanism, Pkcs11Object } from './port.ts'

export const keyType = { rsa: 0x0, ec: 0x3, edwards: 0x40, montgomery: 0x41 } as const

export const mechanismOfScheme: Readonly<Record<Scheme, Pkcs11Mechanism>> = {
  ed25519: 'eddsa',
  'ecdsa-p256-sha256': 'ecdsa',
  'ecdsa-p384-sha384': 'ecdsa',
  'rsa-pss-sha256': 'rsa-pss-sha256',
}

const octetString = 0x04
const printableString = 0x13

type CurveName = 'P-256' | 'P-384' | 'Ed25519'

/** CKA_EC_PARAMS: an object identifier or, for the curves of RFC 8032, their name as a PrintableString (PKCS#11 v3.0). */
const curveOfOid: ReadonlyMap<string, CurveName> = new Map([
  ['2a8648ce3d030107', 'P-256'],
  ['2b81040022', 'P-384'],
  ['2b6570', 'Ed25519'],
  // 1.3.6.1.4.1.11591.15.1, of the time before RFC 8410.
  ['2b06010401da470f01', 'Ed25519'],
])

/**
 * Some modules (Yubico's over OpenSSL 3) spell out all numbers of the curve (SEC 1, C.2) in place of its name. Such numbers are
 * taken for a curve only when they are, byte for byte, those of the standard: SHA-256 of the DER, with and without the seed.
 */
const curveOfSpelledOut: ReadonlyMap<string, CurveName> = new Map([
  ['40c3c405abfc62e096cb6491f85f967d6d75ede716604629654910c475d4b846', 'P-256'],
  ['5f619bbe9633b196eaaf367bac88d37c27a26b393f2c5a0eea0f6e5671d0d1da', 'P-256'],
  ['19a03321b63c6490867791325fc61a4df548ffaf40b94e499793a6267e5a72dd', 'P-384'],
  ['3c2855e154f036070f1294cdd743e1e9315a3579ef8b5c81a25f9a3380ce1a5b', 'P-384'],
])

/** Bytes of the bare point, for those that can sign here. */
const pointBytes: Readonly<Record<CurveName, number>> = { 'P-256': 65, 'P-384': 97, Ed25519: 32 }

function curveOf(params: Uint8Array): CurveName | undefined {
  if (params[0] === printableString) {
    const name = parseUtf8(parseWholeDer(params, printableString, 'the curve of the key'), 'the curve of the key')
    return name === 'edwards25519' ? 'Ed25519' : undefined
  }
  if (params[0] === derTag.sequence) return curveOfSpelledOut.get(toHex(sha256(params)))
  if (params[0] !== derTag.oid) return undefined
  return curveOfOid.get(toHex(parseWholeDer(params, derTag.oid, 'the curve of the key')))
}

/** The standard wants an OCTET STRING around the point; some tokens give it bare, or in a BIT STRING. */
function barePoint(stored: Uint8Array, size: number): Uint8Array {
  if (stored.length === size) return stored
  if (stored[0] === derTag.bitString) {
    const bits = parseWholeDer(stored, derTag.bitString, 'the point of the key')
    if (bits[0] === 0) return bits.subarray(1)
  }
  return parseWholeDer(stored, octetString, 'the point of the key')
}

/** Whether the object tells its public half at all: a private key of RSA usually does, one of a curve rarely. */
export function hasPublicPart(object: Pkcs11Object): boolean {
  if (object.keyType === keyType.rsa) return isFilled(object.modulus) && isFilled(object.exponent)
  return isFilled(object.ecParams) && isFilled(object.ecPoint)
}

function isFilled(value: Uint8Array | undefined): value is Uint8Array {
  return value !== undefined && value.length > 0
}

/** "P-256", "RSA-1024", "X25519": also of keys that cannot be used here. */
export function algorithmOf(object: Pkcs11Object): string {
  if (object.keyType === keyType.rsa) {
    const modulus = object.modulus ?? new Uint8Array()
    const start = modulus.findIndex((byte) => byte !== 0)
    if (start < 0) return 'RSA'
    return `RSA-${(modulus.length - start) * 8 - Math.clz32(modulus[start] ?? 0) + 24}`
  }
  if (object.keyType === keyType.montgomery) return 'X25519'
  if (!isFilled(object.ecParams)) return object.keyType === keyType.edwards ? 'Ed25519' : 'unknown'
  try {
    return curveOf(object.ecParams) ?? 'another curve'
  } catch {
    // Not readable as a curve; reading the key itself says why.
    return 'another curve'
  }
}

/** Throws format/unsupported or format/malformed for a key that cannot be used here. */
export function publicKeyOfObject(object: Pkcs11Object): PublicKey {
  if (object.keyType === keyType.rsa && isFilled(object.modulus) && isFilled(object.exponent)) {
    const body = toDer(derTag.sequence, toDerInteger(object.modulus), toDerInteger(object.exponent))
    return parsePublicKey(toSpki('rsa-pss-sha256', body))
  }
  const isCurve = object.keyType === keyType.ec || object.keyType === keyType.edwards
  if (!isCurve || !isFilled(object.ecParams) || !isFilled(object.ecPoint)) throw unsupported()
  const curve = curveOf(object.ecParams)
  if (curve === undefined) throw unsupported()
  const point = barePoint(object.ecPoint, pointBytes[curve])
  if (curve === 'Ed25519') return parsePublicKey(spkiOfRawEd25519(point))
  return parsePublicKey(spkiOfPoint(curve === 'P-256' ? 'p256' : 'p384', point))
}

function unsupported(): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: 'the key is of a kind that cannot be used here',
    hint: 'use an Ed25519, P-256, P-384 or RSA key',
  })
}

export interface CertificateContent {
  key: PublicKey
  /** A claim of the certificate, for people; nobody has verified it. */
  subject: string
}

export function parseCertificate(der: Uint8Array): CertificateContent {
  let spki: Uint8Array
  let subject: string
  try {
    const certificate = new X509Certificate(der)
    spki = new Uint8Array(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    subject = certificate.subject ?? ''
  } catch (cause) {
    throw new AppError({ code: 'format/malformed', message: 'the certificate cannot be read', cause })
  }
  return { key: parsePublicKey(spki), subject: visible(subject.split('\n').join(', ')) }
}

/** Of two objects under one id: the halves of one pair, as far as the private one tells. */
export function canBePair(privateHalf: Pkcs11Object, key: PublicKey): boolean {
  const expected =
    key.scheme === 'rsa-pss-sha256' ? keyType.rsa : key.scheme === 'ed25519' ? keyType.edwards : keyType.ec
  // Older modules keep Ed25519 keys under the type of all other curves.
  const isOldEdwards = key.scheme === 'ed25519' && privateHalf.keyType === keyType.ec
  if (privateHalf.keyType !== expected && !isOldEdwards) return false
  if (!hasPublicPart(privateHalf)) return true
  try {
    return isEqualBytes(publicKeyOfObject(privateHalf).spki, key.spki)
  } catch {
    // Its public half cannot be read: then it is not the half of a key that can.
    return false
  }
}
