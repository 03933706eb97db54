// Keys that FIDO2 tokens guard, through whole round trips with tokens in software: enrolled on two, one lost; wrong PINs,
// wrong tokens, no touch, a token pulled out in between. A person is asked only what is written here.
import { verify } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { AppError } from '../../../src/core/error.ts'
import { toPem } from '../../../src/core/key.ts'
import type { PinRequest, Prompt, PublicKey, TouchRequest } from '../../../src/core/signer.ts'
import { createSoftwareKey } from '../../../src/core/software-key.ts'
import type { TokenList } from '../../../src/core/token.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import { type Limits, openChannel } from '../../../src/node/fido/channel.ts'
import { openCtap } from '../../../src/node/fido/ctap.ts'
import { newSalt, parseFidoKey, relyingParty, toFidoKeyText, wrap } from '../../../src/node/fido/key-file.ts'
import { pinHash } from '../../../src/node/fido/pin-protocol.ts'
import { hidOpenError } from '../../../src/node/hid.ts'
import { fidoTokens } from '../../../src/node/signers/fido.ts'
import { type SoftAuthenticator, softAuthenticator } from '../../support/soft-authenticator.ts'
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

const { signal } = new AbortController()
const limits: Limits = { silenceMs: 300, touchMs: 250, busyMs: 200, announceMs: 400 }
const message = utf8('approve this')
const purpose = 'sign version 7 of root'

interface Person extends Prompt {
  pins: PinRequest[]
  touches: TouchRequest[]
  notices: number
  given: Uint8Array[]
}

/** Types these PINs, one each time it is asked; without one left it cancels. */
function person(...answers: string[]): Person {
  const me: Person = {
    pins: [],
    touches: [],
    notices: 0,
    given: [],
    pin: async (request) => {
      me.pins.push(request)
      const answer = answers.shift()
      if (answer === undefined) throw new AppError({ code: 'user/cancelled', message: 'cancelled' })
      const bytes = utf8(answer)
      me.given.push(bytes)
      return bytes
    },
    touch: (request) => {
      me.touches.push(request)
      me.notices++
      return () => {
        me.notices--
      }
    },
  }
  return me
}

function setUp(...tokens: SoftAuthenticator[]) {
  const files = memoryTransport()
  const driver = fidoTokens({ devices: softPorts(...tokens), files, limits, pollMs: 10 })
  return { files, driver }
}

const first = (options = {}) =>
  softAuthenticator({ path: '/dev/hidraw1', pin: '123456', product: 'Token One', ...options })
const second = (options = {}) =>
  softAuthenticator({ path: '/dev/hidraw2', pin: '654321', product: 'Token Two', ...options })
const request = (key: PublicKey, signerId = 'fido:root', messages: readonly Uint8Array[] = [message]) => ({
  signerId,
  key,
  messages,
  purpose,
})

function isSigned(key: PublicKey, signature: Uint8Array | undefined): boolean {
  const hash = key.scheme === 'ed25519' ? null : 'sha256'
  return signature !== undefined && verify(hash, message, toPem(key), signature)
}

async function enrolled(...tokens: SoftAuthenticator[]) {
  const { files, driver } = setUp(...tokens)
  const [one, ...more] = tokens
  const key = await driver.createKey('root', 'ed25519', `fido:${one?.device.path}`, person('123456'), signal)
  for (const token of more)
    await driver.addToken('root', `fido:${token.device.path}`, person('123456', '654321'), signal)
  for (const token of tokens) {
    token.done.length = 0
    token.touches = 0
  }
  return { files, driver, key }
}

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

