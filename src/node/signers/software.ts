// Software keys as signers. Listing asks nothing; signing asks for the passphrase if the key has one.
import { AppError } from '../../core/error.ts'
import { keyLabel } from '../../core/key.ts'
import type { KnownSigner, PinRequest, Prompt, Signer, SignerSource } from '../../core/signer.ts'
import type { KeyStore } from '../key-store.ts'

/** Of a passphrase, each typed anew by the person: the key file has no counter that a mistake could use up. */
const passphraseTries = 3

/** `purpose` says what will be signed, for the prompt. */
export function softwareSigners(store: KeyStore, prompt: Prompt, purpose: string): SignerSource {
  return {
    list: async (signal) => {
      const { keys } = await store.list(signal)
      return keys
        .filter((stored) => stored.protection !== 'public-only')
        .map(({ name, key, protection }): Signer => {
          const label = `key file ${name} (${keyLabel(key)})`
          const request: PinRequest = { device: `key file ${name}`, secret: 'passphrase', purpose }
          return {
            id: `file:${name}`,
            label,
            key,
            rehearsal: false,
            asks: protection === 'keychain' ? 'keychain' : 'passphrase',
            sign: async (message, stop) => {
              return askingAgain((wasWrong) =>
                store.sign(name, message, () => prompt.pin({ ...request, wasWrong }, stop), stop),
              )
            },
          }
        })
    },
  }
}

/** Of a secret without a counter. */
export async function askingAgain<T>(attempt: (wasWrong: boolean) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(tries > 1)
    } catch (error) {
      const isWrong = error instanceof AppError && error.code === 'signer/pin-wrong'
      if (!isWrong || tries === passphraseTries) throw error
    }
  }
}

/** The same signer, its passphrase asked for now and never again: for a service that signs without a person. */
export async function unlockedSigner(
  signer: KnownSigner,
  store: KeyStore,
  prompt: Prompt,
  purpose: string,
  signal: AbortSignal,
): Promise<{ signer: Signer; forget(): void }> {
  const name = signer.id.slice('file:'.length)
  const request: PinRequest = { device: `key file ${name}`, secret: 'passphrase', purpose }
  const { sign, forget } = await askingAgain((wasWrong) =>
    store.unlock(name, () => prompt.pin({ ...request, wasWrong }, signal), signal),
  )
  return { signer: { ...signer, asks: 'nothing', sign }, forget }
}
