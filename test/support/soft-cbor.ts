// CBOR for the software authenticator, written apart from the product's: it refuses what is not in CTAP2's canonical form.

export type Cbor = number | boolean | string | Uint8Array | readonly Cbor[] | CborMap
export type CborMap = Map<number | string, Cbor>

function head(major: number, value: number): number[] {
  if (value < 24) return [(major << 5) | value]
  if (value < 0x100) return [(major << 5) | 24, value]
  if (value < 0x10000) return [(major << 5) | 25, value >> 8, value & 255]
  return [(major << 5) | 26, value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
}

/** Maps are written in the order they have. */
export function cborOf(value: Cbor): Buffer {
  if (typeof value === 'number') return Buffer.from(value >= 0 ? head(0, value) : head(1, -1 - value))
  if (typeof value === 'boolean') return Buffer.from([value ? 0xf5 : 0xf4])
  if (typeof value === 'string')
    return Buffer.concat([Buffer.from(head(3, Buffer.byteLength(value))), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.from(head(2, value.length)), value])
  if (value instanceof Map) {
    const parts = [...value].flatMap(([key, entry]) => [cborOf(key), cborOf(entry)])
    return Buffer.concat([Buffer.from(head(5, value.size)), ...parts])
  }
  return Buffer.concat([Buffer.from(head(4, value.length)), ...value.map(cborOf)])
}

export function readCbor(bytes: Uint8Array): Cbor {
  let at = 0

  function item(depth: number): Cbor {
    if (depth > 4) throw new Error('too deep')
    const first = bytes[at++]
    if (first === undefined) throw new Error('cut off')
    const major = first >> 5
    if (first === 0xf4 || first === 0xf5) return first === 0xf5
    const length = count(first & 31)
    if (major === 0) return length
    if (major === 1) return -1 - length
    if (major === 2 || major === 3) {
      const part = bytes.subarray(at, at + length)
      if (part.length < length) throw new Error('cut off')
      at += length
      return major === 2 ? part.slice() : Buffer.from(part).toString()
    }
    if (major === 4) return Array.from({ length }, () => item(depth + 1))
    if (major !== 5) throw new Error(`major type ${major}`)
    const map: CborMap = new Map()
    let before: Uint8Array | undefined
    for (let left = length; left > 0; left--) {
      const start = at
      const key = item(depth + 1)
      if (typeof key !== 'number' && typeof key !== 'string') throw new Error('a key of a strange type')
      const encoded = bytes.subarray(start, at)
      if (before !== undefined && !isBefore(before, encoded)) throw new Error('keys out of order')
      before = encoded
      map.set(key, item(depth + 1))
    }
    return map
  }

  function count(info: number): number {
    if (info < 24) return info
    const size = { 24: 1, 25: 2, 26: 4 }[info]
    if (size === undefined) throw new Error('a length of a strange form')
    let value = 0
    for (const byte of bytes.subarray(at, at + size)) value = value * 256 + byte
    at += size
    if (value < (size === 1 ? 24 : 2 ** (4 * size))) throw new Error('longer than necessary')
    return value
  }

  const value = item(0)
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes too many`)
  return value
}

/** CTAP2: major type first, then the shorter, then byte by byte. */
function isBefore(a: Uint8Array, b: Uint8Array): boolean {
  const types = ((a[0] ?? 0) >> 5) - ((b[0] ?? 0) >> 5)
  return types < 0 || (types === 0 && (a.length < b.length || (a.length === b.length && Buffer.compare(a, b) < 0)))
}
