// Asks for a secret in a window of its own. Its page seals what is typed to who asked: here nobody can read it.
import { parseBase64, toBase64 } from '../core/bytes.ts'
import { AppError, cancelled } from '../core/error.ts'
import { sealedBytes } from '../core/sealed.ts'
import type { PinRequest } from '../core/signer.ts'
import { type Notice, type PromptView, promptContract } from '../ipc/contract.ts'
import type { SealedPrompt } from '../node/token-host/sealed-prompt.ts'
import { dispatcher } from './ipc.ts'
import type { Shell, ShellWindow } from './shell.ts'

/** `notify` reaches the main window, which shows that a token waits to be touched. */
export function secretWindow(shell: Pick<Shell, 'open'>, notify: (notice: Notice) => void): SealedPrompt {
  let count = 0
  return {
    pin: (request, publicKey, signal) => ask(shell, `prompt-${++count}`, request, publicKey, signal),
    touch: ({ device, purpose, timeoutMs, practice = false, agent = false }) => {
      notify({ kind: 'touch', device, purpose, timeoutMs, practice, ...(agent ? { agent } : {}) })
      return () => notify({ kind: 'touch-over' })
    },
  }
}

async function ask(
  shell: Pick<Shell, 'open'>,
  id: string,
  request: PinRequest,
  publicKey: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (signal.aborted) throw cancelled('nothing was signed')
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
        reject(cancelled('nothing was signed'))
      }
      signal.addEventListener('abort', stop, { signal: ended.signal })
      const handle = dispatcher(promptContract, {
        'prompt.get': () => view(id, request, publicKey),
        'prompt.answer': ({ promptId, sealed }) => {
          const bytes = parseSealed(sealed)
          end(promptId)
          resolve(bytes)
        },
        'prompt.cancel': ({ promptId }) => {
          end(promptId)
          reject(cancelled('nothing was signed'))
        },
      })
      opening = shell.open({ page: 'prompt', title: `Countersign: ${request.secret}`, width: 480, height: 460, handle })
      opening.then((window) => window.closed).then(stop, reject)
    })
  } finally {
    ended.abort()
    // Also a window that opens only now; one that is gone already, or never came, needs no closing.
    opening?.then((window) => window.close()).catch(() => undefined)
  }
}

function parseSealed(text: string): Uint8Array {
  const bytes = parseBase64(text, 'the answer')
  if (bytes.length === sealedBytes) return bytes
  throw new AppError({ code: 'usage/invalid', message: 'the answer is not sealed' })
}

function view(id: string, request: PinRequest, publicKey: Uint8Array): PromptView {
  return { ...request, id, wasWrong: request.wasWrong ?? false, recipient: toBase64(publicKey) }
}
