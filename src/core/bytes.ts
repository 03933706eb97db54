// Bytes and their spellings: hex, base64, UTF-8. Decoders are strict; encoders cannot fail.
import { AppError } from './error.ts'

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text)
}

/** Text of well-formed UTF-8; a byte order mark stays in the text, where parsers refuse it. */
export function parseUtf8(bytes: Uint8Array, what: string): string {
  try {
    return strictDecoder.decode(bytes)
  } catch (cause) {
    throw new AppError({ code: 'format/malformed', message: `${what} is not valid UTF-8`, cause })
  }
}

const hexDigits = '0123456789abcdef'
const hexOfByte: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => hexDigits.charAt(byte >> 4) + hexDigits.charAt(byte & 15),
)

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += hexOfByte[byte]
  return text
}

/** Value of a hexadecimal digit by its character code; 255 for every other character. */
const valueOfDigit = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? 255 : value
})

export function parseHex(text: string, what: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length >> 1)
  let isHex = text.length % 2 === 0
  for (let i = 0; isHex && i < bytes.length; i++) {
    const high = valueOfDigit[text.charCodeAt(2 * i)] ?? 255
    const low = valueOfDigit[text.charCodeAt(2 * i + 1)] ?? 255
    isHex = high < 16 && low < 16
    bytes[i] = (high << 4) | low
  }
  if (!isHex) throw new AppError({ code: 'format/malformed', message: `${what} is not hexadecimal` })
  return bytes
}

const digits64 = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const padding = 0x3d

/** By a table: by way of a string of characters it is seconds for a document of 20 MB. */
export function toBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(4 * Math.ceil(bytes.length / 3))
  for (let at = 0, to = 0; at < bytes.length; at += 3, to += 4) {
    const three = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text[to] = digits64[three >> 18] ?? 0
    text[to + 1] = digits64[(three >> 12) & 63] ?? 0
    text[to + 2] = at + 1 < bytes.length ? (digits64[(three >> 6) & 63] ?? 0) : padding
    text[to + 3] = at + 2 < bytes.length ? (digits64[three & 63] ?? 0) : padding
  }
  return new TextDecoder().decode(text)
}

/** Standard alphabet, padded, no white space, no stray bits: one text for one value. */
export function parseBase64(text: string, what: string): Uint8Array<ArrayBuffer> {
  let binary: string
  try {
    binary = atob(text)
  } catch (cause) {
    throw new AppError({ code: 'format/malformed', message: `${what} is not base64`, cause })
  }
  if (btoa(binary) !== text) {
    throw new AppError({ code: 'format/malformed', message: `${what} is not canonical base64` })
  }
  // A plain loop: a function called for each character is seconds for a document of 20 MB.
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at)
  return bytes
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** A plain loop: a function called for each of 150 million bytes is seconds. */
export function isAscii(bytes: Uint8Array): boolean {
  let seen = 0
  for (let i = 0; i < bytes.length; i++) seen |= bytes[i] as number
  return seen < 0x80
}

export function isEqualBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let at = 0
  if (a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0) {
    // Four at a time: these may be documents of 150 MB.
    const words = a.length >> 2
    const [x, y] = [new Int32Array(a.buffer, a.byteOffset, words), new Int32Array(b.buffer, b.byteOffset, words)]
    for (let i = 0; i < words; i++) if (x[i] !== y[i]) return false
    at = words * 4
  }
  for (; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}
