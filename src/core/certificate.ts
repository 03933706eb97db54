// X.509 certificates of tokens, of their vendors and of authorities for time stamps (RFC 5280), read strictly: one DER
// structure, no trailing bytes, no extension twice. Just enough to follow a chain of signatures; what a certificate claims is
// judged by those who read it.
import { isEqualBytes, parseBase64, toHex } from './bytes.ts'
import { derTag, malformed, parseDer, parseWholeDer } from './der.ts'
import { p1363FromDer } from './ecdsa-signature.ts'
import { AppError } from './error.ts'
import { parseSpki } from './spki.ts'

type Bytes = Uint8Array<ArrayBuffer>

export interface Certificate {
  der: Uint8Array
  /** Names as DER: equal names have equal bytes here, as both were written by the same authority. */
  subject: Uint8Array
  issuer: Uint8Array
  /** Content of the INTEGER. */
  serial: Uint8Array
  notBefore: Date
  notAfter: Date
  spki: Uint8Array
  /** By the content of the object identifier, in hex. */
  extensions: ReadonlyMap<string, Extension>
  /** What the signature is over. */
  signed: Uint8Array
  /** Content of the AlgorithmIdentifier. */
  signatureAlgorithm: Uint8Array
  signature: Uint8Array
}

export interface Extension {
  critical: boolean
  value: Uint8Array
}

const tag = {
  boolean: 0x01,
  octetString: 0x04,
  utcTime: 0x17,
  generalizedTime: 0x18,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
}
const nameTags: ReadonlySet<number> = new Set([0x0c, 0x13, 0x16]) // UTF8String, PrintableString, IA5String
const commonNameOid = '550403'
const maxCertificateBytes = 16_384

export function parseCertificate(der: Uint8Array, what: string): Certificate {
  if (der.length > maxCertificateBytes) malformed(`${what} has more than ${maxCertificateBytes} bytes`)
  const whole = parseWholeDer(der, derTag.sequence, what)
  const tbs = parseDer(whole, 0, derTag.sequence, what)
  const algorithm = parseDer(whole, tbs.end, derTag.sequence, `the algorithm of ${what}`)
  const signature = parseDer(whole, algorithm.end, derTag.bitString, `the signature of ${what}`)
  if (signature.end !== whole.length) malformed(`${what} holds more than a certificate`)
  if (signature.value[0] !== 0) malformed(`the signature of ${what} does not end at a byte`)

  const body = tbs.value
  const version = parseDer(body, 0, tag.version, `the version of ${what}`)
  if (!isEqualBytes(version.value, Uint8Array.of(2, 1, 2))) malformed(`${what} is not of version 3`)
  const serial = parseDer(body, version.end, derTag.integer, `the serial number of ${what}`)
  const inner = parseDer(body, serial.end, derTag.sequence, `the algorithm of ${what}`)
  if (!isEqualBytes(inner.value, algorithm.value)) malformed(`${what} names two signature algorithms`)
  const issuer = parseDer(body, inner.end, derTag.sequence, `the issuer of ${what}`)
  const validity = parseDer(body, issuer.end, derTag.sequence, `the validity of ${what}`)
  const from = parseTime(validity.value, 0, what)
  const until = parseTime(validity.value, from.end, what)
  if (until.end !== validity.value.length) malformed(`the validity of ${what} is not two times`)
  const subject = parseDer(body, validity.end, derTag.sequence, `the subject of ${what}`)
  const spki = parseDer(body, subject.end, derTag.sequence, `the key of ${what}`)
  return {
    der,
    issuer: body.subarray(inner.end, issuer.end),
    serial: serial.value,
    subject: body.subarray(validity.end, subject.end),
    notBefore: from.time,
    notAfter: until.time,
    spki: body.subarray(subject.end, spki.end),
    extensions: parseExtensions(body, spki.end, what),
    signed: whole.subarray(0, tbs.end),
    signatureAlgorithm: algorithm.value,
    signature: signature.value.subarray(1),
  }
}

