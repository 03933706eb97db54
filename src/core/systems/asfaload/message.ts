// Which bytes a key signs for a file, by the generation of the project and the form of the key.
import { sha512 } from '../../crypto.ts'
import type { SignerKey } from './keys.ts'
import type { Generation } from './signers-file.ts'

/** The file itself, or its raw SHA-512 digest; of a minisign key, what minisign is then given as its file. */
export async function messageOf(file: Uint8Array, generation: Generation): Promise<Uint8Array> {
  return generation === 0 ? file : sha512(file)
}

/** Minisign's older form, without a digest of its own, is refused by everything after the first generation. */
export function isLegacyAllowed({ form }: Pick<SignerKey, 'form'>, generation: Generation): boolean {
  return form === 'minisign' && generation === 0
}
