import { expect, test } from 'vitest'
import { statusError, triesLeftOf } from '../../../src/node/piv/status.ts'

test.each([
  [0x63c5, 'signer/pin-wrong'],
  [0x63c1, 'signer/pin-wrong'],
  [0x63c0, 'signer/pin-blocked'],
  [0x6305, 'signer/pin-wrong'],
  [0x6300, 'signer/pin-blocked'],
  [0x6983, 'signer/pin-blocked'],
  [0x6982, 'signer/failed'],
  [0x6985, 'signer/failed'],
  [0x6a80, 'signer/failed'],
  [0x6a82, 'signer/failed'],
  [0x6a84, 'signer/failed'],
  [0x6a86, 'signer/unsupported'],
  [0x6a88, 'signer/failed'],
  [0x6b00, 'signer/unsupported'],
  [0x6d00, 'signer/unsupported'],
  [0x6700, 'signer/failed'],
  [0x6f00, 'signer/failed'],
  [0x1234, 'signer/failed'],
  [0x0000, 'signer/failed'],
])('%i is %s', (sw, code) => {
  expect(statusError(sw, 'reading').code).toBe(code)
})

test('tries left are a number in the data, and the hint says what to do', () => {
  expect(statusError(0x63c2, 'verifying', 'PUK').data).toEqual({ triesLeft: 2, secret: 'PUK' })
  expect(statusError(0x6983, 'verifying').data).toEqual({ triesLeft: 0, secret: 'PIN' })
  expect(statusError(0x6983, 'verifying').hint).toContain('countersign tokens unblock')
  expect(statusError(0x6983, 'verifying', 'PUK').hint).not.toContain('unblock')
  expect([0x63cf, 0x63ff, 0x6983, 0x9000, 0x6982].map(triesLeftOf)).toEqual([15, 255, 0, undefined, undefined])
})

test('every status word has a message in lower case, and a hint', () => {
  for (let sw = 0; sw <= 0xffff; sw += 1) {
    if (sw === 0x9000) continue
    const { message, hint } = statusError(sw, 'reading the serial number')
    if (!/^[a-z].*[^.]$/.test(message) || hint === undefined || hint === '') expect([sw, message, hint]).toEqual([])
  }
})