function parseTime(bytes: Uint8Array, at: number, what: string): { time: Date; end: number } {
  const isShort = bytes[at] === tag.utcTime
  const { value, end } = parseDer(bytes, at, isShort ? tag.utcTime : tag.generalizedTime, `a time of ${what}`)
  const text = String.fromCharCode(...value)
  if (!(isShort ? /^\d{12}Z$/ : /^\d{14}Z$/).test(text)) malformed(`a time of ${what} is not a UTC time`)
  // RFC 5280 4.1.2.5.1: two digits of a year mean 1950 to 2049.
  const full = isShort ? `${Number(text.slice(0, 2)) >= 50 ? '19' : '20'}${text}` : text
  const iso = full.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6.000Z')
  const time = new Date(iso)
  if (Number.isNaN(time.getTime()) || time.toISOString() !== iso) malformed(`a time of ${what} is not a time`)
  return { time, end }
}

function parseExtensions(body: Uint8Array, at: number, what: string): Map<string, Extension> {
  const found = new Map<string, Extension>()
  if (at === body.length) return found
  const outer = parseDer(body, at, tag.extensions, `the extensions of ${what}`)
  if (outer.end !== body.length) malformed(`${what} holds more than its extensions`)
  const list = parseWholeDer(outer.value, derTag.sequence, `the extensions of ${what}`)
  for (let next = 0; next < list.length; ) {
    const entry = parseDer(list, next, derTag.sequence, `an extension of ${what}`)
    next = entry.end
    const oid = parseDer(entry.value, 0, derTag.oid, `an extension of ${what}`)
    const name = toHex(oid.value)
    let { end } = oid
    let critical = false
    if (entry.value[end] === tag.boolean) {
      const flag = parseDer(entry.value, end, tag.boolean, `an extension of ${what}`)
      critical = parseBoolean(flag.value, `an extension of ${what}`)
      end = flag.end
    }
    const value = parseDer(entry.value, end, tag.octetString, `an extension of ${what}`)
    if (value.end !== entry.value.length) malformed(`an extension of ${what} holds more than its value`)
    if (found.has(name)) malformed(`${what} has the same extension twice`)
    found.set(name, { critical, value: value.value })
  }
  return found
}

function parseBoolean(value: Uint8Array, what: string): boolean {
  if (value.length !== 1 || (value[0] !== 0 && value[0] !== 0xff)) malformed(`${what} has a flag that is neither`)
  return value[0] === 0xff
}

/** The one common name in a subject or issuer; undefined when there is none, or more than one. */
export function commonName(name: Uint8Array): string | undefined {
  const found: string[] = []
  const list = parseWholeDer(name, derTag.sequence, 'the name')
  for (let at = 0; at < list.length; ) {
    const set = parseDer(list, at, tag.set, 'the name')
    at = set.end
    for (let next = 0; next < set.value.length; ) {
      const pair = parseDer(set.value, next, derTag.sequence, 'the name')
      next = pair.end
      const oid = parseDer(pair.value, 0, derTag.oid, 'the name')
      const kind = pair.value[oid.end] ?? 0
      const text = parseDer(pair.value, oid.end, kind, 'the name')
      if (toHex(oid.value) !== commonNameOid) continue
      if (!nameTags.has(kind)) return undefined
      found.push(new TextDecoder().decode(text.value))
    }
  }
  return found.length === 1 ? found[0] : undefined
}

export interface BasicConstraints {
  isCa: boolean
  /** How many authorities may stand below this one. */
  maxBelow?: number
}

/** Undefined when the certificate does not say (RFC 5280 4.2.1.9). */
export function basicConstraints(certificate: Certificate, what: string): BasicConstraints | undefined {
  const extension = certificate.extensions.get('551d13')
  if (extension === undefined) return undefined
  const body = parseWholeDer(extension.value, derTag.sequence, `the constraints of ${what}`)
  if (body.length === 0) return { isCa: false }
  const flag = parseDer(body, 0, tag.boolean, `the constraints of ${what}`)
  const isCa = parseBoolean(flag.value, `the constraints of ${what}`)
  if (flag.end === body.length) return { isCa }
  const limit = parseDer(body, flag.end, derTag.integer, `the constraints of ${what}`)
  const [maxBelow] = limit.value
  if (limit.end !== body.length || limit.value.length !== 1 || maxBelow === undefined || maxBelow > 127) {
    return malformed(`the constraints of ${what} are not constraints`)
  }
  return { isCa, maxBelow }
}

