// The process that owns the tokens, seen from inside: answers calls, asks for secrets through the pipe, tells who comes and goes.
import { type AppError, cancelled, toErrorData } from '../../core/error.ts'
import type { Prompt } from '../../core/signer.ts'
import type { TokenList } from '../../core/token.ts'
import { type CallName, type Calls, type FromHost, fromErrorData, parseToHost } from './protocol.ts'
import { opening, type SealedPrompt } from './sealed-prompt.ts'

export interface Pipe {
  post(message: FromHost): void
  listen(hear: (message: unknown) => void): void
}

/** What the host can do; each with the person it may ask and the signal that stops it. */
export type Handlers = {
  [Name in CallName]: (
    argument: Calls[Name]['argument'],
    prompt: Prompt,
    signal: AbortSignal,
  ) => Promise<Calls[Name]['answer']>
}

export interface Host {
  /** Tells the app what is there now. */
  tell(list: TokenList): void
  /** Asks to be replaced. */
  giveUp(why: string): void
}

export function serveTokens(pipe: Pipe, handlers: Handlers): Host {
  const running = new Map<number, AbortController>()
  const asked = new Map<number, { resolve(sealed: Uint8Array): void; reject(error: AppError): void }>()
  let asks = 0
  let touches = 0

  const promptOf = (id: number): SealedPrompt => ({
    touch: (request) => {
      const touch = ++touches
      pipe.post({ kind: 'touch', id, touch, request })
      return () => pipe.post({ kind: 'touch-over', touch })
    },
    pin: async (request, publicKey, signal) => {
      const ask = ++asks
      const stop = new AbortController()
      try {
        return await new Promise<Uint8Array>((resolve, reject) => {
          asked.set(ask, { resolve, reject })
          signal.addEventListener('abort', () => reject(cancelled('nothing was signed')), { signal: stop.signal })
          if (signal.aborted) reject(cancelled('nothing was signed'))
          else pipe.post({ kind: 'ask', id, ask, request, recipient: publicKey })
        })
      } finally {
        stop.abort()
        // Whoever still shows the question takes it away.
        if (asked.delete(ask)) pipe.post({ kind: 'ask-over', ask })
      }
    },
  })

  async function run(id: number, name: CallName, argument: unknown): Promise<void> {
    const controller = new AbortController()
    running.set(id, controller)
    try {
      // The client's types are the handlers' types; both come from `Calls`.
      const handle = handlers[name] as (a: unknown, p: Prompt, s: AbortSignal) => Promise<unknown>
      const value = await handle(argument, opening(promptOf(id)), controller.signal)
      pipe.post({ kind: 'answer', id, value })
    } catch (thrown) {
      pipe.post({ kind: 'failure', id, error: toErrorData(thrown) })
    } finally {
      running.delete(id)
    }
  }

  function take(ask: number): { resolve(sealed: Uint8Array): void; reject(error: AppError): void } | undefined {
    const waiting = asked.get(ask)
    asked.delete(ask)
    return waiting
  }

  pipe.listen((raw) => {
    const message = parseToHost(raw)
    if (message.kind === 'call') void run(message.id, message.name, message.argument)
    else if (message.kind === 'cancel') running.get(message.id)?.abort()
    else if (message.kind === 'secret') take(message.ask)?.resolve(message.sealed)
    else take(message.ask)?.reject(fromErrorData(message.error))
  })

  return {
    tell: (list) => pipe.post({ kind: 'tokens', list }),
    giveUp: (why) => pipe.post({ kind: 'replace', why }),
  }
}
