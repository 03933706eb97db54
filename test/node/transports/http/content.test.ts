import { expect, test } from 'vitest'
import type { OpenContent } from '../../../../src/node/content.ts'
import { httpContent } from '../../../../src/node/transports/http/content.ts'
import { serve } from '../../../support/answering-server.ts'
import { codeOfPromise } from '../../../support/thrown.ts'

const { signal } = new AbortController()

async function textOf(opened: OpenContent | undefined): Promise<string | undefined> {
  if (opened === undefined) return undefined
  const pieces: Uint8Array[] = []
  for await (const piece of opened.pieces) pieces.push(piece.slice())
  return `${opened.from}: ${Buffer.concat(pieces).toString()}`
}

const whole = '0123456789'

/** What a server says to a request with this range. */
async function answers(
  from: number,
  status: number,
  headers: Record<string, string> = {},
  body = whole,
): Promise<{ heard: string | undefined; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = []
  const origin = await serve((request, response) => {
    ranges.push(request.headers.range)
    if (status === 416 && request.headers.range === undefined) response.end(whole)
    else response.writeHead(status, headers).end(body)
  })
  const heard = await textOf(await httpContent(origin).open('x', from, signal))
  return { heard, ranges }
}

test('from the start nothing is said of a range', async () => {
  expect(await answers(0, 200)).toEqual({ heard: `0: ${whole}`, ranges: [undefined] })
})

test('from the middle: a part, or all of it', async () => {
  const part = { 'content-range': 'bytes 4-9/10' }
  expect(await answers(4, 206, part, '456789')).toEqual({ heard: '4: 456789', ranges: ['bytes=4-'] })
  expect(await answers(4, 206, { 'content-range': 'bytes 4-9/*' }, '456789')).toMatchObject({ heard: '4: 456789' })
  expect(await answers(4, 200)).toEqual({ heard: `0: ${whole}`, ranges: ['bytes=4-'] })
})

test('beyond the end: from the start', async () => {
  expect(await answers(400, 416)).toEqual({ heard: `0: ${whole}`, ranges: ['bytes=400-', undefined] })
})

test.each([['bytes 3-9/10'], ['bytes 5-9/10'], ['bytes */10'], ['4-9/10'], ['bytes 4-9/10, bytes 0-1/10'], ['']])(
  'another part than was asked for is refused: %j',
  async (range) => {
    expect(await codeOfPromise(answers(4, 206, { 'content-range': range }))).toBe('source/rejected')
  },
)

test('a part that nobody asked for is refused', async () => {
  expect(await codeOfPromise(answers(0, 206, { 'content-range': 'bytes 0-9/10' }))).toBe('source/rejected')
})

test.each([
  [404, 'ok'],
  [403, 'ok'],
  [401, 'source/rejected'],
  [500, 'source/unreachable'],
])('status %i is %s', async (status, meaning) => {
  expect(await codeOfPromise(answers(4, status))).toBe(meaning)
  if (meaning === 'ok') expect((await answers(4, status)).heard).toBe(undefined)
})

test('a server that falls silent is left; one that is read slowly is not', async () => {
  const origin = await serve((request, response) => {
    response.write('01234')
    if (request.url === '/whole') response.end('56789')
  })
  const content = httpContent(origin, { idleMs: 150 })
  expect(await codeOfPromise(content.open('silent', 0, signal).then(textOf))).toBe('source/unreachable')
  const opened = await content.open('whole', 0, signal)
  let heard = ''
  for await (const piece of opened?.pieces ?? []) {
    heard += Buffer.from(piece).toString()
    await new Promise((later) => setTimeout(later, 250))
  }
  expect(heard).toBe(whole)
})

test('a server that does not begin to answer, or has no end, is left', async () => {
  const origin = await serve((request, response) => {
    if (request.url === '/endless') setInterval(() => response.write('x'), 20).unref()
  })
  const content = httpContent(origin, { answerMs: 150, totalMs: 400 })
  expect(await codeOfPromise(content.open('mute', 0, signal))).toBe('source/unreachable')
  expect(await codeOfPromise(content.open('endless', 0, signal).then(textOf))).toBe('source/unreachable')
})

test('cancelled is cancelled, before the answer and in the middle of it', async () => {
  const origin = await serve((request, response) => {
    if (request.url === '/begun') response.write('0')
  })
  for (const name of ['mute', 'begun']) {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    expect(await codeOfPromise(httpContent(origin).open(name, 0, controller.signal).then(textOf)), name).toBe(
      'user/cancelled',
    )
  }
})

test('whoever stops reading lets the connection go', async () => {
  let isClosed = false
  const origin = await serve((_, response) => {
    response.on('close', () => {
      isClosed = true
    })
    setInterval(() => response.write(Buffer.alloc(1000)), 5).unref()
  })
  const opened = await httpContent(origin).open('x', 0, signal)
  for await (const _ of opened?.pieces ?? []) break
  await expect.poll(() => isClosed).toBe(true)
})

test('a name that climbs is refused before anything is asked', async () => {
  let count = 0
  const origin = await serve((_, response) => {
    count++
    response.end()
  })
  for (const name of ['../x', '%2e%2e/x', '', '/x'])
    expect(await codeOfPromise(httpContent(`${origin}/a/`).open(name, 0, signal))).toBe('source/rejected')
  expect(count).toBe(0)
})
