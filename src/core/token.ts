// What is known of a hardware token: plain data for screens and lists. Types, and the words for policies.
import type { ErrorData } from './error.ts'
import type { PublicKey } from './signer.ts'

export type PinPolicy = 'never' | 'once' | 'always' | 'match-once' | 'match-always'
export type TouchPolicy = 'never' | 'always' | 'cached'

export interface SecretState {
  triesLeft?: number
  tries?: number
  /** Still the value it left the factory with. */
  isDefault?: boolean
}

export interface TokenSlot {
  /** "9c"; for PKCS#11 the object's id in hex, for FIDO2 the name of the key. */
  id: string
  /** "Digital signature" */
  name: string
  /** "P-256", "RSA-2048", "X25519" */
  algorithm: string
  /** Present when this key can sign here. */
  key?: PublicKey
  /** "piv:15835999/9c"; present together with `key`. */
  signerId?: string
  /** Why it cannot sign, when there is a key that cannot. */
  why?: string
  pinPolicy?: PinPolicy
  touchPolicy?: TouchPolicy
  origin?: 'generated' | 'imported'
  /** The subject of the certificate in the slot: a claim, never verified here. */
  certificate?: string
}

export type TokenKind = 'piv' | 'pkcs11' | 'fido'

export interface Token {
  /** "piv:15835999", "pkcs11:SERIAL", "fido:PATH" */
  id: string
  kind: TokenKind
  /** "YubiKey 5C NFC", or what the token calls itself. */
  name: string
  serial?: string
  firmware?: string
  /** Where it is plugged in, as the system calls it. */
  reader: string
  /** A software token for practice: marked wherever it is shown. */
  rehearsal: boolean
  pin?: SecretState
  puk?: SecretState
  managementKey?: { algorithm: string; isDefault?: boolean }
  slots: readonly TokenSlot[]
  /** True while its slots are still being read. */
  reading: boolean
  /** What its owner should know of this very model or firmware. */
  advisories: readonly string[]
  /** Why it cannot be used. */
  problem?: ErrorData
}

export interface TokenList {
  tokens: readonly Token[]
  /** Of a whole family of tokens: no smart card service, HID denied, a PKCS#11 module that does not load. */
  problems: readonly TokenProblem[]
}

/** Something that hides tokens, or what is known of them. */
export interface TokenProblem {
  /** For people: "PKCS#11", "key holders". */
  where: string
  /** The path of the PKCS#11 module that cannot be used. */
  module?: string
  error: ErrorData
}

/** What a token says of a key that was made on it, checked offline. */
export interface Attestation {
  /** "verified": up to a vendor root that is built in; "unknown-root": the chain fits, but its root is not known here. */
  verdict: 'verified' | 'unknown-root' | 'rehearsal'
  /** The name of the root it leads to. */
  root?: string
  key: PublicKey
  slot: string
  serial?: string
  firmware: string
  pinPolicy: PinPolicy
  touchPolicy: TouchPolicy
  formFactor?: string
  fips?: boolean
  cspn?: boolean
  advisories: readonly string[]
  /** DER: the statement, then the device's own certificate. */
  certificates: readonly Uint8Array[]
}

/** What a PIV slot can hold that signs here; the larger RSA keys and Ed25519 came with firmware 5.7. */
export const slotAlgorithms = ['P-256', 'P-384', 'Ed25519', 'RSA-2048', 'RSA-3072', 'RSA-4096'] as const

export type SlotAlgorithm = (typeof slotAlgorithms)[number]

export function pinPolicyWords(policy: PinPolicy): string {
  return {
    never: 'no PIN',
    once: 'PIN once',
    always: 'PIN for every signature',
    'match-once': 'fingerprint or PIN once',
    'match-always': 'fingerprint or PIN for every signature',
  }[policy]
}

export function touchPolicyWords(policy: TouchPolicy): string {
  return { never: 'no touch', always: 'touch for every signature', cached: 'touch, good for 15 seconds' }[policy]
}
