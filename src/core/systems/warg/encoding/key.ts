// Keys and signatures as these messages spell them: P-256 only, "ecdsa-p256:" and base64. A key is named by the hash of its
// spelling, and has one: compressed. The other that may be read names the same key, so it counts once.
import { parseBase64, toBase64, utf8 } from '../../../bytes.ts'
import { compressPoint, decompressPoint } from '../../../compressed-point.ts'
import { AppError } from '../../../error.ts'
import { spkiOfPoint } from '../../../key.ts'
import type { PublicKey } from '../../../signer.ts'
import { parseSpki } from '../../../spki.ts'
import { inQuotes } from '../../../visible.ts'
import { type Fault, fault } from '../fault.ts'
import { checkDigest, digestOf } from './digest.ts'

export interface WargKey {
  /** "sha256:" and the hash of the text. */
  id: string
  /** "ecdsa-p256:" and the compressed point. */
  text: string
  key: PublicKey
}

export type Base64 = (text: string, what: string) => Uint8Array

const label = 'ecdsa-p256:'

export function wargKey(key: PublicKey): WargKey {
  const { scheme, raw } = parseSpki(key.spki)
  if (scheme !== 'ecdsa-p256-sha256') {
    throw new AppError({
      code: 'signer/unsupported',
      message: `a key of ${scheme} cannot sign here`,
      hint: 'use a P-256 key',
    })
  }
  const text = label + toBase64(compressPoint('p256', raw))
  return { id: digestOf(utf8(text)), text, key }
}

/** The same few keys are named again and again in a log; the root of a point is taken once. */
const parsed = new Map<string, WargKey>()
const maxParsed = 1024

export function parseWargKey(text: string, what: string): WargKey {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const bytes = labelled(text, 'bad-key', what)
  try {
    const point = bytes.length === 33 ? decompressPoint('p256', bytes) : bytes
    const key = wargKey({ scheme: 'ecdsa-p256-sha256', spki: spkiOfPoint('p256', point) })
    if (parsed.size >= maxParsed) parsed.clear()
    parsed.set(text, key)
    return key
  } catch (cause) {
    throw fault('bad-key', 'format/malformed', `${what} is no point of P-256`, { cause })
  }
}

/** ASN.1 DER; whether it is one is for who verifies it. */
export function parseSignatureText(text: string, what: string, base64?: Base64): Uint8Array {
  return labelled(text, 'bad-signature-text', what, base64)
}

export function signatureText(der: Uint8Array): string {
  return label + toBase64(der)
}

/** Enough of an id to tell two apart at a glance, and more than anybody can make another one for; whole ones stand where they are compared. */
export function shortKeyId(id: string): string {
  return `${id.slice(0, 'sha256:'.length + 16)}…`
}

/** In sentences that are signed under: content that begins alike can be made by trying. */
export function shortDigest(digest: string): string {
  return `${digest.slice(0, 'sha256:'.length + 32)}…`
}

export function checkKeyId(text: string, what: string): string {
  try {
    return checkDigest(text, what)
  } catch (cause) {
    throw fault('bad-key-id', 'format/malformed', `${what} is no key id, which is sha256: and 64 digits`, { cause })
  }
}

function labelled(text: string, name: Fault, what: string, base64: Base64 = parseBase64): Uint8Array {
  if (!text.startsWith(label)) {
    const [algorithm = ''] = text.split(':')
    const code = text.includes(':') ? 'format/unsupported' : 'format/malformed'
    throw fault(
      name,
      code,
      `${what} is of the kind “${inQuotes(algorithm.slice(0, 24))}”, where only ecdsa-p256 is known`,
    )
  }
  try {
    return base64(text.slice(label.length), what)
  } catch (cause) {
    throw fault(name, 'format/malformed', `${what} is not base64 in its one form`, { cause })
  }
}
