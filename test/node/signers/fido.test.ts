// Keys that FIDO2 tokens guard, through whole round trips with tokens in software: made, enrolled on two, one lost, and signed
// with the other. A person is asked only what is written here.
import { describe, expect, test, vi } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import type { PublicKey } from '../../../src/core/signer.ts'
import { parseFidoKey, toFidoKeyText } from '../../../src/node/fido/key-file.ts'
import { fidoTokens } from '../../../src/node/signers/fido.ts'
import {
  enrolled,
  first,
  isSigned,
  limits,
  message,
  person,
  purpose,
  request,
  second,
  setUp,
  signal,
} from '../../support/fido-stage.ts'
import { softPorts } from '../../support/soft-hid.ts'
import { codeOfPromise } from '../../support/thrown.ts'

/** Every secret of a key that was made or signed with, as the driver held it. */
const held = vi.hoisted((): Uint8Array[] => [])
vi.mock('../../../src/core/software-key.ts', async (original) => {
  const real = await original<typeof import('../../../src/core/software-key.ts')>()
  return {
    createSoftwareKey: async (scheme: 'ed25519' | 'ecdsa-p256-sha256') => {
      const made = await real.createSoftwareKey(scheme)
      held.push(made.secret)
      return made
    },
    signWithSecret: (key: PublicKey, secret: Uint8Array, bytes: Uint8Array) => {
      held.push(secret)
      return real.signWithSecret(key, secret, bytes)
    },
  }
})

