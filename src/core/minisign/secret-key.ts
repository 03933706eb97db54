// Secret key files of minisign: 158 bytes, the secret part under a passphrase or open. Whoever opens one zeroes what it gets.
// The texts here are what lies on the disk anyway; what was under a passphrase is never made a text.
import { blake2b } from '@noble/hashes/blake2.js'
import { isEqualBytes, parseBase64, utf8 } from '../bytes.ts'
import { verifySignature } from '../crypto.ts'
import { AppError } from '../error.ts'
import { parsePublicKey, spkiOfRawEd25519 } from '../key.ts'
import { concatSecret } from '../secret.ts'
import { signWithSecret } from '../software-key.ts'
import { malformed, parseComment, parseLines } from './lines.ts'
import { algorithm, keyIdBytes, type MinisignPublicKey, startsWith } from './public-key.ts'
import { type ScryptCost, scryptCostOf } from './scrypt-cost.ts'

/** The work itself is done elsewhere: it takes seconds, and no thread that has anything else to do. */
export type Stretch = (
  passphrase: Uint8Array,
  cost: ScryptCost & { salt: Uint8Array },
  length: number,
) => Promise<Uint8Array>

export interface MinisignSecretFile {
  /** Absent: it lies open. */
  cost?: ScryptCost & { salt: Uint8Array }
  /** Key id, seed, public key, checksum. */
  box: Uint8Array
}

export interface MinisignSecret extends MinisignPublicKey {
  /** 32 bytes (RFC 8032). */
  seed: Uint8Array
}

export const maxSecretFileBytes = 4096
const kdf = utf8('Sc')
const noKdf = new Uint8Array(2)
const checksumKind = utf8('B2')
const boxBytes = keyIdBytes + 64 + 32
const headBytes = 6 + 32 + 8 + 8

export function parseMinisignSecret(bytes: Uint8Array, what: string): MinisignSecretFile {
  const [comment = '', line = ''] = parseLines(bytes, 2, maxSecretFileBytes, what)
  parseComment(comment, what)
  const whole = parseBase64(line, `the key of ${what}`)
  if (whole.length !== headBytes + boxBytes) {
    throw malformed(`the key of ${what} has ${whole.length} bytes where 158 are expected`, 'name the secret key file')
  }
  const isOpen = startsWith(whole.subarray(2), noKdf)
  if (
    !startsWith(whole, algorithm) ||
    !(isOpen || startsWith(whole.subarray(2), kdf)) ||
    !startsWith(whole.subarray(4), checksumKind)
  ) {
    throw new AppError({ code: 'format/unsupported', message: `${what} is not a key for Ed25519 as minisign keeps it` })
  }
  const box = concatSecret(whole.subarray(headBytes))
  const numbers = new DataView(whole.buffer, whole.byteOffset + 38, 16)
  const limits = { opslimit: numbers.getBigUint64(0, true), memlimit: numbers.getBigUint64(8, true) }
  const salt = whole.slice(6, 38)
  whole.fill(0)
  return isOpen ? { box } : { cost: { ...scryptCostOf(limits, what), salt }, box }
}

/** `passphrase` is not used where the file lies open. */
export async function openMinisignSecret(
  file: MinisignSecretFile,
  passphrase: Uint8Array,
  stretch: Stretch,
  what: string,
): Promise<MinisignSecret> {
  const box = concatSecret(file.box)
  try {
    if (file.cost !== undefined) await mask(box, passphrase, file.cost, stretch)
    const checksum = box.subarray(boxBytes - 32)
    // minisign writes no checksum where there is no passphrase that could be wrong.
    const isUnused = file.cost === undefined && checksum.every((byte) => byte === 0)
    if (!isUnused && !isEqualBytes(checksum, checksumOf(box))) throw wrong(file, what)
    return await secretOf(box, what)
  } finally {
    box.fill(0)
  }
}

async function secretOf(box: Uint8Array, what: string): Promise<MinisignSecret> {
  const raw = box.slice(keyIdBytes + 32, keyIdBytes + 64)
  const seed = concatSecret(box.subarray(keyIdBytes, keyIdBytes + 32))
  try {
    const key = parsePublicKey(spkiOfRawEd25519(raw))
    // A public key of another seed would make signatures from which the seed can be worked out.
    const proof = await signWithSecret(key, seed, raw)
    if (!(await verifySignature(key, raw, proof))) throw malformed(`the two halves of ${what} are not one key`)
    return { keyId: box.slice(0, keyIdBytes), key, seed }
  } catch (thrown) {
    seed.fill(0)
    throw thrown
  }
}

function checksumOf(box: Uint8Array): Uint8Array {
  return blake2b
    .create({ dkLen: 32 })
    .update(algorithm)
    .update(box.subarray(0, boxBytes - 32))
    .digest()
}

async function mask(
  box: Uint8Array,
  passphrase: Uint8Array,
  cost: ScryptCost & { salt: Uint8Array },
  stretch: Stretch,
): Promise<void> {
  const stream = await stretch(passphrase, cost, boxBytes)
  for (let at = 0; at < boxBytes; at++) box[at] = (box[at] ?? 0) ^ (stream[at] ?? 0)
  stream.fill(0)
}

function wrong({ cost }: MinisignSecretFile, what: string): AppError {
  if (cost === undefined) return malformed(`the checksum of ${what} does not fit its key`)
  return new AppError({
    code: 'signer/pin-wrong',
    message: `the passphrase does not open ${what}, or the file is damaged`,
    hint: 'type it again; there is no limit to the tries',
  })
}
