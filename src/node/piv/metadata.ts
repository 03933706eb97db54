// GET METADATA of a YubiKey since firmware 5.3: what it tells of a slot, of PIN and PUK, of the management key.
import type { PublicKey } from '../../core/signer.ts'
import type { PinPolicy, SecretState, TouchPolicy } from '../../core/token.ts'
import { algorithmOfId, type CardAlgorithm, isSlotAlgorithm, parseCardKey } from './algorithm.ts'
import { type Command, garbled } from './apdu.ts'
import { pinPolicyOf, touchPolicyOf } from './policy.ts'
import { parseTlvMap } from './tlv.ts'

export interface SlotMetadata {
  /** Undefined for a kind that is newer than this program. */
  algorithm?: CardAlgorithm
  algorithmId: number
  pinPolicy?: PinPolicy
  touchPolicy?: TouchPolicy
  origin?: 'generated' | 'imported'
  /** Present when this key can sign here. */
  key?: PublicKey
}

export interface ManagementMetadata {
  algorithmId: number
  touchPolicy?: TouchPolicy
  isDefault?: boolean
}

/** A key, as much as the token can tell of it: firmware before 5.3 knows no more than the certificate. */
export type SlotContent = Omit<SlotMetadata, 'algorithmId'>

/** P2 of the management key. */
export const managementReference = 0x9b

export function metadataCommand(p2: number): Command {
  return { ins: 0xf7, p1: 0, p2 }
}

export function parseSlotMetadata(data: Uint8Array, what: string, defaultPinPolicy: PinPolicy): SlotMetadata {
  const fields = parseTlvMap(data, what)
  const algorithmId = fields.get(0x01)?.[0]
  if (algorithmId === undefined) throw garbled(`${what} names no algorithm`)
  const algorithm = algorithmOfId(algorithmId)
  const [pinId, touchId] = fields.get(0x02) ?? []
  const pinPolicy = pinId === 0 ? defaultPinPolicy : pinPolicyOf(pinId)
  const touchPolicy = touchId === 0 ? 'never' : touchPolicyOf(touchId)
  const originId = fields.get(0x03)?.[0]
  const point = fields.get(0x04)
  return {
    algorithmId,
    ...(algorithm === undefined ? {} : { algorithm }),
    ...(pinPolicy === undefined ? {} : { pinPolicy }),
    ...(touchPolicy === undefined ? {} : { touchPolicy }),
    ...(originId === 1 ? { origin: 'generated' } : originId === 2 ? { origin: 'imported' } : {}),
    ...(point !== undefined && isSlotAlgorithm(algorithm) ? { key: parseCardKey(algorithm, point) } : {}),
  }
}

export function parseSecretMetadata(data: Uint8Array, what: string): SecretState {
  const fields = parseTlvMap(data, what)
  const [tries, triesLeft] = fields.get(0x06) ?? []
  const isDefault = fields.get(0x05)?.[0]
  return {
    ...(tries === undefined ? {} : { tries }),
    ...(triesLeft === undefined ? {} : { triesLeft }),
    ...(isDefault === undefined ? {} : { isDefault: isDefault !== 0 }),
  }
}

export function parseManagementMetadata(data: Uint8Array, what: string): ManagementMetadata {
  const fields = parseTlvMap(data, what)
  const touchPolicy = touchPolicyOf(fields.get(0x02)?.[1])
  const isDefault = fields.get(0x05)?.[0]
  return {
    // Firmware 5.3 has 3DES only, and does not say so.
    algorithmId: fields.get(0x01)?.[0] ?? 0x03,
    ...(touchPolicy === undefined ? {} : { touchPolicy }),
    ...(isDefault === undefined ? {} : { isDefault: isDefault !== 0 }),
  }
}
