// Which application answers: PIV, or the little that YubiKey Manager's own application says of the device.
import { concatBytes, isEqualBytes, utf8 } from '../../core/bytes.ts'
import type { Command } from './apdu.ts'
import { pivAid } from './objects.ts'
import { type Chip, emptySession } from './state.ts'
import { Refusal, refuseUnless, statusWord } from './status.ts'
import { toTlv } from './tlv.ts'

const rid = pivAid.subarray(0, 5)
const managementAid = Uint8Array.of(0xa0, 0, 0, 5, 0x27, 0x47, 0x11, 0x17)
/** The application property template (SP 800-73-4 part 2, 3.1.1), in the words of a YubiKey. */
const pivTemplate = toTlv(0x61, toTlv(0x4f, pivAid.subarray(5)), toTlv(0x79, toTlv(0x4f, rid)))

/** An application that is not there leaves none selected. */
export function select(chip: Chip, { p1, p2, data }: Command): Uint8Array {
  refuseUnless(p1 === 4 && p2 === 0, statusWord.wrongParameters)
  const isPiv = data.length >= rid.length && isEqualBytes(data, pivAid.subarray(0, data.length))
  // Selecting PIV again keeps the PIN verified; only another application forgets it.
  if (isPiv && chip.session.applet === 'piv') return pivTemplate
  chip.session = emptySession()
  if (isPiv) {
    chip.session.applet = 'piv'
    return pivTemplate
  }
  if (!isEqualBytes(data, managementAid)) throw new Refusal(statusWord.notFound)
  chip.session.applet = 'management'
  return utf8(`Virtual mgr - FW version ${[...firmwareBytes(chip)].join('.')}`)
}

export function firmwareBytes(chip: Chip): Uint8Array {
  return Uint8Array.of(chip.firmware >> 16, chip.firmware >> 8, chip.firmware)
}

export function serialBytes(chip: Chip): Uint8Array {
  return Uint8Array.of(chip.serial >>> 24, chip.serial >>> 16, chip.serial >>> 8, chip.serial)
}

const capabilityPiv = 0x10
export const formFactorUsbC = 0x03

/** READ CONFIG: a device of one application, PIV, with USB-C and without radio. */
export function readConfig(chip: Chip, { ins, p1 }: Command): Uint8Array {
  refuseUnless(ins === 0x1d, statusWord.noSuchInstruction)
  refuseUnless(p1 === 0, statusWord.wrongParameters)
  const capabilities = Uint8Array.of(0, capabilityPiv)
  const body = concatBytes(
    toTlv(0x01, capabilities),
    toTlv(0x02, serialBytes(chip)),
    toTlv(0x03, capabilities),
    toTlv(0x04, Uint8Array.of(formFactorUsbC)),
    toTlv(0x05, firmwareBytes(chip)),
    toTlv(0x06, Uint8Array.of(0, 0)),
    toTlv(0x07, Uint8Array.of(0)),
    toTlv(0x08, Uint8Array.of(0)),
    toTlv(0x0a, Uint8Array.of(0)),
  )
  return concatBytes(Uint8Array.of(body.length), body)
}
