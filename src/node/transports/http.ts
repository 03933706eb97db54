// A web server as a read-only Transport. Whatever it answers is limited in size, time and place.
import { AppError } from '../../core/error.ts'
import type { Transport } from '../../core/transport.ts'
import { checkCancelled } from '../cancel.ts'
import { readBody } from '../web/body.ts'
import { ask, parseBaseUrl, translate, urlOfName } from '../web/client.ts'
import type { Access } from '../web/send.ts'
import { type Stopwatch, stopwatch } from '../web/stopwatch.ts'

export interface HttpOptions {
  /** Until the server begins to answer. */
  answerMs?: number
  /** Between two pieces of an answer. */
  idleMs?: number
  /** For the whole of one answer: a server may not feed us slowly for ever. */
  totalMs?: number
  access?: Access
}

export function httpTransport(baseUrl: string, options: HttpOptions = {}): Transport {
  const base = parseBaseUrl(baseUrl)
  const limits = { answerMs: 15_000, idleMs: 15_000, totalMs: 600_000, access: {}, ...options }

  return {
    list: async () => {
      throw new AppError({
        code: 'format/unsupported',
        message: `${base.href} is a web server, which cannot be listed`,
        hint: 'open a copy of the repository in a folder to see what waits for signatures',
      })
    },
    read: async (name, maxBytes, signal) => {
      checkCancelled(signal)
      const url = urlOfName(base, name)
      const clock = stopwatch(signal, limits.totalMs)
      try {
        return await clock.guard(fetchBytes(url, base, name, maxBytes, clock, limits))
      } catch (thrown) {
        checkCancelled(signal)
        throw translate(thrown, url, clock.ranOut())
      } finally {
        clock.stop()
      }
    },
    write: async () => {
      throw new AppError({
        code: 'source/rejected',
        message: `${base.href} is a web server, which is only read`,
        hint: 'choose a folder to write to, and upload it from there',
      })
    },
  }
}

async function fetchBytes(
  url: URL,
  base: URL,
  name: string,
  maxBytes: number,
  clock: Stopwatch,
  { answerMs, idleMs, access }: Required<HttpOptions>,
): Promise<Uint8Array | undefined> {
  const response = await ask(url, base, { clock, answerMs, access })
  if (response === undefined) return undefined
  if (name.endsWith('.json') && (response.headers.get('content-type') ?? '').startsWith('text/html')) {
    await response.body?.cancel()
    throw isPage(url)
  }
  return readBody(response, name, maxBytes, clock, idleMs)
}

/** What a gateway or a captive network answers, whatever it was asked. */
function isPage(url: URL): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${url.href} is a web page, and should be metadata`,
    hint: 'check the address; what stands before the server may ask people to sign in',
  })
}
