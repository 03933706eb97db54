// One question of a web server and the whole of its answer: limited in size and time, like all that is read from there.
import { AppError } from '../../core/error.ts'
import { checkCancelled } from '../cancel.ts'
import { readBody } from './body.ts'
import { ask, type Question, translate } from './client.ts'
import { stopwatch } from './stopwatch.ts'

export interface Exchange extends Omit<Question, 'clock'> {
  maxBytes: number
  /** Between two pieces of the answer. */
  idleMs: number
  totalMs: number
}

export interface Whole {
  status: number
  headers: Headers
  bytes: Uint8Array
}

/** undefined where there is certainly nothing, unless that is an answer. */
export async function exchange(
  url: URL,
  base: URL,
  { maxBytes, idleMs, totalMs, ...question }: Exchange,
  signal: AbortSignal,
): Promise<Whole | undefined> {
  checkCancelled(signal)
  const clock = stopwatch(signal, totalMs)
  const answered = async (): Promise<Whole | undefined> => {
    const response = await ask(url, base, { clock, ...question })
    if (response === undefined) return undefined
    const { status, headers } = response
    return { status, headers, bytes: await readBody(response, url.href, maxBytes, clock, idleMs) }
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

/** A gateway or a captive network answers with a web page, whatever it was asked. */
export function checkIsData(url: URL, { status, headers, bytes }: Whole): void {
  const first = bytes.find((byte) => !' \n\r\t'.includes(String.fromCharCode(byte)))
  if (first !== 0x3c && !(headers.get('content-type') ?? '').startsWith('text/html')) return
  throw new AppError({
    code: 'source/rejected',
    message: `${url.href} answered with a web page (status ${status}), not with data`,
    hint: 'check the address; what stands before the service may ask people to sign in',
    data: { status },
  })
}
