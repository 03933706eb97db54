// How sizes are written for people: one way on every screen.
import { expect, test } from 'vitest'
import { sizeText } from '../../src/renderer/format.ts'

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [1500, '1.5 kB'],
  [99_400, '99 kB'],
  [999_400, '999 kB'],
  [999_600, '1 MB'],
  [4_118_022, '4.1 MB'],
  [10_000_000_000, '10 GB'],
  [5e15, '5000 TB'],
])('%i bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text)
})
