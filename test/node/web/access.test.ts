// How web addresses are reached: by whom a server is vouched for, through which proxy, with which token, and what is said when it fails.
import type { RequestListener, ServerResponse } from 'node:http'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { AppError } from '../../../src/core/error.ts'
import { httpContent } from '../../../src/node/transports/http/content.ts'
import { httpTransport } from '../../../src/node/transports/http.ts'
import { postApi } from '../../../src/node/web/api.ts'
import { httpCaller } from '../../../src/node/web/call.ts'
import { serve } from '../../support/answering-server.ts'
import { type Authority, makeAuthority, serveSecurely, startProxy } from '../../support/secure-server.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const { signal } = new AbortController()
const hello: RequestListener = (_, response) => response.end('{"a":1}')
let ours: Authority
let theirs: Authority

beforeAll(async () => {
  ours = await makeAuthority()
  theirs = await makeAuthority('Another authority')
})
afterEach(() => vi.unstubAllEnvs())

async function errorOf(promise: Promise<unknown>): Promise<AppError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof AppError) return thrown
  throw new Error(`not refused: ${String(thrown)}`)
}

test('a server under an authority of its own is read with that authority, and with no other', async () => {
  const url = await serveSecurely(ours, hello)
  const access = { ca: ours.pem }
  expect(await httpTransport(url, { access }).read('a', 10, signal)).toEqual(utf8('{"a":1}'))
  expect((await httpCaller(url, { access }).get('a', 10, signal)).bytes).toEqual(utf8('{"a":1}'))
  expect(await httpContent(url, { access }).open('a', 0, signal)).toBeDefined()
  for (const options of [{}, { access: { ca: theirs.pem } }])
    expect((await errorOf(httpTransport(url, options).read('a', 10, signal))).hint).toContain('--ca')
})

test('a certificate for another host, one that has expired, and an authority that is none', async () => {
  const elsewhere = await serveSecurely(ours, hello, { host: 'example.com' })
  const old = await serveSecurely(ours, hello, { notAfter: new Date(Date.now() - 60_000) })
  const access = { ca: ours.pem }
  expect((await errorOf(httpTransport(elsewhere, { access }).read('a', 10, signal))).message).toContain(
    'another server',
  )
  expect((await errorOf(httpTransport(old, { access }).read('a', 10, signal))).message).toContain('expired')
  const broken = { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }
  expect(await codeOfPromise(httpTransport(old, { access: broken }).read('a', 10, signal))).toBe('format/malformed')
})

test('only the authorities that are shown are trusted, and no variable switches that off', async () => {
  const url = await serveSecurely(theirs, hello)
  // OpenSSL reads this one as well; whoever looks for certificates does not.
  const hidden = theirs.pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')
  for (const ca of [
    `${ours.pem}\n${hidden}`,
    `${ours.pem.trimEnd()} ${theirs.pem}`,
    ours.pem.replace(/-----END.*/, ''),
  ])
    expect(await codeOfPromise(httpTransport(url, { access: { ca } }).read('a', 10, signal))).toBe('format/malformed')
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  for (const options of [{}, { access: { ca: ours.pem } }])
    expect(await codeOfPromise(httpTransport(url, options).read('a', 10, signal))).toBe('source/unreachable')
})

test('what goes to this machine without encryption is shown to no proxy', async () => {
  const seen: (string | undefined)[] = []
  const proxy = await serve(({ headers }, response) => {
    seen.push(headers.authorization)
    response.end('{}')
  })
  vi.stubEnv('HTTP_PROXY', proxy)
  const url = await serve(hello)
  const access = { bearer: async () => 'secret' }
  expect((await httpCaller(url, { access }).get('a', 10, signal)).bytes).toEqual(utf8('{"a":1}'))
  expect(seen).toEqual([])
})

