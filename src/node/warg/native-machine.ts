// Signatures of long logs, verified in this thread: for each of them a message to another thread, which is what WebCrypto sends,
// would cost a good part of what the signature itself does.
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { AppError } from '../../core/error.ts'
import type { PublicKey } from '../../core/signer.ts'
import type { Machine } from '../../core/systems/warg/log/log.ts'

/** The same verdicts as WebCrypto's, at once: what is no DER is no signature. */
export const nativeMachine = {
  verify: (key, message, signature) => verify('sha256', message, importedKey(key), signature),
  sha256: (bytes) => hash('sha256', bytes, 'hex'),
  base64: (text, what) => {
    const bytes = Buffer.from(text, 'base64')
    if (bytes.toString('base64') === text) return bytes
    throw new AppError({ code: 'format/malformed', message: `${what} is not base64 in its one form` })
  },
} satisfies Machine

const imported = new WeakMap<PublicKey, KeyObject>()

function importedKey(key: PublicKey): KeyObject {
  const known = imported.get(key)
  if (known !== undefined) return known
  try {
    if (key.scheme !== 'ecdsa-p256-sha256') throw new TypeError('no key of P-256')
    const made = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' })
    imported.set(key, made)
    return made
  } catch (cause) {
    throw new AppError({ code: 'format/unsupported', message: `this ${key.scheme} key cannot be used`, cause })
  }
}
