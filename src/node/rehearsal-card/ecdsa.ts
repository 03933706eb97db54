// ECDSA over a digest that is already made, which is all a card ever sees: node:crypto insists on hashing by itself.
// Not constant in time: these keys are for practice.
import { createECDH, randomBytes } from 'node:crypto'
import { derFromP1363 } from '../../core/ecdsa-signature.ts'

export interface EcCurve {
  openssl: string
  jwk: string
  size: 32 | 48
  /** The order of the curve. */
  n: bigint
  /** scalar times the base point: 04, x, y. */
  pointOf(scalar: bigint): Uint8Array
}

function curve(openssl: string, jwk: string, size: 32 | 48, n: bigint): EcCurve {
  const pointOf = (scalar: bigint) => {
    const ecdh = createECDH(openssl)
    ecdh.setPrivateKey(toBytes(scalar, size))
    return Uint8Array.from(ecdh.getPublicKey())
  }
  return { openssl, jwk, size, n, pointOf }
}

/** The orders: SEC 2, 2.4.2 and 2.5.1. */
export const ecCurves = {
  p256: curve('prime256v1', 'P-256', 32, 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n),
  p384: curve(
    'secp384r1',
    'P-384',
    48,
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  ),
}

/** SEC 1, 4.1.3; the digest is at most as long as the order. DER. */
export function signDigest(curve: EcCurve, secret: bigint, digest: Uint8Array): Uint8Array {
  const { n, size } = curve
  for (;;) {
    const k = toBigInt(randomBytes(size))
    if (k === 0n || k >= n) continue
    const r = toBigInt(curve.pointOf(k).subarray(1, 1 + size)) % n
    const s = (power(k, n - 2n, n) * (toBigInt(digest) + r * secret)) % n
    if (r === 0n || s === 0n) continue
    const raw = new Uint8Array(2 * size)
    raw.set(toBytes(r, size), 0)
    raw.set(toBytes(s, size), size)
    return derFromP1363(raw, size)
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

export function toBytes(value: bigint, size: number): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex'))
}
