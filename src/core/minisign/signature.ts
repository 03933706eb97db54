// A signature of minisign: four lines, of which the first is signed by nobody.
import { concatBytes, isEqualBytes, parseBase64, toBase64, utf8 } from '../bytes.ts'
import { AppError } from '../error.ts'
import {
  malformed,
  parseComment,
  parseLines,
  parseTrustedComment,
  toCommentLine,
  toTrustedCommentLine,
} from './lines.ts'
import { algorithm, keyIdBytes } from './public-key.ts'

/** What the first signature is of: a hash of the file, or as it was at first the file itself. */
export type Form = 'prehashed' | 'legacy'

export interface MinisignSignature {
  form: Form
  /** Not signed, like `form` and `comment`. */
  keyId: Uint8Array
  comment: string
  /** Of the file. */
  signature: Uint8Array
  trustedComment: string
  /** Of the signature and the trusted comment. */
  globalSignature: Uint8Array
}

const algorithms: Readonly<Record<Form, Uint8Array>> = { prehashed: utf8('ED'), legacy: algorithm }
const signatureBytes = 64
/** Four lines of the greatest length have less. */
export const maxSignatureFileBytes = 10_240

export function parseMinisignSignature(bytes: Uint8Array, what: string): MinisignSignature {
  const [first = '', second = '', third = '', fourth = ''] = parseLines(bytes, 4, maxSignatureFileBytes, what)
  const comment = parseComment(first, what)
  const signed = parseBase64(second, `the signature of ${what}`)
  const trustedComment = parseTrustedComment(third, what)
  const globalSignature = parseBase64(fourth, `the global signature of ${what}`)
  if (signed.length !== 2 + keyIdBytes + signatureBytes || globalSignature.length !== signatureBytes) {
    throw malformed(
      `the signatures of ${what} have ${signed.length} and ${globalSignature.length} bytes where 74 and 64 are expected`,
    )
  }
  const keyId = signed.slice(2, 2 + keyIdBytes)
  const form = formOf(signed.subarray(0, 2), what)
  return { form, keyId, comment, signature: signed.slice(2 + keyIdBytes), trustedComment, globalSignature }
}

function formOf(bytes: Uint8Array, what: string): Form {
  if (isEqualBytes(bytes, algorithms.prehashed)) return 'prehashed'
  if (isEqualBytes(bytes, algorithms.legacy)) return 'legacy'
  throw new AppError({ code: 'format/unsupported', message: `${what} is signed in a way that is not known here` })
}

export function toMinisignSignatureText(one: MinisignSignature): string {
  const signed = toBase64(concatBytes(algorithms[one.form], one.keyId, one.signature))
  return [
    `${toCommentLine(one.comment)}${signed}\n`,
    `${toTrustedCommentLine(one.trustedComment)}${toBase64(one.globalSignature)}\n`,
  ].join('')
}

/** What the global signature is of. */
export function globalMessage(signature: Uint8Array, trustedComment: string): Uint8Array {
  return concatBytes(signature, utf8(trustedComment))
}
