// What a backend answers when it does not do what it was asked: its status and its words, as errors of ours; and what becomes of a
// signature that cannot be sent, or is not seen there afterwards.
import { AppError, type ErrorCode } from '../../../core/error.ts'
import { isObject, parseJson } from '../../../core/json.ts'
import { visible } from '../../safe-name.ts'
import { badStatus } from '../../web/client.ts'
import type { Whole } from '../../web/exchange.ts'
import { outage, shortWords } from '../../web/words.ts'

/** Neither a redirect nor a web page is an answer, whatever its status. */
export function checkAnswered({ status, headers }: Whole, url: URL): void {
  const isPage = (headers.get('content-type') ?? '').startsWith('text/html')
  if (!isPage && (status < 300 || status > 399)) return
  throw new AppError({
    code: 'source/rejected',
    message: isPage
      ? `${url.href} answered with a web page (status ${status}), not with data`
      : `${url.href} leads elsewhere (status ${status}), and what is asked of a backend is asked of it alone`,
    hint: 'check the address; give the one at which the backend really is',
    data: { status },
  })
}

/** `what`: "the question which files wait", "the signature". */
export function refused(what: string, { status, headers, bytes }: Whole, url: URL): AppError {
  if (status >= 500 || status === 407 || status === 408 || status === 425 || status === 429)
    return outage(`the backend could not take ${what}`, badStatus(url, { status, headers }), wordsOf(bytes))
  const { code, hint } = meanings.get(status) ?? { code: 'source/rejected' }
  const said = wordsOf(bytes)
  return new AppError({
    code,
    message: `the backend did not take ${what} (status ${status})${said === '' ? '' : `: “${said}”`}`,
    hint: hint ?? 'check the address, and ask whoever runs the backend',
    data: { status },
  })
}

const meanings: ReadonlyMap<number, { code: ErrorCode; hint: string }> = new Map([
  [
    401,
    {
      code: 'source/rejected',
      hint: 'set the clock of this machine right, and ask with a key that stands among the signers',
    },
  ],
  [403, { code: 'source/rejected', hint: 'ask with a key that stands among the signers' }],
  [404, { code: 'source/not-found', hint: 'check the address; the backend may be of another generation' }],
  [409, { code: 'source/conflict', hint: 'look again at what waits' }],
  [413, { code: 'source/too-large', hint: 'ask whoever runs the backend how much it takes' }],
])

function wordsOf(bytes: Uint8Array): string {
  try {
    const value = parseJson(bytes, 'the answer').value()
    const said = isObject(value) ? value.error : value
    return typeof said === 'string' ? shortWords(said) : ''
  } catch (thrown) {
    // The status says what there is to say.
    if (thrown instanceof AppError) return ''
    throw thrown
  }
}

export function notOurs(name: string, folder: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${visible(name)} is not below ${folder}, the project that was opened`,
    hint: 'open the project that it belongs to',
  })
}

export function notWaiting(name: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `${visible(name)} does not wait for signatures any more; nothing was sent`,
    hint: 'look again: enough others may have signed it',
    data: { name },
  })
}

export function begunThere(name: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `${visible(name)} waits at the backend already, begun by somebody; nothing takes its place`,
    hint: 'review that one, and sign it',
    data: { name },
  })
}

export function signedAlready(name: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `the backend has a signature of this key for ${visible(name)} already; nothing was sent`,
    hint: 'look again at what waits',
    data: { name },
  })
}

export function exchanged(name: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `after the signature was sent, the backend serves something else as ${visible(name)} than what was signed`,
    hint: 'tell the people of the project; the signature counts for what you reviewed, and for nothing else',
    data: { name },
  })
}

export function notThere(name: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `the backend said that it took the signature, and does not show it for ${visible(name)}; nothing is certain`,
    hint: 'look again at what waits, and ask whoever runs the backend',
    data: { name },
  })
}

export function sentButUnseen(thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== 'source/unreachable') return thrown
  return new AppError({
    code: thrown.code,
    message: `the signature was sent; what became of it could not be seen: ${thrown.message}`,
    hint: 'look again at what waits before you sign it once more',
    cause: thrown,
  })
}

export function partly(thrown: unknown, done: number, all: number): unknown {
  if (!(thrown instanceof AppError)) return thrown
  return new AppError({
    code: thrown.code,
    message: `${done} of ${all} signatures were sent, and then: ${thrown.message}`,
    hint: 'look again at what waits, then send the others',
    cause: thrown,
  })
}