test('a server says what it refused, and not what happened on this machine', async () => {
  const said = { message: 'words of theirs', hint: 'go to https://evil.example/' }
  const answer = async (code: string): Promise<AppError> => {
    const url = await serve((_, response) =>
      response.writeHead(409, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ ...said, code })),
    )
    return errorOf(postApi({ base: new URL(url), access: {} }, 'api/v1/candidates', '{}', signal))
  }
  const conflict = await answer('source/conflict')
  expect([conflict.code, conflict.message, conflict.hint]).toEqual([
    'source/conflict',
    'the repository answered: words of theirs',
    'its advice: go to https://evil.example/',
  ])
  for (const code of ['user/cancelled', 'signer/pin-wrong', 'signer/pin-blocked', 'internal/bug']) {
    const error = await answer(code)
    expect(error.code.startsWith('source/'), error.code).toBe(true)
    expect(`${error.message} ${error.hint}`).not.toContain('evil')
  }
})

test('the proxy of the environment is used, except for hosts that it must not be used for', async () => {
  const url = await serveSecurely(ours, hello)
  const proxy = await startProxy()
  vi.stubEnv('HTTPS_PROXY', proxy.url)
  const read = (): Promise<unknown> => httpTransport(url, { access: { ca: ours.pem } }).read('a', 10, signal)
  expect(await read()).toEqual(utf8('{"a":1}'))
  expect(proxy.tunnels).toEqual([new URL(url).host])
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  expect(await read()).toEqual(utf8('{"a":1}'))
  expect(proxy.tunnels).toHaveLength(1)
})

test('a proxy that refuses, or is not there, is an outage and not the fault of the server', async () => {
  const url = await serveSecurely(ours, hello)
  const proxy = await startProxy()
  proxy.refuse(407)
  vi.stubEnv('HTTPS_PROXY', proxy.url)
  const read = (): Promise<unknown> => httpTransport(url, { access: { ca: ours.pem } }).read('a', 10, signal)
  const error = await errorOf(read())
  expect([error.code, error.hint]).toEqual(['source/unreachable', expect.stringContaining('HTTPS_PROXY')])
  vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1')
  expect(await codeOfPromise(read())).toBe('source/unreachable')
})

test('a token goes to the server of the source, and never where a redirect leads', async () => {
  const seen: [string, string | undefined][] = []
  const answer = (url: string, response: ServerResponse): void => {
    if (url === '/moved') response.writeHead(307, { location: '/there' }).end()
    else response.end('{}')
  }
  const url = await serve(({ url: path = '', headers }, response) => {
    seen.push([path, headers.authorization])
    answer(path, response)
  })
  const access = { bearer: async () => 'secret' }
  await httpTransport(url, { access }).read('plain', 10, signal)
  await httpTransport(url, { access }).read('moved', 10, signal)
  await httpCaller(url, { access }).post('moved', utf8('{}'), 10, signal)
  await httpTransport(url).read('plain', 10, signal)
  expect(seen).toEqual([
    ['/plain', 'Bearer secret'],
    ['/moved', 'Bearer secret'],
    ['/there', undefined],
    ['/moved', 'Bearer secret'],
    ['/there', undefined],
    ['/plain', undefined],
  ])
})

test.each([
  ['120', 120],
  [new Date(Date.now() + 3_600_000).toUTCString(), 3600],
  ['soon', undefined],
  ['-5', undefined],
  ['99999999', undefined],
])('a server that is busy and says %s', async (after, seconds) => {
  for (const status of [429, 503]) {
    const url = await serve((_, response) => response.writeHead(status, { 'retry-after': after }).end())
    const { code, data } = await errorOf(httpTransport(url).read('a', 10, signal))
    expect(code).toBe('source/unreachable')
    const told = data?.retryAfterSeconds
    if (seconds === undefined) expect(told).toBeUndefined()
    else expect(Math.abs(Number(told) - seconds)).toBeLessThan(60)
  }
})

test('a web page where metadata should be is named as what it is; an artifact may be one', async () => {
  const url = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'))
  expect(await codeOfPromise(httpTransport(url).read('timestamp.json', 100, signal))).toBe('source/rejected')
  expect(await httpTransport(url).read('index.html', 100, signal)).toEqual(utf8('<html>'))
})