/** True also when the certificate does not limit the use of its key (RFC 5280 4.2.1.3, keyCertSign). */
export function mayIssue(certificate: Certificate, what: string): boolean {
  const extension = certificate.extensions.get('551d0f')
  if (extension === undefined) return true
  const bits = parseWholeDer(extension.value, derTag.bitString, `the key usage of ${what}`)
  return ((bits[1] ?? 0) & 0b0000_0100) !== 0
}

interface SignatureKind {
  family: 'rsa' | 'ecdsa'
  hash: 'SHA-256' | 'SHA-384' | 'SHA-512'
}

/** AlgorithmIdentifiers by their content: RSA with the NULL of RFC 4055, ECDSA without parameters (RFC 5758). */
const signatureKinds: ReadonlyMap<string, SignatureKind> = new Map([
  ['06092a864886f70d01010b0500', { family: 'rsa', hash: 'SHA-256' }],
  ['06092a864886f70d01010c0500', { family: 'rsa', hash: 'SHA-384' }],
  ['06092a864886f70d01010d0500', { family: 'rsa', hash: 'SHA-512' }],
  ['06082a8648ce3d040302', { family: 'ecdsa', hash: 'SHA-256' }],
  ['06082a8648ce3d040303', { family: 'ecdsa', hash: 'SHA-384' }],
  ['06082a8648ce3d040304', { family: 'ecdsa', hash: 'SHA-512' }],
])

/** Whether the signature on `certificate` was made with the key in `spki`. */
export async function isSignedBy(certificate: Certificate, spki: Uint8Array, what: string): Promise<boolean> {
  const kind = signatureKinds.get(toHex(certificate.signatureAlgorithm))
  if (kind === undefined) {
    throw new AppError({ code: 'format/unsupported', message: `${what} is signed in a way that is not known here` })
  }
  const { scheme } = parseSpki(spki)
  const { family, hash } = kind
  const [key, data, signature] = [spki as Bytes, certificate.signed as Bytes, certificate.signature as Bytes]
  if (scheme === 'rsa-pss-sha256') {
    if (family !== 'rsa') return false
    const rsa = await crypto.subtle.importKey('spki', key, { name: 'RSASSA-PKCS1-v1_5', hash }, false, ['verify'])
    return crypto.subtle.verify('RSASSA-PKCS1-v1_5', rsa, signature, data)
  }
  if (scheme === 'ed25519' || family !== 'ecdsa') return false
  const size = scheme === 'ecdsa-p256-sha256' ? 32 : 48
  const curve = size === 32 ? 'P-256' : 'P-384'
  const ec = await crypto.subtle.importKey('spki', key, { name: 'ECDSA', namedCurve: curve }, false, ['verify'])
  const raw = rawOrUndefined(certificate.signature, size)
  return raw !== undefined && crypto.subtle.verify({ name: 'ECDSA', hash }, ec, raw, data)
}

function rawOrUndefined(der: Uint8Array, size: 32 | 48): Bytes | undefined {
  try {
    return p1363FromDer(der, size)
  } catch (error) {
    // Not a signature at all: a verdict on it, not a failure of ours.
    if (error instanceof AppError && error.code === 'format/malformed') return undefined
    throw error
  }
}

const maxBlocks = 64

/** The certificates of a PEM file; text between the blocks is comment, any other kind of block is refused. */
export function parseCertificatesPem(text: string, what: string): Certificate[] {
  const blocks = [
    ...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\r\n]*?)\r?\n?-----END ([A-Z0-9 ]+)-----/g),
  ]
  const begun = text.split('-----BEGIN ').length - 1
  if (begun === 0) return malformed(`${what} holds no certificate`)
  if (begun > maxBlocks) return malformed(`${what} holds more than ${maxBlocks} certificates`)
  if (blocks.length !== begun) return malformed(`${what} holds a damaged block`)
  return blocks.map(([, label, content = '', end]) => {
    if (label !== 'CERTIFICATE' || end !== label)
      return malformed(`${what} holds a ${label} where only certificates may be`)
    return parseCertificate(parseBase64(content.replace(/[\r\n]/g, ''), what), `a certificate in ${what}`)
  })
}
