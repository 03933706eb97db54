// SubjectPublicKeyInfo (RFC 5280 4.1.2.7), read strictly: one DER text for one key, and every key a valid point,
// so that equality of bytes is equality of keys.
import { Point } from '@noble/ed25519'
import { concatBytes, isEqualBytes, parseHex, toHex } from './bytes.ts'
import { derTag, malformed, parseDer, parsePositiveInteger, parseWholeDer, toDer } from './der.ts'
import { AppError } from './error.ts'
import type { Scheme } from './signer.ts'

export type CurveName = 'p256' | 'p384'

interface Curve {
  scheme: Scheme
  size: 32 | 48
  /** Content of the AlgorithmIdentifier sequence. */
  algorithm: Uint8Array
  p: bigint
  b: bigint
}

const oid = (hex: string) => toDer(derTag.oid, parseHex(hex, 'oid'))
const ecPublicKey = oid('2a8648ce3d0201') // 1.2.840.10045.2.1
const ed25519Algorithm = oid('2b6570') // 1.3.101.112 (RFC 8410: parameters absent)
const rsaAlgorithm = concatBytes(oid('2a864886f70d010101'), toDer(derTag.null)) // 1.2.840.113549.1.1.1 (RFC 3279: NULL)

/** SEC 2, sections 2.4.2 and 2.5.1; for both curves a = -3. */
export const curves: Readonly<Record<CurveName, Curve>> = {
  p256: {
    scheme: 'ecdsa-p256-sha256',
    size: 32,
    algorithm: concatBytes(ecPublicKey, oid('2a8648ce3d030107')),
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  p384: {
    scheme: 'ecdsa-p384-sha384',
    size: 48,
    algorithm: concatBytes(ecPublicKey, oid('2b81040022')),
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
}

const rsaBits = { min: 2048, max: 8192 }

export interface SpkiContent {
  scheme: Scheme
  /** Raw point of an elliptic curve key, uncompressed for ECDSA; for RSA the RSAPublicKey structure. */
  raw: Uint8Array
  /** Size of an RSA modulus. */
  modulusBits?: number
}

export function parseSpki(spki: Uint8Array): SpkiContent {
  const body = parseWholeDer(spki, derTag.sequence, 'the public key')
  const algorithm = parseDer(body, 0, derTag.sequence, 'the algorithm of the public key')
  const bits = parseDer(body, algorithm.end, derTag.bitString, 'the bits of the public key')
  if (bits.end !== body.length) return malformed('the public key holds more than algorithm and bits')
  if (bits.value[0] !== 0) return malformed('the bits of the public key do not end at a byte')
  const raw = bits.value.subarray(1)
  if (isEqualBytes(algorithm.value, ed25519Algorithm)) {
    verifyEd25519Point(raw)
    return { scheme: 'ed25519', raw }
  }
  if (isEqualBytes(algorithm.value, rsaAlgorithm)) {
    return { scheme: 'rsa-pss-sha256', raw, modulusBits: parseRsaKey(raw) }
  }
  for (const curve of [curves.p256, curves.p384]) {
    if (!isEqualBytes(algorithm.value, curve.algorithm)) continue
    verifyPoint(curve, raw)
    return { scheme: curve.scheme, raw }
  }
  throw new AppError({
    code: 'format/unsupported',
    message: 'the public key is of a kind that cannot be used here',
    hint: 'use an Ed25519, P-256, P-384 or RSA key',
  })
}

export function toSpki(scheme: Scheme, raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const bits = toDer(derTag.bitString, new Uint8Array(1), raw)
  return toDer(derTag.sequence, toDer(derTag.sequence, algorithmOf(scheme)), bits)
}

function algorithmOf(scheme: Scheme): Uint8Array {
  if (scheme === 'ed25519') return ed25519Algorithm
  if (scheme === 'rsa-pss-sha256') return rsaAlgorithm
  return scheme === 'ecdsa-p256-sha256' ? curves.p256.algorithm : curves.p384.algorithm
}

/** The same few keys stand in every version of every document; each is looked at once. */
const soundPoints = new Set<string>()
const maxSoundPoints = 4096

/** A point of small order verifies signatures nobody made; a second encoding would let one key count twice. */
export function verifyEd25519Point(raw: Uint8Array): void {
  if (raw.length !== 32) malformed(`the Ed25519 key has ${raw.length} bytes where 32 are expected`)
  const name = toHex(raw)
  if (soundPoints.has(name)) return
  let isSmall: boolean
  try {
    isSmall = Point.fromBytes(raw, false).isSmallOrder()
  } catch (cause) {
    throw new AppError({ code: 'format/malformed', message: 'the Ed25519 key is not a point of its curve', cause })
  }
  if (isSmall) malformed('the Ed25519 key is a point of small order')
  if (soundPoints.size >= maxSoundPoints) soundPoints.clear()
  soundPoints.add(name)
}

export function verifyPoint(curve: Curve, point: Uint8Array): void {
  const [form] = point
  const { size, p, b } = curve
  if (point.length === size + 1 && (form === 2 || form === 3)) {
    throw new AppError({
      code: 'format/unsupported',
      message: 'the point of the key is compressed',
      hint: 'export the key with its point uncompressed',
    })
  }
  if (point.length !== 2 * size + 1) {
    malformed(`the point of the key has ${point.length} bytes where ${2 * size + 1} are expected`)
  }
  if (form !== 4) malformed(`the point of the key has form ${form} where 4 (uncompressed) is expected`)
  const x = toBigInt(point.subarray(1, size + 1))
  const y = toBigInt(point.subarray(size + 1))
  if (x >= p || y >= p) malformed('the point of the key is outside the field of its curve')
  if ((y * y - (x * x * x - 3n * x + b)) % p !== 0n) malformed('the point of the key is not on its curve')
}

/** Bits of the modulus of an RSAPublicKey (RFC 8017 A.1.1). */
function parseRsaKey(raw: Uint8Array): number {
  const body = parseWholeDer(raw, derTag.sequence, 'the RSA key')
  const first = parseDer(body, 0, derTag.integer, 'the RSA modulus')
  const second = parseDer(body, first.end, derTag.integer, 'the RSA exponent')
  if (second.end !== body.length) return malformed('the RSA key holds more than modulus and exponent')
  const modulus = parsePositiveInteger(first.value, 'the RSA modulus')
  const exponent = parsePositiveInteger(second.value, 'the RSA exponent')
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24
  if (bits < rsaBits.min || bits > rsaBits.max) {
    throw new AppError({
      code: 'format/unsupported',
      message: `the RSA key has ${bits} bits where ${rsaBits.min} to ${rsaBits.max} are allowed`,
    })
  }
  if ((modulus.at(-1) ?? 0) % 2 === 0) return malformed('the RSA modulus is even')
  if (exponent.length > 4) return malformed('the RSA exponent has more than 32 bits')
  if ((exponent.at(-1) ?? 0) % 2 === 0 || (exponent.length === 1 && exponent[0] === 1)) {
    return malformed('the RSA exponent is not an odd number above 1')
  }
  return bits
}

export function toBigInt(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}
