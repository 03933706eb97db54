// What people see of FIDO2 tokens: in the list, and as they come and go.
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { AppError } from '../../../src/core/error.ts'
import type { TokenList } from '../../../src/core/token.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import { hidOpenError } from '../../../src/node/hid.ts'
import { fidoTokens } from '../../../src/node/signers/fido.ts'
import { enrolled, first, isSigned, limits, person, request, second, setUp, signal } from '../../support/fido-stage.ts'
import { softPorts } from '../../support/soft-hid.ts'
import { codeOfPromise } from '../../support/thrown.ts'

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

describe('two tokens that open the same key', () => {
  const idsOf = ({ tokens }: TokenList) => tokens.map((token) => token.slots.map((slot) => slot.signerId).join())
  const yubiKey = { vendorId: 0x1050 }

  test('are told apart by their serial numbers, and by their places where they tell none', async () => {
    const [one, two] = [first({ ...yubiKey, serial: 15835999 }), second()]
    const { driver, key } = await enrolled(one, two)
    expect(idsOf(await driver.list(signal))).toEqual(['fido:root@15835999', 'fido:root@/dev/hidraw2'])
    for (const [id, pin, touched] of [
      ['fido:root@15835999', '123456', one],
      ['fido:root@/dev/hidraw2', '654321', two],
    ] as const) {
      const before = touched.touches
      const [signature] = await driver.sign(request(key, id), person(pin), signal)
      expect([isSigned(key, signature), touched.touches - before]).toEqual([true, 1])
    }
    const asked = person('123456')
    expect(await codeOfPromise(driver.sign(request(key, 'fido:root'), asked, signal))).toBe('usage/invalid')
    expect(await codeOfPromise(driver.sign(request(key, 'fido:root@17203344'), asked, signal))).toBe('signer/absent')
    expect(asked.pins).toEqual([])
  })

  test('with one serial number for both are told apart by their places', async () => {
    const { driver, key } = await enrolled(first({ ...yubiKey, serial: 7 }), second({ ...yubiKey, serial: 7 }))
    expect(idsOf(await driver.list(signal))).toEqual(['fido:root@/dev/hidraw1', 'fido:root@/dev/hidraw2'])
    const [signature] = await driver.sign(request(key, 'fido:root@/dev/hidraw2'), person('654321'), signal)
    expect(isSigned(key, signature)).toBe(true)
  })

  test('when one of them is gone, the other is still meant by its serial number', async () => {
    const [one, two] = [first({ ...yubiKey, serial: 15835999 }), second({ ...yubiKey, serial: 17203344 })]
    const { driver, key } = await enrolled(one, two)
    two.unplug()
    expect(idsOf(await driver.list(signal))).toEqual(['fido:root'])
    const [signature] = await driver.sign(request(key, 'fido:root@15835999'), person('123456'), signal)
    expect(isSigned(key, signature)).toBe(true)
    const other = driver.sign(request(key, 'fido:root@17203344'), person(), signal)
    expect(await codeOfPromise(other)).toBe('signer/absent')
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
