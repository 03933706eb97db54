// What a web address is, is asked and remembered: only where something answered.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { openPlace, type Place } from '../../src/node/place.ts'
import type { Access } from '../../src/node/web/send.ts'
import { never } from '../support/repository.ts'
import { codeOfPromise } from '../support/thrown.ts'

const service: RequestListener = (_, response) => response.end('{"service":"countersign repository 1"}')

/** A server whose answers are taken one after the other; the last one stays. */
async function serve(...answers: RequestListener[]): Promise<{ url: string; asked: () => number }> {
  let asked = 0
  const server = createServer((request, response) =>
    answers[Math.min(asked++, answers.length - 1)]?.(request, response),
  )
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked: () => asked }
}

const open = (url: string, access: Access = {}): Promise<Place> => openPlace(url, { dataDir: '/nowhere', access })
const isServed = async (url: string, access: Access = {}): Promise<boolean> =>
  (await open(url, access)).served !== undefined
const codeOfList = async (url: string, access: Access = {}): Promise<string> =>
  codeOfPromise((await open(url, access)).transport.list('metadata/pending/', never))
const withToken: Access = { bearer: async () => 'abc' }

test.each<[string, RequestListener]>([
  ['broke off', (request) => request.socket.destroy()],
  ['was out of order', (_, response) => response.writeHead(503).end()],
])('what waits at a server that %s is not known, and it is asked again the next time', async (_, broken) => {
  const { url } = await serve(broken, service)
  expect(await codeOfList(url)).toBe('source/unreachable')
  expect(await isServed(url)).toBe(true)
})

test('a token that cannot be opened is said, and not that nothing can be listed', async () => {
  const { url, asked } = await serve(service)
  const lost = new AppError({ code: 'source/unreachable', message: 'the token cannot be used' })
  expect(await codeOfList(url, { bearer: () => Promise.reject(lost) })).toBe('source/unreachable')
  expect(asked()).toBe(0)
})

describe('who is not let in', () => {
  const letsIn = (request: IncomingMessage): boolean => request.headers.authorization === 'Bearer abc'
  const shut =
    (status: number): RequestListener =>
    (request, response) =>
      letsIn(request) ? service(request, response) : response.writeHead(status).end()

  test.each([401, 403, 404])('is let in with a token at once, after status %i', async (status) => {
    const { url } = await serve(shut(status))
    expect([await isServed(url), await isServed(url, withToken), await isServed(url)]).toEqual([false, true, false])
  })

  test.each([401, 403])('is asked again at once after status %i, with the same token as well', async (status) => {
    const { url } = await serve((_, response) => response.writeHead(status).end(), service)
    expect([await isServed(url, withToken), await isServed(url, withToken)]).toEqual([false, true])
  })

  test('hears why nothing is listed; a store of objects says 403 of all that is absent', async () => {
    const answering = (status: number) => serve((_, response) => response.writeHead(status).end())
    expect(await codeOfList((await answering(401)).url)).toBe('source/rejected')
    const { url } = await answering(403)
    expect(await codeOfList(url, withToken)).toBe('source/rejected')
    expect(await codeOfList(url)).toBe('format/unsupported')
  })
})

test.each<[string, RequestListener]>([
  ['nothing there', (_, response) => response.writeHead(404).end()],
  ['another service', (_, response) => response.end('{"service":"another"}')],
  ['no JSON', (_, response) => response.end('<html>')],
])('%s is an answer, and is not asked for again at once', async (_, other) => {
  const { url, asked } = await serve(other, service)
  expect([await isServed(url), await isServed(url)]).toEqual([false, false])
  expect(asked()).toBe(1)
})

test('whoever waits for it can stop waiting, and it is asked again', async () => {
  const stop = new AbortController()
  const { url } = await serve(() => stop.abort(), service)
  expect(await codeOfPromise(openPlace(url, { dataDir: '/nowhere', signal: stop.signal }))).toBe('user/cancelled')
  expect(await isServed(url)).toBe(true)
})
