// The second opinion on Ed25519 is that of the library on whose arithmetic it is formed, also on signatures made to divide them.
import { createHash } from 'node:crypto'
import { Point, signAsync, verifyAsync } from '@noble/ed25519'
import { expect, test } from 'vitest'
import { concatBytes, parseHex, utf8 } from '../../src/core/bytes.ts'
import { isSignedBy } from '../../src/core/second-opinion.ts'

const order = Point.CURVE().n
const message = utf8('a root')
const toBytes = (n: bigint, length = 32): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => Number((n >> BigInt(8 * at)) & 255n))
const toNumber = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

async function verdict(raw: Uint8Array, text: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const theirs = await verifyAsync(signature, text, raw, { zip215: false })
  expect(await isSignedBy(raw, text, signature)).toBe(theirs)
  return theirs
}

const [secret, nonce] = [123456789n, 987654321n]

interface Signed {
  raw: Uint8Array
  signature: Uint8Array
}

/** By hand, so that points of small order can be added to the key and to the commitment. */
function crafted(toKey = Point.ZERO, toCommitment = Point.ZERO): Signed {
  const raw = Point.BASE.multiply(secret).add(toKey).toBytes()
  const commitment = Point.BASE.multiply(nonce).add(toCommitment).toBytes()
  const hash = createHash('sha512')
    .update(concatBytes(commitment, raw, message))
    .digest()
  const challenge = toNumber(hash) % order
  return { raw, signature: concatBytes(commitment, toBytes((nonce + challenge * secret) % order)) }
}

// All points whose order divides eight: multiples of one of order eight.
const eighth = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')
const small = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n].map((times) => eighth.multiplyUnsafe(times))

test('of good signatures, and of those of another message or key', async () => {
  const seeds = [1, 2, 3, 4].map((byte) => new Uint8Array(32).fill(byte))
  const keys = await Promise.all(seeds.map(async (seed) => Point.BASE.multiply(await scalarOf(seed)).toBytes()))
  for (const [at, seed] of seeds.entries()) {
    for (const text of [utf8(''), message, new Uint8Array(100_000)]) {
      const signature = await signAsync(text, seed)
      for (const [other, raw] of keys.entries()) expect(await verdict(raw, text, signature)).toBe(other === at)
      expect(await verdict(keys[at] ?? seed, utf8('another'), signature)).toBe(false)
    }
  }
})

async function scalarOf(seed: Uint8Array): Promise<bigint> {
  const half = new Uint8Array(createHash('sha512').update(seed).digest().subarray(0, 32))
  half[0] = (half[0] ?? 0) & 248
  half[31] = ((half[31] ?? 0) & 127) | 64
  return toNumber(half) % order
}

// RFC 8032, section 7.1, test 2.
test('of the published signature', async () => {
  const raw = parseHex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'key')
  const signature = parseHex(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    'signature',
  )
  expect(await verdict(raw, parseHex('72', 'message'), signature)).toBe(true)
})

test('where one bit of a signature or a key is another one', async () => {
  const { raw, signature } = crafted()
  expect(await verdict(raw, message, signature)).toBe(true)
  const flipped = (bytes: Uint8Array, bit: number) =>
    bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
  for (let bit = 0; bit < 512; bit += 7) expect(await verdict(raw, message, flipped(signature, bit))).toBe(false)
  for (let bit = 0; bit < 256; bit += 7) expect(await verdict(flipped(raw, bit), message, signature)).toBe(false)
})

test('where points of small order were added: both take them away again', async () => {
  expect(small.every((point) => point.isSmallOrder())).toBe(true)
  const verdicts: boolean[] = []
  for (const toKey of small) {
    for (const toCommitment of small) {
      const { raw, signature } = crafted(toKey, toCommitment)
      verdicts.push(await verdict(raw, message, signature))
    }
  }
  expect(verdicts).toHaveLength(64)
  expect(verdicts.every((is) => is)).toBe(true)
})

test('of keys and commitments that are themselves of small order', async () => {
  for (const key of small) {
    for (const commitment of small)
      expect(await verdict(key.toBytes(), message, concatBytes(commitment.toBytes(), toBytes(0n)))).toBe(false)
  }
})

test('of numbers and points that are spelled a second time', async () => {
  const { raw, signature } = crafted()
  const [r, s] = [signature.subarray(0, 32), toNumber(signature.subarray(32))]
  for (let more = order; s + more < 2n ** 256n; more += order)
    expect(await verdict(raw, message, concatBytes(r, toBytes(s + more)))).toBe(false)
  expect(await verdict(raw, message, concatBytes(r, toBytes(order)))).toBe(false)
  const prime = 2n ** 255n - 19n
  // The neutral point, spelled as it is, and in the ways that only a tolerant reader takes.
  for (const spelling of [1n, prime + 1n, 1n + (1n << 255n), prime + 1n + (1n << 255n)]) {
    const commitment = toBytes(spelling)
    const hash = createHash('sha512')
      .update(concatBytes(commitment, raw, message))
      .digest()
    const fitting = toBytes(((toNumber(hash) % order) * secret) % order)
    expect(await verdict(raw, message, concatBytes(commitment, fitting))).toBe(spelling === 1n)
  }
  for (let y = 0n; y < 19n; y++) {
    for (const sign of [0n, 1n]) {
      const spelled = toBytes(prime + y + (sign << 255n))
      expect(await verdict(spelled, message, signature)).toBe(false)
      expect(await verdict(raw, message, concatBytes(spelled, signature.subarray(32)))).toBe(false)
    }
  }
})
