// One call of an HTTP API that answers in JSON: bounded in time and size, never redirected, and its refusals as errors of ours.
import type { Readable } from 'node:stream'
import { utf8 } from '../../core/bytes.ts'
import { AppError, isErrorCode } from '../../core/error.ts'
import { isObject, type JsonObject, parseJson } from '../../core/json.ts'
import { visible as shown } from '../../core/visible.ts'
import { badStatus } from './client.ts'
import { checkIsData, exchange, type Whole } from './exchange.ts'
import type { Access, Method } from './send.ts'

/** Whom the calls go to, and how it is reached. */
export interface ApiServer {
  base: URL
  access: Access
}

export interface ApiCall {
  method: Method
  /** Below the base, as it stands in the address. */
  path: string
  body?: Uint8Array | Readable
  headers?: Readonly<Record<string, string>>
  maxBytes?: number
  /** Until it answers: a body of gigabytes takes its time. */
  answerMs?: number
}

const standard = { maxBytes: 8 * 1024 * 1024, answerMs: 60_000, idleMs: 30_000 }

/** undefined where there is certainly nothing (404); any other refusal is thrown. */
export async function callApi(
  { base, access }: ApiServer,
  { path, ...call }: ApiCall,
  signal: AbortSignal,
): Promise<Whole | undefined> {
  const url = new URL(path, base)
  const limits = { ...standard, totalMs: call.answerMs ?? standard.answerMs }
  const whole = await exchange(url, base, { ...limits, ...call, access, also: 'every' }, signal)
  if (whole === undefined || (whole.status === 404 && call.method === 'GET')) return undefined
  if (whole.status < 200 || whole.status > 299) throw refusal(whole, url)
  checkIsData(url, whole)
  return whole
}

export async function readApi(server: ApiServer, path: string, signal: AbortSignal): Promise<JsonObject | undefined> {
  const found = await callApi(server, { method: 'GET', path }, signal)
  return found === undefined ? undefined : objectOf(found.bytes, path)
}

export async function postApi(server: ApiServer, path: string, body: string, signal: AbortSignal): Promise<JsonObject> {
  const headers = { 'content-type': 'application/json' }
  const answer = await callApi(server, { method: 'POST', path, body: utf8(body), headers }, signal)
  if (answer !== undefined) return objectOf(answer.bytes, path)
  throw new AppError({
    code: 'source/not-found',
    message: `${server.base.href} does not know ${path}`,
    hint: 'check the address with the repository admin; the repository may be older than this program',
  })
}

export function objectOf(bytes: Uint8Array, what: string): JsonObject {
  const value = parseJson(bytes, what).value()
  if (isObject(value)) return value
  throw new AppError({
    code: 'format/malformed',
    message: `the answer to ${what} is not an object`,
    hint: 'check the address with the repository admin',
  })
}

/** What the other side says is shown as theirs, short, and only under codes that are theirs to say. */
function refusal({ status, headers, bytes }: Whole, url: URL): AppError {
  const isProblem = (headers.get('content-type') ?? '').startsWith('application/problem+json')
  const said = isProblem ? problemOf(bytes) : undefined
  if (said !== undefined) return said
  if (status !== 404) return badStatus(url, { status, headers })
  return new AppError({
    code: 'source/not-found',
    message: `${url.href} answered with status ${status}`,
    hint: 'check the address with the repository admin',
    data: { status },
  })
}

const maxWords = 600
const theirs = /^(source|format|trust|usage)\/|^signer\/wrong-key$/

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
  // What only this machine can know, such as that somebody cancelled or typed a wrong PIN, is not for them to say.
  if (!theirs.test(code)) return undefined
  const plain = isObject(data) ? Object.entries(data).flatMap(([name, one]) => dataOf(name, one)) : []
  return new AppError({
    code,
    message: `the repository answered: ${shown(message.slice(0, maxWords))}`,
    ...(typeof hint === 'string' ? { hint: `its advice: ${shown(hint.slice(0, maxWords))}` } : {}),
    ...(plain.length === 0 ? {} : { data: Object.fromEntries(plain) }),
  })
}

function dataOf(name: string, value: unknown): [string, string | number | boolean][] {
  if (typeof value === 'string') return [[name, value.slice(0, maxWords)]]
  return typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : []
}
