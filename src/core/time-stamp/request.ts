// What is carried to an authority for time stamps (RFC 3161, 2.4.1), and what comes back.
import { concatBytes, parseHex } from '../bytes.ts'
import { sha256 } from '../crypto.ts'
import { derTag, toDer, toDerInteger } from '../der.ts'
import { AppError } from '../error.ts'
import { DerReader, tags } from './der-reader.ts'
import { oids } from './oids.ts'

/** The authority's certificate is asked for: whoever verifies has nothing else. `nonce`: so many random bytes. */
export async function stampRequest(message: Uint8Array, nonce: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const algorithm = toDer(derTag.sequence, toDer(derTag.oid, parseHex(oids.sha256, 'oid')), toDer(derTag.null))
  const imprint = toDer(derTag.sequence, algorithm, toDer(tags.octetString, await sha256(message)))
  const certificate = toDer(tags.boolean, Uint8Array.of(0xff))
  return toDer(derTag.sequence, toDerInteger(Uint8Array.of(1)), imprint, toDerInteger(nonce), certificate)
}

/** The token itself, from what an authority answers or from what was taken out of that. */
export function tokenIn(bytes: Uint8Array, what: string): Uint8Array {
  const whole = new DerReader(bytes, what)
  const body = whole.inside(tags.sequence)
  whole.end()
  // A token begins with the name of its content, an answer with its status.
  if (body.takeIf(tags.oid) !== undefined) return bytes
  const status = body.inside(tags.sequence).take(tags.integer)
  if (status.length !== 1 || (status[0] ?? 2) > 1) {
    throw new AppError({
      code: 'source/rejected',
      message: `${what} is a refusal of the authority, status ${status.join('.')}`,
      hint: 'ask the authority why; make the request anew with --request',
    })
  }
  const token = concatBytes(body.takeWhole(tags.sequence))
  body.end()
  return token
}
