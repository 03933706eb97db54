// What a web address is, is asked and remembered: only where something answered.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openPlace } from '../../src/node/place.ts'
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

const isServed = async (url: string): Promise<boolean> =>
  (await openPlace(url, { dataDir: '/nowhere' })).served !== undefined

test.each<[string, RequestListener]>([
  ['broke off', (request) => request.socket.destroy()],
  ['was out of order', (_, response) => response.writeHead(503).end()],
])('a server that %s is asked again the next time', async (_, broken) => {
  const { url } = await serve(broken, service)
  expect([await isServed(url), await isServed(url)]).toEqual([false, true])
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
