// A file of this machine signed for minisign, with a key of this desk: FILE.minisig beside it, whole or not at all.
import { basename, resolve } from 'node:path'
import { utf8 } from '../../core/bytes.ts'
import { verifyComments } from '../../core/minisign/lines.ts'
import { type MinisignPublicKey, verifyCanMinisign } from '../../core/minisign/public-key.ts'
import {
  minisignPurpose,
  signMinisign,
  twiceSentence,
  usualTrustedComment,
  withPracticeMark,
} from '../../core/minisign/sign.ts'
import { type Form, type MinisignSignature, toMinisignSignatureText } from '../../core/minisign/signature.ts'
import type { Signer } from '../../core/signer.ts'
import type { Desk } from '../desk.ts'
import type { ReadOptions } from '../named-file.ts'
import { checkFree, writeNewFile } from '../new-file.ts'
import { readContent } from './content.ts'
import { namedKey } from './key-ids.ts'

export interface FileToSign {
  file: string
  signerId: string
  form: Form
  comment?: string | undefined
  trustedComment?: string | undefined
  /** Where the signature is written. */
  to: string
  now: Date
}

export interface SignedFile {
  signature: MinisignSignature
  named: MinisignPublicKey
  signer: Signer
}

const usualComment = 'signature from Countersign'

/** `before` is told what the person will be asked for more often than they think. */
export async function signFile(
  desk: Desk,
  { file, signerId, form, to, now, ...given }: FileToSign,
  options: ReadOptions & { before?(sentence: string): void },
): Promise<SignedFile> {
  const { signal, before } = options
  const name = basename(resolve(file))
  const signer = await desk.signer(signerId, signal, minisignPurpose(name))
  verifyCanMinisign(signer.key, signer.label)
  const named = await namedKey(desk.workspace.files, signer.key, signal)
  const comment = withPracticeMark(given.comment ?? usualComment, signer)
  const trustedComment = withPracticeMark(given.trustedComment ?? usualTrustedComment(name, form, now), signer)
  verifyComments({ comment, trustedComment })
  // All that can go wrong without a person does so before one is asked for anything.
  await checkFree(to)
  const content = await readContent(file, form, options)
  const sentence = twiceSentence(signer)
  if (sentence !== undefined) before?.(sentence)
  const signature = await signMinisign(signer, { keyId: named.keyId, content, comment, trustedComment }, signal)
  await writeNewFile(to, utf8(toMinisignSignatureText(signature)))
  return { signature, named, signer }
}
