// The slots: making, importing, moving and deleting keys, and what the card tells of them.
import { concatBytes, isEqualBytes } from '../../core/bytes.ts'
import type { Command } from './apdu.ts'
import { slotAttestation } from './attestation.ts'
import { generatePrivateKey, importPrivateKey, publicTlvs, refuseUnknownAlgorithm } from './keys.ts'
import { slotManagement } from './management.ts'
import {
  type CardKey,
  type Chip,
  factoryPin,
  factoryPuk,
  isFactoryManagement,
  origin,
  padded,
  policy,
  type Secret,
  touchPolicy,
} from './state.ts'
import { Refusal, refuseUnless, statusWord } from './status.ts'
import { parseOnlyTlv, parseTlvMap, toTlv } from './tlv.ts'

const tag = { algorithm: 0x80, pinPolicy: 0xaa, touchPolicy: 0xab } as const

export function isKeySlot(slot: number): boolean {
  const isNamed = slot === 0x9a || (slot >= 0x9c && slot <= 0x9e)
  return isNamed || (slot >= 0x82 && slot <= 0x95) || slot === slotAttestation
}

export async function generate(chip: Chip, { p1, p2: slot, data }: Command): Promise<Uint8Array> {
  refuseUnless(chip.session.isManagementOpen, statusWord.notAllowed)
  refuseUnless(p1 === 0 && isKeySlot(slot), statusWord.wrongParameters)
  const asked = parseTlvMap(parseOnlyTlv(data, 0xac))
  const algorithm = oneByte(asked.get(tag.algorithm)) ?? 0
  refuseUnknownAlgorithm(algorithm, chip.firmware)
  const policies = parsePolicies(slot, asked)
  const { session } = chip
  const privateKey = await generatePrivateKey(algorithm)
  // Power was lost meanwhile: nothing may change any more.
  refuseUnless(chip.session === session, statusWord.conditionsNotMet)
  chip.state.keys.set(slot, { algorithm, privateKey, ...policies, origin: origin.generated })
  chip.changed()
  return toTlv(0x7f49, publicTlvs(privateKey))
}

export function importKey(chip: Chip, { p1: algorithm, p2: slot, data }: Command): Uint8Array {
  refuseUnless(chip.session.isManagementOpen, statusWord.notAllowed)
  refuseUnless(isKeySlot(slot), statusWord.wrongParameters)
  refuseUnknownAlgorithm(algorithm, chip.firmware)
  const parts = parseTlvMap(data)
  const policies = parsePolicies(slot, parts)
  const privateKey = importPrivateKey(algorithm, parts)
  chip.state.keys.set(slot, { algorithm, privateKey, ...policies, origin: origin.imported })
  chip.changed()
  return new Uint8Array(0)
}

/** P1 is where to, FF nowhere; P2 is where from. */
export function moveKey(chip: Chip, { p1: to, p2: from, data }: Command): Uint8Array {
  refuseUnless(chip.session.isManagementOpen, statusWord.notAllowed)
  refuseUnless(data.length === 0, statusWord.wrongLength)
  const isMove = to !== 0xff
  refuseUnless(isKeySlot(from) && (!isMove || isKeySlot(to)), statusWord.wrongParameters)
  refuseUnless(!isMove || (to !== slotAttestation && from !== slotAttestation), statusWord.wrongParameters)
  const { keys } = chip.state
  const key = keys.get(from)
  if (key === undefined) throw new Refusal(statusWord.noReference)
  if (isMove) {
    refuseUnless(!keys.has(to), statusWord.wrongData)
    keys.set(to, key)
  }
  keys.delete(from)
  chip.changed()
  return new Uint8Array(0)
}

export function metadata(chip: Chip, { p1, p2, data }: Command): Uint8Array {
  refuseUnless(p1 === 0, statusWord.wrongParameters)
  refuseUnless(data.length === 0, statusWord.wrongLength)
  const { pin, puk, managementKey, keys } = chip.state
  if (p2 === 0x80) return secretMetadata(pin, factoryPin)
  if (p2 === 0x81) return secretMetadata(puk, factoryPuk)
  if (p2 === slotManagement) {
    return concatBytes(
      toTlv(0x01, Uint8Array.of(managementKey.algorithm)),
      toTlv(0x02, Uint8Array.of(0, managementKey.touchPolicy)),
      toTlv(0x05, Uint8Array.of(isFactoryManagement(managementKey) ? 1 : 0)),
    )
  }
  refuseUnless(isKeySlot(p2), statusWord.wrongParameters)
  const key = keys.get(p2)
  if (key === undefined) throw new Refusal(statusWord.noReference)
  return keyMetadata(key)
}

function keyMetadata(key: CardKey): Uint8Array {
  return concatBytes(
    toTlv(0x01, Uint8Array.of(key.algorithm)),
    toTlv(0x02, Uint8Array.of(key.pinPolicy, key.touchPolicy)),
    toTlv(0x03, Uint8Array.of(key.origin)),
    toTlv(0x04, publicTlvs(key.privateKey)),
  )
}

function secretMetadata(secret: Secret, factory: string): Uint8Array {
  return concatBytes(
    toTlv(0x01, Uint8Array.of(0xff)),
    toTlv(0x05, Uint8Array.of(isEqualBytes(secret.value, padded(factory)) ? 1 : 0)),
    toTlv(0x06, Uint8Array.of(secret.tries, secret.left)),
  )
}

/** 00, or none, is the slot's own default. */
function parsePolicies(slot: number, given: ReadonlyMap<number, Uint8Array>) {
  const pin = oneByte(given.get(tag.pinPolicy)) ?? 0
  const touch = oneByte(given.get(tag.touchPolicy)) ?? 0
  refuseUnless(pin <= policy.always && touch <= touchPolicy.cached, statusWord.wrongData)
  return { pinPolicy: pin || defaultPinPolicy(slot), touchPolicy: touch || touchPolicy.never }
}

function defaultPinPolicy(slot: number): number {
  if (slot === 0x9c) return policy.always
  return slot === 0x9e ? policy.never : policy.once
}

function oneByte(value: Uint8Array | undefined): number | undefined {
  refuseUnless(value === undefined || value.length === 1, statusWord.wrongData)
  return value?.[0]
}
