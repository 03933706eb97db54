// Signing as minisign does, with any signer of an Ed25519 key: two signatures, of which the second is of the first one.
import { verifySignature } from '../crypto.ts'
import { AppError } from '../error.ts'
import type { Purpose, Signer } from '../signer.ts'
import { messageOf, type SignedContent } from './content.ts'
import { verifyComments } from './lines.ts'
import { verifyCanMinisign } from './public-key.ts'
import { type Form, globalMessage, type MinisignSignature } from './signature.ts'

export interface MinisignRequest {
  keyId: Uint8Array
  content: SignedContent
  comment: string
  trustedComment: string
}

/** How often the key signs, and is touched where it wants a finger: for one file, without a way to ask for both at once. */
export const minisignSignatures = 2

export async function signMinisign(
  signer: Pick<Signer, 'key' | 'label' | 'sign'>,
  { keyId, content, comment, trustedComment }: MinisignRequest,
  signal: AbortSignal,
): Promise<MinisignSignature> {
  verifyCanMinisign(signer.key, signer.label)
  verifyComments({ comment, trustedComment })
  const signature = await signed(signer, messageOf(content), signal)
  // Only now is known what else is to be signed.
  const globalSignature = await signed(signer, globalMessage(signature, trustedComment), signal)
  return { form: content.form, keyId, comment, signature, trustedComment, globalSignature }
}

/** Nothing leaves here that does not verify. */
async function signed(
  signer: Pick<Signer, 'key' | 'label' | 'sign'>,
  message: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const signature = await signer.sign(message, signal)
  if (await verifySignature(signer.key, message, signature)) return signature
  throw new AppError({ code: 'signer/failed', message: `the signature that ${signer.label} gave does not verify` })
}

/** To be said before; undefined where nobody is asked for anything twice. */
export function twiceSentence({ asks, label }: Pick<Signer, 'asks' | 'label'>): string | undefined {
  const before = `minisign signs the file and then its comment, so ${label}`
  if (asks === 'touch' || asks === 'pin-and-touch') return `${before} waits for ${minisignSignatures} touches`
  return asks === 'pin' ? `${before} signs ${minisignSignatures} times` : undefined
}

/** For PIN window and touch notice of one `signMinisign`: which of the two is being signed. */
export function minisignPurpose(name: string): Purpose {
  const all = `sign ${name} for minisign`
  const parts = ['the file', 'its comment']
  let done = 0
  return { all, of: () => `${all}, ${done + 1} of ${minisignSignatures}: ${parts[done++] ?? 'again'}` }
}

/** What minisign says where nobody says otherwise. */
export function usualTrustedComment(name: string, form: Form, now: Date): string {
  const said = `timestamp:${Math.floor(now.getTime() / 1000)}\tfile:${name}`
  return form === 'prehashed' ? `${said}\thashed` : said
}

/** By whom: a key of its own, or one for practice, which is marked wherever its signature goes. */
export function withPracticeMark(text: string, { rehearsal }: { rehearsal: boolean }): string {
  return rehearsal ? `${text}\tpractice` : text
}
