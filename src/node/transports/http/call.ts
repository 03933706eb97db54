// Questions to a web service below one address: limited in size and time like every read, and what comes back must be JSON.
import { AppError } from '../../../core/error.ts'
import type { Answered, Caller } from '../../caller.ts'
import { checkCancelled } from '../../cancel.ts'
import { readBody } from './body.ts'
import { ask, parseBaseUrl, translate } from './client.ts'
import type { Access } from './send.ts'
import { stopwatch } from './stopwatch.ts'

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
  const { answerMs = 30_000, idleMs = 15_000, totalMs = 600_000, access = {} } = options

  async function call(
    path: string,
    maxBytes: number,
    signal: AbortSignal,
    post?: Uint8Array<ArrayBuffer>,
  ): Promise<Answered> {
    checkCancelled(signal)
    const url = new URL(base.href + path)
    const clock = stopwatch(signal, totalMs)
    const headers = {
      accept: 'application/json',
      ...(post === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const question = { clock, answerMs, headers, access, also: spoken, ...(post === undefined ? {} : { post }) }
    const answered = async (): Promise<Answered> => {
      const response = await ask(url, base, question)
      if (response === undefined) return { status: 404, bytes: new Uint8Array() }
      const bytes = await readBody(response, url.href, maxBytes, clock, idleMs)
      if (isPage(response, bytes)) throw noJson(url, response.status)
      return { status: response.status, bytes }
    }
    try {
      return await clock.guard(answered())
    } catch (thrown) {
      checkCancelled(signal)
      throw translate(thrown, url, clock.ranOut())
    } finally {
      clock.stop()
    }
  }

  return {
    address: base.href,
    get: (path, maxBytes, signal) => call(path, maxBytes, signal),
    post: (path, body, maxBytes, signal) => call(path, maxBytes, signal, Uint8Array.from(body)),
  }
}

function isPage(response: Response, bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => !' \n\r\t'.includes(String.fromCharCode(byte)))
  return first === 0x3c || (response.headers.get('content-type') ?? '').startsWith('text/html')
}

function noJson(url: URL, status: number): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${url.href} answered with a web page (status ${status}), not with data`,
    hint: 'check the address; what stands before the service may ask people to sign in',
    data: { status },
  })
}