/** By hand, as another program may write it. */
async function touchOnly(token: SoftAuthenticator, head: { name: string; key: PublicKey }, secret: Uint8Array) {
  const channel = await openChannel(token.open(), signal)
  const ctap = await openCtap(channel, signal)
  const ask = { signal, onTouch: () => undefined }
  const wanted = { rpId: relyingParty, rpName: 'Countersign', userName: head.name, exclude: [] }
  const pin = token.device.path === '/dev/hidraw1' ? '123456' : '654321'
  const credentialId = await ctap.makeCredential(wanted, { pinHash: pinHash(utf8(pin)) }, ask)
  const label = token.device.product
  const entry = { label, rpId: relyingParty, credentialId, salt: newSalt(), uvRequired: false }
  const hmacSecret = await ctap.hmacSecret(entry, entry.salt, 'touch-only', ask)
  await channel.close()
  token.touches = 0
  return wrap(head, entry, hmacSecret, secret)
}

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

test('the token is let go, whatever happened', async () => {
  const one = first()
  const { driver, key } = await enrolled(one)
  await driver.sign(request(key), person('123456'), signal)
  await driver.list(signal)
  expect(await codeOfPromise(driver.sign(request(key), person(), signal))).toBe('user/cancelled')
  expect(one.links()).toBe(0)
})

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

describe('the list', () => {
  test('names token, firmware, tries and keys, and asks nothing', async () => {
    const one = first({ vendorId: 0x1050, serial: 15835999 })
    const { driver, key } = await enrolled(one)
    const { tokens, problems } = await driver.list(signal)
    expect(problems).toEqual([])
    expect(tokens).toEqual([
      {
        id: 'fido:/dev/hidraw1',
        kind: 'fido',
        name: 'Token One',
        serial: '15835999',
        firmware: '5.7.4',
        reader: '/dev/hidraw1',
        rehearsal: false,
        pin: { triesLeft: 8 },
        reading: false,
        advisories: [],
        slots: [
          {
            id: 'root',
            name: 'Software key, locked with this token',
            algorithm: 'Ed25519',
            key,
            signerId: 'fido:root',
            pinPolicy: 'always',
            touchPolicy: 'always',
            origin: 'generated',
          },
        ],
      },
    ])
    expect(one.touches).toBe(0)
  })

  test('a serial number is asked about in groups of three', async () => {
    const { driver, key } = await enrolled(first({ vendorId: 0x1050, serial: 15835999 }))
    const signer = person('123456')
    await driver.sign(request(key), signer, signal)
    expect([signer.pins[0]?.device, signer.touches[0]?.device]).toEqual([
      'Token One 15 835 999',
      'Token One 15 835 999',
    ])
  })

  test('advises of old tokens, and says why one cannot hold keys', async () => {
    const { driver } = setUp(first({ ctap: '2.0' }), second({ hmacSecret: false }))
    const { tokens } = await driver.list(signal)
    expect(tokens.map((token) => [token.advisories.length, token.problem?.code])).toEqual([
      [1, undefined],
      [0, 'signer/unsupported'],
    ])
  })

  test('a token the system does not let us open, and one that knows only U2F, stand there with their reason', async () => {
    const [one, two] = [first(), second({ speaksCbor: false })]
    one.openError = hidOpenError('/dev/hidraw1', new Error('cannot open device: Permission denied'), 'linux')
    const { driver } = setUp(one, two)
    const { tokens } = await driver.list(signal)
    expect(tokens.map((token) => token.problem?.code)).toEqual(['signer/failed', 'signer/unsupported'])
    expect(tokens[0]?.problem?.hint).toContain('70-u2f.rules')
    expect(tokens[0]?.problem?.hint).toContain('PIV')
  })

  test('damaged key files are named and hide nothing', async () => {
    const { driver, files } = await enrolled(first())
    files.files.set('bad.json', utf8('{}'))
    files.files.set('moved.json', files.files.get('root.json') ?? utf8(''))
    const { tokens, problems } = await driver.list(signal)
    expect(problems.map((problem) => problem.error.code)).toEqual(['format/malformed', 'format/malformed'])
    expect(tokens[0]?.slots.map((slot) => slot.id)).toEqual(['root'])
  })

  test('no FIDO2 on this system is a problem of the family, not a failure', async () => {
    const devices = {
      ...softPorts(),
      list: async () => {
        throw new AppError({ code: 'signer/unsupported', message: 'no module' })
      },
    }
    const { tokens, problems } = await fidoTokens({ devices, files: memoryTransport() }).list(signal)
    expect(tokens).toEqual([])
    expect(problems.map((problem) => problem.error.code)).toEqual(['signer/unsupported'])
  })

  test('two lists at once are both whole', async () => {
    const { driver } = await enrolled(first())
    const lists = await Promise.all([driver.list(signal), driver.list(signal)])
    expect(lists.map((list) => [list.tokens[0]?.reading, list.tokens[0]?.slots.length])).toEqual([
      [false, 1],
      [false, 1],
    ])
  })

  test('a folder that cannot be read is a problem beside the tokens', async () => {
    const files = {
      ...memoryTransport(),
      list: async () => Promise.reject(new AppError({ code: 'source/rejected', message: 'no' })),
    }
    const { tokens, problems } = await fidoTokens({ devices: softPorts(first()), files, limits }).list(signal)
    expect([tokens.length, problems.map((problem) => problem.error.code)]).toEqual([1, ['source/rejected']])
  })

  test('answers from memory while somebody is about to touch the token', async () => {
    const one = first()
    const { driver, key } = await enrolled(one)
    await driver.list(signal)
    one.finger = 'is away'
    let during: Promise<TokenList> | undefined
    one.whileWaiting = () => {
      during ??= driver.list(signal).then((list) => {
        one.finger = 'touches'
        return list
      })
    }
    expect(isSigned(key, (await driver.sign(request(key), person('123456'), signal))[0])).toBe(true)
    expect((await during)?.tokens[0]?.slots.map((slot) => slot.id)).toEqual(['root'])
  })
})

