// Main's side of the thread that reads: it is started when something is asked, its crash costs the questions that were open,
// and the next question finds a new one. What is no longer wanted is not waited for.
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { AppError, cancelled, toAppError } from '../../core/error.ts'
import { knownPlaces, learnPlaces } from '../../node/known-places.ts'
import { fromErrorData } from '../../node/token-host/protocol.ts'
import { type FromReader, parseFromReader, type ToReader } from './protocol.ts'
import type { Answered, Asked, ReadingName, Readings } from './readings.ts'

export interface Reader {
  read<K extends ReadingName>(name: K, asked: Asked<K>, signal: AbortSignal): Promise<Answered<K>>
  /** Ends the thread, and every question with it; the next question starts another one, which knows what this process has become. */
  renew(): Promise<void>
  /** The same, for good. */
  close(): Promise<void>
}

/** A thread of this program; what it hears and says is checked by `protocol`. */
export interface ReaderThread {
  post(message: ToReader): void
  listen(hear: (message: unknown) => void): void
  /** Settles when it is gone, with the reason where there is one. */
  readonly ended: Promise<unknown>
  /** Whether the program stays for its sake. */
  hold(isNeeded: boolean): void
  kill(): Promise<void>
}

export interface ReaderOptions {
  start(): ReaderThread
  /** For the log. */
  report?(what: string, cause: unknown): void
}

interface Question {
  resolve(value: unknown): void
  reject(error: AppError): void
  /** Aborted when it is answered: nothing listens for its being cancelled any more. */
  over: AbortController
}

export function threadReader({ start, report }: ReaderOptions): Reader {
  const open = new Map<number, Question>()
  let thread: ReaderThread | undefined
  let ids = 0
  let isClosed = false

  function settle(id: number): Question | undefined {
    const question = open.get(id)
    open.delete(id)
    question?.over.abort()
    if (open.size === 0) thread?.hold(false)
    return question
  }

  function failAll(error: AppError): void {
    for (const id of [...open.keys()]) settle(id)?.reject(error)
  }

  function ensure(): ReaderThread {
    if (thread !== undefined) return thread
    const mine = start()
    thread = mine
    mine.listen((raw) => {
      if (thread === mine) hear(parseFromReader(raw))
    })
    void mine.ended.then((cause) => {
      if (thread !== mine) return
      thread = undefined
      report?.('the thread that reads ended by itself', cause)
      failAll(crashed(cause))
    })
    return mine
  }

  function hear(message: FromReader): void {
    learnPlaces(message.places)
    const question = settle(message.id)
    if (message.kind === 'answer') question?.resolve(message.value)
    else question?.reject(fromErrorData(message.error))
  }

  return {
    read: (name, asked, signal) =>
      new Promise((resolve, reject) => {
        if (isClosed || signal.aborted) return reject(cancelled('nothing was changed'))
        const id = ++ids
        const mine = ensure()
        const over = new AbortController()
        // The answer's type goes with the name; both ends are built from `Readings`.
        open.set(id, { resolve: (value) => resolve(value as never), reject, over })
        const cancel = (): void => {
          if (thread === mine) mine.post({ kind: 'cancel', id })
          settle(id)?.reject(cancelled('nothing was changed'))
        }
        signal.addEventListener('abort', cancel, { once: true, signal: over.signal })
        mine.hold(true)
        mine.post({ kind: 'ask', id, name, asked, places: knownPlaces() })
      }),
    renew: end,
    close: async () => {
      isClosed = true
      await end()
    },
  }

  async function end(): Promise<void> {
    const old = thread
    thread = undefined
    failAll(cancelled('nothing was changed'))
    await old?.kill()
  }
}

/** The same answers without a thread: for who may wait for them. */
export function directReader(readings: Readings): Reader {
  return {
    read: async (name, asked, signal) => {
      const ask: (asked: never, signal: AbortSignal) => Promise<unknown> = readings[name]
      try {
        signal.throwIfAborted()
        return (await ask(asked as never, signal)) as never
      } catch (thrown) {
        throw toAppError(thrown)
      }
    },
    renew: async () => {},
    close: async () => {},
  }
}

export interface ThreadData {
  dataDir: string
}

export function startThread(data: ThreadData): ReaderThread {
  const worker = new Worker(threadModule(), { workerData: data, name: 'reader' })
  const ended = new Promise<unknown>((resolve) => {
    worker.once('error', resolve)
    worker.once('exit', () => resolve(undefined))
  })
  return {
    ended,
    post: (message) => worker.postMessage(message),
    listen: (hear) => void worker.on('message', hear),
    hold: (isNeeded) => (isNeeded ? worker.ref() : worker.unref()),
    kill: async () => void (await worker.terminate()),
  }
}

/** From source this file lies beside the entry; built, everything lies in one folder. */
function threadModule(): string {
  const name = import.meta.url.endsWith('.ts') ? './entry.ts' : './reader.js'
  return fileURLToPath(new URL(name, import.meta.url.replace(/\/chunks\/[^/]+$/, '/')))
}

function crashed(cause: unknown): AppError {
  return new AppError({
    code: 'internal/bug',
    message: 'the part that reads repositories ended by itself; it is started again for the next question',
    hint: 'try it once more; if it ends again, report this with the log',
    cause,
  })
}
