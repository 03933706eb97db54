// Whether a signature of minisign is one of this file by this key: a checklist.
import { isEqualBytes } from '../bytes.ts'
import { verifySignature } from '../crypto.ts'
import { AppError } from '../error.ts'
import type { PublicKey } from '../signer.ts'
import { messageOf, type SignedContent } from './content.ts'
import { keyIdText, type MinisignPublicKey } from './public-key.ts'
import { globalMessage, type MinisignSignature } from './signature.ts'

/** What can be told before the file is read. */
export function verifyNamesKey(signature: MinisignSignature, { keyId }: MinisignPublicKey): void {
  if (isEqualBytes(signature.keyId, keyId)) return
  const [theirs, given] = [keyIdText(signature.keyId), keyIdText(keyId)]
  throw refused('key-id', `the signature names key ${theirs}, and the key that was given is ${given}`)
}

/**
 * `content` is in the form that is accepted: nothing that is signed tells the forms apart, and who takes either takes the
 * prehashed signature of a file also for a legacy one of the 64 bytes of its hash.
 */
export async function verifyMinisign(
  signature: MinisignSignature,
  publicKey: MinisignPublicKey,
  content: SignedContent,
  verify: (key: PublicKey, message: Uint8Array, signature: Uint8Array) => Promise<boolean> = verifySignature,
): Promise<void> {
  const { key } = publicKey
  verifyNamesKey(signature, publicKey)
  if (signature.form !== content.form) {
    throw refused('form', `the signature is in the ${signature.form} form, where the ${content.form} one is expected`)
  }
  if (!(await verify(key, messageOf(content), signature.signature))) {
    throw refused('signature', 'the signature is not one of this file by this key')
  }
  const message = globalMessage(signature.signature, signature.trustedComment)
  if (!(await verify(key, message, signature.globalSignature))) {
    throw refused('global-signature', 'the trusted comment is not the one that was signed')
  }
}

function refused(check: string, message: string): AppError {
  return new AppError({
    code: 'trust/bad-signature',
    message,
    hint: 'do not use the file; get file, signature and key again, each from where it is published',
    data: { check },
  })
}
