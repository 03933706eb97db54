// GENERAL AUTHENTICATE (SP 800-73-4 part 2, 3.2.4): the private keys at work, guarded by their policies.
import type { Command } from './apdu.ts'
import { slotAttestation } from './attestation.ts'
import { isKeySlot } from './key-slots.ts'
import { agree, signBlock } from './keys.ts'
import { authenticateManagement, slotManagement } from './management.ts'
import { type CardKey, type Chip, policy, touchPolicy } from './state.ts'
import { Refusal, refuseUnless, statusWord } from './status.ts'
import { parseOnlyTlv, parseTlvMap, toTlv } from './tlv.ts'

const tag = { challenge: 0x81, response: 0x82, exponentiation: 0x85, template: 0x7c } as const
const touchLastsMs = 15_000

export async function generalAuthenticate(chip: Chip, command: Command): Promise<Uint8Array> {
  const { p1: algorithm, p2: slot, data } = command
  if (slot === slotManagement) return authenticateManagement(chip, command)
  refuseUnless(isKeySlot(slot) && slot !== slotAttestation, statusWord.wrongParameters)
  const key = chip.state.keys.get(slot)
  // No key there, or one of another kind: a YubiKey makes no difference.
  if (key === undefined || key.algorithm !== algorithm) throw new Refusal(statusWord.wrongData)
  const given = parseTlvMap(parseOnlyTlv(data, tag.template))
  refuseUnless(given.get(tag.response)?.length === 0, statusWord.wrongData)
  const block = given.get(tag.challenge)
  const point = given.get(tag.exponentiation)
  if ((block === undefined) === (point === undefined)) throw new Refusal(statusWord.wrongData)
  spendPin(chip, key)
  await awaitTouch(chip, key)
  const { privateKey } = key
  const answer =
    block === undefined ? agree(algorithm, privateKey, point ?? data) : signBlock(algorithm, privateKey, block)
  return toTlv(tag.template, toTlv(tag.response, answer))
}

function spendPin(chip: Chip, key: CardKey): void {
  const { session } = chip
  if (key.pinPolicy === policy.never) return
  const isEnough = key.pinPolicy === policy.always ? session.isPinFresh : session.isPinVerified
  refuseUnless(isEnough, statusWord.notAllowed)
  session.isPinFresh = false
}

async function awaitTouch(chip: Chip, key: CardKey): Promise<void> {
  if (key.touchPolicy === touchPolicy.never) return
  const isRecent = chip.touchedAt !== undefined && Date.now() - chip.touchedAt < touchLastsMs
  if (key.touchPolicy === touchPolicy.cached && isRecent) return
  await chip.touch()
}
