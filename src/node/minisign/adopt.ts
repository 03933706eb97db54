// A secret key file of minisign becomes a key of this desk: its seed in a key file of ours, its name for minisign remembered.
import { AppError } from '../../core/error.ts'
import type { MinisignPublicKey } from '../../core/minisign/public-key.ts'
import { type MinisignSecret, openMinisignSecret, parseMinisignSecret } from '../../core/minisign/secret-key.ts'
import type { Prompt } from '../../core/signer.ts'
import type { Transport } from '../../core/transport.ts'
import type { KeyStore, NewProtection, StoredKey } from '../key-store.ts'
import { askingAgain } from '../signers/software.ts'
import { stretch } from '../stretch.ts'
import { rememberKey } from './key-ids.ts'

export interface Adoption {
  /** What the file is called, and what lies in it. */
  file: string
  content: Uint8Array
  /** Of the key here. */
  name: string
  /** Asked for when the file is open: nobody thinks of a new passphrase for a key that they cannot have. */
  protection: () => Promise<NewProtection>
}

export interface Adopted {
  stored: StoredKey
  named: MinisignPublicKey
  /** Whether whoever could read the file had the key. */
  wasOpen: boolean
}

export async function adoptMinisign(
  { file, content, name, protection }: Adoption,
  { keys, files, prompt }: { keys: KeyStore; files: Transport; prompt: Prompt },
  signal: AbortSignal,
): Promise<Adopted> {
  const parsed = parseMinisignSecret(content, file)
  let named: MinisignPublicKey | undefined
  try {
    const stored = await keys.adopt(
      name,
      async () => {
        const secret = await opened()
        named = { keyId: secret.keyId, key: secret.key }
        let chosen: NewProtection | undefined
        try {
          chosen = await protection()
          // First: a name without its key does no harm.
          await rememberKey(files, named, signal)
          return { made: { key: secret.key, secret: secret.seed }, protection: chosen }
        } catch (thrown) {
          secret.seed.fill(0)
          if (chosen?.kind === 'passphrase') chosen.passphrase.fill(0)
          throw thrown
        }
      },
      signal,
    )
    if (named === undefined) throw new AppError({ code: 'internal/bug', message: 'a key was stored and not opened' })
    return { stored, named, wasOpen: parsed.cost === undefined }
  } finally {
    parsed.box.fill(0)
  }

  function opened(): Promise<MinisignSecret> {
    if (parsed.cost === undefined) return openMinisignSecret(parsed, new Uint8Array(), stretch, file)
    const request = { device: file, secret: 'passphrase', purpose: `make its key the key ${name} of this computer` }
    return askingAgain(async (wasWrong) => {
      const passphrase = await prompt.pin({ ...request, wasWrong }, signal)
      try {
        return await openMinisignSecret(parsed, passphrase, stretch, file)
      } finally {
        passphrase.fill(0)
      }
    })
  }
}
