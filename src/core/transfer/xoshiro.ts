// Xoshiro256** by Blackman and Vigna, seeded as BCR-2020-005 says: both sides draw the same numbers from the same frame number.
// In halves of 32 bits: with BigInt a frame of a large message takes many times as long.
import { sha256 } from '@noble/hashes/sha2.js'

export interface Random {
  /** The next 64 bits, as the high and the low half. */
  next(): readonly [high: number, low: number]
  /** The next number from 0 up to 1, made as C++ and Rust make it: rounded to a double first, then divided. */
  fraction(): number
  /** The next whole number from 0 up to, and without, `count`. */
  below(count: number): number
}

export function random(seed: Uint8Array): Random {
  const view = new DataView(sha256(seed).buffer)
  const half = (index: number): number => view.getInt32(index * 4)
  let [h0, l0, h1, l1, h2, l2, h3, l3] = [half(0), half(1), half(2), half(3), half(4), half(5), half(6), half(7)]

  const next = (): readonly [number, number] => {
    const [h5, m5] = times(h1, l1, 5)
    // Rotated to the left by 7.
    const [high, low] = times((h5 << 7) | (m5 >>> 25), (m5 << 7) | (h5 >>> 25), 9)
    // Shifted to the left by 17.
    const [ht, lt] = [(h1 << 17) | (l1 >>> 15), l1 << 17]
    h2 ^= h0
    l2 ^= l0
    h3 ^= h1
    l3 ^= l1
    h1 ^= h2
    l1 ^= l2
    h0 ^= h3
    l0 ^= l3
    h2 ^= ht
    l2 ^= lt
    // Rotated to the left by 45, which is the halves exchanged and 13 more.
    ;[h3, l3] = [(l3 << 13) | (h3 >>> 19), (h3 << 13) | (l3 >>> 19)]
    return [high >>> 0, low >>> 0]
  }

  const fraction = (): number => {
    const [high, low] = next()
    return (high * 2 ** 32 + low) / 2 ** 64
  }

  return {
    next,
    fraction,
    // The largest of 2^64 values round up to 1, which would be one too many.
    below: (count) => Math.min(Math.floor(fraction() * count), count - 1),
  }
}

/** A number of 64 bits times a small one, without what overflows. */
function times(high: number, low: number, factor: number): readonly [number, number] {
  const product = (low >>> 0) * factor
  return [(Math.imul(high, factor) + Math.floor(product / 2 ** 32)) | 0, product | 0]
}
