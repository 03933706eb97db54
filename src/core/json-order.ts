// The order of members in canonical JSON, on bytes: where keys stand, not what they mean.

/** Order of two canonical strings by code point, which is the order of their UTF-8 bytes without the escapes. */
export function compareKeys(bytes: Uint8Array, aStart: number, aEnd: number, bStart: number, bEnd: number): number {
  let a = aStart + 1
  let b = bStart + 1
  const aLast = aEnd - 1
  const bLast = bEnd - 1
  while (a < aLast && b < bLast) {
    let x = bytes[a] as number
    let y = bytes[b] as number
    if (x === 0x5c) x = bytes[++a] as number
    if (y === 0x5c) y = bytes[++b] as number
    if (x !== y) return x - y
    a++
    b++
  }
  return a < aLast ? 1 : b < bLast ? -1 : 0
}

export function joinMembers(
  bytes: Uint8Array,
  parts: readonly { start: number; end: number }[],
): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, part) => sum + part.end - part.start + 1, 1)
  const joined = new Uint8Array(size)
  let at = 0
  joined[at++] = 0x7b
  for (const [i, part] of parts.entries()) {
    if (i > 0) joined[at++] = 0x2c
    joined.set(bytes.subarray(part.start, part.end), at)
    at += part.end - part.start
  }
  joined[at] = 0x7d
  return joined
}
