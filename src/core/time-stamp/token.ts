// A time stamp token (RFC 3161, 2.4.2) in its CMS envelope (RFC 5652), read strictly: DER, one signer, nothing beside it.
import { isEqualBytes, toHex } from '../bytes.ts'
import { type Certificate, parseCertificate } from '../certificate.ts'
import { AppError, isVerdict } from '../error.ts'
import { DerReader, tags } from './der-reader.ts'
import { type HashName, hashes, oids } from './oids.ts'

export interface TimeStampToken {
  /** What is signed for, in DER. */
  content: Uint8Array
  info: StampInfo
  certificates: readonly Certificate[]
  signer: StampSigner
}

export interface StampInfo {
  /** Of the message. */
  imprint: { hash: HashName; digest: Uint8Array }
  at: Date
}

export interface StampSigner {
  issuer: Uint8Array
  serial: Uint8Array
  hash: HashName
  /** As a SET, which is what is signed. */
  attributes: Uint8Array
  byOid: ReadonlyMap<string, Uint8Array>
  /** Content of the AlgorithmIdentifier. */
  algorithm: Uint8Array
  signature: Uint8Array
}

export function parseToken(bytes: Uint8Array, what: string): TimeStampToken {
  const outer = new DerReader(bytes, what)
  const signed = new DerReader(contentOf(outer, oids.signedData, tags.sequence), what)
  outer.end()
  version(signed, 3, what)
  signed.take(tags.set)
  const content = contentOf(signed, oids.timeStamp, tags.octetString)
  const certificates = certificatesIn(signed.takeIf(tags.zero) ?? new Uint8Array(), what)
  signed.takeIf(tags.one)
  const signers = signed.inside(tags.set)
  signed.end()
  const signer = parseSigner(signers.inside(tags.sequence), what)
  signers.end()
  return { content, certificates, signer, info: parseInfo(content, what) }
}

/** ContentInfo: a name, and what it is the name of. */
function contentOf(reader: DerReader, oid: string, tag: number): Uint8Array {
  const info = reader.inside(tags.sequence)
  if (toHex(info.take(tags.oid)) !== oid) info.refuse('is no time stamp')
  const content = info.inside(tags.zero)
  info.end()
  const value = content.take(tag)
  content.end()
  return value
}

function version(reader: DerReader, wanted: number, what: string): void {
  if (!isEqualBytes(reader.take(tags.integer), Uint8Array.of(wanted))) throw unsupported(what, 'version')
}

function hashIn(algorithm: DerReader, what: string): HashName {
  const hash = hashes.get(toHex(algorithm.take(tags.oid)))
  const parameters = algorithm.takeIf(tags.null)
  algorithm.end()
  if (hash === undefined || (parameters?.length ?? 0) > 0) throw unsupported(what, 'hash')
  return hash
}

export function unsupported(what: string, part: string): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `the ${part} of ${what} is of a kind that is not known here`,
  })
}

/** Others than those of X.509 version 3 help nobody here. */
function certificatesIn(set: Uint8Array, what: string): Certificate[] {
  const reader = new DerReader(set, what)
  const found: Certificate[] = []
  while (!reader.isAtEnd) {
    const der = reader.takeWhole(tags.sequence)
    try {
      found.push(parseCertificate(der, `a certificate of ${what}`))
    } catch (thrown) {
      if (!isVerdict(thrown)) throw thrown
    }
  }
  return found
}

function parseSigner(signer: DerReader, what: string): StampSigner {
  version(signer, 1, what)
  const name = signer.inside(tags.sequence)
  const issuer = name.takeWhole(tags.sequence)
  const serial = name.take(tags.integer)
  name.end()
  const hash = hashIn(signer.inside(tags.sequence), what)
  const attributes = signer.takeWhole(tags.zero).slice()
  // RFC 5652 5.4: signed as a SET, and not under the tag that it has here.
  attributes[0] = tags.set
  const algorithm = signer.take(tags.sequence)
  const signature = signer.take(tags.octetString)
  signer.takeIf(tags.one)
  signer.end()
  return { issuer, serial, hash, attributes, byOid: attributesIn(attributes, what), algorithm, signature }
}

function attributesIn(set: Uint8Array, what: string): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>()
  const reader = new DerReader(set, what).inside(tags.set)
  while (!reader.isAtEnd) {
    const attribute = reader.inside(tags.sequence)
    const oid = toHex(attribute.take(tags.oid))
    if (found.has(oid)) reader.refuse('has an attribute twice')
    found.set(oid, attribute.take(tags.set))
    attribute.end()
  }
  return found
}

function parseInfo(content: Uint8Array, what: string): StampInfo {
  const whole = new DerReader(content, what)
  const info = whole.inside(tags.sequence)
  whole.end()
  version(info, 1, what)
  info.take(tags.oid)
  const imprint = info.inside(tags.sequence)
  const hash = hashIn(imprint.inside(tags.sequence), what)
  const digest = imprint.take(tags.octetString)
  imprint.end()
  info.take(tags.integer)
  const at = timeOf(info.take(tags.generalizedTime), info)
  // Accuracy, ordering, nonce, and the name of the authority: its certificate says who it is.
  for (const tag of [tags.sequence, tags.boolean, tags.integer, tags.zero]) info.takeIf(tag)
  // An extension could change what all of it means.
  if (!info.isAtEnd) throw unsupported(what, 'content')
  return { imprint: { hash, digest }, at }
}

/** RFC 3161: in UTC, with seconds, and with a fraction that does not end in 0. */
function timeOf(value: Uint8Array, reader: DerReader): Date {
  const text = String.fromCharCode(...value)
  const [, year, month, day, hour, minute, second, fraction = ''] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,8}[1-9]))?Z$/.exec(text) ?? []
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`
  const at = new Date(iso)
  if (Number.isNaN(at.getTime()) || at.toISOString() !== iso) return reader.refuse('has a time that is none')
  return at
}
