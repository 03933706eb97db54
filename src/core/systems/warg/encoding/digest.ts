// Hashes as these messages spell them: "sha256:" and 64 digits in lower case. No other algorithm is known.
import { sha256 } from '@noble/hashes/sha2.js'
import { parseHex, toHex } from '../../../bytes.ts'
import { inQuotes } from '../../../visible.ts'
import { fault } from '../fault.ts'

const form = /^sha256:[0-9a-f]{64}$/

export function checkDigest(text: string, what: string): string {
  if (form.test(text)) return text
  const [algorithm = ''] = text.split(':')
  if (text.includes(':') && algorithm !== 'sha256') {
    const name = inQuotes(algorithm.slice(0, 24))
    throw fault('bad-hash', 'format/unsupported', `${what} is a hash of the kind “${name}”, where only sha256 is known`)
  }
  throw fault('bad-hash', 'format/malformed', `${what} is not sha256: and 64 digits in lower case`)
}

export function digestText(hash: Uint8Array): string {
  return `sha256:${toHex(hash)}`
}

/** The hash as 64 digits in lower case. */
export type Sha256 = (bytes: Uint8Array) => string

export const sha256Digits: Sha256 = (bytes) => toHex(sha256(bytes))

export function digestOf(bytes: Uint8Array, digits = sha256Digits): string {
  return `sha256:${digits(bytes)}`
}

export function bytesOfDigest(text: string, what: string): Uint8Array<ArrayBuffer> {
  return parseHex(checkDigest(text, what).slice('sha256:'.length), what)
}
