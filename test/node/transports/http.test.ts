// A web server may be slow, endless, elsewhere or lying. Loopback only.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { httpTransport } from '../../../src/node/transports/http.ts'
import { serve } from '../../support/answering-server.ts'
import { codeOfCall, codeOfPromise } from '../../support/thrown.ts'

const { signal } = new AbortController()

test.each([
  [200, 'ok'],
  [404, 'absent'],
  [410, 'absent'],
  [403, 'absent'],
  [400, 'source/rejected'],
  [401, 'source/rejected'],
  [407, 'source/unreachable'],
  [418, 'source/rejected'],
  [304, 'source/rejected'],
  [408, 'source/unreachable'],
  [429, 'source/unreachable'],
  [500, 'source/unreachable'],
  [502, 'source/unreachable'],
  [503, 'source/unreachable'],
])('status %i is %s', async (status, meaning) => {
  const origin = await serve((_, response) => response.writeHead(status).end(status === 304 ? undefined : 'body'))
  const read = httpTransport(origin).read('x', 100, signal)
  if (meaning === 'absent') expect(await read).toBe(undefined)
  else if (meaning === 'ok') expect(await read).toEqual(utf8('body'))
  else expect(await codeOfPromise(read)).toBe(meaning)
})

test('names are appended to the address, unsafe characters encoded, %XX left alone', async () => {
  const seen: string[] = []
  const origin = await serve((request, response) => {
    seen.push(request.url ?? '')
    response.end()
  })
  const transport = httpTransport(`${origin}/a%20repo/metadata`)
  for (const name of [
    'root.json',
    'a%2Fb.json',
    '1.a b.json',
    'é.json',
    'a?b#c',
    '100%',
    '%zz',
    "a+b&c=d;e,f:g@h!i$j'k(l)*m",
    'd/e/f',
  ])
    await transport.read(name, 10, signal)
  expect(seen.map((url) => url.replace('/a%20repo/metadata/', ''))).toEqual([
    'root.json',
    'a%2Fb.json',
    '1.a%20b.json',
    '%C3%A9.json',
    'a%3Fb%23c',
    '100%25',
    '%25zz',
    "a+b&c=d;e,f:g@h!i$j'k(l)*m",
    'd/e/f',
  ])
})

test('a name that climbs, also encoded, is refused before anything is asked', async () => {
  let count = 0
  const origin = await serve((_, response) => {
    count++
    response.end()
  })
  const transport = httpTransport(`${origin}/repo/`)
  for (const name of [
    '../x',
    '/x',
    'a/../../x',
    '%2e%2e/x',
    '%2E./x',
    'a/.%2e/x',
    '%2e/x',
    '',
    'a\\b',
    'a\nb',
    'a\u202eb',
    '//other.example/x',
  ]) {
    expect(await codeOfPromise(transport.read(name, 10, signal)), name).toBe('source/rejected')
  }
  expect(count).toBe(0)
})

test('endless data ends at the limit, whatever length was announced', async () => {
  let sent = 0
  const pour = (response: ServerResponse) => {
    const more = () => {
      while (!response.destroyed) {
        sent += 65_536
        if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', more)
      }
    }
    more()
  }
  const origin = await serve((request, response) => {
    if (request.url === '/announced') response.writeHead(200, { 'content-length': '1000000000000' })
    pour(response)
  })
  const transport = httpTransport(origin)
  expect(await codeOfPromise(transport.read('endless', 1_000_000, signal))).toBe('source/too-large')
  expect(sent).toBeLessThan(30_000_000)
  const before = sent
  expect(await codeOfPromise(transport.read('announced', 1_000_000, signal))).toBe('source/too-large')
  expect(sent - before).toBeLessThan(10_000_000)
})

test('an honest server that announces too much spares us the wait', async () => {
  const origin = await serve((_, response) => response.writeHead(200, { 'content-length': '1000000' }).flushHeaders())
  const began = performance.now()
  expect(await codeOfPromise(httpTransport(origin).read('x', 1000, signal))).toBe('source/too-large')
  expect(performance.now() - began).toBeLessThan(3000)
})

test('an answer that is cut off is not taken for the file', async () => {
  const origin = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half')
    setTimeout(() => response.destroy(), 20)
  })
  expect(await codeOfPromise(httpTransport(origin).read('x', 1000, signal))).toBe('source/unreachable')
})

