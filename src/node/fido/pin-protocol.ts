// PIN/UV auth protocols one and two (CTAP 2.1, sections 6.5.6 and 6.5.7): a secret shared with the token for one talk, what is
// encrypted and authenticated with it, and how a PIN crosses the wire.
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
} from 'node:crypto'
import { concatBytes, parseUtf8, utf8 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { bytesAt, type CborMap } from './cbor.ts'
import { garbled } from './frames.ts'

export type PinProtocol = 1 | 2

export interface SharedSecret {
  protocol: PinProtocol
  /** Our half of the agreement, as a COSE key. */
  publicKey: CborMap
  encrypt(plain: Uint8Array): Uint8Array
  /** The caller zeroes what it gets. */
  decrypt(sealed: Uint8Array, what: string): Uint8Array
  authenticate(message: Uint8Array): Uint8Array
  forget(): void
}

const ivBytes = 16
const zeroIv = new Uint8Array(ivBytes)
const cose = { kty: 1, alg: 3, crv: -1, x: -2, y: -3 } as const
const coseEc2 = 2
const coseP256 = 1
/** ECDH-ES + HKDF-256 in the registry; CTAP2 writes it for both protocols, and it is not what either computes. */
const coseEcdh = -25

/** `privateKey` is for tests with published vectors; otherwise it is new for each talk. */
export function agree(theirs: CborMap, protocol: PinProtocol, privateKey?: Uint8Array): SharedSecret {
  const point = parsePoint(theirs)
  const ours = createECDH('prime256v1')
  if (privateKey === undefined) ours.generateKeys()
  else ours.setPrivateKey(privateKey)
  let agreed: Buffer
  try {
    agreed = ours.computeSecret(point)
  } catch {
    throw garbled('its public key is not a point of P-256')
  }
  const keys = derive(agreed, protocol)
  agreed.fill(0)
  const mine = new Uint8Array(ours.getPublicKey())
  return {
    protocol,
    publicKey: new Map<number, unknown>([
      [cose.kty, coseEc2],
      [cose.alg, coseEcdh],
      [cose.crv, coseP256],
      [cose.x, mine.subarray(1, 33)],
      [cose.y, mine.subarray(33)],
    ]),
    encrypt: (plain) => {
      const iv = protocol === 1 ? zeroIv : randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-cbc', keys.aes, iv).setAutoPadding(false)
      const sealed = concatBytes(cipher.update(plain), cipher.final())
      return protocol === 1 ? sealed : concatBytes(iv, sealed)
    },
    decrypt: (sealed, what) => {
      const iv = protocol === 1 ? zeroIv : sealed.subarray(0, ivBytes)
      const body = protocol === 1 ? sealed : sealed.subarray(ivBytes)
      if (body.length === 0 || body.length % 16 !== 0) throw garbled(`${what} has ${sealed.length} bytes`)
      const decipher = createDecipheriv('aes-256-cbc', keys.aes, iv).setAutoPadding(false)
      const first = decipher.update(body)
      const plain = concatBytes(first, decipher.final())
      first.fill(0)
      return plain
    },
    authenticate: (message) => authenticate(keys.hmac, protocol, message),
    forget: () => {
      keys.aes.fill(0)
      keys.hmac.fill(0)
    },
  }
}

/** With a shared secret, or with the token that a PIN was exchanged for. */
export function authenticate(key: Uint8Array, protocol: PinProtocol, message: Uint8Array): Uint8Array {
  const mac = new Uint8Array(createHmac('sha256', key).update(message).digest())
  return protocol === 1 ? mac.subarray(0, 16) : mac
}

function derive(agreed: Uint8Array, protocol: PinProtocol): { aes: Uint8Array; hmac: Uint8Array } {
  if (protocol === 1) {
    const key = new Uint8Array(createHash('sha256').update(agreed).digest())
    return { aes: key, hmac: key }
  }
  const salt = new Uint8Array(32)
  const expand = (info: string) => new Uint8Array(hkdfSync('sha256', agreed, salt, info, 32))
  return { hmac: expand('CTAP2 HMAC key'), aes: expand('CTAP2 AES key') }
}

function parsePoint(key: CborMap): Uint8Array {
  if (key.get(cose.kty) !== coseEc2 || key.get(cose.crv) !== coseP256)
    throw garbled('its public key is not one of P-256')
  const x = bytesAt(key, cose.x, 'x of its public key')
  const y = bytesAt(key, cose.y, 'y of its public key')
  if (x.length !== 32 || y.length !== 32) throw garbled('its public key has a wrong length')
  return concatBytes(Uint8Array.of(4), x, y)
}

export const pinBytes = { min: 4, max: 63 } as const

/** The 16 bytes by which a token recognises its PIN; they are as secret as the PIN. The caller zeroes both. */
export function pinHash(pin: Uint8Array): Uint8Array {
  const normal = normalPin(pin)
  try {
    if (normal.length < pinBytes.min || normal.length > pinBytes.max) throw unusablePin()
    const digest = createHash('sha256').update(normal).digest()
    const hash = new Uint8Array(digest.subarray(0, 16))
    digest.fill(0)
    return hash
  } finally {
    if (normal !== pin) normal.fill(0)
  }
}

/** Normalization Form C, which for ASCII changes nothing: only a PIN with other letters becomes a string on the way. */
function normalPin(pin: Uint8Array): Uint8Array {
  if (pin.every((byte) => byte < 0x80)) return pin
  return utf8(parseUtf8(pin, 'the PIN').normalize('NFC'))
}

function unusablePin(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `a FIDO2 PIN has ${pinBytes.min} to ${pinBytes.max} characters; nothing was sent to the token`,
    hint: 'type the FIDO2 PIN of this token',
  })
}
