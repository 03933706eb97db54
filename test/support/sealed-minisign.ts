// A secret key file of minisign, as minisign itself makes one: this program only ever reads them.
import { blake2b } from '@noble/hashes/blake2.js'
import { concatBytes, toBase64, utf8 } from '../../src/core/bytes.ts'
import { rawEd25519 } from '../../src/core/key.ts'
import { type ScryptLimits, scryptCostOf } from '../../src/core/minisign/scrypt-cost.ts'
import type { MinisignSecret } from '../../src/core/minisign/secret-key.ts'
import { stretch } from '../../src/node/stretch.ts'

/** The salt is 32 random bytes. */
export async function sealedMinisign(
  { keyId, key, seed }: MinisignSecret,
  passphrase: Uint8Array,
  { limits, salt }: { limits: ScryptLimits; salt: Uint8Array },
): Promise<string> {
  const secret = concatBytes(keyId, seed, rawEd25519(key))
  const box = concatBytes(secret, blake2b(concatBytes(utf8('Ed'), secret), { dkLen: 32 }))
  const stream = await stretch(passphrase, { ...scryptCostOf(limits, 'the new key file'), salt }, box.length)
  const numbers = Buffer.alloc(16)
  numbers.writeBigUInt64LE(limits.opslimit, 0)
  numbers.writeBigUInt64LE(limits.memlimit, 8)
  const masked = box.map((byte, at) => byte ^ (stream[at] ?? 0))
  const whole = concatBytes(utf8('Ed'), utf8('Sc'), utf8('B2'), salt, numbers, masked)
  return `untrusted comment: minisign encrypted secret key\n${toBase64(whole)}\n`
}
