// What a request brings: never more than allowed, never slower than a person’s line, and JSON as strict as everywhere.
import { concatBytes, parseBase64 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import { isObject, type JsonObject, type JsonValue, parseJson } from '../core/json.ts'
import { checkSize } from '../core/transport.ts'
import { countValues } from './weight.ts'

export interface BodyLimits {
  /** Of a small body. */
  bytes: number
  /** For the whole of a small body. */
  totalMs: number
  /** Between two pieces of content. */
  idleMs: number
  /** Of all small bodies that are being read at once. */
  atOnceBytes: number
}

export const standardLimits: BodyLimits = {
  bytes: 32 * 1024 * 1024,
  totalMs: 60_000,
  idleMs: 30_000,
  atOnceBytes: 128 * 1024 * 1024,
}

let atOnce = 0

export async function readJsonBody(request: Request, limits: BodyLimits, signal: AbortSignal): Promise<JsonObject> {
  const what = 'the request'
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json *(;|$)/i.test(type)) {
    throw new AppError({
      code: 'format/unsupported',
      message: 'this takes application/json',
      hint: 'say so, and send it',
    })
  }
  const bytes = await readBody(request, limits, signal)
  checkSimple(bytes)
  const value = parseJson(bytes, what).value()
  if (!isObject(value)) throw malformed(`${what} is not an object`)
  return value
}

const maxValues = 20_000

/** Documents come as one text each: a request of many small values is none of ours, and dear to read. */
function checkSimple(bytes: Uint8Array): void {
  if (countValues(bytes) <= maxValues) return
  throw new AppError({
    code: 'source/too-large',
    message: `the request has more than ${maxValues} values`,
    hint: 'see /api/v1/openapi.json for what is expected',
  })
}

export async function readBody(request: Request, limits: BodyLimits, signal: AbortSignal): Promise<Uint8Array> {
  checkSize('the request', announced(request), limits.bytes)
  const until = performance.now() + limits.totalMs
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const piece of pieces(request, () => until - performance.now(), signal)) {
      size += piece.length
      atOnce += piece.length
      checkSize('the request', size, limits.bytes)
      if (atOnce > limits.atOnceBytes) throw busy()
      parts.push(piece)
    }
    return concatBytes(...parts)
  } finally {
    atOnce -= size
  }
}

/** Content, as it comes. */
export function readContent(request: Request, { idleMs }: BodyLimits, signal: AbortSignal): AsyncIterable<Uint8Array> {
  return pieces(request, () => idleMs, signal)
}

function announced(request: Request): number {
  const length = Number(request.headers.get('content-length') ?? 0)
  return Number.isSafeInteger(length) ? length : 0
}

async function* pieces(request: Request, allowedMs: () => number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (request.body === null) return
  const reader = request.body.getReader()
  try {
    for (;;) {
      const { done, value } = await within(allowedMs(), reader.read(), signal)
      if (done) return
      yield value
    }
  } finally {
    // Whoever sent it may go on for ever: nobody listens any more.
    reader.cancel().catch(() => undefined)
  }
}

async function within<T>(ms: number, promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(slow()), Math.max(0, ms))
  })
  try {
    return await Promise.race([promise, late])
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : brokenOff(thrown)
  } finally {
    clearTimeout(timer)
  }
}

function slow(): AppError {
  return new AppError({
    code: 'source/unreachable',
    message: 'the request came too slowly',
    hint: 'repeat it; an upload goes on where it broke off',
    data: { tooSlow: true },
  })
}

function brokenOff(cause: unknown): AppError {
  return new AppError({
    code: 'source/unreachable',
    message: 'the request broke off',
    hint: 'repeat it; an upload goes on where it broke off',
    cause,
  })
}

function busy(): AppError {
  return new AppError({
    code: 'source/unreachable',
    message: 'too much is being sent here at once',
    hint: 'repeat it in a moment',
    data: { retryAfterSeconds: 5 },
  })
}

// ---- fields --------------------------------------------------------------------------------------------------------

function malformed(message: string): AppError {
  return new AppError({ code: 'format/malformed', message, hint: 'see /api/v1/openapi.json for what is expected' })
}

export function checkFields(object: JsonObject, names: readonly string[]): void {
  const other = Object.keys(object).find((name) => !names.includes(name))
  if (other !== undefined) throw malformed(`${JSON.stringify(other.slice(0, 40))} is not expected here`)
}

export function textField(object: JsonObject, name: string, shape?: RegExp): string {
  const value = object[name]
  if (typeof value === 'string' && (shape?.test(value) ?? true)) return value
  throw malformed(`${name} is not what it should be`)
}

export function listField(object: JsonObject, name: string, max: number): readonly JsonObject[] {
  const value = object[name]
  if (!Array.isArray(value) || value.length === 0 || value.length > max)
    throw malformed(`${name} has 1 to ${max} entries`)
  return value.map((one: JsonValue) => {
    if (isObject(one)) return one
    throw malformed(`${name} holds something that is no object`)
  })
}

export function bytesField(object: JsonObject, name: string): Uint8Array {
  return parseBase64(textField(object, name), name)
}
