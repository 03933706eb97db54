// The DevTools protocol over a private pipe: JSON messages that end in NUL. No port, so no other program can join.
import type { Readable, Writable } from 'node:stream'
import { AppError } from '../core/error.ts'

export interface CdpEvent {
  method: string
  params: Fields
  sessionId?: string
}

export interface Cdp {
  send(method: string, params?: object, sessionId?: string): Promise<Fields>
  listen(hear: (event: CdpEvent) => void): () => void
  /** Settles when the pipe ends. */
  readonly closed: Promise<void>
}

/** A message's fields, read with their types; what is missing or of another type is undefined. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: unknown) {
    this.#values = typeof values === 'object' && values !== null ? (values as Record<string, unknown>) : {}
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  number(name: string): number | undefined {
    const value = this.#values[name]
    return typeof value === 'number' ? value : undefined
  }

  flag(name: string): boolean {
    return this.#values[name] === true
  }

  inside(name: string): Fields {
    return new Fields(this.#values[name])
  }

  all(name: string): Fields[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value.map((one) => new Fields(one)) : []
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined
  }
}

interface Waiting {
  method: string
  resolve: (result: Fields) => void
  reject: (error: AppError) => void
}

export function connectCdp(input: Writable, output: Readable): Cdp {
  const waiting = new Map<number, Waiting>()
  const hearers = new Set<(event: CdpEvent) => void>()
  let lastId = 0
  let over = false

  const receive = (text: string): void => {
    const message = new Fields(JSON.parse(text))
    const id = message.number('id')
    if (id === undefined) {
      const sessionId = message.text('sessionId')
      const event = { method: message.text('method') ?? '', params: message.inside('params') }
      for (const hear of [...hearers]) hear(sessionId === undefined ? event : { ...event, sessionId })
      return
    }
    const call = waiting.get(id)
    waiting.delete(id)
    if (!message.has('error')) {
      call?.resolve(message.inside('result'))
      return
    }
    const reason = message.inside('error').text('message') ?? 'no reason given'
    call?.reject(new AppError({ code: 'internal/bug', message: `the browser refused ${call.method}: ${reason}` }))
  }

  let parts: Buffer[] = []
  output.on('data', (chunk: Buffer) => {
    let from = 0
    for (let at = chunk.indexOf(0); at >= 0; at = chunk.indexOf(0, from)) {
      const text = Buffer.concat([...parts, chunk.subarray(from, at)]).toString('utf8')
      parts = []
      from = at + 1
      receive(text)
    }
    if (from < chunk.length) parts.push(chunk.subarray(from))
  })

  const closed = new Promise<void>((resolve) => {
    const end = (): void => {
      over = true
      for (const call of waiting.values()) call.reject(gone())
      waiting.clear()
      resolve()
    }
    output.once('end', end).once('close', end).once('error', end)
    // The browser may die between two messages: the write then fails, and the end of the output says so too.
    input.on('error', end)
  })

  return {
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        if (over) return reject(gone())
        const id = ++lastId
        waiting.set(id, { method, resolve, reject })
        input.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`)
      }),
    listen: (hear) => {
      hearers.add(hear)
      return () => {
        hearers.delete(hear)
      }
    },
    closed,
  }
}

function gone(): AppError {
  return new AppError({ code: 'user/cancelled', message: 'the window was closed' })
}