describe('watching', () => {
  test('tells what is there, what comes, what is made on it, and what goes', async () => {
    const one = first()
    one.unplug()
    const { driver } = setUp(one)
    const heard: TokenList[] = []
    const last = () => heard.at(-1)
    const stop = driver.watch((list) => heard.push(list))
    const until = (is: () => boolean) => expect.poll(is, { timeout: 3_000, interval: 5 }).toBe(true)
    await until(() => last()?.tokens.length === 0)
    one.plug()
    await until(() => last()?.tokens[0]?.reading === false)
    expect(heard.some((list) => list.tokens[0]?.reading)).toBe(true)
    await driver.createKey('root', 'ed25519', 'fido:/dev/hidraw1', person('123456'), signal)
    await until(() => last()?.tokens[0]?.slots.length === 1)
    one.unplug()
    await until(() => last()?.tokens.length === 0)
    stop()
    const count = heard.length
    one.plug()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(heard.length).toBe(count)
  })

  test('a token that could not be opened is tried again, and shown when it can be', async () => {
    const one = first()
    one.openError = hidOpenError('/dev/hidraw1', new Error('Permission denied'), 'linux')
    const { driver } = setUp(one)
    const heard: TokenList[] = []
    const stop = driver.watch((list) => heard.push(list))
    await expect.poll(() => heard.at(-1)?.tokens[0]?.problem?.code, { timeout: 3_000 }).toBe('signer/failed')
    delete one.openError
    await expect.poll(() => heard.at(-1)?.tokens[0]?.pin?.triesLeft, { timeout: 3_000 }).toBe(8)
    stop()
  })

  test('stops in the middle of a talk when nobody listens any more', async () => {
    const one = first()
    one.fault = () => []
    const { driver } = setUp(one)
    const stop = driver.watch(() => undefined)
    await expect.poll(() => one.links(), { timeout: 3_000, interval: 2 }).toBe(1)
    stop()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(one.links()).toBe(0)
  })

  test('does not talk to a token again while nothing changes', async () => {
    const one = first()
    const { driver } = setUp(one)
    const heard: TokenList[] = []
    const stop = driver.watch((list) => heard.push(list))
    await expect.poll(() => heard.at(-1)?.tokens[0]?.reading, { timeout: 3_000 }).toBe(false)
    const said = one.received.length
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(one.received.length).toBe(said)
    stop()
  })
})
