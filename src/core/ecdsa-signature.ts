// The two spellings of an ECDSA signature: r||s of fixed size (WebCrypto, PKCS#11) and ASN.1 DER (TUF, PIV).
// Strict both ways, so one signature has one DER text.
import { derTag, malformed, parseDer, parsePositiveInteger, parseWholeDer, toDer, toDerInteger } from './der.ts'

/** Bytes of one coordinate: 32 for P-256, 48 for P-384. */
export type CoordinateBytes = 32 | 48

export function derFromP1363(raw: Uint8Array, size: CoordinateBytes): Uint8Array<ArrayBuffer> {
  if (raw.length !== 2 * size) return malformed(`the signature has ${raw.length} bytes where ${2 * size} are expected`)
  const r = raw.subarray(0, size)
  const s = raw.subarray(size)
  if (r.every((byte) => byte === 0)) return malformed('r of the signature is zero')
  if (s.every((byte) => byte === 0)) return malformed('s of the signature is zero')
  return toDer(derTag.sequence, toDerInteger(r), toDerInteger(s))
}

export function p1363FromDer(der: Uint8Array, size: CoordinateBytes): Uint8Array<ArrayBuffer> {
  const body = parseWholeDer(der, derTag.sequence, 'the signature')
  const first = parseDer(body, 0, derTag.integer, 'r of the signature')
  const second = parseDer(body, first.end, derTag.integer, 's of the signature')
  if (second.end !== body.length) return malformed('the signature holds more than r and s')
  const r = parsePositiveInteger(first.value, 'r of the signature')
  const s = parsePositiveInteger(second.value, 's of the signature')
  if (r.length > size) return malformed(`r of the signature has more than ${size} bytes`)
  if (s.length > size) return malformed(`s of the signature has more than ${size} bytes`)
  const raw = new Uint8Array(2 * size)
  raw.set(r, size - r.length)
  raw.set(s, 2 * size - s.length)
  return raw
}
