// Strict DER: definite, minimal lengths, single-byte tags. Just enough for public keys and ECDSA signatures.
import { concatBytes } from './bytes.ts'
import { AppError } from './error.ts'

export const derTag = { integer: 0x02, bitString: 0x03, null: 0x05, oid: 0x06, sequence: 0x30 } as const

export interface DerElement {
  /** The content, a view of the input. */
  value: Uint8Array
  /** Where the next element begins. */
  end: number
}

export function malformed(message: string): never {
  throw new AppError({ code: 'format/malformed', message })
}

/** The element of this tag at this place. */
export function parseDer(bytes: Uint8Array, at: number, tag: number, what: string): DerElement {
  const found = bytes[at]
  const first = bytes[at + 1]
  if (found === undefined || first === undefined) return malformed(`${what} is cut off`)
  if (found !== tag) return malformed(`${what} has tag ${found} where ${tag} is expected`)
  if (first === 0x80) return malformed(`${what} has an indefinite length`)
  let start = at + 2
  let length = first
  if (first > 0x80) {
    const count = first & 0x7f
    // Two bytes of length reach 64 KiB, more than any key or signature.
    if (count > 2) return malformed(`${what} is too long`)
    if (start + count > bytes.length) return malformed(`${what} is cut off`)
    length = 0
    for (const byte of bytes.subarray(start, start + count)) length = length * 256 + byte
    if (length < 0x80 || (count === 2 && length < 0x100)) return malformed(`${what} has a length that is not minimal`)
    start += count
  }
  const end = start + length
  if (end > bytes.length) return malformed(`${what} is cut off`)
  return { value: bytes.subarray(start, end), end }
}

/** The element that fills the input to its last byte. */
export function parseWholeDer(bytes: Uint8Array, tag: number, what: string): Uint8Array {
  const element = parseDer(bytes, 0, tag, what)
  if (element.end !== bytes.length) return malformed(`${what} is followed by ${bytes.length - element.end} more bytes`)
  return element.value
}

/** The magnitude of a positive integer, without the sign byte. */
export function parsePositiveInteger(value: Uint8Array, what: string): Uint8Array {
  const [first, second] = value
  if (first === undefined) return malformed(`${what} is empty`)
  if (first >= 0x80) return malformed(`${what} is negative`)
  if (first === 0 && second === undefined) return malformed(`${what} is zero`)
  if (first === 0 && second !== undefined && second < 0x80) return malformed(`${what} has a leading zero`)
  return first === 0 ? value.subarray(1) : value
}

export function toDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const value = concatBytes(...parts)
  const n = value.length
  const head = n < 0x80 ? [tag, n] : n < 0x100 ? [tag, 0x81, n] : [tag, 0x82, n >> 8, n & 0xff]
  return concatBytes(Uint8Array.from(head), value)
}

/** A positive integer from its big-endian bytes, leading zeros allowed. */
export function toDerInteger(magnitude: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = magnitude.findIndex((byte) => byte !== 0)
  if (start < 0) return toDer(derTag.integer, new Uint8Array(1))
  const digits = magnitude.subarray(start)
  const needsSign = (digits[0] ?? 0) >= 0x80
  return toDer(derTag.integer, needsSign ? new Uint8Array(1) : new Uint8Array(0), digits)
}
