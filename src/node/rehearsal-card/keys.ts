// The private keys of the card: made, imported, written as the card answers them, and used on what a command brings.
import {
  constants,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
  privateDecrypt,
  sign,
} from 'node:crypto'
import { promisify } from 'node:util'
import { concatBytes } from '../../core/bytes.ts'
import { type EcCurve, ecCurves, signDigest, toBigInt, toBytes } from './ecdsa.ts'
import { Refusal, refuseUnless, statusWord } from './status.ts'
import { toTlv } from './tlv.ts'

type Kind =
  | { kind: 'rsa'; bits: number }
  | { kind: 'ec'; curve: EcCurve }
  | { kind: 'okp'; curve: 'Ed25519' | 'X25519'; tag: number }

const kinds: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [0x06, { kind: 'rsa', bits: 1024 }],
  [0x07, { kind: 'rsa', bits: 2048 }],
  [0x05, { kind: 'rsa', bits: 3072 }],
  [0x16, { kind: 'rsa', bits: 4096 }],
  [0x11, { kind: 'ec', curve: ecCurves.p256 }],
  [0x14, { kind: 'ec', curve: ecCurves.p384 }],
  [0xe0, { kind: 'okp', curve: 'Ed25519', tag: 0x07 }],
  [0xe1, { kind: 'okp', curve: 'X25519', tag: 0x08 }],
])

/** These came with firmware 5.7. */
const lateAlgorithms: readonly number[] = [0x05, 0x16, 0xe0, 0xe1]
const firmware57 = 0x050700

function kindOf(algorithm: number): Kind {
  const kind = kinds.get(algorithm)
  if (kind === undefined) throw new Refusal(statusWord.wrongData)
  return kind
}

export function refuseUnknownAlgorithm(algorithm: number, firmware: number): void {
  kindOf(algorithm)
  refuseUnless(firmware >= firmware57 || !lateAlgorithms.includes(algorithm), statusWord.wrongData)
}

const generatePair = promisify(generateKeyPair)

export async function generatePrivateKey(algorithm: number): Promise<KeyObject> {
  const kind = kindOf(algorithm)
  if (kind.kind === 'rsa') return (await generatePair('rsa', { modulusLength: kind.bits })).privateKey
  if (kind.kind === 'ec') return (await generatePair('ec', { namedCurve: kind.curve.openssl })).privateKey
  if (kind.curve === 'Ed25519') return (await generatePair('ed25519')).privateKey
  return (await generatePair('x25519')).privateKey
}

/** From the parts that IMPORT brings: RSA by its five numbers, all others by their secret. */
export function importPrivateKey(algorithm: number, parts: ReadonlyMap<number, Uint8Array>): KeyObject {
  const kind = kindOf(algorithm)
  if (kind.kind === 'rsa')
    return importRsa(
      kind.bits,
      [1, 2, 3, 4, 5].map((tag) => parts.get(tag)),
    )
  const secret = parts.get(kind.kind === 'ec' ? 0x06 : kind.tag)
  if (secret === undefined) throw new Refusal(statusWord.wrongData)
  if (kind.kind === 'ec') return importEc(kind.curve, secret)
  refuseUnless(secret.length === 32, statusWord.wrongData)
  // PKCS#8 (RFC 8410 7): the secret stands after a fixed head, in which one byte names the curve.
  const head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, kind.curve === 'X25519' ? 0x6e : 0x70, 4, 0x22, 4, 0x20]
  return createPrivateKey({ key: Buffer.concat([Uint8Array.from(head), secret]), format: 'der', type: 'pkcs8' })
}

function importEc(curve: EcCurve, secret: Uint8Array): KeyObject {
  const d = toBigInt(secret)
  refuseUnless(secret.length <= curve.size && d > 0n && d < curve.n, statusWord.wrongData)
  const point = curve.pointOf(d)
  const x = toBase64url(point.subarray(1, 1 + curve.size))
  const y = toBase64url(point.subarray(1 + curve.size))
  return fromJwk({ kty: 'EC', crv: curve.jwk, x, y, d: toBase64url(toBytes(d, curve.size)) })
}

