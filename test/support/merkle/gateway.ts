// A server of blocks on loopback, until the end of a test: a trustless gateway, a head with an ETag, and a place to send archives to,
// in both forms. Every fault is one that such servers have.
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseCar } from '../../../src/core/systems/merkle/car.ts'
import { serve } from '../answering-server.ts'

export type GatewayFault =
  | 'wrong block'
  | 'truncated'
  | 'endless'
  | 'page'
  | 'outage'
  | 'forbidden'
  | 'elsewhere'
  | 'wrong type'
  | 'slow'

export interface BlockServer {
  url: string
  blocks: Map<string, Uint8Array>
  /** Other files below the repository, by name; the head among them. */
  files: Map<string, Uint8Array>
  /** Methods and paths, in order. */
  asked: string[]
  /** Of the last request with a body. */
  sentHeaders: IncomingMessage['headers']
  /** Of all that it shows. */
  fault?: GatewayFault
  noTag?: boolean
  pinError?: string
  otherRoot?: string
  /** Forgets what was sent, and says that it has it. */
  forgetful?: boolean
  /** Happens before a head is put. */
  beforePut?: () => void
}

export async function blockServer(): Promise<BlockServer> {
  const server: BlockServer = { url: '', blocks: new Map(), files: new Map(), asked: [], sentHeaders: {} }
  server.url = await serve(
    (request, response) => void answer(server, request, response).catch(() => response.destroy()),
  )
  return server
}

export function tagOf(bytes: Uint8Array): string {
  return `"${createHash('sha256').update(bytes).digest('hex')}"`
}

async function answer(server: BlockServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
  server.asked.push(`${request.method} ${pathname}${search}`)
  if (request.method === 'GET') return show(server, pathname, search, response)
  server.sentHeaders = request.headers
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  const body = Buffer.concat(pieces)
  if (request.method === 'PUT') return put(server, pathname.slice('/repo/'.length), body, response)
  if (pathname === '/upload') {
    take(server, body)
    response.writeHead(201).end()
  } else if (pathname === '/api/v0/dag/import') imported(server, body, response)
  else response.writeHead(404).end()
}

function show(server: BlockServer, pathname: string, search: string, response: ServerResponse): void {
  const name = pathname.slice('/repo/'.length)
  const isBlock = name.startsWith('ipfs/')
  const bytes = isBlock && search === '?format=raw' ? server.blocks.get(name.slice(5)) : server.files.get(name)
  if (bytes === undefined) {
    response.writeHead(404).end('no such thing')
    return
  }
  const etag = server.noTag === true ? {} : { etag: tagOf(bytes) }
  const headers = { 'content-type': isBlock ? 'application/vnd.ipld.raw' : 'application/json', ...etag }
  if (server.fault === undefined) response.writeHead(200, headers).end(bytes)
  else faults[server.fault](response, bytes)
}

const faults: Readonly<Record<GatewayFault, (response: ServerResponse, bytes: Uint8Array) => void>> = {
  'wrong block': (response, bytes) => {
    const other = Buffer.from(bytes)
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1
    response.end(other)
  },
  truncated: (response, bytes) => {
    response.writeHead(200, { 'content-length': bytes.length })
    response.write(bytes.subarray(0, -1), () => response.destroy())
  },
  endless: (response) => {
    const more = () => {
      if (!response.destroyed) response.write(Buffer.alloc(65_536, 0x20), () => setImmediate(more))
    }
    more()
  },
  page: (response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>sign in</title>')
  },
  outage: (response) => void response.writeHead(503, { 'retry-after': '7' }).end(),
  forbidden: (response) => void response.writeHead(403).end(),
  elsewhere: (response) => void response.writeHead(302, { location: 'https://elsewhere.example/' }).end(),
  'wrong type': (response, bytes) => void response.writeHead(200, { 'content-type': 'text/html' }).end(bytes),
  slow: (response) => void response.writeHead(200).flushHeaders(),
}

function take(server: BlockServer, car: Uint8Array): string {
  const { root, blocks } = parseCar(car)
  if (server.forgetful !== true) for (const [cid, block] of blocks) server.blocks.set(cid, block.slice())
  return root.cid
}

/** As a Kubo node does it: one file in a form, and an answer of several lines. */
function imported(server: BlockServer, body: Buffer, response: ServerResponse): void {
  const boundary = /boundary=(.*)$/.exec(server.sentHeaders['content-type'] ?? '')?.[1] ?? ''
  const start = body.indexOf('\r\n\r\n') + 4
  const end = body.lastIndexOf(`\r\n--${boundary}--`)
  if (boundary === '' || !body.subarray(0, start).includes('name="file"') || end < 0) {
    response.writeHead(400).end()
    return
  }
  const cid = server.otherRoot ?? take(server, body.subarray(start, end))
  const isPinned = server.asked.at(-1)?.includes('pin-roots=true') === true
  const root = { Root: { Cid: { '/': cid }, PinErrorMsg: server.pinError ?? '' } }
  const lines = [...(isPinned ? [root] : []), { Stats: { BlockCount: 1, BlockBytesCount: 1 } }]
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

function put(server: BlockServer, name: string, body: Uint8Array, response: ServerResponse): void {
  server.beforePut?.()
  const there = server.files.get(name)
  const { 'if-match': match, 'if-none-match': none } = server.sentHeaders
  const isAllowed = there === undefined ? match === undefined && none === '*' : match === tagOf(there)
  if (isAllowed && server.forgetful !== true) server.files.set(name, body)
  response.writeHead(isAllowed ? 204 : 412).end()
}
