// A web server as a read-only Transport. Whatever it answers is limited in size, time and place.
import { AppError } from '../../core/error.ts'
import { checkSize, type Transport } from '../../core/transport.ts'
import { checkCancelled } from '../cancel.ts'
import { verifyName, visible } from '../safe-name.ts'

export interface HttpOptions {
  /** Until the server begins to answer. */
  answerMs?: number
  /** Between two pieces of an answer. */
  idleMs?: number
  /** For the whole of one answer: a server may not feed us slowly for ever. */
  totalMs?: number
}

const maxRedirects = 5
const redirectStatus: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Certainly absent. 403 is among them because object stores (S3 and its kin) answer it for absent names to people who may
 * not list the store, and a root chain must end there. It is safe: what is absent is never trusted, only missed, and
 * expiry bounds how long a server can make us miss something. A TUF client that took 403 for an outage could not work.
 */
const absentStatus: ReadonlySet<number> = new Set([403, 404, 410])

export function httpTransport(baseUrl: string, options: HttpOptions = {}): Transport {
  const base = parseBaseUrl(baseUrl)
  const limits = { answerMs: 15_000, idleMs: 15_000, totalMs: 600_000, ...options }

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

function parseBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (
    url === undefined ||
    !isWeb ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== '' ||
    url.password !== ''
  ) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${visible(text)} is not the address of a repository`,
      hint: 'give an address such as https://example.com/repository/ without user name, ? and #',
    })
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

/** TUF clients pass role names that are percent-encoded already: valid %XX stays, everything else unsafe is encoded. */
function urlOfName(base: URL, name: string): URL {
  verifyName(name)
  const path = name.replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/]+/g, (match) =>
    /^%[0-9A-Fa-f]{2}$/.test(match) ? match : encodeURIComponent(match),
  )
  const url = new URL(base.href)
  url.pathname = base.pathname + path
  // A URL treats %2e like a dot, so a name can still climb: what was made must be what was meant.
  if (url.pathname !== base.pathname + path) {
    throw new AppError({
      code: 'source/rejected',
      message: `the name ${visible(name)} leads out of its repository`,
      hint: 'do not use this repository before its admin explained this name',
      data: { name: visible(name) },
    })
  }
  return url
}

async function fetchBytes(
  start: URL,
  base: URL,
  name: string,
  maxBytes: number,
  clock: Stopwatch,
  limits: Required<HttpOptions>,
): Promise<Uint8Array | undefined> {
  let url = start
  for (let hop = 0; hop <= maxRedirects; hop++) {
    clock.allow(limits.answerMs)
    const response = await fetch(url, {
      redirect: 'manual',
      cache: 'no-store',
      credentials: 'omit',
      // Compressed answers would be unpacked silently, and a target is exactly its bytes.
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'countersign' },
      signal: clock.signal,
    })
    if (response.ok) return readBody(response, name, maxBytes, clock, limits.idleMs)
    await response.body?.cancel()
    if (absentStatus.has(response.status)) return undefined
    if (!redirectStatus.has(response.status)) throw badStatus(url, response.status)
    url = followed(url, response.headers.get('location'), base)
  }
  throw new AppError({
    code: 'source/rejected',
    message: `${start.href} redirects more than ${maxRedirects} times`,
    hint: 'give the address at which the repository really is',
  })
}

function followed(from: URL, location: string | null, base: URL): URL {
  const to = location !== null && URL.canParse(location, from) ? new URL(location, from) : undefined
  if (to !== undefined && to.origin === base.origin && to.username === '' && to.password === '') return to
  throw new AppError({
    code: 'source/rejected',
    message: `${from.href} redirects to ${visible(to?.origin ?? location ?? 'nowhere')}, which is another server`,
    hint: 'give the address at which the repository really is',
  })
}

async function readBody(
  response: Response,
  name: string,
  maxBytes: number,
  clock: Stopwatch,
  idleMs: number,
): Promise<Uint8Array> {
  // Only a hint, but an honest server spares us the download.
  const announced = Number(response.headers.get('content-length') ?? 0)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    if (Number.isFinite(announced)) checkSize(name, announced, maxBytes)
    clock.allow(idleMs)
    for await (const chunk of response.body ?? []) {
      clock.allow(idleMs)
      size += chunk.length
      checkSize(name, size, maxBytes)
      chunks.push(chunk)
    }
  } catch (thrown) {
    await response.body?.cancel().catch(() => undefined)
    throw thrown
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

interface Stopwatch {
  signal: AbortSignal
  /** So long from now until the next sign of life. */
  allow(ms: number): void
  /** Ends with the time, even if what is waited for does not. */
  guard<T>(promise: Promise<T>): Promise<T>
  ranOut(): boolean
  stop(): void
}

function stopwatch(outer: AbortSignal, totalMs: number): Stopwatch {
  const controller = new AbortController()
  let isOver = false
  const expire = () => {
    isOver = true
    controller.abort()
  }
  const total = setTimeout(expire, totalMs)
  let step: NodeJS.Timeout | undefined
  const cancel = () => controller.abort()
  outer.addEventListener('abort', cancel, { once: true })
  const ended = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  })
  return {
    signal: controller.signal,
    allow: (ms) => {
      clearTimeout(step)
      step = setTimeout(expire, ms)
    },
    guard: (promise) => Promise.race([promise, ended]),
    ranOut: () => isOver,
    stop: () => {
      clearTimeout(total)
      clearTimeout(step)
      outer.removeEventListener('abort', cancel)
    },
  }
}

function badStatus(url: URL, status: number): AppError {
  const isOutage = status >= 500 || status === 408 || status === 425 || status === 429
  return new AppError({
    code: isOutage ? 'source/unreachable' : 'source/rejected',
    message: `${url.href} answered with status ${status}`,
    hint: isOutage ? 'repeat later' : 'check the address with the repository admin',
    data: { status },
  })
}

function translate(thrown: unknown, url: URL, ranOut: boolean): unknown {
  if (thrown instanceof AppError) return thrown
  return new AppError({
    code: 'source/unreachable',
    message: ranOut ? `${url.host} did not answer in time` : `${url.host} could not be reached, or broke off`,
    hint: 'check the connection and the address, then repeat',
    cause: thrown,
  })
}
