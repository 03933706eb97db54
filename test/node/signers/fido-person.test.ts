// PINs and touches: wrong ones, none, refused, cancelled, too late, and a token pulled out in between.
import { describe, expect, test } from 'vitest'
import type { TokenList } from '../../../src/core/token.ts'
import { enrolled, first, isSigned, person, request, setUp, signal } from '../../support/fido-stage.ts'
import { codeOfPromise } from '../../support/thrown.ts'

describe('PINs', () => {
  test('a wrong one is asked for again with the tries left; the third in a row blocks until the token is replugged', async () => {
    const one = first()
    const { driver, key } = await enrolled(one)
    const signer = person('000000', '000001', '000002', '123456')
    expect(await codeOfPromise(driver.sign(request(key), signer, signal))).toBe('signer/pin-blocked')
    expect(signer.pins.map((pin) => [pin.triesLeft, pin.wasWrong])).toEqual([
      [8, false],
      [7, true],
      [6, true],
    ])
    expect(signer.touches).toEqual([])
    const again = person('123456')
    expect(await codeOfPromise(driver.sign(request(key), again, signal))).toBe('signer/pin-blocked')
    expect(again.pins).toEqual([])
    one.replug()
    expect(isSigned(key, (await driver.sign(request(key), again, signal))[0])).toBe(true)
    expect(again.pins[0]?.triesLeft).toBe(5)
  })

  test('at the last try it blocks for good, and is not asked for again', async () => {
    const one = first()
    const { driver, key } = await enrolled(one)
    one.pinRetries = 1
    const signer = person('000000', '123456')
    expect(await codeOfPromise(driver.sign(request(key), signer, signal))).toBe('signer/pin-blocked')
    expect(signer.pins.map((pin) => pin.triesLeft)).toEqual([1])
    one.replug()
    expect(await codeOfPromise(driver.sign(request(key), signer, signal))).toBe('signer/pin-blocked')
    expect(signer.pins).toHaveLength(1)
  })

  test('one that cannot be a PIN costs no try', async () => {
    const one = first()
    const { driver, key } = await enrolled(one)
    expect(await codeOfPromise(driver.sign(request(key), person('123'), signal))).toBe('usage/invalid')
    expect(await codeOfPromise(driver.sign(request(key), person('1'.repeat(64)), signal))).toBe('usage/invalid')
    expect(one.pinRetries).toBe(8)
  })

  test('with other letters it is normalised before it is hashed', async () => {
    const one = first({ pin: '\u00e9\u00e8\u00ea\u00eb' })
    const { driver } = setUp(one)
    const decomposed = person('e\u0301e\u0300e\u0302e\u0308')
    await driver.createKey('root', 'ed25519', 'fido:/dev/hidraw1', decomposed, signal)
    expect(one.pinRetries).toBe(8)
  })

  test('a cancelled PIN window ends it, and the key is not made', async () => {
    const one = first()
    const { driver, files } = setUp(one)
    expect(await codeOfPromise(driver.createKey('root', 'ed25519', 'fido:/dev/hidraw1', person(), signal))).toBe(
      'user/cancelled',
    )
    expect(files.files.size).toBe(0)
  })

  test('the PIN window goes away with the token', async () => {
    const one = first()
    const { driver, key } = await enrolled(one)
    let asked: AbortSignal | undefined
    const signer = person()
    signer.pin = (_request, stop) => {
      asked = stop
      setTimeout(() => one.unplug(), 10)
      return new Promise((_resolve, reject) => stop.addEventListener('abort', () => reject(new Error('gone'))))
    }
    expect(await codeOfPromise(driver.sign(request(key), signer, signal))).toBe('signer/absent')
    expect(asked?.aborted).toBe(true)
  })

  test('tries that a wrong PIN used up are shown at once', async () => {
    const one = first()
    const { driver, key } = await enrolled(one)
    const heard: TokenList[] = []
    const stop = driver.watch((list) => heard.push(list))
    await expect.poll(() => heard.at(-1)?.tokens[0]?.pin?.triesLeft, { timeout: 3_000 }).toBe(8)
    expect(await codeOfPromise(driver.sign(request(key), person('000000'), signal))).toBe('user/cancelled')
    await expect.poll(() => heard.at(-1)?.tokens[0]?.pin?.triesLeft, { timeout: 3_000 }).toBe(7)
    stop()
  })

  test('no key is made on a token without a PIN', async () => {
    const one = first({ pin: undefined })
    const { driver } = setUp(one)
    const maker = person('123456')
    expect(await codeOfPromise(driver.createKey('root', 'ed25519', 'fido:/dev/hidraw1', maker, signal))).toBe(
      'signer/unsupported',
    )
    expect([maker.pins, one.touches]).toEqual([[], 0])
  })
})

describe('touch', () => {
  test('none in time: the token is told to stop, the notice goes away, and it can be repeated', async () => {
    const one = first()
    const { driver, key } = await enrolled(one)
    one.finger = 'is away'
    const signer = person('123456', '123456')
    expect(await codeOfPromise(driver.sign(request(key), signer, signal))).toBe('signer/touch-timeout')
    expect([signer.notices, signer.touches.length]).toEqual([0, 1])
    one.finger = 'touches'
    expect(isSigned(key, (await driver.sign(request(key), signer, signal))[0])).toBe(true)
  })

  for (const [finger, code] of [
    ['refuses', 'user/cancelled'],
    ['is away, and the token gives up', 'signer/touch-timeout'],
  ] as const) {
    test(`the finger ${finger}`, async () => {
      const one = first()
      const { driver, key } = await enrolled(one)
      one.finger = finger
      const signer = person('123456')
      expect(await codeOfPromise(driver.sign(request(key), signer, signal))).toBe(code)
      expect(signer.notices).toBe(0)
    })
  }

  test('cancelled by the person while the token waits', async () => {
    const one = first()
    const { driver, key } = await enrolled(one)
    one.finger = 'is away'
    const stop = new AbortController()
    one.whileWaiting = () => stop.abort()
    const signer = person('123456')
    expect(await codeOfPromise(driver.sign(request(key), signer, stop.signal))).toBe('user/cancelled')
    expect(one.received.at(-1)?.command).toBe(0x11)
    expect(signer.notices).toBe(0)
  })

  test('pulled out while it waits for a touch', async () => {
    const one = first()
    const { driver, key } = await enrolled(one)
    one.whileWaiting = () => one.unplug()
    const signer = person('123456')
    expect(await codeOfPromise(driver.sign(request(key), signer, signal))).toBe('signer/absent')
    expect(signer.notices).toBe(0)
    delete one.whileWaiting
    one.replug()
    expect(isSigned(key, (await driver.sign(request(key), person('123456'), signal))[0])).toBe(true)
  })

  test('a fresh token for each touch: one for the place, one for the secret', async () => {
    const one = first()
    const { driver } = setUp(one)
    await driver.createKey('root', 'ed25519', 'fido:/dev/hidraw1', person('123456'), signal)
    const steps = one.done.filter((step) => /clientPin 9|makeCredential|getAssertion$/.test(step))
    expect(steps).toEqual(['clientPin 9', 'makeCredential', 'clientPin 9', 'getAssertion'])
  })
})
