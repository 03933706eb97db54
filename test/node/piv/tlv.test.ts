import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseHex, toHex } from '../../../src/core/bytes.ts'
import { parseTlvMap, parseTlvs, parseWholeTlv, toTlv } from '../../../src/node/piv/tlv.ts'
import { codeOfCall } from '../../support/thrown.ts'

const hex = (text: string) => parseHex(text.replaceAll(' ', ''), 'test')

test('tags of one and two bytes, lengths of one to three', () => {
  expect(toHex(toTlv(0x82))).toBe('8200')
  expect(toHex(toTlv(0x7f49, hex('0102'), hex('03')))).toBe('7f4903010203')
  expect(toHex(toTlv(0x81, new Uint8Array(127)).subarray(0, 2))).toBe('817f')
  expect(toHex(toTlv(0x81, new Uint8Array(128)).subarray(0, 3))).toBe('818180')
  expect(toHex(toTlv(0x81, new Uint8Array(255)).subarray(0, 3))).toBe('8181ff')
  expect(toHex(toTlv(0x81, new Uint8Array(256)).subarray(0, 4))).toBe('81820100')
})

test('what is read', () => {
  expect(parseTlvs(hex('01 01 11 02 02 0203 fe 00'), 'test').map(({ tag, value }) => [tag, toHex(value)])).toEqual([
    [0x01, '11'],
    [0x02, '0203'],
    [0xfe, ''],
  ])
  // BER: other programs write lengths that are not minimal.
  expect(toHex(parseWholeTlv(hex('53 82 0002 7100'), 0x53, 'test'))).toBe('7100')
})

test.each([
  ['tag alone', '53'],
  ['two-byte tag cut off', '7f'],
  ['tag of three bytes', '7f8101 00'],
  ['value cut off', '53 03 0102'],
  ['length cut off', '53 81'],
  ['long length cut off', '53 82 01'],
  ['indefinite length', '53 80 00 00'],
  ['length of three bytes', '53 83 000001 00'],
  ['reserved length', '53 ff 00'],
  ['something after it', '53 00 00'],
  ['two elements', '53 00 53 00'],
  ['another tag', '54 00'],
  ['nothing', ''],
])('refused: %s', (_, bytes) => {
  expect(codeOfCall(() => parseWholeTlv(hex(bytes), 0x53, 'test'))).toBe('signer/failed')
})

test.each(['7f8101 00', '5380 01 aa', '5381', '5f'])('no elements: %s', (bytes) => {
  expect(codeOfCall(() => parseTlvs(hex(bytes), 'test'))).toBe('signer/failed')
})

test('a tag that comes twice is refused', () => {
  expect(codeOfCall(() => parseTlvMap(hex('01 01 11 01 01 07'), 'test'))).toBe('signer/failed')
})

test('what is written is read again, whatever it holds', () => {
  const tags = fc.constantFrom(0x01, 0x53, 0x7c, 0x81, 0x86, 0xfe, 0x7f49)
  const values = fc.uint8Array({ maxLength: 700 })
  fc.assert(
    fc.property(fc.array(fc.tuple(tags, values), { maxLength: 5 }), (elements) => {
      const bytes = Buffer.concat(elements.map(([tag, value]) => toTlv(tag, value)))
      expect(parseTlvs(bytes, 'test').map(({ tag, value }) => [tag, toHex(value)])).toEqual(
        elements.map(([tag, value]) => [tag, toHex(value)]),
      )
    }),
    { numRuns: 200 },
  )
})

test('no bytes give anything but elements or signer/failed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(codeOfCall(() => parseTlvs(bytes, 'test'))).toMatch(/^(ok|signer\/failed)$/)
    }),
    { numRuns: 2_000 },
  )
})
