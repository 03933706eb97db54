// What a backend answers when it does not do what it was asked: its status and its words, as errors of ours.
import { AppError, type ErrorCode } from '../../../core/error.ts'
import { isObject, parseJson } from '../../../core/json.ts'
import { badStatus } from '../../web/client.ts'
import type { Whole } from '../../web/exchange.ts'
import { shortWords } from '../../web/words.ts'

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
    return outage(what, badStatus(url, { status, headers }), wordsOf(bytes))
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

function outage(what: string, { code, hint, data }: AppError, said: string): AppError {
  return new AppError({
    code,
    message: `the backend could not take ${what} (status ${data?.status ?? ''})${said === '' ? '' : `: “${said}”`}`,
    ...(hint === undefined ? {} : { hint }),
    ...(data === undefined ? {} : { data }),
  })
}

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
