// The app's side of the process that owns the tokens: starts it, limits its silence, replaces it when it hangs or dies.
import { AppError, toErrorData } from '../../core/error.ts'
import type { TokenList } from '../../core/token.ts'
import {
  type CallName,
  type Calls,
  type FromHost,
  fromErrorData,
  parseFromHost,
  silenceMs,
  type ToHost,
} from './protocol.ts'
import type { SealedPrompt } from './sealed-prompt.ts'

/** A child process: Node's, or Electron's utility process. */
export interface HostProcess {
  post(message: ToHost): void
  listen(hear: (message: unknown) => void): void
  /** Settles when it is gone, whatever ended it. */
  readonly ended: Promise<void>
  kill(): void
}

export interface TokenHostOptions {
  start(): HostProcess
  prompt: SealedPrompt
  /** For what stands in the log: never holds a secret, for none is here. */
  report?: (what: string) => void
  limits?: Readonly<Record<CallName, number>>
}

export interface TokenHost {
  call<Name extends CallName>(
    name: Name,
    argument: Calls[Name]['argument'],
    signal: AbortSignal,
  ): Promise<Calls[Name]['answer']>
  /** What was heard last, without waiting for anything. */
  latest(): TokenList
  /** Hears what is there now, then each change; keeps the host alive. */
  watch(hear: (list: TokenList) => void): () => void
  /** Ends the process, and every call with it. */
  close(): Promise<void>
}

interface Call {
  name: CallName
  resolve(value: unknown): void
  reject(error: AppError): void
  timer: NodeJS.Timeout | undefined
  /** Questions to the person that are open: their time does not count. */
  asks: Map<number, AbortController>
  touches: Map<number, () => void>
}

/** After these pauses a host that died by itself is started again; then only when something is asked of it. */
const restartMs = [0, 1_000, 5_000]
/** Having lived this long, it counts as sound. */
const soundMs = 60_000

export function tokenHost({ start, prompt, report, limits = silenceMs }: TokenHostOptions): TokenHost {
  const calls = new Map<number, Call>()
  const hearers = new Set<(list: TokenList) => void>()
  let last: TokenList = { tokens: [], problems: [] }
  let current: { process: HostProcess; since: number } | undefined
  let deaths = 0
  let restart: NodeJS.Timeout | undefined
  let ids = 0
  let isClosed = false

  function ensure(): HostProcess {
    if (current !== undefined) return current.process
    clearTimeout(restart)
    const process = start()
    const mine = { process, since: Date.now() }
    current = mine
    process.listen((raw) => {
      if (current === mine) hear(process, raw)
    })
    void process.ended.then(() => {
      if (current === mine) lose('it ended by itself')
    })
    return process
  }

  function tell(list: TokenList): void {
    last = list
    for (const hearer of hearers) hearer(list)
  }

  /** The process is gone, or is given up: every call fails, nothing is retried, a new one starts when it is needed. */
  function lose(why: string): void {
    const old = current
    current = undefined
    old?.process.kill()
    report?.(`the program for tokens was replaced: ${why}`)
    if (old !== undefined && Date.now() - old.since > soundMs) deaths = 0
    for (const id of [...calls.keys()]) settle(id)?.reject(died(why))
    if (isClosed) return
    tell({ tokens: [], problems: [] })
    const pause = restartMs[deaths++]
    if (hearers.size > 0 && pause !== undefined) restart = setTimeout(ensure, pause)
    else if (hearers.size > 0) tell({ tokens: [], problems: [{ where: 'tokens', error: toErrorData(died(why)) }] })
  }

  function settle(id: number): Call | undefined {
    const call = calls.get(id)
    if (call === undefined) return undefined
    calls.delete(id)
    clearTimeout(call.timer)
    for (const stop of call.asks.values()) stop.abort()
    for (const over of call.touches.values()) over()
    return call
  }

  /** Starts to count its silence anew; not while a person is asked. */
  function count(call: Call, atLeastMs = 0): void {
    clearTimeout(call.timer)
    call.timer = undefined
    if (call.asks.size > 0) return
    const limitMs = Math.max(limits[call.name], atLeastMs)
    call.timer = setTimeout(() => lose(`no answer to ${call.name} for ${limitMs} ms`), limitMs)
  }

  async function ask(process: HostProcess, call: Call, message: FromHost & { kind: 'ask' }): Promise<void> {
    const { ask: number, request, recipient } = message
    const stop = new AbortController()
    call.asks.set(number, stop)
    count(call)
    let answer: ToHost
    try {
      answer = { kind: 'secret', ask: number, sealed: await prompt.pin(request, recipient, stop.signal) }
    } catch (thrown) {
      answer = { kind: 'no-secret', ask: number, error: toErrorData(thrown) }
    }
    if (!call.asks.delete(number)) return
    if (current?.process === process) process.post(answer)
    if ([...calls.values()].includes(call)) count(call)
  }

  function hear(process: HostProcess, raw: unknown): void {
    let message: FromHost
    try {
      message = parseFromHost(raw)
    } catch {
      lose('it spoke nonsense')
      return
    }
    const call = 'id' in message ? calls.get(message.id) : undefined
    switch (message.kind) {
      case 'answer':
        settle(message.id)?.resolve(message.value)
        break
      case 'failure':
        settle(message.id)?.reject(fromErrorData(message.error))
        break
      case 'ask':
        if (call !== undefined) void ask(process, call, message)
        break
      case 'ask-over':
        for (const one of calls.values()) {
          one.asks.get(message.ask)?.abort()
          if (one.asks.delete(message.ask)) count(one)
        }
        break
      case 'touch':
        if (call === undefined) break
        call.touches.set(message.touch, prompt.touch(message.request))
        count(call, message.request.timeoutMs + 15_000)
        break
      case 'touch-over':
        for (const one of calls.values()) {
          one.touches.get(message.touch)?.()
          if (one.touches.delete(message.touch)) count(one)
        }
        break
      case 'tokens':
        tell(message.list)
        break
      case 'replace':
        lose(message.why)
        break
    }
  }

  return {
    call: (name, argument, signal) =>
      new Promise((resolve, reject) => {
        if (isClosed || signal.aborted) return reject(cancelled())
        const id = ++ids
        const process = ensure()
        const call: Call = {
          name,
          // The answer's type goes with the name; both ends are built from `Calls`.
          resolve: (value) => resolve(value as never),
          reject,
          timer: undefined,
          asks: new Map(),
          touches: new Map(),
        }
        calls.set(id, call)
        signal.addEventListener(
          'abort',
          () => {
            // The host is told, but nobody waits for it: a card may be busy for seconds.
            if (settle(id) === undefined) return
            if (current?.process === process) process.post({ kind: 'cancel', id })
            reject(cancelled())
          },
          { once: true },
        )
        process.post({ kind: 'call', id, name, argument })
        count(call)
      }),
    latest: () => last,
    watch: (hearer) => {
      hearers.add(hearer)
      ensure()
      hearer(last)
      return () => hearers.delete(hearer)
    },
    close: async () => {
      isClosed = true
      clearTimeout(restart)
      const old = current
      current = undefined
      for (const id of [...calls.keys()]) settle(id)?.reject(cancelled())
      old?.process.kill()
      await old?.process.ended
    },
  }
}

function died(why: string): AppError {
  return new AppError({
    code: 'signer/failed',
    message: `the program that talks to tokens did not finish (${why}) and was started again; nothing was written`,
    hint: 'take the token out, put it in again, and repeat',
  })
}

function cancelled(): AppError {
  return new AppError({ code: 'user/cancelled', message: 'cancelled, nothing was signed' })
}
