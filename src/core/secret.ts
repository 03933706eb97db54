// Room for a secret. A small array lies within the heap of the language, whose collector moves things and leaves what was
// there behind: zeroing it would leave copies. One with a buffer of its own lies outside, once, and zeroing it is the end of it.

export function secretBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length))
}

/** Zeroes nothing of the caller's. */
export function concatSecret(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = secretBytes(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
