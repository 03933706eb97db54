// A connection that is kept for the next question, and that the server has given up by then.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { httpTransport } from '../../../src/node/transports/http.ts'
import { httpCaller } from '../../../src/node/web/call.ts'
import { serve } from '../../support/answering-server.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const { signal } = new AbortController()

/** Answers the first question of every connection and gives the connection up at the next one, without a word. */
async function forgetful(): Promise<{ url: string; seen: string[] }> {
  const known = new Set<Socket>()
  const seen: string[] = []
  const url = await serve((request: IncomingMessage, response: ServerResponse) => {
    seen.push(request.method ?? '')
    if (known.has(request.socket)) return request.socket.destroy()
    known.add(request.socket)
    response.end('{"a":1}')
  })
  return { url, seen }
}

test('what is only read is asked once more, on a new connection', async () => {
  const { url, seen } = await forgetful()
  const transport = httpTransport(url)
  for (let times = 1; times <= 3; times++) expect(await transport.read('a', 10, signal)).toEqual(utf8('{"a":1}'))
  expect(seen.length).toBe(4)
})

test('what is sent arrives once: it goes on a connection that nobody can have given up', async () => {
  const { url, seen } = await forgetful()
  const caller = httpCaller(url)
  for (let times = 1; times <= 2; times++) {
    await caller.get('a', 10, signal)
    await caller.post('a', utf8('{}'), 10, signal)
  }
  expect(seen.filter((method) => method === 'POST').length).toBe(2)
})

test('a server that gives up new connections too cannot be reached, and is not asked for ever', async () => {
  let count = 0
  const url = await serve((request) => {
    count++
    request.socket.destroy()
  })
  expect(await codeOfPromise(httpTransport(url).read('a', 10, signal))).toBe('source/unreachable')
  expect(count).toBe(1)
})
