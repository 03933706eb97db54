// Addresses of repositories of blocks: one spelling, and nothing in the open but on this machine.
import { expect, test } from 'vitest'
import {
  headUrl,
  isMerkleLocation,
  merkleLocation,
  parseMerkleAddress,
} from '../../../../src/node/transports/merkle/address.ts'
import { codeOfCall } from '../../../support/thrown.ts'

const elsewhere = encodeURIComponent('https://head.example/a?b=c')

test.each([
  ['merkle+https://Example.com/repo', 'merkle+https://example.com/repo/'],
  [' merkle+https://example.com/repo/head.json ', 'merkle+https://example.com/repo/'],
  ['merkle+https://example.com/repo/ipfs/', 'merkle+https://example.com/repo/'],
  ['MERKLE+http://127.0.0.1:8080', 'merkle+http://127.0.0.1:8080/'],
  [`merkle+https://example.com?head=${elsewhere}`, `merkle+https://example.com/?head=${elsewhere}`],
  ['merkle+https://example.com/?head=/a/../b/head.json', 'merkle+https://example.com/?head=%2Fb%2Fhead.json'],
  ['merkle+https://example.com/r/?head=https%3A%2F%2Fexample.com%2Fr%2Fhead.json', 'merkle+https://example.com/r/'],
])('%s is kept as %s', (text, kept) => {
  const spelled = merkleLocation(parseMerkleAddress(text))
  expect(spelled).toBe(kept)
  expect(merkleLocation(parseMerkleAddress(spelled))).toBe(kept)
})

test.each([
  'merkle+http://example.com/',
  'merkle+https://me@example.com/',
  'merkle+https://example.com/#x',
  'merkle+https://example.com/?other=1',
  'merkle+https://example.com/?head=',
  'merkle+https://example.com/?head=a&head=b',
  'merkle+https://example.com/?head=relative/head.json',
  'merkle+https://example.com/?head=%zz',
  'merkle+https://example.com/?head=http%3A%2F%2Fexample.com%2Fhead',
  'merkle+https://example.com/?head=ftp%3A%2F%2Fexample.com%2Fhead',
  'merkle+ftp://example.com/',
  'https://example.com/',
])('%s is refused', (text) => {
  expect(codeOfCall(() => parseMerkleAddress(text))).toBe('usage/invalid')
})

test('what is one, and where its head is', () => {
  expect(isMerkleLocation('merkle+https://x/')).toBe(true)
  expect(isMerkleLocation('https://x/')).toBe(false)
  expect(headUrl(parseMerkleAddress('merkle+https://x/y'))?.href).toBe('https://x/y/head.json')
  expect(headUrl(parseMerkleAddress('merkle+https://x/?head=/a'))).toBe(undefined)
})
