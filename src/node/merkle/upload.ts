// A repository to a node or a service that keeps blocks: the archive, then the head, if it lies at an address. What the other side
// says of it is no proof: where there is a gateway, every block is read back through it.
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { isEqualBytes } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import type { Link } from '../../core/systems/merkle/cid.ts'
import { blockName, headName, maxBytes } from '../../core/systems/merkle/files.ts'
import type { Transport } from '../../core/transport.ts'
import { checkSafe, type MerkleAddress } from '../transports/merkle/address.ts'
import { archiveTransport, indexArchive } from '../transports/merkle/archive.ts'
import { gatewayTransport } from '../transports/merkle/gateway.ts'
import { badStatus } from '../web/client.ts'
import { checkIsData, exchange } from '../web/exchange.ts'
import type { Access } from '../web/send.ts'
import { parsed, verifyImported } from './imported.ts'
import { type Moving, readHead, replaceHead } from './move-head.ts'
import { type SaveOptions, saveArchive } from './save.ts'

export interface UploadOptions extends SaveOptions {
  endpoint: string
  /** As the body of a request, or as a file for the interface of a Kubo node, POST /api/v0/dag/import. */
  form: 'body' | 'dag-import'
  /** The node keeps what the head leads to; it cannot where the content is not there as well. */
  pin?: boolean
  /** Where the head is to be put. */
  head?: string
  /** Asked with the head that is there: whether ours may take its place. */
  replaces: Moving['replaces']
  /** Through which it is read back. */
  gateway?: MerkleAddress
  access?: Access
}

export interface UploadedArchive {
  root: Link
  blocks: number
  bytes: number
  /** What the gateway shows: whether its head is ours, and how many of the blocks are there. */
  shown?: { head: boolean; blocks: number }
}

const mostAnswer = 1024 * 1024
const hourMs = 3_600_000

export async function uploadArchive(source: Transport, options: UploadOptions): Promise<UploadedArchive> {
  const { signal, access = {} } = options
  const endpoint = addressOf(options.endpoint)
  const headAt = options.head === undefined ? undefined : addressOf(options.head)
  const room = await mkdtemp(join(tmpdir(), 'countersign-archive-'))
  try {
    const path = join(room, 'upload.car')
    const saved = await saveArchive(source, path, options)
    const head = await archiveTransport(path).read(headName, maxBytes.head, signal)
    if (head === undefined) throw new AppError({ code: 'internal/bug', message: 'an archive without its root' })
    // A token is for the endpoint, not for others that are named beside it.
    const others = (url: URL): Access => (url.origin === endpoint.origin ? access : withoutBearer(access))
    const moving =
      headAt === undefined ? undefined : { url: headAt, access: others(headAt), head, replaces: options.replaces }
    // First, so that nothing is sent for a head that cannot be moved.
    const there = moving === undefined ? undefined : await readHead(moving, signal)
    await send(path, saved.bytes, saved.root, endpoint, options)
    if (moving !== undefined && there !== undefined) await replaceHead(moving, there, signal)
    if (options.gateway === undefined) return saved
    const gateway = gatewayTransport(options.gateway, { access: others(new URL(options.gateway.gateway)) })
    return { ...saved, shown: await readBack(path, head, gateway, signal) }
  } finally {
    await rm(room, { recursive: true, force: true })
  }
}

async function send(path: string, length: number, root: Link, endpoint: URL, options: UploadOptions): Promise<void> {
  const { form, pin = true, access = {}, signal } = options
  const url = new URL(endpoint)
  if (form === 'dag-import') url.search = `?pin-roots=${pin}&stats=true`
  const sent = form === 'body' ? asBody(path, length) : asFile(path, length)
  const limits = { maxBytes: mostAnswer, answerMs: hourMs, idleMs: 60_000, totalMs: hourMs }
  const body = Readable.from(sent.pieces, { objectMode: false })
  const headers = { 'content-type': sent.type, 'content-length': String(sent.length) }
  // A stream cannot be sent again: redirects are answers, and refused.
  const what = { method: 'POST', body, headers, also: 'every', access, ...limits } as const
  const answer = await exchange(url, endpoint, what, signal).finally(() => body.destroy())
  if (answer === undefined) throw badStatus(url, { status: 404, headers: new Headers() })
  if (answer.status < 200 || answer.status > 299) throw badStatus(url, answer)
  checkIsData(url, answer)
  if (form === 'dag-import') verifyImported(parsed(answer.bytes, url.href), root, { pin, where: url.host })
}

interface Sent {
  type: string
  length: number
  pieces: AsyncIterable<Uint8Array>
}

function asBody(path: string, length: number): Sent {
  return { type: 'application/vnd.ipld.car; version=1', length, pieces: createReadStream(path) }
}

function asFile(path: string, length: number): Sent {
  // In an archive anything may stand, but nobody can have foreseen this.
  const boundary = `countersign-${crypto.randomUUID()}`
  const before = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="upload.car"\r\n` +
      'content-type: application/vnd.ipld.car\r\n\r\n',
  )
  const after = Buffer.from(`\r\n--${boundary}--\r\n`)
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield before
    yield* createReadStream(path)
    yield after
  }
  const type = `multipart/form-data; boundary=${boundary}`
  return { type, length: before.length + length + after.length, pieces: pieces() }
}

/** A block that is another than its name is thrown, one that is not there is counted. */
async function readBack(path: string, head: Uint8Array, gateway: Transport, signal: AbortSignal) {
  const { root, places } = await indexArchive(path, signal)
  const shown = await gateway.read(headName, maxBytes.head, signal)
  const isShown = shown !== undefined && isEqualBytes(shown, head)
  let blocks = 0
  for (const cid of places.keys()) {
    // A folder that is shown as it is has its head at its own place alone.
    const isThere =
      (isShown && cid === root.cid) || (await gateway.read(blockName(cid), maxBytes.block, signal)) !== undefined
    if (isThere) blocks++
  }
  return { head: isShown, blocks }
}

function withoutBearer({ bearer: _, ...others }: Access): Access {
  return others
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (url === undefined || !isWeb || url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new AppError({
      code: 'usage/invalid',
      message: 'this is no address to upload to',
      hint: 'give an address such as https://example.com/upload, without user name and #',
    })
  }
  checkSafe(url)
  return url
}
