// Whether a file of this machine is the one that a signature of minisign is of.
import { AppError } from '../../core/error.ts'
import type { MinisignPublicKey } from '../../core/minisign/public-key.ts'
import type { MinisignSignature } from '../../core/minisign/signature.ts'
import { verifyMinisign, verifyNamesKey } from '../../core/minisign/verify.ts'
import type { ReadOptions } from '../named-file.ts'
import { readContent } from './content.ts'

/** What can be told without reading the file is told first: it may be large. */
export async function verifyFile(
  file: string,
  signature: MinisignSignature,
  publicKey: MinisignPublicKey,
  { takesLegacy, ...options }: ReadOptions & { takesLegacy: boolean },
): Promise<void> {
  verifyNamesKey(signature, publicKey)
  if (signature.form === 'legacy' && !takesLegacy) {
    throw new AppError({
      code: 'trust/bad-signature',
      message: `the signature is of ${file} in the legacy form, which cannot be told from one of another file's hash`,
      hint: 'ask for a new signature; if you know that it was made by minisign before 0.10: --legacy',
      data: { check: 'form' },
    })
  }
  await verifyMinisign(signature, publicKey, await readContent(file, signature.form, options))
}
