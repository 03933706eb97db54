// One question to a web server, with or without something sent along: where a name leads, redirects that stay on the same server,
// and what its answers mean.
import { AppError } from '../../core/error.ts'
import { verifyName, visible } from '../safe-name.ts'
import { type Access, type Sent, send, whyNotReached, withBearer } from './send.ts'
import type { Stopwatch } from './stopwatch.ts'

const maxRedirects = 5
const redirectStatus: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const repeatingStatus: ReadonlySet<number> = new Set([307, 308])

/**
 * Certainly absent. 403 is among them because object stores (S3 and its kin) answer it for absent names to people who may
 * not list the store, and a root chain must end there. It is safe: what is absent is never trusted, only missed, and
 * expiry bounds how long a server can make us miss something. A TUF client that took 403 for an outage could not work.
 */
const absentStatus: ReadonlySet<number> = new Set([403, 404, 410])

export function parseBaseUrl(text: string): URL {
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
export function urlOfName(base: URL, name: string): URL {
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

/** The answer after all redirects; undefined when the file is certainly absent. */
export async function ask(
  start: URL,
  base: URL,
  { clock, answerMs, headers = {}, also = [], access = {}, ...what }: Question,
): Promise<Response | undefined> {
  let url = start
  for (let hop = 0; hop <= maxRedirects; hop++) {
    clock.allow(answerMs)
    // Compressed answers would have to be unpacked, and a target is exactly its bytes.
    const plain = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'countersign', ...headers }
    // Where a redirect leads, also on the same server, is for others to say: it gets no secret.
    const isOwn = hop === 0 && url.origin === base.origin
    const all = isOwn ? await withBearer(plain, access) : plain
    const response = await send(url, { ...what, headers: all, signal: clock.signal }, access)
    if (response.ok || also === 'every' || also.includes(response.status)) return response
    await response.body?.cancel()
    if (absentStatus.has(response.status)) return undefined
    // Only these two repeat what was sent: after any other, nobody knows whether it arrived.
    const isFollowed = what.body === undefined ? redirectStatus : repeatingStatus
    if (!isFollowed.has(response.status)) throw badStatus(url, response)
    url = followed(url, response.headers.get('location'), base)
  }
  throw new AppError({
    code: 'source/rejected',
    message: `${start.href} redirects more than ${maxRedirects} times`,
    hint: 'give the address at which the repository really is',
  })
}

export interface Question extends Pick<Sent, 'method' | 'body' | 'lookup'> {
  clock: Stopwatch
  /** Until the server begins to answer. */
  answerMs: number
  headers?: Readonly<Record<string, string>>
  /** Further statuses that are answers; `every`: redirects too, which are not followed then. */
  also?: readonly number[] | 'every'
  access?: Access
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

export function badStatus(url: URL, { status, headers }: Pick<Response, 'status' | 'headers'>): AppError {
  const isOutage = status >= 500 || status === 407 || status === 408 || status === 425 || status === 429
  const seconds = isOutage ? secondsUntil(headers.get('retry-after')) : undefined
  return new AppError({
    code: isOutage ? 'source/unreachable' : 'source/rejected',
    message: `${url.href} answered with status ${status}${seconds === undefined ? '' : `, and asks to wait ${seconds} seconds`}`,
    hint: isOutage
      ? seconds === undefined
        ? status === 407
          ? 'the proxy wants to know who asks: put name and password into HTTPS_PROXY'
          : 'repeat later'
        : `repeat in ${seconds} seconds`
      : status === 401
        ? 'this server wants to know who asks: give the token that its admin gave you'
        : 'check the address with the repository admin',
    data: { status, ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }) },
  })
}

/** Retry-After: seconds, or a date (RFC 9110, 10.2.3); what is neither, or absurd, says nothing. */
function secondsUntil(text: string | null): number | undefined {
  if (text === null) return undefined
  const seconds = /^\d{1,7}$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - Date.now()) / 1000)
  return seconds > 0 && seconds <= 604_800 ? seconds : undefined
}

/** Whatever a request throws, as an error of ours. */
export function translate(thrown: unknown, url: URL, ranOut: boolean): unknown {
  if (thrown instanceof AppError) return thrown
  const why = ranOut ? undefined : whyNotReached(thrown)
  return new AppError({
    code: 'source/unreachable',
    message: ranOut
      ? `${url.host} did not answer in time`
      : `${url.host} could not be reached${why === undefined ? ', or broke off' : `: ${why.message}`}`,
    hint: why?.hint ?? 'check the connection and the address, then repeat',
    cause: thrown,
  })
}
