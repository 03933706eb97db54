// The management key: who has it may change what the slots hold. Token and we prove to each other that we have it.
import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto'
import { concatBytes } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { concatSecret } from '../../core/secret.ts'
import { touchLimitMs } from '../card.ts'
import { garbled } from './apdu.ts'
import type { Applet } from './applet.ts'
import { isBefore } from './firmware.ts'
import { type ManagementMetadata, managementReference } from './metadata.ts'
import { status, statusError } from './status.ts'
import { parseWholeTlv, toTlv } from './tlv.ts'

export type ManagementAlgorithm = '3DES' | 'AES-128' | 'AES-192' | 'AES-256'

interface Kind {
  id: number
  keyBytes: number
  blockBytes: number
  /** With a zero vector, one block of CBC is the plain block cipher; Electron's crypto has no ECB for 3DES. */
  cipher: string
}

const kinds: Readonly<Record<ManagementAlgorithm, Kind>> = {
  '3DES': { id: 0x03, keyBytes: 24, blockBytes: 8, cipher: 'des-ede3-cbc' },
  'AES-128': { id: 0x08, keyBytes: 16, blockBytes: 16, cipher: 'aes-128-cbc' },
  'AES-192': { id: 0x0a, keyBytes: 24, blockBytes: 16, cipher: 'aes-192-cbc' },
  'AES-256': { id: 0x0c, keyBytes: 32, blockBytes: 16, cipher: 'aes-256-cbc' },
}
const algorithms: readonly ManagementAlgorithm[] = ['3DES', 'AES-128', 'AES-192', 'AES-256']

/** Every token leaves the factory with this one. */
export function defaultManagementKey(): Uint8Array {
  return Uint8Array.from({ length: 24 }, (_, index) => (index % 8) + 1)
}

export function newManagementKey(algorithm: ManagementAlgorithm): Uint8Array {
  return new Uint8Array(randomBytes(kinds[algorithm].keyBytes))
}

/** Firmware before 5.3 tells nothing, and has 3DES. */
export function managementAlgorithmOf(metadata: ManagementMetadata | undefined): ManagementAlgorithm {
  if (metadata === undefined) return '3DES'
  const algorithm = algorithms.find((name) => kinds[name].id === metadata.algorithmId)
  if (algorithm !== undefined) return algorithm
  throw new AppError({
    code: 'signer/unsupported',
    message: `the management key of this token is of kind ${metadata.algorithmId}, which is unknown here`,
    hint: 'look for a newer version of this program',
  })
}

/** The caller zeroes the key. */
export async function authenticate(
  piv: Applet & { managementMetadata(): Promise<ManagementMetadata | undefined> },
  key: Uint8Array,
): Promise<void> {
  const kind = kinds[checkedAlgorithm(managementAlgorithmOf(await piv.managementMetadata()), key)]
  const doing = 'proving the management key'
  const command = { ins: 0x87, p1: kind.id, p2: managementReference }
  const first = await piv.send({ ...command, data: toTlv(0x7c, toTlv(0x80)) }, doing, touchLimitMs)
  const witness = authenticationField(first, 0x80, kind.blockBytes)
  const challenge = new Uint8Array(randomBytes(kind.blockBytes))
  const proof = toTlv(0x7c, toTlv(0x80, decryptBlock(kind, key, witness)), toTlv(0x81, challenge))
  const { data, sw } = await piv.exchange({ ...command, data: proof }, touchLimitMs)
  if (sw === status.notVerified || sw === status.badData) {
    throw new AppError({
      code: 'signer/failed',
      message: 'the management key is not the one of this token',
      hint: 'give the management key of this token; nothing was changed',
    })
  }
  if (sw !== status.ok) throw statusError(sw, doing)
  // Its half of the proof: a reader in between, or another card, cannot answer this.
  const answer = authenticationField(data, 0x82, kind.blockBytes)
  if (!timingSafeEqual(answer, encryptBlock(kind, key, challenge))) {
    throw garbled('the token could not prove that it has the management key')
  }
}

/** Needs the present management key. The caller zeroes the new one. */
export async function setManagementKey(
  piv: Applet,
  algorithm: ManagementAlgorithm,
  key: Uint8Array,
  needsTouch: boolean,
): Promise<void> {
  const { id } = kinds[checkedAlgorithm(algorithm, key)]
  const version = await piv.version()
  if (algorithm !== '3DES' && version !== undefined && isBefore(version, '5.4.0')) {
    throw new AppError({
      code: 'signer/unsupported',
      message: `a management key of the kind ${algorithm} needs firmware 5.4.0, this token has ${version}`,
      hint: 'use one of the kind 3DES',
      data: { firmware: version },
    })
  }
  const field = toTlv(managementReference, key)
  const data = concatSecret(Uint8Array.of(id), field)
  try {
    const command = { ins: 0xff, p1: 0xff, p2: needsTouch ? 0xfe : 0xff, data, secret: true }
    await piv.send(command, 'setting the management key')
  } finally {
    field.fill(0)
    data.fill(0)
  }
}

function checkedAlgorithm(algorithm: ManagementAlgorithm, key: Uint8Array): ManagementAlgorithm {
  const { keyBytes } = kinds[algorithm]
  if (key.length === keyBytes) return algorithm
  throw new AppError({
    code: 'usage/invalid',
    message: `a management key of the kind ${algorithm} has ${keyBytes} bytes, this has ${key.length}`,
    hint: 'give the management key of this token in hexadecimal',
  })
}

function authenticationField(answer: Uint8Array, tag: number, size: number): Uint8Array {
  const what = "the token's proof of the management key"
  const value = parseWholeTlv(parseWholeTlv(answer, 0x7c, what), tag, what)
  if (value.length !== size) throw garbled(`${what} has ${value.length} bytes where ${size} are expected`)
  return value
}

function encryptBlock(kind: Kind, key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv(kind.cipher, key, new Uint8Array(kind.blockBytes)).setAutoPadding(false)
  return concatBytes(cipher.update(block), cipher.final())
}

function decryptBlock(kind: Kind, key: Uint8Array, block: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(kind.cipher, key, new Uint8Array(kind.blockBytes)).setAutoPadding(false)
  return concatBytes(decipher.update(block), decipher.final())
}
