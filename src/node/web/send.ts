// One request on its way: directly or through the proxy that the environment names, to a server whose certificate the system or
// the person who opened the source vouches for. The built-in fetch knows neither of these for a single request.
import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import type { Agent as SecureAgent } from 'node:https'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { AppError } from '../../core/error.ts'
import { errnoOf } from '../errno.ts'
import { checkOnline, whenOffline } from '../offline.ts'
import { authoritiesIn } from './authorities.ts'
import { isLoopback } from './loopback.ts'

// Only when something is sent, and not as imports, which would load the web socket client as well: together half of the time
// that a command takes to start.
const plainWeb = () => process.getBuiltinModule('node:http')
const secureWeb = () => process.getBuiltinModule('node:https')

/** How a source is reached, besides its address. */
export interface Access {
  /** PEM: only servers that one of these certificates vouches for; else what the system and Node trust. */
  ca?: string
  /** Asked for when it is needed; goes to the server of the source alone. */
  bearer?: () => Promise<string | undefined>
}

export interface Sent {
  method?: Method
  headers: Readonly<Record<string, string>>
  /** Sent along: bytes as they are, or a stream whose length nobody knows before. */
  body?: Body
  /** How the addresses of its host are found; as the system does it, where nothing is said. */
  lookup?: LookupFunction
  signal: AbortSignal
}

export type Method = 'GET' | 'POST' | 'PUT'
export type Body = Uint8Array | Readable

/** Redirects are not followed, and no secret goes along but what stands in the headers. */
export async function send(url: URL, sent: Sent, access: Access = {}): Promise<Response> {
  checkOnline(url.host)
  const incoming = await answerTo(url, sent, access)
  const { statusCode: status = 0 } = incoming
  if (status < 200 || status > 599) {
    incoming.destroy()
    throw new AppError({
      code: 'source/rejected',
      message: `${url.href} answered with status ${status}, which means nothing`,
      hint: 'check the address with the repository admin',
    })
  }
  const isEmpty = status === 204 || status === 205 || status === 304
  if (isEmpty) incoming.resume()
  const stream = isEmpty ? null : webStream(incoming)
  return new Response(stream, { status, headers: headersOf(incoming) })
}

/**
 * A server may give up a connection that was kept at the very moment at which it is used again (RFC 9112, 9.3.1). What is only read
 * is then asked once more, on a new one. What is sent could arrive twice: it goes on a new one in the first place.
 */
async function answerTo(url: URL, sent: Sent, access: Access): Promise<IncomingMessage> {
  const { method = 'GET', body, signal } = sent
  if (method !== 'GET' || body !== undefined) return start(url, sent, access, 'new').answered
  const { request, answered } = start(url, sent, access, 'kept')
  try {
    return await answered
  } catch (thrown) {
    if (!request.reusedSocket || signal.aborted || !brokeOff.has(errnoOf(thrown) ?? '')) throw thrown
    return start(url, sent, access, 'new').answered
  }
}

const brokeOff: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED'])

function start(
  url: URL,
  { method = 'GET', headers, body, lookup, signal }: Sent,
  { ca }: Access,
  connection: Connection,
): { request: ClientRequest; answered: Promise<IncomingMessage> } {
  const isSecure = url.protocol === 'https:'
  const agent = isSecure ? secureAgent(ca, connection) : plainAgent(url, connection)
  const length = body instanceof Uint8Array ? { 'content-length': String(body.length) } : {}
  const named = lookup === undefined ? {} : { lookup }
  const options = { agent, method, headers: { ...headers, ...length }, signal, ...named }
  const request = isSecure ? secureWeb().request(url, options) : plainWeb().request(url, options)
  const answered = new Promise<IncomingMessage>((done, fail) => {
    request.once('response', done)
    request.on('error', fail)
  })
  if (body instanceof Readable) pour(body, request)
  else request.end(body)
  return { request, answered }
}

