// The port to PKCS#11 modules: as much of them as signing needs.
import type { AppError } from '../../core/error.ts'

/** Of each kind; a store of trusted certificates can hold any number. */
export const maxObjects = 512

export interface Pkcs11 {
  /** Loads and starts the module; signer/absent when it does not load, signer/unsupported without the native package. */
  open(path: string): Promise<Pkcs11Module>
}

export interface Pkcs11Module {
  library: { manufacturer: string; description: string; version: string }
  /** Slots with an initialized token; asks the module to look anew. */
  slots(): Pkcs11Slot[]
  /** Which of the signatures we use the token in this slot makes. */
  mechanisms(slot: Pkcs11Slot): ReadonlySet<Pkcs11Mechanism>
  openSession(slot: Pkcs11Slot): Pkcs11Session
  /** Ends every session. Never throws. */
  close(): void
}

export type Pkcs11Mechanism = 'ecdsa' | 'eddsa' | 'rsa-pss-sha256'

export interface Pkcs11Slot {
  /** The module's own name of the slot: its number, as it lies in memory, in hex. */
  handle: string
  number: number
  description: string
  manufacturer: string
  /** Absent when the token cannot be asked: then `problem` says why. */
  token?: Pkcs11TokenInfo
  problem?: AppError
}

export interface Pkcs11TokenInfo {
  label: string
  serial: string
  manufacturer: string
  model: string
  firmware: string
  pin: { min: number; max: number }
  loginRequired: boolean
  /** The PIN is typed on the device itself (CKF_PROTECTED_AUTHENTICATION_PATH). */
  hasKeypad: boolean
  pinState: 'good' | 'low' | 'final-try' | 'locked'
  pinIsDefault: boolean
}

export type Pkcs11ObjectKind = 'public-key' | 'private-key' | 'certificate'

/** What a token tells of an object; what it does not tell is undefined. */
export interface Pkcs11Object {
  handle: Uint8Array
  /** CKA_ID: the same for the halves of a key pair and its certificate. */
  id: Uint8Array
  label: string
  keyType?: number | undefined
  ecParams?: Uint8Array | undefined
  ecPoint?: Uint8Array | undefined
  modulus?: Uint8Array | undefined
  exponent?: Uint8Array | undefined
  alwaysAuthenticate?: boolean | undefined
  /** Of a private key: its token lets it sign. */
  canSign?: boolean | undefined
  /** Made on the token. */
  local?: boolean | undefined
  /** DER of a certificate. */
  value?: Uint8Array | undefined
  /** A certificate of an authority, not of a key here. */
  isAuthority?: boolean | undefined
}

/** 'keypad': the person types it on the device. */
export type Pkcs11Pin = Uint8Array | 'keypad'

export interface Pkcs11Session {
  find(kind: Pkcs11ObjectKind, id?: Uint8Array): Pkcs11Object[]
  login(pin: Pkcs11Pin): void
  logout(): void
  /** `pin`: given once more for this one signature, for a key that asks it each time. Raw: r||s for ECDSA. */
  sign(key: Pkcs11Object, how: Pkcs11Mechanism, data: Uint8Array, pin?: Pkcs11Pin): Promise<Uint8Array>
  /** Never throws. */
  close(): void
}
