// What the card says of a key that was made on it. The chain is one of its own: rehearsal root, intermediate, device; every
// name in it says that this is a rehearsal.
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { toDerInteger } from '../../core/der.ts'
import type { Command } from './apdu.ts'
import { firmwareBytes, formFactorUsbC, serialBytes } from './applets.ts'
import { caExtensions, subjectOf, toCertificate } from './certificate.ts'
import { attestationCertificateId } from './objects.ts'
import { type Chip, origin } from './state.ts'
import { Refusal, refuseUnless, statusWord } from './status.ts'
import { parseTlvMap } from './tlv.ts'

/** In place of the card's own chain, for whoever tests what a chain may be. All DER. */
export interface AttestationChain {
  root: Uint8Array
  /** From the root downwards, without the device's certificate: as with a YubiKey 5.7.4, these are not on the card. */
  intermediates: readonly Uint8Array[]
  /** The certificate in slot F9, and its key in PKCS#8. */
  device: Uint8Array
  deviceKey: Uint8Array
}

export const slotAttestation = 0xf9
const notBefore = new Date('2024-01-01T00:00:00Z')
const notAfter = new Date('2052-01-01T00:00:00Z')

export function createChain(serial: number): AttestationChain {
  const make = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
  const rootKey = make()
  const middleKey = make()
  const deviceKey = make()
  const root = 'Countersign Rehearsal Root'
  const middle = 'Countersign Rehearsal Intermediate'
  const certify = (subject: string, key: KeyObject, issuer: string, signer: KeyObject) =>
    toCertificate({ subject, issuer, key, signer, notBefore, notAfter, extensions: caExtensions })
  return {
    root: certify(root, rootKey, root, rootKey),
    intermediates: [certify(middle, middleKey, root, rootKey)],
    device: certify(`Countersign Rehearsal Device ${serial}`, deviceKey, middle, middleKey),
    deviceKey: Uint8Array.from(deviceKey.export({ format: 'der', type: 'pkcs8' })),
  }
}

export function keyOfChain(chain: AttestationChain): KeyObject {
  return createPrivateKey({ key: Buffer.from(chain.deviceKey), format: 'der', type: 'pkcs8' })
}

/** Yubico's extensions, 1.3.6.1.4.1.41482.3.x: their values are bare bytes, but for the serial number. */
const extensionOid = (number: number) => `1.3.6.1.4.1.41482.3.${number}`

/** For a key that was made here, and for no other. */
export function attest(chip: Chip, { p1: slot, p2, data }: Command): Uint8Array {
  refuseUnless(p2 === 0, statusWord.wrongParameters)
  refuseUnless(data.length === 0, statusWord.wrongLength)
  const device = chip.state.keys.get(slotAttestation)
  const key = slot === slotAttestation ? undefined : chip.state.keys.get(slot)
  const stored = chip.state.objects.get(attestationCertificateId)
  if (key?.origin !== origin.generated || device === undefined || stored === undefined) {
    throw new Refusal(statusWord.wrongData)
  }
  return toCertificate({
    subject: `YubiKey PIV Attestation ${slot.toString(16)}`,
    issuer: issuerName(stored),
    key: key.privateKey,
    signer: device.privateKey,
    notBefore,
    notAfter,
    extensions: [
      { oid: extensionOid(3), value: firmwareBytes(chip) },
      { oid: extensionOid(7), value: toDerInteger(serialBytes(chip)) },
      { oid: extensionOid(8), value: Uint8Array.of(key.pinPolicy, key.touchPolicy) },
      { oid: extensionOid(9), value: Uint8Array.of(formFactorUsbC) },
    ],
  })
}

/** Who signs is whoever the certificate in the slot's object is for; anyone may have written it. */
function issuerName(stored: Uint8Array): Uint8Array {
  try {
    return subjectOf(parseTlvMap(stored).get(0x70) ?? new Uint8Array(0))
  } catch {
    throw new Refusal(statusWord.wrongData)
  }
}
