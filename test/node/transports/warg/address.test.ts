// A registry, as an address: what is taken, in which one spelling it is kept, and what is refused.
import { expect, test } from 'vitest'
import { originOf } from '../../../../src/node/access-store.ts'
import { isFolderLocation, isWebLocation, openLocation, parseLocation } from '../../../../src/node/location.ts'
import { isWargLocation, parseWargAddress, wargLocation } from '../../../../src/node/transports/warg/address.ts'
import { codeOfCall } from '../../../support/thrown.ts'

test.each([
  ['warg+https://Registry.example', 'https://registry.example/'],
  [' warg+https://registry.example:443/ ', 'https://registry.example/'],
  ['WARG+HTTPS://registry.example:8443/some/place', 'https://registry.example:8443/some/place/'],
  ['warg+https://registry.example/warg/v1/', 'https://registry.example/warg/'],
  ['warg+https://registry.example/v1', 'https://registry.example/'],
  ['warg+https://registry.example/.well-known/wasm-pkg/registry.json', 'https://registry.example/'],
  ['warg+http://127.0.0.1:8090', 'http://127.0.0.1:8090/'],
  ['warg+http://[::1]:8090/', 'http://[::1]:8090/'],
  ['warg+http://localhost/', 'http://localhost/'],
])('%s', (text, registry) => {
  const address = parseWargAddress(text)
  expect(address).toEqual({ registry })
  expect(parseWargAddress(wargLocation(address))).toEqual(address)
  expect(parseLocation(text, '/here')).toBe(`warg+${registry}`)
  expect(parseLocation(`warg+${registry}`, '/elsewhere')).toBe(`warg+${registry}`)
})

test.each([
  'warg+http://registry.example/',
  'warg+http://127.0.0.1.example.com/',
  'warg+http://0.0.0.0/',
  'warg+https://registry.example/?x',
  'warg+https://registry.example/#x',
  'warg+https://me@registry.example/',
  'warg+https://',
  'warg+ftp://registry.example/',
])('%s is refused', (text) => {
  expect(codeOfCall(() => parseLocation(text, '/here'))).toBe('usage/invalid')
  expect(codeOfCall(() => parseWargAddress(text))).toBe('usage/invalid')
})

test('only its own scheme is its own', () => {
  expect(isWargLocation('Warg+HTTPS://x/')).toBe(true)
  expect(isWargLocation('rstuf+https://x/')).toBe(false)
  expect(codeOfCall(() => parseWargAddress('https://registry.example/'))).toBe('usage/invalid')
})

test('a registry is on the web, and neither a folder nor files of a web server; its token is for its own origin', () => {
  const location = parseLocation('warg+https://registry.example:8443/place')
  expect([isWebLocation(location), isFolderLocation(location)]).toEqual([true, false])
  expect(codeOfCall(() => openLocation(location))).toBe('usage/invalid')
  expect(originOf({ location })).toBe('https://registry.example:8443')
})
