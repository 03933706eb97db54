// Whether a time stamp is one of this message: what it was made for, by whom, and whether that key signed it (RFC 3161, RFC 5816).
import { isEqualBytes, toHex } from '../bytes.ts'
import { type Certificate, commonName } from '../certificate.ts'
import { AppError } from '../error.ts'
import { DerReader, tags } from './der-reader.ts'
import { type HashName, hashes, oids } from './oids.ts'
import { isSignedWith } from './signature.ts'
import { parseToken, type StampSigner, unsupported } from './token.ts'

type Bytes = Uint8Array<ArrayBuffer>

export interface TimeStamp {
  at: Date
  /** As its certificate says; who stands behind that is for whoever knows the authority. */
  authority: string
  certificate: Certificate
  /** Those that came along: the way up to an authority, perhaps. */
  others: readonly Certificate[]
}

/** Throws `trust/` where it is no stamp of this message, `format/` where it cannot be read. */
export async function verifyTimeStamp(token: Uint8Array, message: Uint8Array, what: string): Promise<TimeStamp> {
  const { content, info, certificates, signer } = parseToken(token, what)
  if (info.imprint.hash !== 'SHA-256') throw unsupported(what, 'imprint')
  if (!isEqualBytes(info.imprint.digest, await digest('SHA-256', message))) throw bad(what, 'it is of something else')
  const certificate = certificates.find(
    ({ issuer, serial }) => isEqualBytes(issuer, signer.issuer) && isEqualBytes(serial, signer.serial),
  )
  if (certificate === undefined) throw unsupported(what, 'signer, whose certificate does not come along,')
  await checkAttributes(signer, content, certificate, what)
  checkForStamps(certificate, info.at, what)
  if (!(await isSignedWith(certificate.spki, signer, what))) throw bad(what, 'its signature does not fit')
  return {
    ...{ at: info.at, certificate, others: certificates.filter((one) => one !== certificate) },
    authority: commonName(certificate.subject) ?? 'a name that it does not say',
  }
}

async function checkAttributes(
  { byOid, hash }: StampSigner,
  content: Uint8Array,
  certificate: Certificate,
  what: string,
): Promise<void> {
  const only = (oid: string, tag: number): Uint8Array | undefined => {
    const values = byOid.get(oid)
    if (values === undefined) return undefined
    const reader = new DerReader(values, what)
    const value = reader.take(tag)
    reader.end()
    return value
  }
  const type = only(oids.contentType, tags.oid)
  if (type === undefined || toHex(type) !== oids.timeStamp) throw bad(what, 'what was signed is called something else')
  const signedDigest = only(oids.messageDigest, tags.octetString)
  if (signedDigest === undefined || !isEqualBytes(signedDigest, await digest(hash, content)))
    throw bad(what, 'something else was signed')
  const later = only(oids.signingCertificateV2, tags.sequence)
  const older = only(oids.signingCertificate, tags.sequence)
  const isNamed =
    (later !== undefined && (await namesCertificate(later, true, certificate, what))) ||
    (older !== undefined && (await namesCertificate(older, false, certificate, what)))
  if (!isNamed) throw bad(what, 'it was signed in the name of another certificate')
}

/** The first that is listed is the signer's (RFC 5035). */
async function namesCertificate(
  list: Uint8Array,
  isLater: boolean,
  { der }: Certificate,
  what: string,
): Promise<boolean> {
  const named = new DerReader(list, what).inside(tags.sequence).inside(tags.sequence)
  let hash: HashName | 'SHA-1' | undefined = 'SHA-1'
  if (isLater) {
    const algorithm = named.takeIf(tags.sequence)
    hash = algorithm === undefined ? 'SHA-256' : hashes.get(toHex(new DerReader(algorithm, what).take(tags.oid)))
  }
  return hash !== undefined && isEqualBytes(named.take(tags.octetString), await digest(hash, der))
}

export const extendedKeyUsage = '551d25'
export const forStamps = '2b06010505070308'

/** RFC 3161, 2.3: a key for this alone, and its certificate says so in a way that nobody may pass over. */
function checkForStamps({ extensions, notBefore, notAfter }: Certificate, at: Date, what: string): void {
  const usage = extensions.get(extendedKeyUsage)
  const list = usage === undefined ? undefined : new DerReader(usage.value, what).inside(tags.sequence)
  const isForStamps = list !== undefined && toHex(list.take(tags.oid)) === forStamps && list.isAtEnd
  if (!isForStamps || usage?.critical !== true) throw bad(what, 'its certificate is not for time stamps alone')
  if (at < notBefore || at > notAfter) throw bad(what, 'its certificate was not valid at that time')
}

async function digest(hash: HashName | 'SHA-1', bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(hash, bytes as Bytes))
}

function bad(what: string, why: string): AppError {
  return new AppError({
    code: 'trust/bad-signature',
    message: `${what} proves nothing: ${why}`,
    hint: 'have the record stamped again: make a request with --request, and take what comes back',
  })
}
