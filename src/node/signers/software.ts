// Software keys as signers. Listing asks nothing; signing asks for the passphrase if the key has one.
import { keyLabel } from '../../core/key.ts'
import type { PinRequest, Prompt, Signer, SignerSource } from '../../core/signer.ts'
import type { KeyStore } from '../key-store.ts'

/** `purpose` says what is being signed, for the prompt; `wasWrong` may be set by who repeats after signer/pin-wrong. */
export type Purpose = () => Pick<PinRequest, 'purpose' | 'wasWrong'>

const someChange: Purpose = () => ({ purpose: 'sign the change you have reviewed' })

export function softwareSigners(store: KeyStore, prompt: Prompt, purpose: Purpose = someChange): SignerSource {
  return {
    list: async (signal) => {
      const { keys } = await store.list(signal)
      return keys
        .filter((stored) => stored.protection !== 'public-only')
        .map(({ name, key }): Signer => {
          const label = `key file ${name} (${keyLabel(key)})`
          const request = (): PinRequest => ({ device: `key file ${name}`, secret: 'passphrase', ...purpose() })
          return {
            id: `file:${name}`,
            label,
            key,
            rehearsal: false,
            sign: (message, stop) => store.sign(name, message, () => prompt.pin(request(), stop), stop),
          }
        })
    },
  }
}
