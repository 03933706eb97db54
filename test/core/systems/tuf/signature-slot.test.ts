// A signature is inserted as text: the rest of another tool's file stays as it was, byte for byte.
import { describe, expect, test } from 'vitest'
import { parseUtf8, utf8 } from '../../../../src/core/bytes.ts'
import { insertSignature } from '../../../../src/core/systems/tuf/signature-slot.ts'
import { codeOfCall } from '../../../support/thrown.ts'

const signed = { _type: 'snapshot', spec_version: '1.0', version: 1, expires: '2030-01-01T00:00:00Z', meta: {} }
const insert = (text: string, keyid: string, sig: string): string =>
  parseUtf8(insertSignature(utf8(text), keyid, sig), 'result')
/** What stands between the common start and the common end of two texts. */
function inserted(before: string, after: string): string {
  let start = 0
  while (start < before.length && before[start] === after[start]) start++
  let end = 0
  while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end++
  return after.slice(start, after.length - end)
}

describe.each([
  ['python-tuf', (s: object[]) => JSON.stringify({ signatures: s, signed }, null, 1)],
  ['tough', (s: object[]) => `${JSON.stringify({ signed, signatures: s }, null, 2)}\n`],
  ['go-tuf, tabs', (s: object[]) => JSON.stringify({ signatures: s, signed }, null, '\t')],
  ['compact', (s: object[]) => JSON.stringify({ signed, signatures: s })],
])('%s', (_, write) => {
  test('an empty slot is filled, in its place', () => {
    const before = write([
      { keyid: 'aa', sig: '' },
      { keyid: 'bb', sig: '' },
    ])
    const after = insert(before, 'bb', 'c0ffee')
    expect(after).toBe(
      write([
        { keyid: 'aa', sig: '' },
        { keyid: 'bb', sig: 'c0ffee' },
      ]),
    )
  })

  test('a new entry is written as the tool itself would have', () => {
    expect(insert(write([{ keyid: 'aa', sig: '01' }]), 'bb', '02')).toBe(
      write([
        { keyid: 'aa', sig: '01' },
        { keyid: 'bb', sig: '02' },
      ]),
    )
    expect(insert(write([]), 'bb', '02')).toBe(write([{ keyid: 'bb', sig: '02' }]))
  })

  test('an old signature of the same key is replaced', () => {
    expect(insert(write([{ keyid: 'aa', sig: '01' }]), 'aa', '02')).toBe(write([{ keyid: 'aa', sig: '02' }]))
  })
})

test('unknown fields, odd spacing and brackets in strings stay', () => {
  const before = `{"signed":${JSON.stringify(signed)}, "signatures" : [ {"keyid":"a]}[","x":[{"sig":"no"}],"sig":""} ,{ "keyid":"b\\"", "sig":"00" }]  }`
  expect(inserted(before, insert(before, 'a]}[', 'ff'))).toBe('ff')
  const after = insert(before, 'c', 'ee')
  expect(after.startsWith(before.slice(0, before.lastIndexOf('}]')))).toBe(true)
  expect(JSON.parse(after).signatures.at(-1)).toEqual({ keyid: 'c', sig: 'ee' })
})

test('two entries with one key id are refused', () => {
  const text = JSON.stringify({
    signed,
    signatures: [
      { keyid: 'a', sig: '' },
      { keyid: 'a', sig: '' },
    ],
  })
  expect(codeOfCall(() => insert(text, 'a', '00'))).toBe('format/malformed')
})
