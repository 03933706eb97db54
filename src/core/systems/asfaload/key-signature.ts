// What a key of a signers file answers to a message: bare Ed25519, or the whole text that minisign makes of it.
import { utf8 } from '../../bytes.ts'
import { contentOf } from '../../minisign/content.ts'
import { keyIdText } from '../../minisign/public-key.ts'
import { signMinisign } from '../../minisign/sign.ts'
import { toMinisignSignatureText } from '../../minisign/signature.ts'
import type { Signer } from '../../signer.ts'
import type { SignerKey } from './keys.ts'

/** Of a key that minisign made two operations, of which the second is of the first: where it is touched, twice. */
export async function keySignature(
  { keyId }: SignerKey,
  signer: Pick<Signer, 'key' | 'label' | 'sign'>,
  message: Uint8Array,
  trustedComment: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (keyId === undefined) return signer.sign(message, signal)
  const content = contentOf(message, 'prehashed')
  const comment = `signature by minisign key ${keyIdText(keyId)}`
  return utf8(toMinisignSignatureText(await signMinisign(signer, { keyId, content, comment, trustedComment }, signal)))
}
