// Which token is asked for which key: the wrong one never, and none before it is known to hold the key, or may.
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { createSoftwareKey } from '../../../src/core/software-key.ts'
import { parseFidoKey, toFidoKeyText } from '../../../src/node/fido/key-file.ts'
import { hidOpenError } from '../../../src/node/hid.ts'
import { fidoTokens } from '../../../src/node/signers/fido.ts'
import {
  enrolled,
  first,
  isSigned,
  limits,
  person,
  request,
  second,
  setUp,
  signal,
  touchOnly,
} from '../../support/fido-stage.ts'
import { softPorts } from '../../support/soft-hid.ts'
import { codeOfPromise } from '../../support/thrown.ts'

describe('the wrong token is impossible', () => {
  test('a key that is not the one asked for: nobody is asked anything', async () => {
    const { driver } = await enrolled(first())
    const { key } = await createSoftwareKey('ed25519')
    const signer = person('123456')
    expect(await codeOfPromise(driver.sign(request(key), signer, signal))).toBe('signer/wrong-key')
    expect(signer.pins).toEqual([])
  })

  test('a token that does not hold the key is not asked for its PIN', async () => {
    const [one, two] = [first(), second()]
    const { files, key } = await enrolled(one)
    const driver = fidoTokens({ devices: softPorts(two), files, limits })
    const signer = person('654321')
    expect(await codeOfPromise(driver.sign(request(key), signer, signal))).toBe('signer/wrong-key')
    expect([signer.pins, two.pinRetries]).toEqual([[], 8])
    expect((await driver.list(signal)).tokens.map((token) => token.slots)).toEqual([[]])
    two.unplug()
    expect(await codeOfPromise(driver.sign(request(key), signer, signal))).toBe('signer/absent')
  })

  test('a token that was swapped for another at the last moment is not asked for its PIN', async () => {
    const [one, two] = [first(), second()]
    const { files, key } = await enrolled(one)
    let opened = 0
    const devices = { list: async () => [one.device], open: async () => (opened++ === 0 ? one : two).open() }
    const signer = person('123456')
    const signing = fidoTokens({ devices, files, limits }).sign(request(key), signer, signal)
    expect(await codeOfPromise(signing)).toBe('signer/wrong-key')
    expect([opened, signer.pins]).toEqual([2, []])
  })

  test('of two tokens the one that holds it is asked', async () => {
    const [one, two] = [first(), second()]
    const { files, key } = await enrolled(one)
    const driver = fidoTokens({ devices: softPorts(two, one), files, limits })
    const signer = person('123456')
    expect(isSigned(key, (await driver.sign(request(key), signer, signal))[0])).toBe(true)
    expect(signer.pins.map((pin) => pin.device)).toEqual(['Token One'])
  })

  test('one that certainly holds it goes before one that does not tell', async () => {
    const [one, two] = [first(), second({ silent: 'refuses' })]
    const { files, key } = await enrolled(one)
    const driver = fidoTokens({ devices: softPorts(two, one), files, limits })
    const signer = person('123456')
    expect(isSigned(key, (await driver.sign(request(key), signer, signal))[0])).toBe(true)
    expect(signer.pins.map((pin) => pin.device)).toEqual(['Token One'])
  })

  test('a token that cannot be opened is the reason, not its absence', async () => {
    const one = first()
    const { driver, key } = await enrolled(one)
    one.openError = hidOpenError('/dev/hidraw1', new Error('Permission denied'), 'linux')
    expect(await codeOfPromise(driver.sign(request(key), person(), signal))).toBe('signer/failed')
  })

  test('a secret that is not the one of the public key signs nothing', async () => {
    const one = first()
    const { files, driver } = setUp(one)
    const [made, other] = [await createSoftwareKey('ed25519'), await createSoftwareKey('ed25519')]
    const head = { name: 'root', key: made.key }
    const tokens = [await touchOnly(one, head, other.secret)]
    files.files.set('root.json', utf8(toFidoKeyText({ ...head, tokens })))
    expect(await codeOfPromise(driver.sign(request(made.key), person(), signal))).toBe('signer/failed')
  })

  test('nothing to sign asks for nothing', async () => {
    const { driver, key } = await enrolled(first())
    const signer = person()
    expect(await driver.sign(request(key, 'fido:root', []), signer, signal)).toEqual([])
    expect(signer.pins).toEqual([])
  })

  test('of two tokens that hold it one must be named', async () => {
    const { driver, key } = await enrolled(first(), second())
    const signer = person('654321')
    expect(await codeOfPromise(driver.sign(request(key), signer, signal))).toBe('usage/invalid')
    expect(signer.pins).toEqual([])
    const { tokens } = await driver.list(signal)
    const ids = tokens.map((token) => token.slots[0]?.signerId)
    expect(ids).toEqual(['fido:root@/dev/hidraw1', 'fido:root@/dev/hidraw2'])
    expect(isSigned(key, (await driver.sign(request(key, ids[1]), signer, signal))[0])).toBe(true)
  })

  test('a token that was reset, or a file that was changed, opens nothing', async () => {
    const one = first()
    const { files, driver, key } = await enrolled(one)
    const text = Buffer.from(files.files.get('root.json') ?? []).toString()
    files.files.set('root.json', utf8(text.replace('Token One', 'Token 1')))
    expect(await codeOfPromise(driver.sign(request(key), person('123456'), signal))).toBe('format/malformed')
    files.files.set('root.json', utf8(text))
    one.forgetCredentials()
    expect(await codeOfPromise(driver.sign(request(key), person('123456'), signal))).toBe('signer/wrong-key')
  })

  for (const silent of ['refuses', 'wants a touch', 'wants a PIN'] as const) {
    test(`a token that ${silent} when it is asked in silence may hold the key`, async () => {
      const [one, two] = [first({ silent }), second({ silent })]
      const { files, driver, key } = await enrolled(one)
      const [token] = (await driver.list(signal)).tokens
      expect(token?.slots.map((slot) => slot.signerId)).toEqual(['fido:root'])
      expect(one.touches).toBe(0)
      expect(isSigned(key, (await driver.sign(request(key), person('123456'), signal))[0])).toBe(true)
      const other = fidoTokens({ devices: softPorts(two), files, limits })
      expect(await codeOfPromise(other.sign(request(key), person('654321'), signal))).toBe('signer/wrong-key')
      const both = fidoTokens({ devices: softPorts(one, two), files, limits })
      const signer = person('123456')
      expect(await codeOfPromise(both.sign(request(key), signer, signal))).toBe('usage/invalid')
      expect(signer.pins).toEqual([])
    })
  }
})

