// A project at a backend, as an address: what is taken, in which one spelling it is kept, and what is refused.
import { expect, test } from 'vitest'
import {
  asfaloadLocation,
  isAsfaloadLocation,
  parseAsfaloadAddress,
} from '../../../../src/node/transports/asfaload/address.ts'
import { codeOfCall } from '../../../support/thrown.ts'

const backend = 'https://backend.asfaload.com/'
const folder = 'https/github.com/443/u/r/'

test.each([
  ['asfaload+https://backend.asfaload.com/https/github.com/443/u/r', backend, folder],
  [' asfaload+https://backend.asfaload.com/https/github.com/443/u/r/ ', backend, folder],
  ['asfaload+https://backend.asfaload.com/v1/files/https/github.com/443/u/r', backend, folder],
  ['asfaload+https://backend.asfaload.com:443/v1/https/github.com/443/u/r', backend, folder],
  ['asfaload+https://example.org/some/place/github.com/u/r', 'https://example.org/some/place/', 'github.com/u/r/'],
  [
    'asfaload+https://example.org/https/git.example.org/8443/g/sub/r',
    'https://example.org/',
    'https/git.example.org/8443/g/sub/r/',
  ],
  ['asfaload+http://127.0.0.1:3000/github.com/u/r', 'http://127.0.0.1:3000/', 'github.com/u/r/'],
])('%s', (text, backend, folder) => {
  const address = parseAsfaloadAddress(text)
  expect(address).toEqual({ backend, folder })
  expect(parseAsfaloadAddress(asfaloadLocation(address))).toEqual(address)
})

test.each([
  'asfaload+https://backend.asfaload.com/',
  'asfaload+https://backend.asfaload.com/github.com/u',
  'asfaload+https://backend.asfaload.com/https/github.com/443/u/r?x=1',
  'asfaload+https://backend.asfaload.com/https/github.com/443/u/r#x',
  'asfaload+https://me@backend.asfaload.com/https/github.com/443/u/r',
  'asfaload+https://backend.asfaload.com/https/github.com/443/u/%2e%2e/r',
  'asfaload+http://backend.asfaload.com/https/github.com/443/u/r',
  'asfaload+ftp://backend.asfaload.com/https/github.com/443/u/r',
  'https://backend.asfaload.com/https/github.com/443/u/r',
])('%s is refused', (text) => {
  expect(codeOfCall(() => parseAsfaloadAddress(text))).toBe('usage/invalid')
})

test('only its own scheme is its own', () => {
  expect(isAsfaloadLocation('Asfaload+HTTPS://x/github.com/u/r')).toBe(true)
  expect(isAsfaloadLocation('rstuf+https://x/')).toBe(false)
})
