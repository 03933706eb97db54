// The app's side of the process that owns the tokens: starts it, limits its silence, replaces it when it hangs or dies.
import { AppError, cancelled, toErrorData } from '../../core/error.ts'
import type { TokenList } from '../../core/token.ts'
import {
  type CallName,
  type Calls,
  changesToken,
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
  /** Aborted when the call is over: nothing listens for its being cancelled any more. */
  over: AbortController
  /** The person does not want it any more; the host has been told, and its answer is awaited. */
  isCancelled: boolean
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
    for (const id of [...calls.keys()]) fail(id, died(why))
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
    call.over.abort()
    takeQuestionsAway(call)
    for (const over of call.touches.values()) over()
    return call
  }

  /** Without an answer of the host. */
  function fail(id: number, error: AppError): void {
    const call = settle(id)
    call?.reject(changesToken.has(call.name) ? uncertain(error) : error)
  }

  function takeQuestionsAway(call: Call): void {
    const open = [...call.asks.values()]
    call.asks.clear()
    for (const stop of open) stop.abort()
  }

  function cancel(process: HostProcess, id: number): void {
    const call = calls.get(id)
    if (call === undefined) return
    if (current?.process === process) process.post({ kind: 'cancel', id })
    if (!changesToken.has(call.name)) {
      // Nothing is written by it, so nobody waits for the card, which may be busy for seconds.
      settle(id)
      call.reject(cancelled('nothing was signed'))
      return
    }
    // Only the host knows what it has done by now. It answers, or its silence ends it.
    call.isCancelled = true
    const wasAsking = call.asks.size > 0
    takeQuestionsAway(call)
    if (wasAsking) count(call)
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
        // Asked before it heard that nobody will answer.
        if (call !== undefined && !call.isCancelled) void ask(process, call, message)
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
        if (isClosed || signal.aborted) return reject(cancelled('nothing was signed'))
        const id = ++ids
        const process = ensure()
        const call: Call = {
          name,
          // The answer's type goes with the name; both ends are built from `Calls`.
          resolve: (value) => resolve(value as never),
          reject,
          timer: undefined,
          over: new AbortController(),
          isCancelled: false,
          asks: new Map(),
          touches: new Map(),
        }
        calls.set(id, call)
        signal.addEventListener('abort', () => cancel(process, id), { once: true, signal: call.over.signal })
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
      for (const id of [...calls.keys()]) fail(id, cancelled('nothing was signed'))
      old?.process.kill()
      await old?.process.ended
    },
  }
}

function died(why: string): AppError {
  return new AppError({
    code: 'signer/failed',
    message: `the program that talks to tokens did not finish (${why}) and was started again; nothing was signed`,
    hint: 'take the token out, put it in again, and repeat',
  })
}

/** For a call that writes to a token, of which nobody knows how far it came. */
function uncertain(cause: AppError): AppError {
  return new AppError({
    code: 'signer/failed',
    message: 'the program that talks to tokens ended in the middle: it is not known whether the token was changed',
    hint: 'look at the token again before you repeat it: what it holds, and how many tries are left',
    data: { uncertain: true },
    cause,
  })
}
