// Public keys as minisign writes them: an Ed25519 key and the 8 bytes by which its signatures name it.
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, parseBase64, toBase64, toHex, utf8 } from '../bytes.ts'
import { AppError } from '../error.ts'
import { keyLabel, parsePublicKey, rawEd25519, spkiOfRawEd25519 } from '../key.ts'
import type { PublicKey } from '../signer.ts'
import { malformed, parseComment, parseLines, toCommentLine } from './lines.ts'

export interface MinisignPublicKey {
  /** 8 bytes, as they stand in the file; nobody signs them, they only say which key to try. */
  keyId: Uint8Array
  key: PublicKey
}

const maxBytes = 4096
export const algorithm = utf8('Ed')
export const keyIdBytes = 8

/** The two lines of a file: what it says of itself, and the key. */
export function parseMinisignPublicKey(bytes: Uint8Array, what: string): MinisignPublicKey {
  const [comment = '', line = ''] = parseLines(bytes, 2, maxBytes, what)
  parseComment(comment, what)
  return parseMinisignLine(line, what)
}

/** The one line by which a key is named on a command line or on a page: "RW..." */
export function parseMinisignLine(line: string, what: string): MinisignPublicKey {
  const bytes = parseBase64(line, `the key of ${what}`)
  if (bytes.length !== algorithm.length + keyIdBytes + 32) {
    throw malformed(`the key of ${what} has ${bytes.length} bytes where 42 are expected`)
  }
  if (!startsWith(bytes, algorithm)) {
    throw new AppError({ code: 'format/unsupported', message: `the key of ${what} is not one for Ed25519` })
  }
  const keyId = bytes.slice(2, 2 + keyIdBytes)
  return { keyId, key: parsePublicKey(spkiOfRawEd25519(bytes.subarray(2 + keyIdBytes))) }
}

export function isMinisignLine(text: string): boolean {
  return /^RW[A-Za-z0-9+/]{54}$/.test(text)
}

export function toMinisignLine({ keyId, key }: MinisignPublicKey): string {
  return toBase64(concatBytes(algorithm, keyId, rawEd25519(key)))
}

/** `note` follows the key id in the first line. */
export function toMinisignPublicKeyText(key: MinisignPublicKey, note = ''): string {
  return `${toCommentLine(`minisign public key ${keyIdText(key.keyId)}${note}`)}${toMinisignLine(key)}\n`
}

/** As minisign shows it since 0.12: a number of which the file holds the lowest byte first. Before, without zeros in front. */
export function keyIdText(keyId: Uint8Array): string {
  return toHex(keyId.toReversed()).toUpperCase()
}

/** Of a key that minisign has not named: the same on every computer on which it is used, and with every token that holds it. */
export function ownKeyId(key: PublicKey): Uint8Array {
  return sha256(rawEd25519(key)).slice(0, keyIdBytes)
}

export function verifyCanMinisign(key: PublicKey, label: string): void {
  if (key.scheme === 'ed25519') return
  throw new AppError({
    code: 'signer/unsupported',
    message: `minisign knows Ed25519 keys only, and ${label} is ${keyLabel(key)}`,
    hint: 'choose an Ed25519 key; a new one is made by: countersign keys create NAME',
  })
}

export function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, index) => bytes[index] === byte)
}
