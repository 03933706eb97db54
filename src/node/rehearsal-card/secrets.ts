// PIN and PUK: checked, changed, unblocked, counted (SP 800-73-4 part 2, 3.2).
import { isEqualBytes } from '../../core/bytes.ts'
import type { Command } from './apdu.ts'
import { type Chip, factoryPin, factoryPuk, factorySecret, type Secret } from './state.ts'
import { Refusal, refuseUnless, statusWord, wrongWithTriesLeft } from './status.ts'

const refPin = 0x80
const refPuk = 0x81
const nothing = new Uint8Array(0)

export function verify(chip: Chip, { p1, p2, data }: Command): Uint8Array {
  const { pin } = chip.state
  // 96 is the fingerprint of a YubiKey Bio, and there is none here.
  refuseUnless(p2 === refPin, statusWord.noReference)
  if (p1 === 0xff) {
    refuseUnless(data.length === 0, statusWord.wrongData)
    forget(chip)
    return nothing
  }
  refuseUnless(p1 === 0, statusWord.wrongParameters)
  if (data.length === 0) {
    if (chip.session.isPinVerified) return nothing
    throw pin.left === 0 ? new Refusal(statusWord.blocked) : wrongWithTriesLeft(pin.left)
  }
  refuseUnless(data.length === 8, statusWord.wrongData)
  forget(chip)
  check(chip, pin, data)
  chip.session.isPinVerified = true
  chip.session.isPinFresh = true
  return nothing
}

export function changeReference(chip: Chip, { p1, p2, data }: Command): Uint8Array {
  refuseUnless(p1 === 0, statusWord.wrongParameters)
  refuseUnless(p2 === refPin || p2 === refPuk, statusWord.noReference)
  const secret = p2 === refPin ? chip.state.pin : chip.state.puk
  replace(chip, secret, secret, data)
  return nothing
}

export function resetRetryCounter(chip: Chip, { p1, p2, data }: Command): Uint8Array {
  refuseUnless(p1 === 0, statusWord.wrongParameters)
  refuseUnless(p2 === refPin, statusWord.noReference)
  const { pin, puk } = chip.state
  replace(chip, puk, pin, data)
  pin.left = pin.tries
  chip.changed()
  return nothing
}

/** Both fall back to what they were in the factory: the trap in which people lock themselves out. */
export function setRetries(chip: Chip, { p1, p2, data }: Command): Uint8Array {
  refuseUnless(data.length === 0, statusWord.wrongLength)
  refuseUnless(chip.session.isManagementOpen && chip.session.isPinVerified, statusWord.notAllowed)
  refuseUnless(p1 > 0 && p2 > 0, statusWord.wrongParameters)
  chip.state.pin = factorySecret(factoryPin, p1)
  chip.state.puk = factorySecret(factoryPuk, p2)
  forget(chip)
  chip.changed()
  return nothing
}

function replace(chip: Chip, proof: Secret, target: Secret, data: Uint8Array): void {
  refuseUnless(data.length === 16, statusWord.wrongData)
  const fresh = data.slice(8)
  check(chip, proof, data.subarray(0, 8))
  refuseUnless(isWellFormed(fresh), statusWord.wrongData)
  target.value.fill(0)
  target.value = fresh
  chip.changed()
}

/** 6 to 8 bytes, then FF only. */
function isWellFormed(value: Uint8Array): boolean {
  const end = value.indexOf(0xff)
  const length = end < 0 ? value.length : end
  return length >= 6 && value.subarray(length).every((byte) => byte === 0xff)
}

/** The counter goes down before the comparison: pulling the card must not win a try. */
function check(chip: Chip, secret: Secret, given: Uint8Array): void {
  if (secret.left === 0) throw new Refusal(statusWord.blocked)
  secret.left -= 1
  chip.changed()
  if (!isEqualBytes(secret.value, given)) throw wrongWithTriesLeft(secret.left)
  secret.left = secret.tries
  chip.changed()
}

function forget(chip: Chip): void {
  chip.session.isPinVerified = false
  chip.session.isPinFresh = false
}