function importRsa(bits: number, numbers: readonly (Uint8Array | undefined)[]): KeyObject {
  const [p, q, dp, dq, qi] = numbers.map((bytes) => (bytes === undefined ? 0n : toBigInt(bytes)))
  if (!p || !q || !dp || !dq || !qi) throw new Refusal(statusWord.wrongData)
  const n = p * q
  refuseUnless(n.toString(2).length === bits, statusWord.wrongData)
  const e = 65_537n
  const d = inverse(e, (p - 1n) * (q - 1n))
  // Numbers that do not belong together make a key that gives itself away with its first signature.
  refuseUnless(dp === d % (p - 1n) && dq === d % (q - 1n) && (qi * q) % p === 1n, statusWord.wrongData)
  const text = (value: bigint) => toBase64url(toBytes(value, Math.ceil(value.toString(16).length / 2)))
  const jwk = { kty: 'RSA', n: text(n), e: 'AQAB', d: text(d), p: text(p), q: text(q) }
  return fromJwk({ ...jwk, dp: text(dp), dq: text(dq), qi: text(qi) })
}

function fromJwk(jwk: JsonWebKey): KeyObject {
  try {
    return createPrivateKey({ key: jwk, format: 'jwk' })
  } catch {
    throw new Refusal(statusWord.wrongData)
  }
}

/** The public half as GENERATE and GET METADATA write it: 81 and 82 for RSA, 86 for every point. */
export function publicTlvs(key: KeyObject): Uint8Array {
  const jwk = createPublicKey(key).export({ format: 'jwk' })
  if (jwk.n !== undefined) return concatBytes(toTlv(0x81, fromBase64url(jwk.n)), toTlv(0x82, fromBase64url(jwk.e)))
  if (jwk.y === undefined) return toTlv(0x86, fromBase64url(jwk.x))
  return toTlv(0x86, Uint8Array.of(4), fromBase64url(jwk.x), fromBase64url(jwk.y))
}

/** What GENERAL AUTHENTICATE does with a challenge: a digest for EC, a padded block for RSA, the message for Ed25519. */
export function signBlock(algorithm: number, key: KeyObject, block: Uint8Array): Uint8Array {
  const kind = kindOf(algorithm)
  if (kind.kind === 'rsa') {
    refuseUnless(block.length === kind.bits / 8, statusWord.wrongData)
    return rsaPrivate(key, block)
  }
  if (kind.kind === 'ec') {
    refuseUnless(block.length > 0 && block.length <= kind.curve.size, statusWord.wrongData)
    return signDigest(kind.curve, toBigInt(fromBase64url(key.export({ format: 'jwk' }).d)), block)
  }
  refuseUnless(kind.curve === 'Ed25519', statusWord.wrongData)
  return Uint8Array.from(sign(null, block, key))
}

export function agree(algorithm: number, key: KeyObject, point: Uint8Array): Uint8Array {
  const kind = kindOf(algorithm)
  if (kind.kind === 'rsa' || (kind.kind === 'okp' && kind.curve !== 'X25519')) throw new Refusal(statusWord.wrongData)
  const size = kind.kind === 'ec' ? kind.curve.size : 32
  const bytes = kind.kind === 'ec' ? point.subarray(1) : point
  const isWhole = kind.kind === 'ec' ? bytes.length === 2 * size && point[0] === 4 : bytes.length === size
  refuseUnless(isWhole, statusWord.wrongData)
  const x = toBase64url(bytes.subarray(0, size))
  const jwk =
    kind.kind === 'ec'
      ? { kty: 'EC', crv: kind.curve.jwk, x, y: toBase64url(bytes.subarray(size)) }
      : { kty: 'OKP', crv: 'X25519', x }
  try {
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
    return Uint8Array.from(diffieHellman({ privateKey: key, publicKey }))
  } catch {
    throw new Refusal(statusWord.wrongData)
  }
}

function rsaPrivate(key: KeyObject, block: Uint8Array): Uint8Array {
  try {
    return Uint8Array.from(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, block))
  } catch {
    // A block that is not below the modulus.
    throw new Refusal(statusWord.wrongData)
  }
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [r, next, s, t] = [modulus, value % modulus, 0n, 1n]
  while (next !== 0n) {
    const times = r / next
    ;[r, next, s, t] = [next, r - times * next, t, s - times * t]
  }
  refuseUnless(r === 1n, statusWord.wrongData)
  return ((s % modulus) + modulus) % modulus
}

function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

function fromBase64url(text: string | undefined): Uint8Array {
  return Uint8Array.from(Buffer.from(text ?? '', 'base64url'))
}
