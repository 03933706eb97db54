// Asks for a secret in a window of its own. The secret goes from that window to who asked, and is kept nowhere on the way.
import { utf8 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import type { PinRequest, Prompt } from '../core/signer.ts'
import { type PromptView, promptContract } from '../ipc/contract.ts'
import { dispatcher } from './ipc.ts'
import type { Shell, ShellWindow } from './shell.ts'

export function secretWindow(shell: Shell): Prompt {
  let count = 0
  return {
    pin: async (request, signal) => {
      signal.throwIfAborted()
      const id = `prompt-${++count}`
      return ask(shell, id, request, signal)
    },
    // Software keys have nothing to touch; tokens will.
    touch: () => () => {},
  }
}

async function ask(shell: Shell, id: string, request: PinRequest, signal: AbortSignal): Promise<Uint8Array> {
  let window: ShellWindow | undefined
  const close = (): void => void window?.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      const only = (promptId: string): void => {
        if (promptId !== id)
          throw new AppError({ code: 'usage/invalid', message: 'this question was answered already' })
      }
      const handle = dispatcher(promptContract, {
        'prompt.get': () => view(id, request),
        'prompt.answer': ({ promptId, secret }) => {
          only(promptId)
          resolve(utf8(secret))
        },
        'prompt.cancel': ({ promptId }) => {
          only(promptId)
          reject(cancelled())
        },
      })
      shell
        .open({ page: 'prompt', title: 'Countersign: passphrase', width: 480, height: 420, handle })
        .then((opened) => {
          window = opened
          if (signal.aborted) close()
          void opened.closed.then(() => reject(cancelled()))
        }, reject)
    })
  } finally {
    signal.removeEventListener('abort', close)
    close()
  }
}

function view(id: string, request: PinRequest): PromptView {
  const { device, secret, purpose, triesLeft, wasWrong } = request
  return { id, device, secret, purpose, wasWrong: wasWrong ?? false, ...(triesLeft === undefined ? {} : { triesLeft }) }
}

function cancelled(): AppError {
  return new AppError({ code: 'user/cancelled', message: 'cancelled, nothing was signed' })
}
