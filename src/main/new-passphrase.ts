// A new passphrase is typed twice, each time in a window of its own: a slip of the fingers would lock the key for ever.
import { AppError, cancelled, toAppError } from '../core/error.ts'
import type { Prompt } from '../core/signer.ts'
import { verifyPassphrase } from '../node/key-store.ts'

/** The caller zeroes the bytes; what was typed the second time, or in vain, is zeroed here. */
export async function askNewPassphrase(prompt: Prompt, name: string, signal: AbortSignal): Promise<Uint8Array> {
  const ask = (secret: string): Promise<Uint8Array> =>
    prompt.pin({ device: `key ${name}`, secret, purpose: `protect the new key ${name}` }, signal)
  let first: Uint8Array | undefined
  try {
    first = await ask('new passphrase')
    // Before the second question: nobody should type twice what is refused anyway.
    verifyPassphrase(first)
    const second = await ask('new passphrase, once more')
    const isSame = isSameSecret(first, second)
    second.fill(0)
    if (!isSame) throw different()
    return first
  } catch (thrown) {
    first?.fill(0)
    const error = toAppError(thrown)
    if (error.code !== 'user/cancelled') throw error
    throw cancelled('no key was made', error)
  }
}

/** Looks at every byte: how long it takes does not tell where the two differ. */
function isSameSecret(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < Math.max(a.length, b.length); i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}

function different(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'the two passphrases differ; no key was made',
    hint: 'create the key again, and type the same passphrase twice',
  })
}
