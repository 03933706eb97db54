// Asks for a secret in a window of its own. The secret goes from that window to who asked, and is kept nowhere on the way.
import { utf8 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import type { PinRequest, Prompt } from '../core/signer.ts'
import { type PromptView, promptContract } from '../ipc/contract.ts'
import { dispatcher } from './ipc.ts'
import type { Shell, ShellWindow } from './shell.ts'

export function secretWindow(shell: Pick<Shell, 'open'>): Prompt {
  let count = 0
  return {
    pin: (request, signal) => ask(shell, `prompt-${++count}`, request, signal),
    // Software keys have nothing to touch; tokens will.
    touch: () => () => {},
  }
}

async function ask(
  shell: Pick<Shell, 'open'>,
  id: string,
  request: PinRequest,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (signal.aborted) throw cancelled()
  const ended = new AbortController()
  let opening: Promise<ShellWindow> | undefined
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      /** The question has one answer; whatever comes later finds it closed. */
      const end = (promptId: string): void => {
        if (promptId !== id || ended.signal.aborted) {
          throw new AppError({ code: 'usage/invalid', message: 'this question is over' })
        }
        ended.abort()
      }
      const stop = (): void => {
        ended.abort()
        reject(cancelled())
      }
      signal.addEventListener('abort', stop, { signal: ended.signal })
      const handle = dispatcher(promptContract, {
        'prompt.get': () => view(id, request),
        'prompt.answer': ({ promptId, secret }) => {
          end(promptId)
          resolve(utf8(secret))
        },
        'prompt.cancel': ({ promptId }) => {
          end(promptId)
          reject(cancelled())
        },
      })
      opening = shell.open({ page: 'prompt', title: 'Countersign: passphrase', width: 480, height: 420, handle })
      opening.then((window) => window.closed).then(stop, reject)
    })
  } finally {
    ended.abort()
    // Also a window that opens only now; one that is gone already, or never came, needs no closing.
    opening?.then((window) => window.close()).catch(() => undefined)
  }
}

function view(id: string, request: PinRequest): PromptView {
  const { device, secret, purpose, triesLeft, wasWrong } = request
  return { id, device, secret, purpose, wasWrong: wasWrong ?? false, ...(triesLeft === undefined ? {} : { triesLeft }) }
}

function cancelled(): AppError {
  return new AppError({ code: 'user/cancelled', message: 'cancelled, nothing was signed' })
}
