// The kinds of keys of a PIV token: their numbers, how a token writes a public key, and how it writes a signature.
import { concatBytes } from '../../core/bytes.ts'
import { derTag, toDer, toDerInteger } from '../../core/der.ts'
import { derFromP1363, p1363FromDer } from '../../core/ecdsa-signature.ts'
import { AppError } from '../../core/error.ts'
import { keyLabel, parsePublicKey } from '../../core/key.ts'
import type { PublicKey, Scheme } from '../../core/signer.ts'
import { toSpki } from '../../core/spki.ts'
import { type SlotAlgorithm, slotAlgorithms } from '../../core/token.ts'
import { garbled } from './apdu.ts'
import { parseTlvMap } from './tlv.ts'

/** What a slot can hold; the last two are named, but cannot sign here. */
export type CardAlgorithm = SlotAlgorithm | 'X25519' | 'RSA-1024'

interface SlotFacts {
  id: number
  scheme: Scheme
  /** Of a coordinate, a modulus or a raw key. */
  size: number
}

/** RSA-3072, RSA-4096 and Ed25519 came with firmware 5.7. */
const facts: Readonly<Record<SlotAlgorithm, SlotFacts>> = {
  'P-256': { id: 0x11, scheme: 'ecdsa-p256-sha256', size: 32 },
  'P-384': { id: 0x14, scheme: 'ecdsa-p384-sha384', size: 48 },
  Ed25519: { id: 0xe0, scheme: 'ed25519', size: 32 },
  'RSA-2048': { id: 0x07, scheme: 'rsa-pss-sha256', size: 256 },
  'RSA-3072': { id: 0x05, scheme: 'rsa-pss-sha256', size: 384 },
  'RSA-4096': { id: 0x16, scheme: 'rsa-pss-sha256', size: 512 },
}

export function idOfAlgorithm(algorithm: SlotAlgorithm): number {
  return facts[algorithm].id
}

export function algorithmOfId(id: number): CardAlgorithm | undefined {
  if (id === 0xe1) return 'X25519'
  if (id === 0x06) return 'RSA-1024'
  return slotAlgorithms.find((algorithm) => facts[algorithm].id === id)
}

export function isSlotAlgorithm(algorithm: CardAlgorithm | undefined): algorithm is SlotAlgorithm {
  return algorithm !== undefined && algorithm !== 'X25519' && algorithm !== 'RSA-1024'
}

/** Which kind of slot can hold this key. */
export function algorithmOfKey(key: PublicKey): SlotAlgorithm {
  const label = keyLabel(key)
  const algorithm = slotAlgorithms.find((name) => name === label)
  if (algorithm !== undefined) return algorithm
  throw new AppError({
    code: 'signer/unsupported',
    message: `a token cannot hold a key of the kind ${label}`,
    hint: 'use a P-256, P-384, Ed25519 or RSA key of 2048, 3072 or 4096 bits',
  })
}

/** The key in the card's own spelling: 86 point, or 81 modulus and 82 exponent (SP 800-73-4 part 2, table 11). */
export function parseCardKey(algorithm: SlotAlgorithm, bytes: Uint8Array): PublicKey {
  const what = `the ${algorithm} key of the token`
  const fields = parseTlvMap(bytes, what)
  const { scheme } = facts[algorithm]
  let key: PublicKey
  try {
    key = parsePublicKey(
      scheme === 'rsa-pss-sha256'
        ? rsaSpki(field(fields, 0x81, what), field(fields, 0x82, what))
        : toSpki(scheme, field(fields, 0x86, what)),
    )
  } catch (cause) {
    // A fault of the token, not of a file.
    if (cause instanceof AppError) throw garbled(`${what} is not a valid key: ${cause.message}`, cause)
    throw cause
  }
  if (keyLabel(key) !== algorithm) throw garbled(`${what} is of the kind ${keyLabel(key)}`)
  return key
}

function rsaSpki(modulus: Uint8Array, exponent: Uint8Array): Uint8Array {
  return toSpki('rsa-pss-sha256', toDer(derTag.sequence, toDerInteger(modulus), toDerInteger(exponent)))
}

function field(fields: ReadonlyMap<number, Uint8Array>, tag: number, what: string): Uint8Array {
  const value = fields.get(tag)
  if (value === undefined) throw garbled(`${what} lacks tag ${tag.toString(16)}`)
  return value
}

/** The signature in the scheme's own form, in its one spelling. That it verifies is for the caller to find out. */
export function parseCardSignature(algorithm: SlotAlgorithm, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { scheme, size } = facts[algorithm]
  if (scheme === 'ecdsa-p256-sha256' || scheme === 'ecdsa-p384-sha384') {
    const coordinate = scheme === 'ecdsa-p256-sha256' ? 32 : 48
    try {
      return derFromP1363(p1363FromDer(bytes, coordinate), coordinate)
    } catch (cause) {
      if (cause instanceof AppError) throw garbled(`the token's signature is malformed: ${cause.message}`, cause)
      throw cause
    }
  }
  const expected = scheme === 'ed25519' ? 64 : size
  if (bytes.length !== expected) {
    throw garbled(`the token's ${algorithm} signature has ${bytes.length} bytes where ${expected} are expected`)
  }
  return concatBytes(bytes)
}
