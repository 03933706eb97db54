// What a registry answers when it does not do what it was asked: its status, its kind and its words, as errors of ours.
import { AppError, type ErrorCode } from '../../../core/error.ts'
import { isObject, type JsonObject, parseJson } from '../../../core/json.ts'
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
      : `${url.href} leads elsewhere (status ${status}), and what is asked of a registry is asked of it alone`,
    hint: 'check the address; give the one at which the registry really is',
    data: { status },
  })
}

interface Meaning {
  code: ErrorCode
  hint: string
}

/** By status, and what it says that it is about. */
const meanings: ReadonlyMap<string, Meaning> = new Map([
  ['401', { code: 'source/rejected', hint: 'give the token that its admin gave you, and check whose key signed' }],
  ['403', { code: 'source/rejected', hint: 'ask whoever runs the registry who may do this' }],
  ['404', { code: 'source/not-found', hint: 'check the address; it may be that of another service' }],
  ['404 log', { code: 'source/not-found', hint: 'check the name of the package' }],
  ['404 record', { code: 'source/not-found', hint: 'look again; the registry may have been restored from a backup' }],
  ['404 namespace', { code: 'source/not-found', hint: 'ask the operator of the registry to define the namespace' }],
  ['404 logLength', { code: 'source/not-found', hint: 'look again; if it stays so, ask the operator of the registry' }],
  ['404 leaf', { code: 'source/not-found', hint: 'look again; if it stays so, ask the operator of the registry' }],
  ['405', { code: 'source/conflict', hint: 'look again at what became of the record' }],
  ['409', { code: 'source/conflict', hint: 'look again at the package' }],
  ['409 record', { code: 'source/conflict', hint: 'somebody publishes to this package: look again in a minute' }],
  ['409 namespaceImport', { code: 'source/rejected', hint: 'publish at the registry that keeps this namespace' }],
  ['409 namespace', { code: 'source/rejected', hint: 'choose a namespace that differs from others by more than case' }],
  ['409 name', { code: 'source/rejected', hint: 'choose a name that differs from others by more than case' }],
  ['413', { code: 'source/too-large', hint: 'ask whoever runs the registry how much it takes' }],
  ['501', { code: 'format/unsupported', hint: 'ask whoever runs the registry what it can do' }],
])

/** `what`: "the question for its checkpoint", "the record". */
export function refused(what: string, { status, headers, bytes }: Whole, url: URL): AppError {
  const said = answerIn(bytes)
  const words = wordsOf(said)
  const isOutage = (status >= 500 && status !== 501) || [407, 408, 425, 429].includes(status)
  if (isOutage) return outage(`the registry could not take ${what}`, badStatus(url, { status, headers }), words)
  const { type, id, reason } = said
  const kind = typeof type === 'string' ? shortWords(type) : ''
  const { code, hint } = meanings.get(`${status} ${kind}`) ??
    meanings.get(String(status)) ?? {
      code: 'source/rejected',
      hint: 'check the address, and ask whoever runs the registry',
    }
  const about = kind === '' ? '' : `, ${kind}${typeof id === 'string' ? ` “${shortWords(id)}”` : ''}`
  return new AppError({
    code,
    message: `the registry did not take ${what} (status ${status}${about})${words === '' ? '' : `: “${words}”`}`,
    hint,
    data: {
      status,
      ...(kind === '' ? {} : { type: kind }),
      ...(typeof id === 'string' ? { id: id.slice(0, 300) } : {}),
      ...(typeof reason === 'string' ? { reason: shortWords(reason) } : {}),
    },
  })
}

function answerIn(bytes: Uint8Array): JsonObject {
  try {
    const value = parseJson(bytes, 'the answer').value()
    return isObject(value) ? value : {}
  } catch (thrown) {
    // The status says what there is to say.
    if (thrown instanceof AppError) return {}
    throw thrown
  }
}

function wordsOf({ message, reason }: JsonObject): string {
  return [message, reason].flatMap((one) => (typeof one === 'string' ? [shortWords(one)] : []))[0] ?? ''
}

/** By the registry, for this log: not by something before it, and for no other. */
export function isUnknown(thrown: unknown, kind: 'log' | 'record', id: string): boolean {
  if (!(thrown instanceof AppError)) return false
  const { status, type, id: about } = thrown.data ?? {}
  return status === 404 && type === kind && about === id
}

/** Whether the question was certainly not obeyed: something answered that it does not take it. */
export function isRefusal(thrown: unknown): boolean {
  if (!(thrown instanceof AppError)) return false
  const status = thrown.data?.status
  return typeof status === 'number' && ((status >= 300 && status < 500 && status !== 408) || status === 501)
}

/** Of a question that may be asked again: the line is broken, or too much is asked at once. */
export function isPassing(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === 'source/unreachable'
}
