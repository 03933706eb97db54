// BER-TLV as PIV uses it: what the card answers, and what it is given. Anything odd is 6A80.
import { concatBytes } from '../../core/bytes.ts'
import { Refusal, statusWord } from './status.ts'

export function toTlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const value = concatBytes(...parts)
  const n = value.length
  const tagBytes = tag > 0xff ? [tag >> 8, tag & 0xff] : [tag]
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff]
  return concatBytes(Uint8Array.from([...tagBytes, ...length]), value)
}

export interface Tlv {
  tag: number
  value: Uint8Array
}

/** All of them, one after the other, in their order. Tags of one or two bytes. */
export function parseTlvs(bytes: Uint8Array): Tlv[] {
  const found: Tlv[] = []
  let at = 0
  const next = () => {
    const byte = bytes[at++]
    if (byte === undefined) throw new Refusal(statusWord.wrongData)
    return byte
  }
  while (at < bytes.length) {
    let tag = next()
    if ((tag & 0x1f) === 0x1f) tag = (tag << 8) | next()
    let length = next()
    if (length > 0x82 || length === 0x80) throw new Refusal(statusWord.wrongData)
    if (length === 0x81) length = next()
    else if (length === 0x82) length = (next() << 8) | next()
    if (at + length > bytes.length) throw new Refusal(statusWord.wrongData)
    found.push({ tag, value: bytes.subarray(at, at + length) })
    at += length
  }
  return found
}

/** By tag; a tag that comes twice is refused. */
export function parseTlvMap(bytes: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>()
  for (const { tag, value } of parseTlvs(bytes)) {
    if (found.has(tag)) throw new Refusal(statusWord.wrongData)
    found.set(tag, value)
  }
  return found
}

/** The value of the one element that fills the bytes. */
export function parseOnlyTlv(bytes: Uint8Array, tag: number): Uint8Array {
  const [first, ...more] = parseTlvs(bytes)
  if (first === undefined || first.tag !== tag || more.length > 0) throw new Refusal(statusWord.wrongData)
  return first.value
}
