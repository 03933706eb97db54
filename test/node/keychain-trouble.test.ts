// What a keychain does on other systems, or when it misbehaves, played by a stand-in for the native module.
import { beforeEach, expect, test, vi } from 'vitest'
import { keychainState, systemKeychain } from '../../src/node/keychain.ts'
import { codeOfPromise } from '../support/thrown.ts'

const native = vi.hoisted(() => ({
  made: [] as unknown[][],
  getSecret: async (): Promise<number[] | null> => null,
  setSecret: async (_: Uint8Array): Promise<void> => undefined,
}))

vi.mock('@napi-rs/keyring', () => ({
  AsyncEntry: class {
    constructor(...fields: unknown[]) {
      native.made.push(fields)
    }
    getSecret = () => native.getSecret()
    setSecret = (secret: Uint8Array) => native.setSecret(secret)
  },
}))

beforeEach(() => {
  native.made.length = 0
  native.getSecret = async () => null
  native.setSecret = async () => undefined
})

test('every entry is pinned to the Secret Service on Linux', async () => {
  await keychainState()
  await systemKeychain().read()
  await systemKeychain()
    .readOrCreate()
    .catch(() => undefined)
  expect(native.made.length).toBeGreaterThan(3)
  for (const fields of native.made) {
    expect(fields).toEqual(['countersign', 'wrapping-key', { linux: { store: 'secret-service' } }])
  }
})

test.each([
  [
    'Platform failure: DBus error: The name org.freedesktop.secrets was not provided by any .service files',
    'signer/absent',
  ],
  ["Couldn't access platform storage: Secret Service: unlock prompt was dismissed", 'signer/absent'],
  ["Couldn't access platform storage: User interaction is not allowed.", 'signer/failed'],
  ['Platform failure: access denied', 'signer/failed'],
  ['something new', 'signer/failed'],
])('%j', async (text, code) => {
  native.getSecret = () => Promise.reject(new Error(text))
  expect(await codeOfPromise(systemKeychain().read())).toBe(code)
  expect(await codeOfPromise(systemKeychain().readOrCreate())).toBe(code)
  expect((await keychainState()).available).toBe(false)
})

test('a keychain that never answers is given up', async () => {
  native.getSecret = () => new Promise(() => undefined)
  expect(await codeOfPromise(systemKeychain(20).read())).toBe('signer/absent')
  expect((await keychainState(20)).available).toBe(false)
})

test('a secret of another size, and one that is forgotten at once, are refused', async () => {
  native.getSecret = async () => [1, 2, 3]
  expect(await codeOfPromise(systemKeychain().read())).toBe('signer/failed')
  native.getSecret = async () => null
  expect(await codeOfPromise(systemKeychain().readOrCreate())).toBe('signer/failed')
})

test('what is stored counts, and the copies are zeroed', async () => {
  let given: Uint8Array = new Uint8Array(0)
  const stored = Array.from({ length: 32 }, (_, at) => at + 1)
  const returned: number[][] = []
  native.setSecret = async (secret) => {
    given = secret
    native.getSecret = async () => {
      const copy = [...stored]
      returned.push(copy)
      return copy
    }
  }
  expect(await systemKeychain().readOrCreate()).toEqual(Uint8Array.from(stored))
  expect([...given].every((byte) => byte === 0)).toBe(true)
  await keychainState()
  expect(returned.flat().every((byte) => byte === 0)).toBe(true)
})
