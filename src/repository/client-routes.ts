// Plain TUF over HTTP, as any client reads it: what is published below /metadata/ and /targets/, and certainly nothing else.
import type { Context as Call, Hono } from 'hono'
import { AppError } from '../core/error.ts'
import { encodeRole } from '../core/systems/tuf/names.ts'
import type { Env } from './app.ts'
import { noSuchPage, problemResponse } from './problem.ts'
import { forEver, type LargeFile, type SmallFile, shortly } from './published.ts'
import { parseRange } from './range.ts'
import type { Repository } from './repository.ts'

const metadata = '/metadata/'

export function clientRoutes(app: Hono<Env>, { files }: Repository, signal: AbortSignal): void {
  app.get('/metadata/:name', async (c) => {
    const raw = new URL(c.req.url).pathname.slice(metadata.length)
    const name = fileNameOf(raw)
    if (name === undefined) return absent()
    const file = files.held(name) ?? (await foundBy(files.metadata(name)))
    if (file === undefined) return absent()
    return 'bytes' in file ? smallResponse(c, file) : largeResponse(c, file, signal)
  })
  app.get('/targets/*', async (c) => {
    const name = pathOf(new URL(c.req.url).pathname)
    const file = name === undefined ? undefined : await foundBy(files.target(name))
    return file === undefined ? absent() : largeResponse(c, file, signal)
  })
}

/** A name that no file can have, or what is no plain file, is nothing that was published. */
async function foundBy<T>(read: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'source/rejected') return undefined
    throw thrown
  }
}

/** Clients that come for the next root get this every time: it is an answer, not a failure. */
function absent(): Response {
  return problemResponse(noSuchPage())
}

const decoded = new Map<string, string>()

/** In the folder a role's name is percent-encoded; in an address it may be encoded in other places as well. */
function fileNameOf(raw: string): string | undefined {
  const known = decoded.get(raw)
  if (known !== undefined) return known
  const plain = decodedOf(raw)
  if (plain === undefined || !/^[^/].*\.json$/.test(plain) || raw.includes('/')) return undefined
  const name = `metadata/${encodeRole(plain)}`
  if (decoded.size < 10_000) decoded.set(raw, name)
  return name
}

function pathOf(pathname: string): string | undefined {
  const parts = pathname.slice(1).split('/').map(decodedOf)
  if (!parts.every((part) => part !== undefined && part !== '' && !part.includes('/') && !part.startsWith('.'))) {
    return undefined
  }
  return parts.join('/')
}

function decodedOf(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not percent-encoding at all: no name of ours.
    return undefined
  }
}

/** What is in memory whole, for an address as it stands in a request. */
export function atOnce({ files }: Pick<Repository, 'files'>, address: string): SmallFile | undefined {
  if (!address.startsWith(metadata)) return undefined
  const name = fileNameOf(address.slice(metadata.length))
  return name === undefined ? undefined : files.held(name)
}

function smallResponse(c: Call<Env>, { bytes, etag, headers: whole }: SmallFile): Response {
  const { 'content-length': _, 'accept-ranges': __, ...headers } = whole
  if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers })
  const range = rangeOf(c, etag, bytes.length)
  if (range === 'none') return new Response(null, { status: 416, headers: unsatisfiable(headers, bytes.length) })
  if (range === undefined) {
    return new Response(c.req.method === 'HEAD' ? null : bytes, { headers: whole })
  }
  return new Response(c.req.method === 'HEAD' ? null : bytes.slice(range.from, range.to), {
    status: 206,
    headers: partHeaders(headers, range, bytes.length),
  })
}

function largeResponse(
  c: Call<Env>,
  { length, type, etag, isForEver, open }: LargeFile,
  signal: AbortSignal,
): Response {
  const headers: Record<string, string> = {
    'content-type': type,
    'cache-control': isForEver ? forEver : shortly,
    'x-content-type-options': 'nosniff',
    // An artifact that is a page is no page of this server.
    'content-security-policy': "default-src 'none'; sandbox",
    ...(etag === undefined ? {} : { etag }),
  }
  if (etag !== undefined && c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers })
  const range = rangeOf(c, etag, length)
  if (range === 'none') return new Response(null, { status: 416, headers: unsatisfiable(headers, length) })
  const { from, to } = range ?? { from: 0, to: length }
  const all =
    range === undefined
      ? { ...headers, 'content-length': String(length), 'accept-ranges': 'bytes' }
      : partHeaders(headers, range, length)
  const body = c.req.method === 'HEAD' ? null : streamOf((stop) => open(from, stop), to - from, signal)
  return new Response(body, { status: range === undefined ? 200 : 206, headers: all })
}

/** A part of something else is no part: whoever names what they have gets all of it when it changed. */
function rangeOf(c: Call<Env>, etag: string | undefined, length: number) {
  const wanted = c.req.header('range')
  const ifRange = c.req.header('if-range')
  if (wanted === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined
  return parseRange(wanted, length)
}

function partHeaders(headers: Record<string, string>, { from, to }: { from: number; to: number }, length: number) {
  return {
    ...headers,
    'content-length': String(to - from),
    'content-range': `bytes ${from}-${to - 1}/${length}`,
  }
}

function unsatisfiable(headers: Record<string, string>, length: number): Record<string, string> {
  return { ...headers, 'content-range': `bytes */${length}` }
}

/** So many bytes, read as they are asked for: a client that is slow holds one piece and an open file, and nothing more. */
function streamOf(
  open: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>,
  length: number,
  outer: AbortSignal,
): ReadableStream<Uint8Array> {
  const stop = new AbortController()
  const end = (): void => stop.abort()
  let pieces: AsyncIterator<Uint8Array> | undefined
  let left = length
  const finish = async (): Promise<void> => {
    outer.removeEventListener('abort', end)
    await pieces?.return?.()
  }
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        if (pieces === undefined) {
          outer.addEventListener('abort', end, { once: true })
          pieces = (await open(stop.signal))[Symbol.asyncIterator]()
        }
        const next = left === 0 ? undefined : await pieces.next()
        if (next === undefined || next.done === true) {
          await finish()
          // Shorter than it was: the connection breaks, so that nobody takes it for whole.
          if (left > 0) controller.error(new Error('the file became shorter'))
          else controller.close()
          return
        }
        const piece = next.value.slice(0, left)
        left -= piece.length
        controller.enqueue(piece)
      },
      cancel: async () => {
        end()
        await finish()
      },
    },
    { highWaterMark: 0 },
  )
}
