// The signature on a time stamp: RSA in both its forms and ECDSA, with the hash that the token names, on WebCrypto.
import { isEqualBytes, toHex } from '../bytes.ts'
import { p1363FromDer } from '../ecdsa-signature.ts'
import { isVerdict } from '../error.ts'
import { parseSpki } from '../spki.ts'
import { DerReader, tags } from './der-reader.ts'
import { type HashName, hashes, oids, signatureHashes } from './oids.ts'
import { type StampSigner, unsupported } from './token.ts'

type Bytes = Uint8Array<ArrayBuffer>

type Kind = { family: 'rsa' | 'ecdsa'; hash: HashName } | { family: 'pss'; hash: HashName; saltLength: number }

export async function isSignedWith(spki: Uint8Array, signer: StampSigner, what: string): Promise<boolean> {
  const kind = kindOf(signer, what)
  const { scheme, modulusBits = 0 } = parseSpki(spki)
  const { hash } = kind
  const [key, data, signature] = [spki as Bytes, signer.attributes as Bytes, signer.signature as Bytes]
  if (kind.family === 'ecdsa') {
    if (scheme !== 'ecdsa-p256-sha256' && scheme !== 'ecdsa-p384-sha384') return false
    const size = scheme === 'ecdsa-p256-sha256' ? 32 : 48
    const raw = rawOrUndefined(signature, size)
    if (raw === undefined) return false
    const curve = { name: 'ECDSA', namedCurve: size === 32 ? 'P-256' : 'P-384' }
    const handle = await crypto.subtle.importKey('spki', key, curve, false, ['verify'])
    return crypto.subtle.verify({ name: 'ECDSA', hash }, handle, raw, data)
  }
  if (scheme !== 'rsa-pss-sha256' || signature.length !== Math.ceil(modulusBits / 8)) return false
  const name = kind.family === 'pss' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5'
  const handle = await crypto.subtle.importKey('spki', key, { name, hash }, false, ['verify'])
  const how = kind.family === 'pss' ? { name, saltLength: kind.saltLength } : name
  return crypto.subtle.verify(how, handle, signature, data)
}

function kindOf({ algorithm, hash }: StampSigner, what: string): Kind {
  const reader = new DerReader(algorithm, what)
  const oid = toHex(reader.take(tags.oid))
  if (oid === oids.pss) {
    const saltLength = saltOf(reader, hash, what)
    return { family: 'pss', hash, saltLength }
  }
  if ((reader.takeIf(tags.null)?.length ?? 0) > 0) throw unsupported(what, 'signature')
  reader.end()
  // The bare name of RSA: the hash is that of the content.
  if (oid === oids.rsa) return { family: 'rsa', hash }
  const known = signatureHashes.get(oid)
  if (known === undefined || known.hash !== hash) throw unsupported(what, 'signature')
  return known
}

/** RFC 4055: one hash for all, and so much salt. */
function saltOf(reader: DerReader, hash: HashName, what: string): number {
  const parameters = reader.inside(tags.sequence)
  reader.end()
  const hashName = new DerReader(parameters.inside(tags.zero).take(tags.sequence), what).take(tags.oid)
  const mask = parameters.inside(tags.one).inside(tags.sequence)
  const isMgf1 = toHex(mask.take(tags.oid)) === oids.mgf1
  const maskName = mask.inside(tags.sequence).take(tags.oid)
  const salt = parameters.inside(tags.two).take(tags.integer)
  parameters.end()
  const [length = 0] = salt
  const isPlain = isMgf1 && hashes.get(toHex(hashName)) === hash && isEqualBytes(hashName, maskName)
  if (!isPlain || salt.length !== 1 || length > 64) throw unsupported(what, 'signature')
  return length
}

function rawOrUndefined(der: Uint8Array, size: 32 | 48): Bytes | undefined {
  try {
    return p1363FromDer(der, size)
  } catch (thrown) {
    if (isVerdict(thrown)) return undefined
    throw thrown
  }
}
