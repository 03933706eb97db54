// BER-TLV as PIV objects and answers use it: tags of one or two bytes, lengths below 64 KiB, no indefinite length.
import { concatSecret } from '../../core/secret.ts'
import { garbled } from './apdu.ts'

export interface Tlv {
  tag: number
  /** A view of the input. */
  value: Uint8Array
}

/** The elements that fill the input to its last byte. */
export function parseTlvs(bytes: Uint8Array, what: string): Tlv[] {
  const found: Tlv[] = []
  let at = 0
  while (at < bytes.length) {
    let tag = byteAt(bytes, at++, what)
    // Low five bits all set: the tag goes on in the next byte. No PIV tag has three.
    if ((tag & 0x1f) === 0x1f) {
      const second = byteAt(bytes, at++, what)
      if (second >= 0x80) throw garbled(`${what} has a tag of more than two bytes`)
      tag = (tag << 8) | second
    }
    let length = byteAt(bytes, at++, what)
    if (length >= 0x80) {
      const count = length & 0x7f
      if (count < 1 || count > 2) throw garbled(`${what} has a length of ${count} bytes where 1 or 2 are allowed`)
      // Other programs write objects with lengths that are not minimal: BER allows it.
      length = byteAt(bytes, at++, what)
      if (count === 2) length = (length << 8) | byteAt(bytes, at++, what)
    }
    if (at + length > bytes.length) throw garbled(`${what} is cut off`)
    found.push({ tag, value: bytes.subarray(at, at + length) })
    at += length
  }
  return found
}

/** By tag; an answer that says a thing twice says nothing. */
export function parseTlvMap(bytes: Uint8Array, what: string): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>()
  for (const { tag, value } of parseTlvs(bytes, what)) {
    if (found.has(tag)) throw garbled(`${what} holds tag ${hexTag(tag)} twice`)
    found.set(tag, value)
  }
  return found
}

/** The value of the one element that fills the input. */
export function parseWholeTlv(bytes: Uint8Array, tag: number, what: string): Uint8Array {
  const [first, ...others] = parseTlvs(bytes, what)
  if (first === undefined) throw garbled(`${what} is empty`)
  if (others.length > 0) throw garbled(`${what} holds ${1 + others.length} elements where 1 is expected`)
  if (first.tag !== tag) throw garbled(`${what} has tag ${hexTag(first.tag)} where ${hexTag(tag)} is expected`)
  return first.value
}

export function toTlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const tagBytes = tag > 0xff ? [tag >> 8, tag & 0xff] : [tag]
  const lengthBytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return concatSecret(Uint8Array.of(...tagBytes, ...lengthBytes), ...parts)
}

function byteAt(bytes: Uint8Array, at: number, what: string): number {
  const byte = bytes[at]
  if (byte === undefined) throw garbled(`${what} is cut off`)
  return byte
}

function hexTag(tag: number): string {
  return tag.toString(16).padStart(2, '0')
}
