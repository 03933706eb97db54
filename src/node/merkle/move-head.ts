// The head at an address, moved from what is there to what is ours, unless somebody else moved it meanwhile.
import { isEqualBytes } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { maxBytes } from '../../core/systems/merkle/files.ts'
import { badStatus } from '../web/client.ts'
import { checkIsData, exchange } from '../web/exchange.ts'
import type { Access } from '../web/send.ts'

export interface Moving {
  url: URL
  access: Access
  head: Uint8Array
  /** Whether ours may take the place of what is there; undefined: nothing is. */
  replaces(there: Uint8Array | undefined): Promise<boolean>
}

export interface There {
  bytes?: Uint8Array
  /** What a PUT has to say, so that only this is replaced. */
  only: Readonly<Record<string, string>>
}

const limits = { maxBytes: maxBytes.head, answerMs: 30_000, idleMs: 30_000, totalMs: 120_000 }

export async function readHead({ url, access, head, replaces }: Moving, signal: AbortSignal): Promise<There> {
  const headers = { 'cache-control': 'no-cache' }
  const found = await exchange(url, url, { ...limits, headers, access, also: [403, 410] }, signal)
  if (found !== undefined && (found.status < 200 || found.status > 299)) throw badStatus(url, found)
  if (found !== undefined) checkIsData(url, found)
  const isOurs = found !== undefined && isEqualBytes(found.bytes, head)
  if (!isOurs && !(await replaces(found?.bytes))) throw moved(url, 'is another than the one that ours follows')
  if (found === undefined) return { only: { 'if-none-match': '*' } }
  const tag = found.headers.get('etag') ?? ''
  // A weak one (W/) may stand for other bytes.
  if (isOurs || /^"[^"]*"$/.test(tag)) return { bytes: found.bytes, only: { 'if-match': tag } }
  throw new AppError({
    code: 'source/rejected',
    message: `${url.href} comes without an ETag, so that one head could be written over another`,
    hint: 'put the head there by hand, or use a server that gives ETags',
  })
}

export async function replaceHead({ url, access, head }: Moving, there: There, signal: AbortSignal): Promise<void> {
  if (there.bytes === undefined || !isEqualBytes(there.bytes, head)) {
    const headers = { 'content-type': 'application/vnd.ipld.dag-json', ...there.only }
    const what = { method: 'PUT', body: head, headers, also: 'every', access, ...limits, maxBytes: 65_536 } as const
    const answer = await exchange(url, url, what, signal)
    if (answer?.status === 412 || answer?.status === 409) throw moved(url, 'was moved by somebody else meanwhile')
    if (answer === undefined || answer.status < 200 || answer.status > 299)
      throw badStatus(url, answer ?? { status: 404, headers: new Headers() })
  }
  const headers = { 'cache-control': 'no-cache' }
  const now = await exchange(url, url, { ...limits, headers, access, also: [403, 410] }, signal)
  if (now === undefined || now.status !== 200 || !isEqualBytes(now.bytes, head))
    throw moved(url, 'reads back as something else than was put there')
}

function moved(url: URL, how: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `the head at ${url.href} ${how}`,
    hint: 'look at what is there now, make a new head after it, and repeat',
  })
}
