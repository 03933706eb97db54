// How deep a text is nested, before a decoder that calls itself for each level gets to see it. What is malformed is for that
// decoder to say.

export function jsonDepth(bytes: Uint8Array): number {
  let [depth, deepest, inText] = [0, 0, false]
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (inText) {
      if (byte === 0x5c) at++
      else if (byte === 0x22) inText = false
    } else if (byte === 0x22) inText = true
    else if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (byte === 0x5d || byte === 0x7d) depth--
  }
  return deepest
}

export function cborDepth(bytes: Uint8Array): number {
  /** How many items each open list or map still waits for. */
  const open: number[] = []
  let deepest = 0
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at++] ?? 0
    const [major, info] = [first >> 5, first & 31]
    if (info > 27) return deepest
    let value = info
    if (info >= 24) {
      value = 0
      for (let count = 1 << (info - 24); count > 0; count--) value = value * 256 + (bytes[at++] ?? 0)
    }
    if (major === 2 || major === 3) at += value
    if (major === 4 || major === 5) {
      open.push(major === 4 ? value : 2 * value)
      deepest = Math.max(deepest, open.length)
    } else if (major !== 6 && open.length > 0) open.push((open.pop() ?? 0) - 1)
    while (open.at(-1) === 0) {
      open.pop()
      if (open.length > 0) open.push((open.pop() ?? 0) - 1)
    }
  }
  return deepest
}
