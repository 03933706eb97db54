// Large files from a web server: from any byte on, so that a download that broke off goes on where it was.
import { AppError } from '../../../core/error.ts'
import { checkCancelled } from '../../cancel.ts'
import type { Content, OpenContent } from '../../content.ts'
import { ask, parseBaseUrl, translate, urlOfName } from '../../web/client.ts'
import type { Access } from '../../web/send.ts'
import { type Stopwatch, stopwatch } from '../../web/stopwatch.ts'

export interface HttpContentOptions {
  /** Until the server begins to answer. */
  answerMs?: number
  /** Between two pieces of an answer. */
  idleMs?: number
  /** For the whole of one answer. A download that this cuts off goes on at the next call. */
  totalMs?: number
  access?: Access
}

const partial = 206
const notSatisfiable = 416
const dayMs = 86_400_000

export function httpContent(baseUrl: string, options: HttpContentOptions = {}): Content {
  const base = parseBaseUrl(baseUrl)
  const { answerMs = 15_000, idleMs = 30_000, totalMs = dayMs, access = {} } = options

  async function begin(
    url: URL,
    from: number,
    clock: Stopwatch,
    signal: AbortSignal,
  ): Promise<OpenContent | undefined> {
    const question = { clock, answerMs, access, also: [notSatisfiable] }
    let response = await ask(url, base, from === 0 ? question : { ...question, headers: { range: `bytes=${from}-` } })
    // What is kept here is longer than what the server has: from the start, then.
    const isRestart = from > 0 && response?.status === notSatisfiable
    if (isRestart) {
      await response?.body?.cancel()
      response = await ask(url, base, { clock, answerMs, access })
    }
    if (response === undefined) return undefined
    const start = await startOf(response, isRestart ? 0 : from, url)
    return { from: start, pieces: pieces(response, url, clock, signal) }
  }

  async function* pieces(
    response: Response,
    url: URL,
    clock: Stopwatch,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    try {
      clock.allow(idleMs)
      for await (const piece of response.body ?? []) {
        clock.pause()
        yield piece
        clock.allow(idleMs)
      }
    } catch (thrown) {
      checkCancelled(signal)
      throw translate(thrown, url, clock.ranOut())
    } finally {
      clock.stop()
    }
  }

  return {
    open: async (name, from, signal) => {
      checkCancelled(signal)
      const url = urlOfName(base, name)
      const clock = stopwatch(signal, totalMs)
      try {
        const opened = await clock.guard(begin(url, from, clock, signal))
        if (opened === undefined) clock.stop()
        return opened
      } catch (thrown) {
        clock.stop()
        checkCancelled(signal)
        throw translate(thrown, url, clock.ranOut())
      }
    },
  }
}

/** A server may ignore the range and send all (200); one that sends a part says which (206). */
async function startOf(response: Response, asked: number, url: URL): Promise<number> {
  const { status } = response
  if (status !== partial && status !== notSatisfiable) return 0
  const range = /^bytes (\d{1,15})-\d{1,15}\/(?:\d{1,15}|\*)$/.exec(response.headers.get('content-range') ?? '')
  if (status === partial && asked > 0 && Number(range?.[1] ?? Number.NaN) === asked) return asked
  await response.body?.cancel()
  throw new AppError({
    code: 'source/rejected',
    message: `${url.href} answered with another part of the file than was asked for`,
    hint: 'remove the partial download, then repeat; if it stays like this, tell the repository admin',
    data: { status },
  })
}