test('of two entries a token that does not tell is asked for its own first', async () => {
  const [one, two] = [first({ silent: 'refuses' }), second({ silent: 'refuses' })]
  const { driver, key } = await enrolled(one, two)
  one.unplug()
  const signer = person('654321')
  expect(isSigned(key, (await driver.sign(request(key), signer, signal))[0])).toBe(true)
  expect([two.touches, signer.touches.length]).toEqual([1, 1])
})

test('a key that a token opens for a touch alone is signed with one, and no PIN is asked', async () => {
  const one = first()
  const { files, driver } = await enrolled(one)
  const made = await createSoftwareKey('ed25519')
  const head = { name: 'quick', key: made.key }
  const tokens = [await touchOnly(one, head, made.secret)]
  files.files.set('quick.json', utf8(toFidoKeyText({ ...head, tokens })))
  const signer = person()
  expect(isSigned(made.key, (await driver.sign(request(made.key, 'fido:quick'), signer, signal))[0])).toBe(true)
  expect([signer.pins.length, signer.touches.length]).toEqual([0, 1])
  const slots = (await driver.list(signal)).tokens[0]?.slots
  expect(slots?.map((slot) => [slot.id, slot.pinPolicy])).toEqual([
    ['quick', 'never'],
    ['root', 'always'],
  ])
})

test('a token that does not tell, and has another name by now, is asked for one entry after the other', async () => {
  const [one, two] = [first({ silent: 'refuses' }), second({ silent: 'refuses' })]
  const { files, driver } = setUp(one, two)
  const made = await createSoftwareKey('ed25519')
  const head = { name: 'root', key: made.key }
  // The first is opened with a PIN, the second without.
  const key = await driver.createKey('other', 'ed25519', 'fido:/dev/hidraw1', person('123456'), signal)
  const foreign = parseFidoKey(files.files.get('other.json') ?? utf8(''), 'it').tokens
  expect(key.scheme).toBe('ed25519')
  const tokens = [...foreign, await touchOnly(two, head, made.secret)]
  files.files.set('root.json', utf8(toFidoKeyText({ ...head, tokens })))
  one.unplug()
  two.device.product = 'Renamed'
  const signer = person('654321')
  expect(isSigned(made.key, (await driver.sign(request(made.key), signer, signal))[0])).toBe(true)
  expect([signer.pins.length, signer.touches.length, signer.notices]).toEqual([1, 2, 0])
})
