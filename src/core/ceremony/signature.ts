// Whether a signature fits: a key or a signature that is none is an answer, and no failure.
import { verifySignature } from '../crypto.ts'
import { isVerdict } from '../error.ts'
import { parsePublicKey } from '../key.ts'

export async function isSignature(spki: Uint8Array, message: Uint8Array, value: Uint8Array): Promise<boolean> {
  try {
    return await verifySignature(parsePublicKey(spki), message, value)
  } catch (thrown) {
    if (isVerdict(thrown)) return false
    throw thrown
  }
}
