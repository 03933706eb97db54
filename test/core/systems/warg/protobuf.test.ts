// Protocol Buffers, mostly by what is refused: every way in which two readers could see different messages in the same bytes.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, parseHex, toHex, utf8 } from '../../../../src/core/bytes.ts'
import {
  ProtoFields,
  protoBytes,
  protoNumber,
  protoNumbers,
  protoText,
  type Shape,
  varint,
} from '../../../../src/core/systems/warg/encoding/protobuf.ts'
import { faultOfCall } from '../../../support/thrown.ts'

const shape: Shape = { 1: 'bytes', 2: 'number', 3: 'numbers', 4: 'messages', 17: 'number' }
const read = (hex: string): ProtoFields => new ProtoFields(parseHex(hex, 'it'), shape, 'the message')

describe('what is refused', () => {
  test.each([
    ['a tag without a value', '10', 'truncated'],
    ['a tag that is cut off', '88', 'truncated'],
    ['a number that is cut off', '1080', 'truncated'],
    ['a text without its length', '0a', 'truncated'],
    ['a text shorter than its length', '0a0361', 'truncated'],
    ['a length beyond everything', '0affffffff0f61', 'truncated'],
    ['packed numbers that end within one', '1a0180', 'truncated'],
    ['a zero byte behind the message', '0a016100', 'trailing-bytes'],
    ['a field that nobody knows', '2801', 'unknown-field'],
    ['a field with a number of five bytes', 'f8ffffff0f01', 'unknown-field'],
    ['a number twice', '10011002', 'field-twice'],
    ['a number twice with the same value', '10011001', 'field-twice'],
    ['a text twice', '0a01610a0161', 'field-twice'],
    ['a text as a number', '0801', 'wrong-wire-type'],
    ['a number as a text', '120161', 'wrong-wire-type'],
    ['a message as a number', '2001', 'wrong-wire-type'],
    ['a number of fixed 64 bits', '110000000000000000', 'wrong-wire-type'],
    ['a number of fixed 32 bits', '1500000000', 'wrong-wire-type'],
    ['a group', '0b0c', 'wrong-wire-type'],
    ['one with a byte too many', '108100', 'overlong-varint'],
    ['zero in two bytes', '108000', 'overlong-varint'],
    ['a tag with a byte too many', '908000', 'overlong-varint'],
    ['a length with a byte too many', '0a810061', 'overlong-varint'],
    ['a packed number with a byte too many', '1a028100', 'overlong-varint'],
    ['a large number with a byte too many', '10ffffffffffffffff00', 'overlong-varint'],
    ['a number of eleven bytes', '10ffffffffffffffffffff01', 'overlong-varint'],
    ['a number of 65 bits', '10ffffffffffffffffff02', 'number-too-large'],
    ['a tag of 33 bits', '8080808010', 'number-too-large'],
  ])('%s', (_, hex, fault) => {
    expect(faultOfCall(() => read(hex))).toBe(fault)
  })

  // The libraries cut it to 32 bits: 2^32 would be version 0, and 2^32 + 1 the permission to release.
  test('a number of more than 32 bits where 32 are read', () => {
    expect(faultOfCall(() => read('108080808010').uint32(2))).toBe('number-too-large')
    expect(faultOfCall(() => read('1a058180808010').uint32s(3))).toBe('number-too-large')
    expect(read('10ffffffff0f').uint32(2)).toBe(0xffffffff)
  })

  test('a signed number that cannot be held exactly', () => {
    expect(faultOfCall(() => read('10ffffffffffffffff7f').int64(2))).toBe('number-too-large')
    expect(faultOfCall(() => read('1080808080808080808001').int64(2))).toBe('number-too-large')
  })

  test('text that is not UTF-8', () => {
    expect(faultOfCall(() => read('0a01ff').text(1))).toBe('bad-text')
    expect(faultOfCall(() => read('0a02c080').text(1))).toBe('bad-text')
  })
})

describe('what is read', () => {
  test('fields in any order, numbers packed or one by one, several messages', () => {
    const fields = read('180510 02 1a020607 2200 220161 0a0178'.replaceAll(' ', ''))
    expect(fields.uint32(2)).toBe(2)
    expect(fields.uint32s(3)).toEqual([5, 6, 7])
    expect(fields.messages(4).map(toHex)).toEqual(['', '61'])
    expect(fields.text(1)).toBe('x')
  })

  test('what is not written is empty or zero, and known not to be there', () => {
    const fields = read('')
    expect([fields.uint32(2), fields.int64(2), fields.text(1), fields.bytes(1)]).toEqual([0, 0, '', undefined])
    expect([fields.has(1), read('0a00').has(1), read('1000').has(2)]).toEqual([false, true, true])
  })

  test('seven bits a byte', () => {
    expect([127, 128, 255, 16_384].map((value) => toHex(varint(value)))).toEqual(['7f', '8001', 'ff01', '808001'])
  })

  test('a number below zero has ten bytes', () => {
    expect(toHex(varint(-1))).toBe('ffffffffffffffffff01')
    expect(read('10ffffffffffffffffff01').int64(2)).toBe(-1)
  })

  test('what was written is read, for all numbers that can be held', () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 0xffffffff }))
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string(), numbers, (number, text, list) => {
        const bytes = concatBytes(protoText(1, text), protoNumber(2, number), protoNumbers(3, list))
        const fields = new ProtoFields(bytes, shape, 'it')
        expect([fields.text(1), fields.int64(2), fields.uint32s(3)]).toEqual([text, number, list])
      }),
    )
  })
})

test('zero, empty text and empty lists are not written; an empty message is', () => {
  const parts = [protoNumber(2, 0), protoText(1, ''), protoNumbers(3, []), protoBytes(4, utf8(''))]
  expect(toHex(concatBytes(...parts))).toBe('2200')
})
