// Questions to a web service below one address, answered in JSON; what an answer means is for whoever asks.
import type { Answered, Caller } from '../caller.ts'
import { parseBaseUrl } from './client.ts'
import { checkIsData, type Exchange, exchange } from './exchange.ts'
import type { Access } from './send.ts'

export interface CallOptions {
  answerMs?: number
  idleMs?: number
  totalMs?: number
  access?: Access
}

/** What a service says about a question that it does not answer, in its own words. */
const spoken: readonly number[] = [400, 401, 403, 404, 405, 409, 422, 500]

export function httpCaller(address: string, options: CallOptions = {}): Caller {
  const base = parseBaseUrl(address)
  const limits = { answerMs: 30_000, idleMs: 15_000, totalMs: 600_000, ...options }
  const accept = { accept: 'application/json' }

  async function call(
    path: string,
    question: Pick<Exchange, 'maxBytes' | 'method' | 'body' | 'headers'>,
    signal: AbortSignal,
  ): Promise<Answered> {
    const url = new URL(base.href + path)
    const found = await exchange(url, base, { ...limits, also: spoken, ...question }, signal)
    if (found === undefined) return { status: 404, bytes: new Uint8Array() }
    checkIsData(url, found)
    return { status: found.status, bytes: found.bytes }
  }

  return {
    address: base.href,
    get: (path, maxBytes, signal) => call(path, { maxBytes, headers: accept }, signal),
    post: (path, body, maxBytes, signal) => {
      const headers = { ...accept, 'content-type': 'application/json' }
      return call(path, { method: 'POST', body, maxBytes, headers }, signal)
    },
  }
}