/** Until it is answered: whoever refuses does not read to the end. */
function pour(body: Readable, request: ClientRequest): void {
  body.once('error', (thrown) => request.destroy(thrown))
  request.once('response', (incoming) => {
    body.unpipe(request)
    body.destroy()
    incoming.once('close', () => {
      if (!request.writableEnded) request.destroy()
    })
  })
  request.once('close', () => body.destroy())
  body.pipe(request)
}

/** The token, as a header of whoever may see it. */
export async function withBearer(
  headers: Readonly<Record<string, string>>,
  { bearer }: Access,
): Promise<Readonly<Record<string, string>>> {
  const token = await bearer?.()
  return token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` }
}

/** By hand: what Node makes of a stream has another type than what a Response takes, and hides why it broke. */
function webStream(incoming: Readable): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = incoming[Symbol.asyncIterator]()
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await pieces.next()
      if (done === true) controller.close()
      else controller.enqueue(new Uint8Array(value))
    },
    cancel: () => void incoming.destroy(),
  })
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  return headers
}

// ---- agents: one for each kind of trust, so that connections are used again ---------------------------------------------

/** `new`: for one question, and closed after it. */
type Connection = 'kept' | 'new'

const plain = new Map<string, Agent>()
const secure = new Map<string, SecureAgent>()

/** Also those on which somebody listens, or is sending just now. */
whenOffline(() => {
  for (const agent of [...plain.values(), ...secure.values()]) agent.destroy()
})

/** What goes to this machine without encryption, a token with it, is not shown to a proxy on the way. */
function plainAgent({ hostname }: URL, connection: Connection): Agent {
  const proxyEnv = isLoopback(hostname) ? {} : proxies()
  const key = JSON.stringify([proxyEnv, connection])
  const agent = plain.get(key) ?? new (plainWeb().Agent)({ keepAlive: connection === 'kept', proxyEnv })
  plain.set(key, agent)
  return agent
}

/** Certificates are read once, and not for every connection; no variable of the environment switches them off. */
function secureAgent(ca = '', connection: Connection): SecureAgent {
  const proxyEnv = proxies()
  const key = JSON.stringify([proxyEnv, ca, connection])
  const keepAlive = connection === 'kept'
  const agent =
    secure.get(key) ??
    new (secureWeb().Agent)({ keepAlive, proxyEnv, secureContext: contextOf(ca), rejectUnauthorized: true })
  secure.set(key, agent)
  return agent
}

function contextOf(ca: string): SecureContext {
  const { createSecureContext, getCACertificates } = process.getBuiltinModule('node:tls')
  if (ca === '') return createSecureContext({ ca: [...getCACertificates('default'), ...getCACertificates('system')] })
  return createSecureContext({ ca: authoritiesIn(ca).map(String) })
}

/** Only what concerns proxies, in both spellings. */
function proxies(): Record<string, string | undefined> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']
  return Object.fromEntries(
    names
      .flatMap((name) => [name, name.toLowerCase()])
      .flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

/** Why a connection did not come about, where a person can do something about just that; undefined otherwise. */
export function whyNotReached(thrown: unknown): { message: string; hint: string } | undefined {
  const code = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined
  if (typeof code !== 'string') return undefined
  if (/^ERR_PROXY/.test(code)) {
    return {
      message: 'the proxy that the environment names did not let the request through',
      hint: 'check HTTPS_PROXY and NO_PROXY',
    }
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return { message: 'its certificate is for another server', hint: 'check the address; do not go on' }
  if (code === 'CERT_HAS_EXPIRED')
    return { message: 'its certificate has expired', hint: 'ask the admin of the server; check this machine’s clock' }
  if (/^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_|INVALID_CA|INVALID_PURPOSE)/.test(code)) {
    return {
      message: 'nobody whom this machine trusts vouches for its certificate',
      hint: 'when the server has an authority of its own, name its certificate: --ca FILE',
    }
  }
  return undefined
}
