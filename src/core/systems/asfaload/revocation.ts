// The revocation of one file: by digest, so that it says exactly which bytes nobody should use any more.
import { parseHex } from '../../bytes.ts'
import { malformed, parseObject, textOf, unsupported } from './document.ts'
import { parseKeyText, type SignerKey } from './keys.ts'
import { type Moment, parseMoment } from './moment.ts'
import { maxBytes } from './names.ts'

export interface Revocation {
  timestamp: Moment
  /** SHA-512 of the file, hex. */
  digest: string
  initiator: SignerKey
}

export function parseRevocation(bytes: Uint8Array, what: string): Revocation {
  const { value } = parseObject(bytes, what, maxBytes.revocation)
  const subject = textOf(value.subject_digest, `${what}: subject_digest`)
  const [, algorithm = '', digest = ''] = /^(\w+):([0-9a-f]+)$/i.exec(subject) ?? []
  if (digest === '') throw malformed(what, 'subject_digest is no digest such as sha512:..')
  if (algorithm !== 'sha512') throw unsupported(what, `subject_digest is a ${algorithm}, and only sha512 is known`)
  if (parseHex(digest, what).length !== 64) throw malformed(what, 'subject_digest has not the length of a SHA-512')
  return {
    timestamp: parseMoment(textOf(value.timestamp, `${what}: timestamp`), `${what}: timestamp`),
    digest: digest.toLowerCase(),
    initiator: parseKeyText(textOf(value.initiator, `${what}: initiator`), `${what}: initiator`),
  }
}
