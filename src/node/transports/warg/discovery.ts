// Where a registry is asked: it says so itself, in a file at a place that is the same everywhere. It may name a path of its own, and
// no other server: which one is trusted with a token, and with what a person looks for, that person decides.
import { AppError } from '../../../core/error.ts'
import { isObject, parseJson } from '../../../core/json.ts'
import { visible } from '../../safe-name.ts'
import { checkIsData, type Exchange, exchange, type Whole } from '../../web/exchange.ts'
import { discoveryPath, isSafe, type WargAddress } from './address.ts'
import { checkAnswered, refused } from './refusal.ts'

const maxBytes = 64 * 1024

/** Ends with a slash. */
export async function discover(
  { registry }: WargAddress,
  limits: Pick<Exchange, 'answerMs' | 'idleMs' | 'totalMs' | 'access'>,
  signal: AbortSignal,
): Promise<URL> {
  const named = new URL(registry)
  // Who names a path has been told where it is asked.
  if (named.pathname !== '/') return named
  const url = new URL(discoveryPath, named)
  const headers = { accept: 'application/json' }
  const whole = await exchange(url, named, { ...limits, maxBytes, headers, also: 'every' }, signal)
  if (whole === undefined || whole.status === 404 || whole.status === 410) return named
  checkAnswered(whole, url)
  checkIsData(url, whole)
  if (whole.status !== 200) throw refused('the question where it is asked', whole, url)
  return placeIn(whole, named, url)
}

/** The file is shared with other kinds of registries, so what else stands in it is left alone. */
function placeIn({ bytes }: Whole, named: URL, file: URL): URL {
  const value = parseJson(bytes, file.href).value()
  const text = isObject(value) ? value.wargUrl : undefined
  if (text === undefined) {
    throw new AppError({
      code: 'source/rejected',
      message: `${file.href} names no Warg registry`,
      hint: 'ask whoever runs it for the address of the registry, and give that one',
    })
  }
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    const shown = visible(typeof text === 'string' ? text : JSON.stringify(text))
    throw new AppError({
      code: 'format/malformed',
      message: `${file.href} names ${shown}, which is no address of a registry`,
      hint: 'tell whoever runs the registry',
    })
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  if (url.origin === named.origin) return url
  throw new AppError({
    code: 'source/rejected',
    message: `${named.host} leads to ${visible(url.href)}, which is another server`,
    hint: isSafe(url)
      ? `if you mean that one, give its address: ${visible(`warg+${url.href}`)}`
      : 'tell whoever runs the registry: it is reached without encryption there',
    data: { named: named.href, leadsTo: url.href.slice(0, 300) },
  })
}
