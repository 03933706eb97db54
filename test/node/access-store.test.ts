// How sources on the web are reached, kept beside their pinned roots: a token is nowhere to be read, and goes nowhere else.
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { parseUtf8, utf8 } from '../../src/core/bytes.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import { type AccessStore, accessStore } from '../../src/node/access-store.ts'
import type { Keychain } from '../../src/node/keychain.ts'
import { memoryKeychain } from '../support/keychain.ts'
import { makeAuthority } from '../support/secure-server.ts'
import { codeOfPromise } from '../support/thrown.ts'

const source = { id: '0123456789abcdef', location: 'https://example.com/repository/' }
const name = 'sources/0123456789abcdef/access.json'
let files: ReturnType<typeof memoryTransport>
let chain: ReturnType<typeof memoryKeychain>
let store: AccessStore
let ca: string

beforeAll(async () => {
  ca = (await makeAuthority('Our company')).pem
})
beforeEach(() => {
  files = memoryTransport()
  chain = memoryKeychain()
  store = accessStore(files, chain)
})

const kept = (): string => parseUtf8(files.files.get(name) ?? new Uint8Array(), name)
const tokenOf = async (where = source): Promise<string | undefined> => (await store.of(where)).bearer?.()

test('what is set is there again, and the token is not in the file', async () => {
  expect(await store.of(source)).toEqual({})
  expect(await store.change(source, { ca, token: utf8('top-secret-token') })).toEqual({
    authorities: ['CN=Our company'],
    hasToken: true,
  })
  expect((await store.of(source)).ca).toBe(ca)
  expect(await tokenOf()).toBe('top-secret-token')
  for (const text of ['top-secret-token', Buffer.from('top-secret-token').toString('base64').slice(0, 20)])
    expect(kept()).not.toContain(text)
})

test('each of both changes by itself, and when nothing is left the file goes', async () => {
  await store.change(source, { ca })
  await store.change(source, { token: utf8('abc') })
  expect(await store.facts(source)).toEqual({ authorities: ['CN=Our company'], hasToken: true })
  await store.change(source, { ca: null })
  expect(await tokenOf()).toBe('abc')
  await store.change(source, { token: null })
  expect([...files.files.keys()]).toEqual([])
})

test('a token is for one source at one server, under one keychain, and not a bit of it may change', async () => {
  await store.change(source, { token: utf8('abc') })
  const bytes = files.files.get(name) ?? new Uint8Array()
  const other = { ...source, id: 'f'.repeat(16) }
  files.files.set(`sources/${other.id}/access.json`, bytes)
  expect(await codeOfPromise(tokenOf(other))).toBe('source/unreachable')
  expect(await codeOfPromise(tokenOf({ ...source, location: 'https://example.org/' }))).toBe('source/unreachable')
  const sealed = String(JSON.parse(kept()).token.sealed)
  files.files.set(name, utf8(kept().replace(sealed, `${sealed[0] === 'A' ? 'B' : 'A'}${sealed.slice(1)}`)))
  expect(await codeOfPromise(tokenOf())).toBe('source/unreachable')
  files.files.set(name, bytes)
  expect(await tokenOf()).toBe('abc')
  store = accessStore(files, memoryKeychain())
  expect(await codeOfPromise(tokenOf())).toBe('source/unreachable')
})

test('the wrapping key is zeroed, whatever comes of opening the token', async () => {
  await store.change(source, { token: utf8('abc') })
  const read: Uint8Array[] = []
  const opened = async (from: Keychain): Promise<string> => {
    const watched = { ...from, read: async () => watch(await from.read()) }
    return codeOfPromise(Promise.resolve((await accessStore(files, watched).of(source)).bearer?.()))
  }
  const watch = <T extends Uint8Array | undefined>(key: T): T => {
    if (key !== undefined) read.push(key)
    return key
  }
  const other = memoryKeychain()
  await other.readOrCreate()
  expect(await opened(other)).toBe('source/unreachable')
  const nonce = String(JSON.parse(kept()).token.nonce)
  files.files.set(name, utf8(kept().replace(nonce, '')))
  expect(await opened(chain)).toBe('source/unreachable')
  expect(read.map((key) => key.every((byte) => byte === 0))).toEqual([true, true])
})

test('a keychain that is unlocked later opens the token then, once', async () => {
  await store.change(source, { token: utf8('abc') })
  let reads = 0
  const late: Keychain = { ...chain, read: () => (reads++ === 0 ? Promise.reject(new Error('locked')) : chain.read()) }
  const { bearer } = await accessStore(files, late).of(source)
  await expect(bearer?.()).rejects.toThrow('locked')
  expect([await bearer?.(), await bearer?.(), reads]).toEqual(['abc', 'abc', 2])
})

test('a mark is the same until something is changed', async () => {
  const marks = [await store.mark(source), await store.mark(source)]
  for (const token of ['abc', 'abd']) {
    await store.change(source, { token: utf8(token) })
    marks.push(await store.mark(source))
  }
  expect(marks[0]).toBe(marks[1])
  expect(new Set(marks).size).toBe(3)
})

test('without a keychain a token is not kept, and nothing else is changed', async () => {
  const broken = { ...chain, readOrCreate: () => Promise.reject(new Error('no D-Bus')) }
  store = accessStore(files, broken)
  expect(await codeOfPromise(store.change(source, { ca, token: utf8('abc') }))).toBe('internal/bug')
  expect([...files.files.keys()]).toEqual([])
})

test.each(['', 'with space', 'line\nbreak', 'Bearer x', 'naïve', 'a\u0000b'])('%j is no token', async (token) => {
  expect(await codeOfPromise(store.change(source, { token: utf8(token) }))).toBe('usage/invalid')
})

test.each(['', 'nothing', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
  '%j vouches for nobody',
  async (pem) => {
    expect(await codeOfPromise(store.change(source, { ca: pem }))).toBe('format/malformed')
  },
)

test('a token goes neither in the clear nor to a folder; on this machine it may', async () => {
  const token = utf8('abc')
  for (const location of ['http://example.com/', '/srv/repository'])
    expect(await codeOfPromise(store.change({ ...source, location }, { token }))).toBe('usage/invalid')
  const here = { ...source, location: 'rstuf+http://127.0.0.1:80/#metadata=https://example.com/' }
  await store.change(here, { token })
  expect(await tokenOf(here)).toBe('abc')
  const backend = { ...source, location: 'asfaload+https://example.com/github.com/u/r/' }
  await store.change(backend, { token })
  expect([await tokenOf(backend), kept()]).toEqual(['abc', expect.stringContaining('"https://example.com"')])
})

test.each([
  ['[]', 'format/malformed'],
  ['{"format":"countersign access 2","ca":null,"token":null}', 'format/unsupported'],
  ['{"format":"countersign access 1","ca":"x","token":null}', 'format/malformed'],
  ['{"format":"countersign access 1","ca":null,"token":{}}', 'format/malformed'],
])('the file %s is refused', async (text, code) => {
  files.files.set(name, utf8(text))
  expect(await codeOfPromise(store.facts(source))).toBe(code)
})
