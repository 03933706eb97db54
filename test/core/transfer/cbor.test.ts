// One form for one value: what we write is what another's strict CBOR writes, and every other form is refused.
import { encode } from 'cborg'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CborReader, cborArray, cborBytes, cborHeadBytes, cborUint } from '../../../src/core/transfer/cbor.ts'
import { codeOfCall } from '../../support/thrown.ts'

test('numbers and byte strings as cborg writes them, there and back', () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 23, 24, 255, 256, 65535, 65536))
  fc.assert(
    fc.property(value, fc.uint8Array({ maxLength: 300 }), (number, bytes) => {
      const written = cborArray(cborUint(number), cborBytes(bytes))
      expect(written).toEqual(new Uint8Array(encode([number, bytes])))
      expect(cborHeadBytes(number)).toBe(encode(number).length)
      const reader = new CborReader(written, 'it')
      reader.array(2)
      expect(reader.uint()).toBe(number)
      expect(reader.bytes()).toEqual(new Uint8Array(bytes))
      reader.end()
    }),
  )
})

test.each([
  [[]],
  [[0x18]],
  [[0x18, 23]],
  [[0x19, 0, 255]],
  [[0x1a, 0, 0, 255, 255]],
  [[0x1b, 0, 0, 0, 0, 0, 1, 0, 0]],
  [[0x1c]],
  [[0x1f]],
  [[0x20]],
  [[0x40]],
  [[0x80]],
  [[0xc0, 0]],
  [[0xf4]],
  [[0x01, 0x01]],
])('no number: %j', (bytes) => {
  const read = (): void => {
    const reader = new CborReader(Uint8Array.from(bytes), 'it')
    reader.uint()
    reader.end()
  }
  expect(codeOfCall(read)).toBe('format/malformed')
})

test.each([[[0x42, 1]], [[0x5f, 0x41, 1, 0xff]], [[0x58, 1, 1]], [[0x61, 0x61]], [[0x5a, 0xff, 0xff, 0xff, 0xff]]])(
  'no byte string: %j',
  (bytes) => {
    expect(codeOfCall(() => new CborReader(Uint8Array.from(bytes), 'it').bytes())).toBe('format/malformed')
  },
)
