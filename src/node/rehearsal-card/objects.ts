// Data objects (SP 800-73-4 part 1, table 3, and Yubico's own under 5FFFxx): certificates, CHUID, discovery, admin data.
import { concatBytes } from '../../core/bytes.ts'
import type { Command } from './apdu.ts'
import type { Chip } from './state.ts'
import { Refusal, refuseUnless, statusWord } from './status.ts'
import { parseTlvs, type Tlv, toTlv } from './tlv.ts'

const tagList = 0x5c
const tagContent = 0x53
const discoveryId = 0x7e
export const attestationCertificateId = 0x5fff01
/** Fingerprints, face, printed information, iris: readable with a PIN only. */
const guardedIds: readonly number[] = [0x5fc103, 0x5fc108, 0x5fc109, 0x5fc121]
/** What a YubiKey takes of one object. */
export const maxObjectBytes = 3_052
const maxTotalBytes = 51_200

export const pivAid = Uint8Array.of(0xa0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0)

/** Which application this is, and that the PIV PIN (not a global one) is asked for. */
const discovery = toTlv(discoveryId, toTlv(0x4f, pivAid), toTlv(0x5f2f, Uint8Array.of(0x40, 0)))

export function getData(chip: Chip, command: Command): Uint8Array {
  const [element, ...more] = parseRequest(command)
  refuseUnless(more.length === 0, statusWord.wrongData)
  const id = objectId(element)
  if (id === discoveryId) return discovery
  refuseUnless(!guardedIds.includes(id) || chip.session.isPinVerified, statusWord.notAllowed)
  const content = chip.state.objects.get(id)
  if (content === undefined) throw new Refusal(statusWord.notFound)
  return toTlv(tagContent, content)
}

/** No content means that the object is removed. */
export function putData(chip: Chip, command: Command): Uint8Array {
  refuseUnless(chip.session.isManagementOpen, statusWord.notAllowed)
  const [element, content, ...more] = parseRequest(command)
  const id = objectId(element)
  if (content?.tag !== tagContent || more.length > 0) throw new Refusal(statusWord.wrongData)
  refuseUnless(id >> 8 === 0x5fc1 || id >> 8 === 0x5fff, statusWord.wrongData)
  refuseUnless(content.value.length <= maxObjectBytes, statusWord.full)
  const { objects } = chip.state
  const others = [...objects].filter(([other]) => other !== id)
  const used = others.reduce((sum, [, value]) => sum + value.length, 0)
  refuseUnless(used + content.value.length <= maxTotalBytes, statusWord.full)
  if (content.value.length === 0) objects.delete(id)
  else objects.set(id, content.value.slice())
  chip.changed()
  return new Uint8Array(0)
}

/** The content of a certificate object: the certificate, not compressed, and an empty error code. */
export function certificateObject(der: Uint8Array): Uint8Array {
  return concatBytes(toTlv(0x70, der), toTlv(0x71, Uint8Array.of(0)), toTlv(0xfe))
}

function parseRequest({ p1, p2, data }: Command) {
  refuseUnless(p1 === 0x3f && p2 === 0xff, statusWord.wrongParameters)
  return parseTlvs(data)
}

function objectId(element: Tlv | undefined): number {
  const value = element?.tag === tagList ? element.value : undefined
  if (value === undefined || value.length === 0 || value.length > 3) throw new Refusal(statusWord.wrongData)
  return value.reduce((id, byte) => id * 256 + byte, 0)
}