test('silence before, between and all along the answer has an end', async () => {
  const origin = await serve((request, response) => {
    if (request.url === '/silent') return
    response.writeHead(200).flushHeaders()
    if (request.url === '/begins') return
    response.write('x')
    if (request.url === '/stalls') return
    const drip = setInterval(() => response.write('x'), 20)
    response.on('close', () => clearInterval(drip))
  })
  const limits = { answerMs: 150, idleMs: 150, totalMs: 10_000 }
  const began = performance.now()
  expect(await codeOfPromise(httpTransport(origin, limits).read('silent', 1000, signal))).toBe('source/unreachable')
  const patient = { ...limits, answerMs: 10_000 }
  expect(await codeOfPromise(httpTransport(origin, patient).read('begins', 1000, signal))).toBe('source/unreachable')
  expect(await codeOfPromise(httpTransport(origin, limits).read('stalls', 1000, signal))).toBe('source/unreachable')
  expect(await codeOfPromise(httpTransport(origin, { ...limits, totalMs: 300 }).read('drips', 1000, signal))).toBe(
    'source/unreachable',
  )
  expect(performance.now() - began).toBeLessThan(3000)
})

test('cancelling is not an outage', async () => {
  const origin = await serve(() => undefined)
  const controller = new AbortController()
  const read = codeOfPromise(httpTransport(origin).read('x', 10, controller.signal))
  setTimeout(() => controller.abort(), 30)
  expect(await read).toBe('user/cancelled')
  expect(await codeOfPromise(httpTransport(origin).read('x', 10, AbortSignal.abort()))).toBe('user/cancelled')
})

test('nobody there, and somebody who speaks another language', async () => {
  const silent = createSocketServer((socket) => socket.write('SSH-2.0-x\r\n', () => socket.destroySoon()))
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
  const { port } = silent.address() as AddressInfo
  expect(await codeOfPromise(httpTransport(`http://127.0.0.1:${port}/`).read('x', 10, signal))).toBe(
    'source/unreachable',
  )
  expect(await codeOfPromise(httpTransport(`https://127.0.0.1:${port}/`).read('x', 10, signal))).toBe(
    'source/unreachable',
  )
  await new Promise<void>((done) => silent.close(() => done()))
  expect(await codeOfPromise(httpTransport(`http://127.0.0.1:${port}/`).read('x', 10, signal))).toBe(
    'source/unreachable',
  )
})

test('redirects are followed within the server only, and not for ever', async () => {
  let elsewhere = 0
  const other = await serve((_, response) => {
    elsewhere++
    response.end('other')
  })
  const origin = await serve((request, response) => {
    const go = (location: string) => response.writeHead(302, { location }).end()
    const { port } = new URL(other)
    if (request.url === '/repo/moved') go('/store/x')
    else if (request.url === '/store/x') response.end('found')
    else if (request.url === '/repo/loop') go('/repo/loop')
    else if (request.url === '/repo/away') go(`${other}/x`)
    else if (request.url === '/repo/port') go(`//127.0.0.1:${port}/x`)
    else if (request.url === '/repo/file') go('file:///etc/passwd')
    else if (request.url === '/repo/user') go(`http://user:secret@${request.headers.host}/store/x`)
    else if (request.url === '/repo/nowhere') response.writeHead(302).end()
    else response.writeHead(404).end()
  })
  const transport = httpTransport(`${origin}/repo`)
  expect(await transport.read('moved', 10, signal)).toEqual(utf8('found'))
  for (const name of ['loop', 'away', 'port', 'file', 'user', 'nowhere']) {
    expect(await codeOfPromise(transport.read(name, 10, signal)), name).toBe('source/rejected')
  }
  expect(elsewhere).toBe(0)
})

test('asks for the bytes themselves, and says nothing about the person', async () => {
  let headers: IncomingMessage['headers'] = {}
  const origin = await serve((request, response) => {
    headers = request.headers
    response.setHeader('set-cookie', 'id=1').end()
  })
  const transport = httpTransport(origin)
  await transport.read('x', 10, signal)
  await transport.read('x', 10, signal)
  expect(headers['accept-encoding']).toBe('identity')
  expect(Object.keys(headers).sort()).toEqual(
    expect.arrayContaining(['accept', 'accept-encoding', 'host', 'user-agent']),
  )
  for (const name of ['cookie', 'authorization', 'referer', 'origin']) expect(headers).not.toHaveProperty(name)
})

test.each([
  '',
  'x',
  'ftp://example.com/',
  'file:///tmp',
  'http://',
  'https://user@example.com/',
  'https://a:b@example.com/',
  'https://example.com/?a',
  'https://example.com/#a',
  'javascript:alert(1)',
])('the address %j is refused', (address) => {
  expect(codeOfCall(() => httpTransport(address))).toBe('usage/invalid')
})
