// What a token says of a key it made: the vendor's extensions in the statement, and a few in the token's own certificate.
// All of it was signed before it is read here.

import { type Certificate, commonName } from '../../core/certificate.ts'
import { derTag, malformed, parseDer, parseWholeDer } from '../../core/der.ts'
import { AppError } from '../../core/error.ts'
import type { Attestation, PinPolicy, TouchPolicy } from '../../core/token.ts'
import { visible } from '../../core/visible.ts'

/** 1.3.6.1.4.1.41482.3 */
export const vendorArc = '2b0601040182c40a03'

/** The vendor's extensions, below 1.3.6.1.4.1.41482.3. Their values are bare bytes, but for the serial. */
const oid = {
  firmware: `${vendorArc}03`,
  serial: `${vendorArc}07`,
  policies: `${vendorArc}08`,
  formFactor: `${vendorArc}09`,
  fips: `${vendorArc}0a`,
  cspn: `${vendorArc}0b`,
}

export function parseFirmware(statement: Certificate): string {
  const value = statement.extensions.get(oid.firmware)?.value
  if (value?.length !== 3) return malformed('the proof does not name the firmware in 3 bytes')
  return value.join('.')
}

export type Statement = Pick<Attestation, 'serial' | 'pinPolicy' | 'touchPolicy' | 'formFactor' | 'fips' | 'cspn'>

/** Refuses a statement on another slot or another token. */
export function parseStatement(
  statement: Certificate,
  device: Certificate,
  expected: { slot: string; serial: number | undefined },
): Statement {
  verifySlot(statement, expected.slot)
  const serial = parseSerial(statement)
  verifySerial(serial, expected.serial)
  const formFactor = parseFormFactor(statement)
  return {
    ...(serial === undefined ? {} : { serial: String(serial) }),
    ...parsePolicies(statement),
    ...(formFactor === undefined ? {} : { formFactor: formFactor.words }),
    fips: [statement, device].some((one) => isMarked(one, oid.fips)) || formFactor?.isFips === true,
    cspn: [statement, device].some((one) => isMarked(one, oid.cspn)),
  }
}

function parseSerial(statement: Certificate): number | undefined {
  const extension = statement.extensions.get(oid.serial)
  if (extension === undefined) return undefined
  const digits = parseWholeDer(extension.value, derTag.integer, 'the serial number in the proof')
  const [first = 0x80] = digits
  // Tokens write four bytes whatever the number is, so a leading zero is theirs to write.
  if (first >= 0x80 || digits.length > 5) return malformed('the serial number in the proof is not a serial number')
  return digits.reduce((sum, byte) => sum * 256 + byte, 0)
}

const pinPolicies: readonly (PinPolicy | undefined)[] = [
  undefined,
  'never',
  'once',
  'always',
  'match-once',
  'match-always',
]
const touchPolicies: readonly (TouchPolicy | undefined)[] = [undefined, 'never', 'always', 'cached']

function parsePolicies(statement: Certificate): { pinPolicy: PinPolicy; touchPolicy: TouchPolicy } {
  const value = statement.extensions.get(oid.policies)?.value
  if (value?.length !== 2) return malformed('the proof does not name PIN and touch policy in 2 bytes')
  const [pin = 0, touch = 0] = value
  const [pinPolicy, touchPolicy] = [pinPolicies[pin], touchPolicies[touch]]
  if (pinPolicy === undefined) return malformed(`the proof names the PIN policy ${pin}, which is not known here`)
  if (touchPolicy === undefined) return malformed(`the proof names the touch policy ${touch}, which is not known here`)
  return { pinPolicy, touchPolicy }
}

const formFactors: readonly string[] = [
  'unknown form',
  'USB-A keychain',
  'USB-A nano',
  'USB-C keychain',
  'USB-C nano',
  'USB-C and Lightning',
  'USB-A with fingerprint reader',
  'USB-C with fingerprint reader',
]

/** Absent on firmware 4. The highest bit marks the FIPS series. */
function parseFormFactor(statement: Certificate): { words: string; isFips: boolean } | undefined {
  const value = statement.extensions.get(oid.formFactor)?.value
  if (value === undefined) return undefined
  if (value.length !== 1) return malformed('the proof does not name the form of the token in 1 byte')
  const [byte = 0] = value
  return { words: formFactors[byte & 0x0f] ?? 'unknown form', isFips: (byte & 0x80) !== 0 }
}

/** The mark was put into the token's certificate at the factory. That it stands there counts: its number is not explained. */
function isMarked(certificate: Certificate, id: string): boolean {
  const extension = certificate.extensions.get(id)
  if (extension === undefined) return false
  const { value } = extension
  const { end } = parseDer(value, 0, value[0] ?? 0, 'a mark in the proof')
  return end === value.length || malformed('a mark in the proof is followed by more bytes')
}

function verifySlot(statement: Certificate, slot: string): void {
  const subject = commonName(statement.subject) ?? ''
  const named = /^YubiKey PIV Attestation ([0-9a-f]{2})$/i.exec(subject)?.[1]
  if (named === undefined) throw differs(`the proof names no slot: ${visible(subject).slice(0, 100)}`)
  if (named.toLowerCase() === slot.toLowerCase()) return
  throw differs(`the proof is for slot ${named.toLowerCase()}, not ${slot}`, { expected: slot, found: named })
}

function verifySerial(named: number | undefined, answered: number | undefined): void {
  if (answered === undefined) return
  if (named === undefined) throw differs(`the proof names no serial number, this token has ${answered}`)
  if (named !== answered) {
    throw differs(`the proof is for the token ${named}, this one is ${answered}`, { expected: answered, found: named })
  }
}

export function differs(message: string, data?: Readonly<Record<string, string | number>>): AppError {
  return new AppError({
    code: 'trust/changed',
    message,
    hint: 'do not enrol this key: the proof belongs to another one',
    ...(data === undefined ? {} : { data }),
  })
}
