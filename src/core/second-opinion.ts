// A second opinion on Ed25519 signatures (RFC 8032, section 5.1.7), on the arithmetic of another library than the engine's. That
// library's own verifier says the same, after it has made a table of four thousand points: longer than a command takes otherwise.
import { Point } from '@noble/ed25519'
import { concatBytes } from './bytes.ts'

const order = Point.CURVE().n
const twiceBase = Point.BASE.double()

/** Of 64 bytes by 32; strict: neither a point of small order nor a second spelling of a point or number is taken. */
export async function isSignedBy(raw: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const r = signature.subarray(0, 32)
  const s = toNumber(signature.subarray(32))
  const [key, commitment] = [pointOf(raw), pointOf(r)]
  if (key === undefined || commitment === undefined || key.isSmallOrder() || s >= order) return false
  const hash = await crypto.subtle.digest('SHA-512', concatBytes(r, raw, message))
  const challenge = toNumber(new Uint8Array(hash)) % order
  const rest = timesBase(s).subtract(commitment).subtract(key.multiplyUnsafe(challenge))
  return rest.clearCofactor().is0()
}

function pointOf(bytes: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(bytes, false)
  } catch {
    return undefined
  }
}

/** By way of twice the base point, for which the library makes no table. */
function timesBase(factor: bigint): Point {
  const even = twiceBase.multiplyUnsafe(factor >> 1n)
  return factor % 2n === 0n ? even : even.add(Point.BASE)
}

/** Its lowest byte stands first. */
function toNumber(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}
