// Points of P-256 and P-384 as x and the parity of y (SEC 1, sections 2.3.3 and 2.3.4), and back. Inside, points are uncompressed.
import { concatBytes, parseHex } from './bytes.ts'
import { malformed } from './der.ts'
import { type CurveName, curves, toBigInt, verifyPoint } from './spki.ts'

/** From 04 || x || y to 02 or 03 || x. */
export function compressPoint(curve: CurveName, point: Uint8Array): Uint8Array<ArrayBuffer> {
  verifyPoint(curves[curve], point)
  const isOdd = (point.at(-1) ?? 0) % 2 === 1
  return concatBytes(Uint8Array.of(isOdd ? 3 : 2), point.subarray(1, curves[curve].size + 1))
}

/** From 02 or 03 || x to 04 || x || y; refused where the curve has no point at x. */
export function decompressPoint(curve: CurveName, compressed: Uint8Array): Uint8Array<ArrayBuffer> {
  const { size, p, b } = curves[curve]
  const [form] = compressed
  if (compressed.length !== size + 1 || (form !== 2 && form !== 3)) {
    return malformed(`the point of the key is not the ${size + 1} bytes of a compressed point`)
  }
  const x = toBigInt(compressed.subarray(1))
  if (x >= p) return malformed('the point of the key is outside the field of its curve')
  const square = (((x * x - 3n) * x + b) % p) + p
  // Both primes are 3 modulo 4, so this power is a root where there is one.
  const root = power(square % p, (p + 1n) / 4n, p)
  if ((root * root - square) % p !== 0n) return malformed('the point of the key is not on its curve')
  const y = root % 2n === BigInt(form - 2) ? root : p - root
  return concatBytes(Uint8Array.of(4), compressed.subarray(1), parseHex(y.toString(16).padStart(2 * size, '0'), 'y'))
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (let [square, rest] = [base, exponent]; rest > 0n; rest >>= 1n, square = (square * square) % modulus) {
    if (rest & 1n) result = (result * square) % modulus
  }
  return result
}
