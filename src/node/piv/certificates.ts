// Certificates in the slots of a PIV token: plain, or packed by one of the programs that do so.
import { gunzipSync, inflateSync } from 'node:zlib'
import { concatBytes } from '../../core/bytes.ts'
import { commonName, parseCertificate } from '../../core/certificate.ts'
import { AppError } from '../../core/error.ts'
import { parsePublicKey } from '../../core/key.ts'
import type { PublicKey } from '../../core/signer.ts'
import { garbled } from './apdu.ts'
import type { Applet } from './applet.ts'
import { readObject, writeObject } from './objects.ts'
import { slotOf } from './slots.ts'
import { parseTlvMap, toTlv } from './tlv.ts'

export interface CardCertificate {
  der: Uint8Array
  /** Its common name: a claim of whoever wrote it; nothing of it is verified here. */
  subject: string
  /** Undefined when it is of a kind that cannot be used here. */
  key?: PublicKey
}

/** An object of a YubiKey has at most 3,052 bytes; packed ones grow, but no certificate to this. */
const maxCertificateBytes = 16_384

export async function readCertificate(piv: Applet, slot: string): Promise<CardCertificate | undefined> {
  const content = await readObject(piv, slotOf(slot).certificateObject, `reading the certificate in slot ${slot}`)
  if (content === undefined) return undefined
  const fields = parseTlvMap(content, `the certificate object of slot ${slot}`)
  const stored = fields.get(0x70)
  if (stored === undefined || stored.length === 0) return undefined
  const isPacked = ((fields.get(0x71)?.[0] ?? 0) & 1) === 1
  return toCardCertificate(isPacked ? unpack(stored) : stored)
}

function toCardCertificate(der: Uint8Array): CardCertificate {
  const copy = concatBytes(der)
  let subject: string | undefined
  let spki: Uint8Array
  try {
    const certificate = parseCertificate(copy, 'the certificate in the slot')
    subject = commonName(certificate.subject)
    spki = certificate.spki
  } catch (cause) {
    // What somebody stored in a slot is the token's trouble here, not that of a file.
    if (cause instanceof AppError) throw garbled(cause.message, cause)
    throw cause
  }
  const key = usableKey(spki)
  return { der: copy, subject: subject ?? 'no name', ...(key === undefined ? {} : { key }) }
}

function usableKey(spki: Uint8Array): PublicKey | undefined {
  try {
    return parsePublicKey(spki)
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    if (cause.code === 'format/unsupported') return undefined
    throw garbled(`the certificate in the slot is malformed: ${cause.message}`, cause)
  }
}

function unpack(packed: Uint8Array): Uint8Array {
  const limit = { maxOutputLength: maxCertificateBytes }
  try {
    // Net iD writes 01 00, the length, then zlib; all others gzip.
    if (packed[0] === 0x01 && packed[1] === 0x00) return new Uint8Array(inflateSync(packed.subarray(4), limit))
    return new Uint8Array(gunzipSync(packed, limit))
  } catch (cause) {
    throw garbled(`the packed certificate cannot be unpacked into ${maxCertificateBytes} bytes`, cause)
  }
}

/** Never packed: not every reader of certificates can unpack. */
export async function writeCertificate(piv: Applet, slot: string, der: Uint8Array): Promise<void> {
  const content = concatBytes(toTlv(0x70, der), toTlv(0x71, Uint8Array.of(0)), toTlv(0xfe))
  await writeObject(piv, slotOf(slot).certificateObject, content, `writing the certificate into slot ${slot}`)
}

export async function deleteCertificate(piv: Applet, slot: string): Promise<void> {
  const { certificateObject } = slotOf(slot)
  await writeObject(piv, certificateObject, new Uint8Array(0), `deleting the certificate in slot ${slot}`)
}
