// What a rehearsal card keeps when it has no power, what it forgets then, and how it leaves the factory.
import type { KeyObject } from 'node:crypto'
import { isEqualBytes, utf8 } from '../../core/bytes.ts'

export const policy = { never: 1, once: 2, always: 3 } as const
export const touchPolicy = { never: 1, always: 2, cached: 3 } as const
export const origin = { generated: 1, imported: 2 } as const

export interface CardKey {
  algorithm: number
  privateKey: KeyObject
  pinPolicy: number
  touchPolicy: number
  origin: number
}

/** PIN or PUK: 8 bytes, padded with FF. */
export interface Secret {
  value: Uint8Array
  tries: number
  left: number
}

export interface ManagementKey {
  algorithm: number
  value: Uint8Array
  touchPolicy: number
}

export interface CardState {
  pin: Secret
  puk: Secret
  managementKey: ManagementKey
  /** By slot; F9 is the key that attests. */
  keys: Map<number, CardKey>
  /** By object id: the content of tag 53. */
  objects: Map<number, Uint8Array>
  /** DER: the root of the attestation, and what stands between it and the certificate in 5FFF01. */
  attestation: { root: Uint8Array; intermediates: readonly Uint8Array[] }
}

/** What is lost with the power, or when another application is selected. */
export interface Session {
  applet: 'none' | 'piv' | 'management'
  isPinVerified: boolean
  /** Verified by the command just before: what a key of policy ALWAYS wants. */
  isPinFresh: boolean
  isManagementOpen: boolean
  /** What the next authentication of the management key must answer. */
  expected?: { answer: Uint8Array; isMutual: boolean }
}

export interface Chip {
  serial: number
  /** 0x050701 for 5.7.1 */
  firmware: number
  state: CardState
  session: Session
  /** When a finger was last there; undefined after power was lost. */
  touchedAt?: number
  /** Waits for the finger; refuses with 6982 when it does not come. */
  touch(): Promise<void>
  /** To be called after each change of `state`. */
  changed(): void
}

export const factoryPin = '123456'
export const factoryPuk = '12345678'
const factoryTries = 3
const factoryManagementKey = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8])

export function factorySecret(text: string, tries = factoryTries): Secret {
  return { value: padded(text), tries, left: tries }
}

export function padded(text: string): Uint8Array {
  const value = new Uint8Array(8).fill(0xff)
  value.set(utf8(text))
  return value
}

/** AES-192 from firmware 5.7, 3DES before. */
export function factoryManagement(firmware: number): ManagementKey {
  const algorithm = firmware >= 0x050700 ? 0x0a : 0x03
  return { algorithm, value: factoryManagementKey.slice(), touchPolicy: touchPolicy.never }
}

export function isFactoryManagement(key: ManagementKey): boolean {
  return isEqualBytes(key.value, factoryManagementKey)
}

export function emptySession(): Session {
  return { applet: 'none', isPinVerified: false, isPinFresh: false, isManagementOpen: false }
}
