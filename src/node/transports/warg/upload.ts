// Content on its way to a registry, or to where the registry says that it goes: a stream that is hashed while it is sent, and broken
// off before its end where it is not what the record names.
import { createHash } from 'node:crypto'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { AppError } from '../../../core/error.ts'
import { visible } from '../../safe-name.ts'
import { exchange } from '../../web/exchange.ts'
import { isPrivateHost, isPrivateLiteral, outsideOnly } from '../../web/private-host.ts'
import type { Access } from '../../web/send.ts'
import { isSafe } from './address.ts'
import type { UploadPlace } from './answers.ts'
import { checkAnswered, refused } from './refusal.ts'

export interface Content {
  size: number
  stream(): AsyncIterable<Uint8Array>
}

/** What a registry may have sent along; anything else could say things in our name. */
const allowed: ReadonlySet<string> = new Set(['authorization', 'content-type'])
const dayMs = 86_400_000
const limits = { answerMs: dayMs, idleMs: 30_000, totalMs: dayMs, maxBytes: 1024 * 1024 }

export async function uploadTo(
  digest: string,
  { method, url: text, headers }: UploadPlace,
  content: Content,
  { base, access, lookup }: { base: URL; access: Access; lookup?: LookupFunction },
  signal: AbortSignal,
): Promise<void> {
  const url = placeOf(text, base)
  const isOwn = url.origin === base.origin
  // A registry elsewhere does not reach what stands beside this machine; one that stands there itself may.
  const isWithin = isOwn || (await isPrivateHost(base.hostname, lookup))
  if (!isWithin && isPrivateLiteral(url.hostname)) throw inside(url.host)
  const found = isWithin ? {} : { lookup: outsideOnly(url.hostname, () => inside(url.host), lookup) }
  const brought = headersOf(headers, url)
  // Our token is for the registry alone, which may also give one for just this; its authority vouches for no other server.
  const { bearer, ...trust } = isOwn ? access : {}
  const reached = bearer === undefined || headers.has('authorization') ? trust : { ...trust, bearer }
  const length = { 'content-length': String(content.size) }
  const plain = { 'content-type': 'application/octet-stream', ...brought, ...length }
  const body = Readable.from(checked(digest, content))
  const asked = { ...limits, method, body, headers: plain, access: reached, also: 'every', ...found } as const
  const whole = await exchange(url, base, asked, signal)
  if (whole === undefined) throw new AppError({ code: 'internal/bug', message: `${url.href}: no answer` })
  checkAnswered(whole, url)
  if (whole.status < 200 || whole.status > 299) throw refused(`the content ${digest}`, whole, url)
}

/** Relative to the registry, or whole. A registry on the web has nothing sent to what listens on this machine. */
function placeOf(text: string, base: URL): URL {
  const url = URL.canParse(text, base) ? new URL(text, base) : undefined
  const isPlain = url?.username === '' && url.password === '' && url.hash === ''
  if (isPlain && isSafe(url) && (url.protocol === 'https:' || base.protocol === 'http:')) return url
  throw new AppError({
    code: 'source/rejected',
    message: `the registry wants content sent to ${visible(text)}, which is no place for it`,
    hint: 'tell whoever runs the registry; content goes only where nobody listens on the way',
  })
}

function inside(host: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `the registry wants content sent to ${host}, which stands beside this machine, and not where the registry is`,
    hint: 'do not send it; ask whoever runs the registry why it wants that',
  })
}

function headersOf(headers: ReadonlyMap<string, string>, { host }: URL): Record<string, string> {
  for (const [name, value] of headers) {
    if (allowed.has(name) && /^[\x20-\x7e]{0,8192}$/.test(value)) continue
    throw new AppError({
      code: 'source/rejected',
      message: `the registry wants the header ${visible(name)} sent to ${host} with the content, which is not done`,
      hint: 'tell whoever runs the registry: only authorization and content-type are sent for it',
      data: { header: name.slice(0, 80) },
    })
  }
  return Object.fromEntries(headers)
}

/** The last piece leaves only when the whole is what it should be: what was changed meanwhile never arrives whole. */
async function* checked(digest: string, { size, stream }: Content): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let seen = 0
  let held: Uint8Array | undefined
  for await (const piece of stream()) {
    if (piece.length === 0) continue
    if (held !== undefined) yield held
    hash.update(piece)
    seen += piece.length
    if (seen > size) throw changed(digest)
    held = piece
  }
  if (seen !== size || `sha256:${hash.digest('hex')}` !== digest) throw changed(digest)
  if (held !== undefined) yield held
}

function changed(digest: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `the file for the content ${digest} is not what it was any more; it was not sent whole`,
    hint: 'give the file that was released, and repeat: the registry waits for it',
    data: { digest },
  })
}
