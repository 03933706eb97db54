// X.509 certificates (RFC 5280), as few as an attestation needs: written in DER and signed with a key of the card.
import { createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import { concatBytes, utf8 } from '../../core/bytes.ts'
import { derTag, parseDer, parseWholeDer, toDer, toDerInteger } from '../../core/der.ts'

const tag = {
  boolean: 0x01,
  octetString: 0x04,
  utf8String: 0x0c,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const
const explicit = (number: number) => 0xa0 | number

export interface Extension {
  oid: string
  isCritical?: boolean
  /** DER. */
  value: Uint8Array
}

export interface CertificateContent {
  /** A common name. */
  subject: string
  /** A common name, or the subject of the issuer's certificate as it stands there. */
  issuer: string | Uint8Array
  /** A private key, of which the public half is certified. */
  key: KeyObject
  /** Of the issuer. */
  signer: KeyObject
  notBefore: Date
  notAfter: Date
  extensions: readonly Extension[]
}

export function toCertificate(content: CertificateContent): Uint8Array {
  const signature = signatureOf(content.signer)
  const number = randomBytes(16)
  // Positive, and without a leading zero.
  number[0] = 0x40 | ((number[0] ?? 0) & 0x3f)
  const body = toDer(
    derTag.sequence,
    toDer(explicit(0), toDerInteger(Uint8Array.of(2))),
    toDerInteger(number),
    signature.algorithm,
    typeof content.issuer === 'string' ? toName(content.issuer) : content.issuer,
    toDer(derTag.sequence, toTime(content.notBefore), toTime(content.notAfter)),
    toName(content.subject),
    Uint8Array.from(createPublicKey(content.key).export({ format: 'der', type: 'spki' })),
    toDer(explicit(3), toDer(derTag.sequence, ...content.extensions.map(toExtension))),
  )
  const bits = Uint8Array.from(sign(signature.hash, body, content.signer))
  return toDer(derTag.sequence, body, signature.algorithm, toDer(derTag.bitString, new Uint8Array(1), bits))
}

function signatureOf(key: KeyObject): { algorithm: Uint8Array; hash: string | null } {
  if (key.asymmetricKeyType === 'ed25519')
    return { algorithm: toDer(derTag.sequence, toOid('1.3.101.112')), hash: null }
  if (key.asymmetricKeyType === 'rsa') {
    return { algorithm: toDer(derTag.sequence, toOid('1.2.840.113549.1.1.11'), toDer(derTag.null)), hash: 'sha256' }
  }
  return { algorithm: toDer(derTag.sequence, toOid('1.2.840.10045.4.3.2')), hash: 'sha256' }
}

export const caExtensions: readonly Extension[] = [
  { oid: '2.5.29.19', isCritical: true, value: toDer(derTag.sequence, toDer(tag.boolean, Uint8Array.of(0xff))) },
  // keyCertSign and cRLSign.
  { oid: '2.5.29.15', isCritical: true, value: toDer(derTag.bitString, Uint8Array.of(1, 0x06)) },
]

/** One common name. */
function toName(commonName: string): Uint8Array {
  const attribute = toDer(derTag.sequence, toOid('2.5.4.3'), toDer(tag.utf8String, utf8(commonName)))
  return toDer(derTag.sequence, toDer(tag.set, attribute))
}

function toExtension({ oid, isCritical, value }: Extension): Uint8Array {
  const critical = isCritical ? toDer(tag.boolean, Uint8Array.of(0xff)) : new Uint8Array(0)
  return toDer(derTag.sequence, toOid(oid), critical, toDer(tag.octetString, value))
}

/** Two digits of the year until 2049 (RFC 5280 4.1.2.5). */
function toTime(time: Date): Uint8Array {
  const digits = `${time.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`
  if (time.getUTCFullYear() >= 2050) return toDer(tag.generalizedTime, utf8(digits))
  return toDer(tag.utcTime, utf8(digits.slice(2)))
}

export function toOid(text: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const parts = [first * 40 + second, ...rest].map((value) => {
    const digits = [value & 0x7f]
    for (let left = value >> 7; left > 0; left >>= 7) digits.unshift(0x80 | (left & 0x7f))
    return Uint8Array.from(digits)
  })
  return toDer(derTag.oid, concatBytes(...parts))
}

/** The name of the subject, DER, as it stands in a certificate of version 3. */
export function subjectOf(certificate: Uint8Array): Uint8Array {
  const whole = parseWholeDer(certificate, derTag.sequence, 'the certificate')
  const body = parseDer(whole, 0, derTag.sequence, 'the certificate').value
  let at = parseDer(body, 0, explicit(0), 'the version').end
  at = parseDer(body, at, derTag.integer, 'the serial number').end
  for (const what of ['the algorithm', 'the issuer', 'the validity']) {
    at = parseDer(body, at, derTag.sequence, what).end
  }
  return body.slice(at, parseDer(body, at, derTag.sequence, 'the subject').end)
}