describe('a key on two tokens, one of them lost', () => {
  for (const scheme of ['ed25519', 'ecdsa-p256-sha256'] as const) {
    for (const ctap of ['2.0', '2.1'] as const) {
      test(`${scheme}, tokens of CTAP ${ctap}`, async () => {
        const [one, two] = [first({ ctap }), second({ ctap })]
        const { driver } = setUp(one, two)
        const maker = person('123456')
        const key = await driver.createKey('root', scheme, 'fido:/dev/hidraw1', maker, signal)
        expect(maker.touches.map((touch) => [touch.device, touch.purpose])).toEqual([
          ['Token One', 'touch 1 of 2: make a place for key root'],
          ['Token One', 'touch 2 of 2: lock key root with this token'],
        ])
        const adder = person('123456', '654321')
        await driver.addToken('root', 'fido:/dev/hidraw2', adder, signal)
        expect(adder.pins.map((pin) => pin.device)).toEqual(['Token One', 'Token Two'])
        expect(adder.touches.map((touch) => touch.device)).toEqual(['Token One', 'Token Two', 'Token Two'])
        one.unplug()
        const signer = person('654321')
        const [signature] = await driver.sign(request(key), signer, signal)
        expect(isSigned(key, signature)).toBe(true)
        expect(signer.notices).toBe(0)
        expect(signer.touches).toEqual([{ device: 'Token Two', purpose, timeoutMs: limits.touchMs }])
        two.unplug()
        one.plug()
        const [other] = await driver.sign(request(key), person('123456'), signal)
        expect(isSigned(key, other)).toBe(true)
      })
    }
  }

  test('several messages ask for one PIN and one touch', async () => {
    const one = first()
    const { driver, key } = await enrolled(one)
    const signer = person('123456')
    const signatures = await driver.sign(request(key, 'fido:root', [message, message, message]), signer, signal)
    expect(signatures.map((signature) => isSigned(key, signature))).toEqual([true, true, true])
    expect([signer.pins.length, one.touches]).toEqual([1, 1])
  })

  test('no PIN and no secret of a key is left in what a person was asked, or in the folder', async () => {
    const one = first()
    const { driver, files, key } = await enrolled(one)
    const signer = person('123456')
    await driver.sign(request(key), signer, signal)
    expect(signer.given.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
    expect(signer.pins).toEqual([
      {
        device: 'Token One',
        secret: 'FIDO2 PIN',
        notThe: 'PIV PIN',
        length: { min: 4, max: 63 },
        purpose,
        triesLeft: 8,
        wasWrong: false,
      },
    ])
    expect(Buffer.from([...files.files.values()][0] ?? []).includes('123456')).toBe(false)
    expect(one.received.some(({ data }) => data.includes('123456'))).toBe(false)
  })
})

test('secrets of keys are overwritten when they were used', async () => {
  held.length = 0
  const { driver, key } = await enrolled(first(), second())
  await driver.sign(request(key, 'fido:root@/dev/hidraw1'), person('123456'), signal)
  expect(held.map((secret) => secret.length)).toEqual([32, 32])
  expect(held.every((secret) => secret.every((byte) => byte === 0))).toBe(true)
})

test('the token is let go, whatever happened', async () => {
  const one = first()
  const { driver, key } = await enrolled(one)
  await driver.sign(request(key), person('123456'), signal)
  await driver.list(signal)
  expect(await codeOfPromise(driver.sign(request(key), person(), signal))).toBe('user/cancelled')
  expect(one.links()).toBe(0)
})

describe('a spare token', () => {
  test('one that holds the key already is refused before any PIN', async () => {
    const { driver } = await enrolled(first(), second())
    const adder = person('123456', '654321')
    expect(await codeOfPromise(driver.addToken('root', 'fido:/dev/hidraw2', adder, signal))).toBe('usage/invalid')
    expect(adder.pins).toEqual([])
  })

  test('a seventeenth is refused', async () => {
    const { files, driver } = await enrolled(first(), second())
    const file = parseFidoKey(files.files.get('root.json') ?? utf8(''), 'it')
    const [entry] = file.tokens
    if (entry === undefined) throw new Error('no token')
    const many = Array.from({ length: 16 }, (_, i) => ({ ...entry, credentialId: Uint8Array.of(i) }))
    files.files.set('root.json', utf8(toFidoKeyText({ ...file, tokens: many })))
    expect(await codeOfPromise(driver.addToken('root', 'fido:/dev/hidraw2', person(), signal))).toBe('usage/invalid')
  })

  test('one that does not tell is refused by the token itself', async () => {
    const one = first()
    const two = second({ silent: 'refuses' })
    const { driver } = await enrolled(one, two)
    const adder = person('123456', '654321')
    expect(await codeOfPromise(driver.addToken('root', 'fido:/dev/hidraw2', adder, signal))).toBe('usage/invalid')
  })

  test('without the first one plugged in nothing is asked', async () => {
    const [one, two] = [first(), second()]
    const { files } = await enrolled(one)
    const driver = fidoTokens({ devices: softPorts(two), files, limits })
    const adder = person('654321')
    expect(await codeOfPromise(driver.addToken('root', 'fido:/dev/hidraw2', adder, signal))).toBe('signer/absent')
    expect(adder.pins).toEqual([])
  })

  test('a folder that changed in between is not overwritten', async () => {
    const [one, two] = [first(), second()]
    const { files } = await enrolled(one)
    const driver = fidoTokens({ devices: softPorts(one, two), files, limits })
    const changed = utf8('changed by another program')
    two.whileWaiting = () => files.files.set('root.json', changed)
    const adding = driver.addToken('root', 'fido:/dev/hidraw2', person('123456', '654321'), signal)
    expect(await codeOfPromise(adding)).toBe('source/conflict')
    expect(files.files.get('root.json')).toBe(changed)
  })
})

describe('names and files', () => {
  test('a taken or impossible name is refused before anything is asked', async () => {
    const { driver } = await enrolled(first())
    const maker = person('123456')
    for (const name of ['root', 'ROOT', '../root', '', 'a@b', 'x'.repeat(65)]) {
      const made = driver.createKey(name, 'ed25519', 'fido:/dev/hidraw1', maker, signal)
      expect(await codeOfPromise(made)).toBe('usage/invalid')
    }
    expect(maker.pins).toEqual([])
  })

  test('a key that is not here, and ids that are none', async () => {
    const { driver, key } = await enrolled(first())
    expect(await codeOfPromise(driver.sign(request(key, 'fido:other'), person(), signal))).toBe('signer/absent')
    expect(await codeOfPromise(driver.sign(request(key, 'piv:1/9c'), person(), signal))).toBe('usage/invalid')
    expect(await codeOfPromise(driver.addToken('root', 'fido:/dev/hidraw7', person(), signal))).toBe('signer/absent')
  })
})
