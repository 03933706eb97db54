// What an owner does with a token's slots: everything here needs the management key, or tells where a key was made.
import { concatBytes } from '../../core/bytes.ts'
import { derTag, parseWholeDer } from '../../core/der.ts'
import { AppError } from '../../core/error.ts'
import { concatSecret } from '../../core/secret.ts'
import type { PublicKey } from '../../core/signer.ts'
import type { PinPolicy, SlotAlgorithm, TouchPolicy } from '../../core/token.ts'
import { touchLimitMs } from '../card.ts'
import { idOfAlgorithm, parseCardKey } from './algorithm.ts'
import { garbled } from './apdu.ts'
import type { Applet } from './applet.ts'
import { isBefore } from './firmware.ts'
import { idOfPinPolicy, idOfTouchPolicy } from './policy.ts'
import { parseImportableKey } from './private-key.ts'
import { slotOf } from './slots.ts'
import { parseWholeTlv, toTlv } from './tlv.ts'

export interface Policies {
  pinPolicy: PinPolicy
  touchPolicy: TouchPolicy
}

/** A token looks for the primes of a long RSA key for a minute and more. */
const generateLimitMs = 180_000

/** Makes a key in the slot; what was there is lost. Needs the management key. */
export async function generateKey(
  piv: Applet,
  slot: string,
  algorithm: SlotAlgorithm,
  policies: Policies,
): Promise<PublicKey> {
  const { reference } = slotOf(slot)
  await verifySupport(piv, algorithm, policies, true)
  const template = concatBytes(toTlv(0x80, Uint8Array.of(idOfAlgorithm(algorithm))), toPolicyTlvs(policies))
  const command = { ins: 0x47, p1: 0, p2: reference, data: toTlv(0xac, template) }
  const answer = await piv.send(command, `making a key in slot ${slot}`, generateLimitMs)
  return parseCardKey(algorithm, parseWholeTlv(answer, 0x7f49, 'the new key of the token'))
}

/** From PKCS#8, DER, which the caller zeroes. What was in the slot is lost. Needs the management key. */
export async function importKey(
  piv: Applet,
  slot: string,
  pkcs8: Uint8Array,
  policies: Policies,
): Promise<SlotAlgorithm> {
  const { reference } = slotOf(slot)
  const { algorithm, data: key } = parseImportableKey(pkcs8)
  const data = concatSecret(key, toPolicyTlvs(policies))
  try {
    await verifySupport(piv, algorithm, policies, false)
    const command = { ins: 0xfe, p1: idOfAlgorithm(algorithm), p2: reference, data, secret: true }
    await piv.send(command, `importing a key into slot ${slot}`, touchLimitMs)
    return algorithm
  } finally {
    key.fill(0)
    data.fill(0)
  }
}

/** The statement that the key in this slot was made on this token: one certificate, DER. Its worth is for others to judge. */
export async function attest(piv: Applet, slot: string): Promise<Uint8Array> {
  const answer = await piv.send({ ins: 0xf9, p1: slotOf(slot).reference, p2: 0 }, `attesting the key in slot ${slot}`)
  try {
    parseWholeDer(answer, derTag.sequence, 'the attestation')
  } catch (cause) {
    throw garbled('the attestation of the token is not a certificate', cause)
  }
  return concatBytes(answer)
}

/** Its certificate stays where it is. Needs the management key. */
export async function moveKey(piv: Applet, from: string, to: string): Promise<void> {
  const doing = `moving the key from slot ${from} to ${to}`
  const [source, target] = [slotOf(from).reference, slotOf(to).reference]
  await refuseBefore(piv, '5.7.0', doing)
  await piv.send({ ins: 0xf6, p1: target, p2: source }, doing)
}

/** Needs the management key. */
export async function deleteKey(piv: Applet, slot: string): Promise<void> {
  const doing = `deleting the key in slot ${slot}`
  const { reference } = slotOf(slot)
  await refuseBefore(piv, '5.7.0', doing)
  await piv.send({ ins: 0xf6, p1: 0xff, p2: reference }, doing)
}

/** Always said, never left to the default of the firmware: what is shown to the person is what the key gets. */
function toPolicyTlvs({ pinPolicy, touchPolicy }: Policies): Uint8Array {
  return concatBytes(
    toTlv(0xaa, Uint8Array.of(idOfPinPolicy(pinPolicy))),
    toTlv(0xab, Uint8Array.of(idOfTouchPolicy(touchPolicy))),
  )
}

/** What the firmware would refuse without saying why, and what it should refuse and does not. */
async function verifySupport(
  piv: Applet,
  algorithm: SlotAlgorithm,
  { touchPolicy }: Policies,
  isGenerated: boolean,
): Promise<void> {
  const isNew = algorithm === 'RSA-3072' || algorithm === 'RSA-4096' || algorithm === 'Ed25519'
  if (isNew) await refuseBefore(piv, '5.7.0', `a key of the kind ${algorithm}`)
  if (algorithm === 'P-384') await refuseBefore(piv, '4.0.0', 'a key of the kind P-384')
  if (touchPolicy === 'cached') await refuseBefore(piv, '4.3.0', 'a touch that is good for 15 seconds')
  const version = await piv.version()
  if (version === undefined) return
  // CVE-2017-15361: RSA keys made by this firmware can be computed from their public half.
  const isWeak = !isBefore(version, '4.2.0') && isBefore(version, '4.3.5')
  if (isGenerated && isWeak && algorithm.startsWith('RSA')) {
    throw new AppError({
      code: 'signer/unsupported',
      message: `RSA keys made by firmware ${version} are weak`,
      hint: 'make a P-256 or P-384 key instead, or use another token',
      data: { firmware: version },
    })
  }
}

async function refuseBefore(piv: Applet, needed: string, what: string): Promise<void> {
  const version = await piv.version()
  if (version === undefined || !isBefore(version, needed)) return
  throw new AppError({
    code: 'signer/unsupported',
    message: `${what} needs firmware ${needed}, this token has ${version}`,
    hint: 'use another kind of key, or a newer token',
    data: { firmware: version, needed },
  })
}
