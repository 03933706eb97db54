// A second opinion on Ed25519 signatures (RFC 8032, section 5.1.7), on the arithmetic of another library than the engine's. That
// library's own verifier says the same, after it has made a table of four thousand points: longer than a command takes otherwise.
import { Point } from '@noble/ed25519'
import { concatBytes } from './bytes.ts'

const order = Point.CURVE().n

/** Of 64 bytes by 32; strict: neither a point of small order nor a second spelling of a point or number is taken. */
export async function isSignedBy(raw: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const r = signature.subarray(0, 32)
  const s = toNumber(signature.subarray(32))
  const [key, commitment] = [pointOf(raw), pointOf(r)]
  if (key === undefined || commitment === undefined || key.isSmallOrder() || s >= order) return false
  const hash = await crypto.subtle.digest('SHA-512', concatBytes(r, raw, message))
  const challenge = toNumber(new Uint8Array(hash)) % order
  const found = sumOf(s, Point.BASE, challenge, key.negate())
  return found.subtract(commitment).clearCofactor().is0()
}

function pointOf(bytes: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(bytes, false)
  } catch {
    return undefined
  }
}

/** One factor times one point and the other times the other, bit by bit at once; nothing here is secret. */
function sumOf(one: bigint, point: Point, two: bigint, other: Point): Point {
  const both = point.add(other)
  let sum = Point.ZERO
  for (let bit = 1n << 252n; bit > 0n; bit >>= 1n) {
    sum = sum.double()
    const [isOne, isTwo] = [(one & bit) !== 0n, (two & bit) !== 0n]
    if (isOne || isTwo) sum = sum.add(isOne && isTwo ? both : isOne ? point : other)
  }
  return sum
}

/** Its lowest byte stands first. */
function toNumber(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}
