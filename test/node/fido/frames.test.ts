// 64-byte frames: known bytes, every length there and back, and nothing that a hostile device sends gets through or hangs.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseHex, toHex } from '../../../src/core/bytes.ts'
import { assembler, broadcast, channelOf, command, maxMessageBytes, toFrames } from '../../../src/node/fido/frames.ts'
import { codeOfCall } from '../../support/thrown.ts'

const hex = (text: string) => parseHex(text.replaceAll(' ', ''), 'test')
const padded = (text: string) => hex(text + '00'.repeat(64 - text.replaceAll(' ', '').length / 2))
const count = (n: number) => Uint8Array.from({ length: n }, (_, i) => i & 255)

test('an INIT is one frame on the broadcast channel', () => {
  const frames = toFrames(broadcast, command.init, hex('0102030405060708'))
  expect(frames).toEqual([padded('ffffffff 86 0008 0102030405060708')])
})

test('57 bytes fit into one frame, 58 take two, 116 are full, 117 take three', () => {
  const shape = (n: number) => toFrames(0x11223344, command.cbor, count(n)).map((frame) => toHex(frame.subarray(0, 8)))
  expect(shape(57)).toEqual(['1122334490003900'])
  expect(shape(58)).toEqual(['1122334490003a00', '1122334400390000'])
  expect(shape(116)).toEqual(['1122334490007400', '1122334400393a3b'])
  expect(shape(117)).toEqual(['1122334490007500', '1122334400393a3b', '1122334401740000'])
})

test('the longest message has 129 frames; a longer one is not made', () => {
  expect(maxMessageBytes).toBe(7609)
  const frames = toFrames(1, command.ping, count(7609))
  expect([frames.length, frames.at(-1)?.[4]]).toEqual([129, 127])
  expect(codeOfCall(() => toFrames(1, command.ping, count(7610)))).toBe('internal/bug')
})

test('what is cut is put together again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 7609 }), fc.integer({ min: 1, max: 0x7f }), (data, code) => {
      const take = assembler()
      const messages = toFrames(7, code, data).map((frame) => take.take(frame))
      const whole = messages.pop()
      return (
        messages.every((message) => message === undefined) &&
        whole?.code === code &&
        Buffer.compare(whole.data, data) === 0
      )
    }),
    { numRuns: 50 },
  )
})

test('frames that are out of order, missing, doubled or too many are refused', () => {
  const [a, b, c] = toFrames(7, command.cbor, count(170))
  const run = (...frames: (Uint8Array | undefined)[]) =>
    codeOfCall(() => {
      const take = assembler()
      for (const frame of frames) take.take(frame ?? new Uint8Array(64))
    })
  expect(run(a, b, c)).toBe('ok')
  expect(run(a, c)).toBe('signer/failed')
  expect(run(a, b, b)).toBe('signer/failed')
  expect(run(a, a)).toBe('signer/failed')
  expect(run(padded('00000007 90 1dba'))).toBe('signer/failed')
})

test('the rest of a message that did not begin here is passed over', () => {
  const [, rest] = toFrames(7, command.cbor, count(60))
  const take = assembler()
  expect(take.take(rest ?? new Uint8Array(64))).toBeUndefined()
  expect(take.take(padded('00000007 bb 0001 02'))).toEqual({ code: command.keepalive, data: Uint8Array.of(2) })
})

test('any 64 bytes are a message, a part, or refused; nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 64, maxLength: 64 }), { maxLength: 20 }), (reports) => {
      const take = assembler()
      for (const report of reports) {
        channelOf(report)
        const code = codeOfCall(() => take.take(report))
        if (code === 'signer/failed') return true
        if (code !== 'ok') return false
      }
      return true
    }),
  )
})
