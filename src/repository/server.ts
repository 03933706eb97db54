// The only file that opens a port: requests from the network to the app, with limits on how long a stranger may dawdle.
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { AppError } from '../core/error.ts'
import { errnoOf } from '../node/errno.ts'
import type { RepositoryApp } from './app.ts'

export interface ServerOptions {
  host: string
  /** 0: any that is free. */
  port: number
  tls?: { cert: Uint8Array; key: Uint8Array }
}

export interface RunningServer {
  /** Ends with a slash. */
  url: string
  close(): Promise<void>
}

/** A connection on which nothing moves for so long is closed; those who listen to events hear a beat more often. */
const silentMs = 120_000
const limits = {
  headersTimeout: 15_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
  connectionsCheckingInterval: 5000,
}
/** Content may take its time, which is watched piece by piece where it is read. */
const requestTimeout = 24 * 3_600_000

export async function startServer(app: RepositoryApp, { host, port, tls }: ServerOptions): Promise<RunningServer> {
  const common = { ...limits, requestTimeout }
  const answer = getRequestListener((request, { incoming }) =>
    app.fetch(request, { address: incoming.socket.remoteAddress ?? 'unknown' }),
  )
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    if (!answeredAtOnce(app, incoming, outgoing)) void answer(incoming, outgoing)
  }
  const server =
    tls === undefined
      ? createPlainServer(common, listener)
      : createTlsServer(
          { ...common, cert: Buffer.from(tls.cert), key: Buffer.from(tls.key), minVersion: 'TLSv1.2' },
          listener,
        )
  server.maxConnections = 4096
  server.setTimeout(silentMs)
  await new Promise<void>((done, fail) => {
    server.once('error', (thrown) => fail(translated(thrown, host, port)))
    server.listen(port, host, done)
  })
  const address = server.address() as AddressInfo
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${shown}:${address.port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

const conditions = ['range', 'if-none-match', 'if-modified-since', 'if-range', 'if-match', 'expect'] as const

/** What nearly every client asks for, and most often: from memory to the socket, with nothing in between. */
function answeredAtOnce(
  app: RepositoryApp,
  { method, url, headers }: IncomingMessage,
  outgoing: ServerResponse,
): boolean {
  if (method !== 'GET' || url === undefined || conditions.some((name) => headers[name] !== undefined)) return false
  const file = app.atOnce(url, headers.host)
  if (file === undefined) return false
  outgoing.writeHead(200, file.headers)
  outgoing.end(file.bytes)
  return true
}

function translated(thrown: unknown, host: string, port: number): unknown {
  const errno = errnoOf(thrown)
  if (errno === 'EADDRINUSE') {
    return new AppError({
      code: 'source/conflict',
      message: `another program uses port ${port} of ${host}`,
      hint: 'end it, or choose another port with --port',
      cause: thrown,
    })
  }
  if (errno === 'EADDRNOTAVAIL' || errno === 'EACCES' || errno === 'ENOTFOUND') {
    return new AppError({
      code: 'usage/invalid',
      message: `port ${port} of ${host} cannot be opened on this computer`,
      hint: 'give an address of this computer with --host, and a port above 1023 with --port',
      cause: thrown,
    })
  }
  return thrown
}
