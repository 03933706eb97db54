// How a secret is asked for across processes: who asks gives a key, and gets back what only that key opens.
import { AppError } from '../../core/error.ts'
import { recipient, seal } from '../../core/sealed.ts'
import type { PinRequest, Prompt, TouchRequest } from '../../core/signer.ts'

export interface SealedPrompt {
  /** Answers the secret sealed to `publicKey` (core/sealed). */
  pin(request: PinRequest, publicKey: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  touch(request: TouchRequest): () => void
}

/** For a prompt in this very process: the terminal. */
export function sealing(prompt: Prompt): SealedPrompt {
  return {
    touch: (request) => prompt.touch(request),
    pin: async (request, publicKey, signal) => {
      const secret = await prompt.pin(request, signal)
      try {
        return await seal(secret, publicKey)
      } finally {
        secret.fill(0)
      }
    },
  }
}

/** For who needs the secret in this process. */
export function opening(prompt: SealedPrompt): Prompt {
  return {
    touch: (request) => prompt.touch(request),
    pin: async (request, signal) => {
      const { publicKey, open } = await recipient()
      const secret = await open(await prompt.pin(request, publicKey, signal))
      if (secret !== undefined) return secret
      throw new AppError({
        code: 'signer/failed',
        message: `the ${request.secret} was damaged on its way; it was not used`,
        hint: 'try again',
      })
    },
  }
}

interface Asking<Rest extends unknown[]> extends Pick<Prompt, 'touch'> {
  pin(request: PinRequest, ...rest: Rest): Promise<Uint8Array>
}

/** The same prompt, sealed or not, counting how often a person is told that what they typed before was wrong. */
export function counting<Rest extends unknown[]>(prompt: Asking<Rest>): Asking<Rest> & { wrong(): number } {
  let count = 0
  return {
    touch: (request) => prompt.touch(request),
    pin: (request, ...rest) => {
      if (request.wasWrong === true) count++
      return prompt.pin(request, ...rest)
    },
    wrong: () => count,
  }
}
