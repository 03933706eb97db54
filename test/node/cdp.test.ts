// The pipe: messages split and joined anywhere, answers by number, errors as errors, an end that leaves nobody waiting.
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { connectCdp, Fields } from '../../src/node/cdp.ts'
import { codeOfPromise } from '../support/thrown.ts'

function connected() {
  const input = new PassThrough()
  const output = new PassThrough()
  return { input, output, cdp: connectCdp(input, output) }
}

test('answers find their calls however the bytes are cut, and in any order', async () => {
  const { input, output, cdp } = connected()
  const first = cdp.send('A.one', { text: 'é' })
  const second = cdp.send('A.two', {}, 'session')
  expect(String(input.read())).toBe(
    '{"id":1,"method":"A.one","params":{"text":"é"}}\0{"id":2,"method":"A.two","params":{},"sessionId":"session"}\0',
  )
  const answer = Buffer.from('{"id":2,"result":{"v":"zwei €"}}\0{"id":1,"result":{"v":"eins"}}\0')
  for (const byte of answer) output.write(Buffer.from([byte]))
  expect((await first).text('v')).toBe('eins')
  expect((await second).text('v')).toBe('zwei €')
})

test('events reach the listeners with their session until they stop listening', async () => {
  const { output, cdp } = connected()
  const heard: unknown[] = []
  const stop = cdp.listen(({ method, params, sessionId }) => heard.push([method, params.number('n'), sessionId]))
  output.write('{"method":"X.y","params":{"n":1},"sessionId":"s"}\0{"method":"X.z","params":{"n":2}}\0')
  await new Promise(setImmediate)
  stop()
  output.write('{"method":"X.y","params":{"n":3}}\0')
  await new Promise(setImmediate)
  expect(heard).toEqual([
    ['X.y', 1, 's'],
    ['X.z', 2, undefined],
  ])
})

test('a refused call fails, and so does every open and later call when the pipe ends', async () => {
  const { output, cdp } = connected()
  const refused = cdp.send('A.bad')
  output.write('{"id":1,"error":{"code":-32000,"message":"no"}}\0')
  expect(await codeOfPromise(refused)).toBe('internal/bug')
  const open = cdp.send('A.open')
  output.end()
  await cdp.closed
  expect(await codeOfPromise(open)).toBe('user/cancelled')
  expect(await codeOfPromise(cdp.send('A.late'))).toBe('user/cancelled')
})

test('fields of another type read as absent', () => {
  const fields = new Fields({ a: 1, b: 'x', c: [{ d: 'y' }], e: true })
  expect([fields.text('a'), fields.number('b'), fields.flag('b'), fields.flag('e')]).toEqual([
    undefined,
    undefined,
    false,
    true,
  ])
  expect(fields.all('c').map((one) => one.text('d'))).toEqual(['y'])
  expect(fields.inside('missing').text('x')).toBeUndefined()
  expect(new Fields(null).has('a')).toBe(false)
})
