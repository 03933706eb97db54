// Base64 by our own table is what everybody else makes of the same bytes, and one text is taken for one value only.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBase64, toBase64 } from '../../src/core/bytes.ts'
import { codeOfCall } from '../support/thrown.ts'

test('of any bytes, there and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = toBase64(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64'))
      expect(parseBase64(text, 'it')).toEqual(new Uint8Array(bytes))
    }),
  )
})

test.each(['A', 'AA', 'AAA', 'AA=', 'AAA==', 'AB==', 'AAB=', 'AA==AA==', 'AA A', 'AAA\n', '-_-_', '====', 'AAAé'])(
  'refused: %j',
  (text) => {
    expect(codeOfCall(() => parseBase64(text, 'it'))).toBe('format/malformed')
  },
)

test('a document of 20 MB in a moment', () => {
  const begun = performance.now()
  expect(parseBase64(toBase64(new Uint8Array(20_000_000)), 'it').length).toBe(20_000_000)
  expect(performance.now() - begun).toBeLessThan(4000)
})
