// One call of an HTTP API that answers in JSON: bounded in time and size, never redirected, and its refusals as errors of ours.
import { AppError, isErrorCode } from '../../core/error.ts'
import { type JsonObject, parseJson } from '../../core/json.ts'
import { isObject } from '../../core/systems/tuf/key.ts'
import { checkSize } from '../../core/transport.ts'
import { visible as shown } from '../../core/visible.ts'
import { checkCancelled } from '../cancel.ts'
import { translate } from './client.ts'
import { stopwatch } from './stopwatch.ts'

export interface ApiCall {
  method: 'GET' | 'POST' | 'PUT'
  /** Below the base, as it stands in the address. */
  path: string
  body?: string | Uint8Array | ReadableStream<Uint8Array>
  headers?: Readonly<Record<string, string>>
  maxBytes?: number
  /** Until it answers: a body of gigabytes takes its time. */
  answerMs?: number
}

export interface ApiAnswer {
  headers: Headers
  bytes: Uint8Array
}

const standard = { maxBytes: 8 * 1024 * 1024, answerMs: 60_000 }

/** undefined where there is certainly nothing (404); any other refusal is thrown. */
export async function callApi(base: URL, call: ApiCall, signal: AbortSignal): Promise<ApiAnswer | undefined> {
  checkCancelled(signal)
  const { maxBytes, answerMs } = { ...standard, ...call }
  const url = new URL(call.path, base)
  const clock = stopwatch(signal, answerMs)
  try {
    return await clock.guard(
      (async () => {
        const response = await fetch(url, {
          method: call.method,
          redirect: 'error',
          cache: 'no-store',
          credentials: 'omit',
          headers: { 'user-agent': 'countersign', 'accept-encoding': 'identity', ...call.headers },
          signal: clock.signal,
          ...bodyOf(call.body),
        })
        const bytes = await bodyBytes(response, url, maxBytes)
        if (response.ok) return { headers: response.headers, bytes }
        throw refusal(response, bytes, url)
      })(),
    )
  } catch (thrown) {
    checkCancelled(signal)
    if (thrown instanceof AppError && thrown.code === 'source/not-found' && call.method === 'GET') return undefined
    throw translate(thrown, url, clock.ranOut())
  } finally {
    clock.stop()
  }
}

export async function readApi(base: URL, path: string, signal: AbortSignal): Promise<JsonObject | undefined> {
  const found = await callApi(base, { method: 'GET', path }, signal)
  return found === undefined ? undefined : objectOf(found.bytes, path)
}

export async function postApi(base: URL, path: string, body: string, signal: AbortSignal): Promise<JsonObject> {
  const headers = { 'content-type': 'application/json' }
  const answer = await callApi(base, { method: 'POST', path, body, headers }, signal)
  if (answer !== undefined) return objectOf(answer.bytes, path)
  throw new AppError({ code: 'source/not-found', message: `${base.href} does not know ${path}` })
}

export function objectOf(bytes: Uint8Array, what: string): JsonObject {
  const value = parseJson(bytes, what).value()
  if (isObject(value)) return value
  throw new AppError({ code: 'format/malformed', message: `the answer to ${what} is not an object` })
}

/** undici wants to be told that a stream goes out while the answer may come in. */
function bodyOf(body: ApiCall['body']): RequestInit {
  if (body === undefined) return {}
  if (body instanceof ReadableStream) return { body, duplex: 'half' } as RequestInit
  return { body: typeof body === 'string' ? body : body.slice() }
}

async function bodyBytes(response: Response, url: URL, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    checkSize(url.href, size, maxBytes)
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}

/** What the other side says is shown as theirs, short, and only under codes that there are. */
function refusal(response: Response, bytes: Uint8Array, url: URL): AppError {
  const { status } = response
  const isProblem = (response.headers.get('content-type') ?? '').startsWith('application/problem+json')
  const said = isProblem ? problemOf(bytes) : undefined
  if (said !== undefined) return said
  const isOutage = status >= 500 || status === 408 || status === 425 || status === 429
  return new AppError({
    code: status === 404 ? 'source/not-found' : isOutage ? 'source/unreachable' : 'source/rejected',
    message: `${url.href} answered with status ${status}`,
    hint: isOutage ? 'repeat later' : 'check the address with the repository admin',
    data: { status },
  })
}

const maxWords = 600

function problemOf(bytes: Uint8Array): AppError | undefined {
  let value: JsonObject
  try {
    value = objectOf(bytes, 'the refusal')
  } catch {
    // Whatever it is, it is no refusal in our form: the status speaks for itself.
    return undefined
  }
  const { code, message, hint, data } = value
  if (typeof code !== 'string' || !isErrorCode(code) || typeof message !== 'string') return undefined
  const plain = isObject(data) ? Object.entries(data).flatMap(([name, one]) => dataOf(name, one)) : []
  return new AppError({
    code,
    message: `the repository answered: ${shown(message.slice(0, maxWords))}`,
    ...(typeof hint === 'string' ? { hint: shown(hint.slice(0, maxWords)) } : {}),
    ...(plain.length === 0 ? {} : { data: Object.fromEntries(plain) }),
  })
}

function dataOf(name: string, value: unknown): [string, string | number | boolean][] {
  if (typeof value === 'string') return [[name, value.slice(0, maxWords)]]
  return typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : []
}
