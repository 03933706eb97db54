// PKCS#11 tokens behind a module in memory: what is listed, what is asked before what, and what is never done with a PIN.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { verifySignature } from '../../../src/core/crypto.ts'
import type { TokenList } from '../../../src/core/token.ts'
import { type Pkcs11Tokens, pkcs11Tokens } from '../../../src/node/signers/pkcs11.ts'
import { codeOfPromise } from '../../support/thrown.ts'
import {
  ckrError,
  type FakeKey,
  type FakePkcs11,
  fakeKey,
  fakeKeyOf,
  fakeModule,
  fakePkcs11,
  fakePrompt,
  fakeToken,
} from '../pkcs11/fake.ts'

const signal = new AbortController().signal
const messages = [utf8('root 2'), utf8('root 3'), utf8('root 4')]

function driverOf(pkcs11: FakePkcs11, pollMs = 2): Pkcs11Tokens {
  return pkcs11Tokens({ modules: async () => pkcs11.modules.map(({ path }) => path), pkcs11, pollMs })
}

/** One module, one token, one key; the person answers the PIN questions. */
function scene(key: FakeKey = fakeKey('ed25519', 1), ...answers: (string | (() => string))[]) {
  const token = fakeToken('Root key', 'A1', [key])
  const module = fakeModule('/m.so', token)
  const pkcs11 = fakePkcs11(module)
  pkcs11.messages.push(...messages)
  const driver = driverOf(pkcs11)
  const prompt = fakePrompt(...answers)
  const signerId = `pkcs11:A1/0${key.object.id[0]}`
  const sign = (abort = signal) =>
    driver.sign({ signerId, key: key.key, messages, purpose: 'root version 2' }, prompt, abort)
  const logins = () => module.calls.filter((call) => call.startsWith('login'))
  return { token, module, pkcs11, driver, prompt, sign, key, logins, signerId }
}

test('lists tokens with their keys and asks nobody', async () => {
  const { driver, token, module } = scene()
  token.info = { ...token.info, label: 'Root\u202ekey', pinState: 'final-try', pinIsDefault: true }
  const { tokens, problems } = await driver.list(signal)
  expect(problems).toEqual([])
  expect(tokens).toHaveLength(1)
  expect(tokens[0]).toMatchObject({
    id: 'pkcs11:A1',
    kind: 'pkcs11',
    name: 'Root⟨U+202E⟩key',
    serial: 'A1',
    firmware: '1.2',
    pin: { triesLeft: 1, isDefault: true },
    rehearsal: false,
    reading: false,
  })
  expect(tokens[0]?.slots).toMatchObject([{ id: '01', name: 'key 1', algorithm: 'Ed25519', signerId: 'pkcs11:A1/01' }])
  expect(module.calls.some((call) => call.startsWith('login'))).toBe(false)
  expect(module.calls.at(-1)).toBe('close')
})

test('a locked PIN has no tries left', async () => {
  const { driver, token } = scene()
  token.info = { ...token.info, pinState: 'locked' }
  expect((await driver.list(signal)).tokens[0]?.pin).toEqual({ triesLeft: 0 })
})

test.each(['ed25519', 'P-256', 'P-384', 'rsa'] as const)(
  'signs a batch with a %s key after one question',
  async (kind) => {
    const { sign, prompt, key, module } = scene(fakeKey(kind, 2), '123456')
    const signatures = await sign()
    expect(signatures).toHaveLength(3)
    for (const [at, signature] of signatures.entries()) {
      expect(await verifySignature(key.key, messages[at] ?? utf8(''), signature)).toBe(true)
    }
    expect(prompt.asked).toEqual([
      { device: 'Root key A1', secret: 'PIN', purpose: 'root version 2', length: { min: 4, max: 8 } },
    ])
    expect(prompt.given).toEqual([new Uint8Array(6)])
    expect(module.calls.filter((call) => /^(login|logout|sign)/.test(call)).map((call) => call.split(' ')[0])).toEqual([
      'login',
      'sign',
      'sign',
      'sign',
      'logout',
    ])
    const countOf = (name: string) => module.calls.filter((call) => call === name).length
    expect(countOf('close session')).toBe(countOf('open session'))
    expect(module.calls.at(-1)).toBe('close')
  },
)

test('a key that wants the PIN each time gets it each time, and the person types it once', async () => {
  const key = fakeKey('ed25519', 1)
  key.object.alwaysAuthenticate = true
  const { sign, prompt, logins } = scene(key, '123456')
  await expect(sign()).resolves.toHaveLength(3)
  expect(prompt.asked).toHaveLength(1)
  expect(logins()).toHaveLength(4)
})

test('a wrong PIN is asked anew, never used twice, and each answer is zeroed', async () => {
  const { sign, prompt, logins } = scene(undefined, '111111', '123456')
  await expect(sign()).resolves.toHaveLength(3)
  expect(prompt.asked.map(({ wasWrong }) => wasWrong)).toEqual([undefined, true])
  expect(logins()).toEqual(['login 111111', 'login 123456'])
  expect(prompt.given.every((pin) => pin.every((byte) => byte === 0))).toBe(true)
})

test('the last try is announced, and after it nothing is asked', async () => {
  const { sign, prompt, logins, token } = scene(undefined, '111111', '222222', '333333', '123456')
  expect(await codeOfPromise(sign())).toBe('signer/pin-blocked')
  expect(prompt.asked.map(({ triesLeft }) => triesLeft)).toEqual([undefined, undefined, 1])
  expect(logins()).toHaveLength(3)
  expect(token.triesLeft).toBe(0)
  expect(await codeOfPromise(sign())).toBe('signer/pin-blocked')
  expect(prompt.asked).toHaveLength(3)
})

test('where the token tells no tries, three wrong PINs are enough', async () => {
  const { sign, prompt, token } = scene(undefined, '1', '2', '3', '4')
  token.triesLeft = 100
  expect(await codeOfPromise(sign())).toBe('signer/pin-wrong')
  expect(prompt.asked).toHaveLength(3)
})

test('a person who gives no PIN ends it', async () => {
  const { sign, logins } = scene()
  expect(await codeOfPromise(sign())).toBe('user/cancelled')
  expect(logins()).toEqual([])
})

test('a PIN stands in no error', async () => {
  const { sign } = scene(undefined, '48151623', '48151623', '48151623')
  const error: unknown = await sign().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Error)
  expect(inspect(error, { depth: 10 })).not.toContain('48151623')
})

test('a token with a keypad is asked for the PIN itself', async () => {
  const { sign, prompt, logins, token } = scene()
  token.info = { ...token.info, hasKeypad: true }
  await expect(sign()).resolves.toHaveLength(3)
  expect(prompt.asked).toEqual([])
  expect(logins()).toEqual(['login keypad'])
})

test('a token without login is asked for none', async () => {
  const { sign, prompt, logins, token, driver } = scene()
  token.info = { ...token.info, loginRequired: false }
  token.privateIsVisible = true
  await expect(sign()).resolves.toHaveLength(3)
  expect(prompt.asked).toEqual([])
  expect(logins()).toEqual([])
  const [listed] = (await driver.list(signal)).tokens
  expect(listed?.pin).toBeUndefined()
  expect(listed?.slots[0]?.pinPolicy).toBe('never')
})

test('another key in the same place is refused before the PIN', async () => {
  const { driver, prompt, signerId } = scene(undefined, '123456')
  const { key } = fakeKey('ed25519', 1)
  const code = await codeOfPromise(driver.sign({ signerId, key, messages, purpose: 'x' }, prompt, signal))
  expect(code).toBe('signer/wrong-key')
  expect(prompt.asked).toEqual([])
})

test.each([
  ['pkcs11:A1/02', 'signer/absent'],
  ['pkcs11:A2/01', 'signer/absent'],
  ['pkcs11:A1', 'usage/invalid'],
  ['pkcs11:A1/', 'usage/invalid'],
  ['pkcs11:A1/1', 'usage/invalid'],
  ['piv:A1/9c', 'usage/invalid'],
])('%s is refused before the PIN', async (signerId, code) => {
  const { driver, prompt, key } = scene(undefined, '123456')
  expect(await codeOfPromise(driver.sign({ signerId, key: key.key, messages, purpose: 'x' }, prompt, signal))).toBe(
    code,
  )
  expect(prompt.asked).toEqual([])
})

test('a key the token cannot sign with is listed with the reason and refused before the PIN', async () => {
  const { sign, prompt, token, driver } = scene(undefined, '123456')
  token.mechanisms = ['ecdsa']
  const [slot] = (await driver.list(signal)).tokens[0]?.slots ?? []
  expect(slot?.signerId).toBeUndefined()
  expect(slot?.why).toContain('Ed25519')
  expect(await codeOfPromise(sign())).toBe('signer/unsupported')
  expect(prompt.asked).toEqual([])
})

test('a token that was taken out before or while the PIN is typed', async () => {
  const gone = scene(undefined, '123456')
  await gone.driver.list(signal)
  gone.module.tokens.length = 0
  expect(await codeOfPromise(gone.sign())).toBe('signer/absent')
  expect(gone.prompt.asked).toEqual([])

  const pulled = scene(undefined, () => {
    pulled.module.tokens.length = 0
    return '123456'
  })
  expect(await codeOfPromise(pulled.sign())).toBe('signer/absent')
  expect(pulled.logins()).toEqual([])
  expect(pulled.prompt.given).toEqual([new Uint8Array(6)])
})

test('a token that took the place of another while the PIN was typed does not get it', async () => {
  const secret = createPrivateKey(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const other = fakeToken('Other', 'A1', [fakeKeyOf(secret, 'ed25519', 1)])
  const { sign, module, logins } = scene(fakeKeyOf(secret, 'ed25519', 1), () => {
    module.tokens = [other]
    return '123456'
  })
  expect(await codeOfPromise(sign())).toBe('signer/absent')
  expect(logins()).toEqual([])
})

test('a key that was replaced while the PIN was typed does not get it', async () => {
  const { sign, token, logins } = scene(undefined, () => {
    token.keys = [fakeKey('ed25519', 1)]
    return '123456'
  })
  expect(await codeOfPromise(sign())).toBe('signer/wrong-key')
  expect(logins()).toEqual([])
})

test('a token that was taken out in the middle of a batch gives no signature at all', async () => {
  const { sign, token, module } = scene(undefined, '123456')
  token.onSign = (count) => {
    if (count !== 1) return undefined
    module.tokens.length = 0
    throw ckrError(0x32)
  }
  const error: unknown = await sign().catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'signer/absent', hint: expect.stringContaining('Root key A1') })
})

test.each([
  ['of another message', (key: FakeKey) => crypto.subtle.digest('SHA-256', key.key.spki.slice()), 'signer/failed'],
  ['of zeros', () => new Uint8Array(64), 'signer/failed'],
  ['of the wrong length', () => new Uint8Array(63).fill(1), 'signer/failed'],
  ['of no bytes', () => new Uint8Array(0), 'signer/absent'],
] as const)('a signature %s is never answered', async (_, make, code) => {
  for (const kind of ['ed25519', 'P-256'] as const) {
    const { sign, token, key, module } = scene(fakeKey(kind, 1), '123456')
    token.onSign = async (count) => (count === 2 ? new Uint8Array(await make(key)) : undefined)
    expect(await codeOfPromise(sign())).toBe(code)
    expect(module.calls).toContain('logout')
  }
})

test.each([
  [0xa4, 'signer/pin-blocked'],
  [0x101, 'signer/failed'],
  [0x30, 'signer/failed'],
  [0xb3, 'signer/absent'],
  [0x50, 'user/cancelled'],
  [0x70, 'signer/unsupported'],
  [0x80000001, 'signer/failed'],
])('refusal 0x%s while signing', async (number, code) => {
  const { sign, token, module } = scene(undefined, '123456')
  token.onSign = () => {
    throw ckrError(number)
  }
  expect(await codeOfPromise(sign())).toBe(code)
  expect(module.calls).toContain('logout')
})

test('a cancelled batch stops before the next signature', async () => {
  const stop = new AbortController()
  const { sign, token, module } = scene(undefined, '123456')
  token.onSign = () => {
    stop.abort()
    return undefined
  }
  expect(await codeOfPromise(sign(stop.signal))).toBe('user/cancelled')
  expect(module.calls.filter((call) => call.startsWith('sign'))).toHaveLength(1)
  expect(module.calls).toContain('logout')
})

test('a touch notice appears when the token stays silent, and goes away', async () => {
  const { sign, token, prompt } = scene(undefined, '123456')
  token.onSign = async (count) => {
    if (count === 1) await new Promise((done) => setTimeout(done, 500))
    return undefined
  }
  await sign()
  expect(prompt.touches).toEqual(['touch Root key A1', 'over'])
})

test('two keys under one id: neither is guessed', async () => {
  const { driver, token, prompt, key, signerId } = scene(undefined, '123456')
  token.keys.push(fakeKey('ed25519', 1))
  const [slot] = (await driver.list(signal)).tokens[0]?.slots ?? []
  expect(slot?.signerId).toBeUndefined()
  expect(await codeOfPromise(driver.sign({ signerId, key: key.key, messages, purpose: 'x' }, prompt, signal))).toBe(
    'signer/unsupported',
  )
  expect(prompt.asked).toEqual([])
})

test('a second private half that shows itself only after the login is not guessed at either', async () => {
  const { sign, token, key, module } = scene(undefined, '123456')
  const hidden = { handle: Uint8Array.of(99), id: key.object.id, label: 'hidden', keyType: 0x40 }
  token.extra.push({ kind: 'private-key', object: hidden })
  expect(await codeOfPromise(sign())).toBe('signer/unsupported')
  expect(module.calls.some((call) => call.startsWith('sign'))).toBe(false)
})

test('a private half that may not sign is not tried', async () => {
  const { sign, key, module } = scene(undefined, '123456')
  const object = { ...key.object, canSign: false }
  module.tokens[0]?.keys.splice(0, 1, { ...key, object })
  expect(await codeOfPromise(sign())).toBe('signer/unsupported')
  expect(module.calls.some((call) => call.startsWith('sign'))).toBe(false)
  expect(module.calls).toContain('logout')
})

test('the public half alone is no key', async () => {
  const { sign, token, key } = scene(undefined, '123456')
  token.keys = []
  token.extra = [{ kind: 'public-key', object: key.object }]
  expect(await codeOfPromise(sign())).toBe('signer/absent')
})

test('tokens with the same serial number have ids of their own, and neither answers to the bare number', async () => {
  const secret = generateKeyPairSync('ed25519').privateKey
  const one = fakeKeyOf(secret, 'ed25519', 1)
  const two = fakeKeyOf(secret, 'ed25519', 1)
  const pkcs11 = fakePkcs11(
    fakeModule('/a.so', fakeToken('Same', 'S', [one]), fakeToken('Same', 'S', [two]), fakeToken('Else', 'S', [])),
    fakeModule('/b.so', fakeToken('Same', 'S', []), fakeToken('No serial', '', [fakeKey('ed25519', 7)])),
  )
  const driver = driverOf(pkcs11)
  const ids = (await driver.list(signal)).tokens.map(({ id }) => id)
  expect(new Set(ids).size).toBe(5)
  expect(ids.every((id) => /^pkcs11:S?~[0-9a-f]{8}$/.test(id))).toBe(true)
  const request = { key: one.key, messages, purpose: 'x' }
  const prompt = fakePrompt('123456')
  expect(await codeOfPromise(driver.sign({ ...request, signerId: 'pkcs11:S/01' }, prompt, signal))).toBe(
    'usage/invalid',
  )
  expect(prompt.asked).toEqual([])
  await expect(driver.sign({ ...request, signerId: `${ids[1]}/01` }, prompt, signal)).resolves.toHaveLength(3)
})

test('when the other token of its serial number is taken out, a token answers to its long and its short id', async () => {
  const secret = generateKeyPairSync('ed25519').privateKey
  const key = fakeKeyOf(secret, 'ed25519', 1)
  const [first, second] = ['/a.so', '/b.so'].map((path) =>
    fakeModule(path, fakeToken('Same', 'S', [fakeKeyOf(secret, 'ed25519', 1)])),
  )
  const driver = driverOf(fakePkcs11(...[first, second].filter((module) => module !== undefined)))
  const long = (await driver.list(signal)).tokens[1]?.id
  expect(long).toMatch(/^pkcs11:S~/)
  first?.tokens.pop()
  expect((await driver.list(signal)).tokens.map(({ id }) => id)).toEqual(['pkcs11:S'])
  for (const id of ['pkcs11:S', long]) {
    const request = { signerId: `${id}/01`, key: key.key, messages, purpose: 'x' }
    await expect(driver.sign(request, fakePrompt('123456'), signal)).resolves.toHaveLength(3)
  }
})

test('serial numbers cannot forge ids', async () => {
  const pkcs11 = fakePkcs11(fakeModule('/a.so', fakeToken('a', 'x/01~y=z é', [fakeKey('ed25519', 1)])))
  const [token] = (await driverOf(pkcs11).list(signal)).tokens
  expect(token?.id).toBe('pkcs11:x%2F01%7Ey%3Dz%20%C3%A9')
  expect(token?.slots[0]?.signerId).toBe(`${token?.id}/01`)
})

test('a module that does not load is a problem of its own; the others are read', async () => {
  const { pkcs11, key } = scene()
  const driver = pkcs11Tokens({ modules: async () => ['/missing.so', '/m.so'], pkcs11 })
  const list = await driver.list(signal)
  expect(list.tokens).toHaveLength(1)
  expect(list.problems).toMatchObject([
    { where: '/missing.so', module: '/missing.so', error: { code: 'signer/absent' } },
  ])
  const request = { signerId: 'pkcs11:ZZ/01', key: key.key, messages, purpose: 'x' }
  expect(await codeOfPromise(driver.sign(request, fakePrompt(), signal))).toBe('signer/absent')
})

test('a token whose keys cannot be read is listed with the problem', async () => {
  const { pkcs11, driver, token } = scene()
  const open = pkcs11.open
  pkcs11.open = async (path) => ({
    ...(await open(path)),
    openSession: () => {
      throw ckrError(0x30)
    },
  })
  const [listed] = (await driver.list(signal)).tokens
  expect(listed).toMatchObject({ id: 'pkcs11:A1', slots: [], problem: { code: 'signer/failed' } })
  expect(token.info.label).toBe(listed?.name)
})

test('finds the one key an address means', async () => {
  const { driver, token, pkcs11 } = scene(fakeKey('P-256', 2))
  token.keys.push(fakeKey('ed25519', 3))
  const other = fakeToken('Spare key', 'A2', [fakeKey('P-256', 2)])
  pkcs11.modules[0]?.tokens.push(other)
  const find = (uri: string) => driver.find(uri, signal)
  expect(await find('hsm:2?label=Root+key')).toBe('pkcs11:A1/02')
  expect(await find('pkcs11:serial=A2')).toBe('pkcs11:A2/02')
  expect(await find('pkcs11:token=Root%20key;id=%03;type=private?module-path=/m.so')).toBe('pkcs11:A1/03')
  expect(await find('pkcs11:token=Root%20key;object=key%203?pin-source=file:/x')).toBe('pkcs11:A1/03')
  expect(
    await find(
      'pkcs11:model=Model%201;manufacturer=Maker;library-version=2;library-description=Library;slot-id=1;slot-description=Slot%201?module-name=m',
    ),
  ).toBe('pkcs11:A2/02')
  for (const uri of [
    'hsm:3?label=Root+key',
    'hsm:2?label=root+key',
    'pkcs11:serial=',
    'pkcs11:token=Root',
    'pkcs11:serial=A2;id=%03',
    'pkcs11:serial=A2?module-path=/other.so',
    'pkcs11:serial=A2?module-name=other',
    'pkcs11:serial=A2;slot-id=0',
    'pkcs11:serial=A2;library-version=2.1',
    'pkcs11:serial=A2;type=secret-key',
  ]) {
    expect([uri, await codeOfPromise(find(uri))]).toEqual([uri, 'signer/absent'])
  }
  expect(await codeOfPromise(find('hsm:2'))).toBe('usage/invalid')
  expect(await codeOfPromise(find('pkcs11:'))).toBe('usage/invalid')
  expect(await codeOfPromise(find('pkcs11:nonsense=1'))).toBe('usage/invalid')
  expect(pkcs11.modules[0]?.calls.some((call) => call.startsWith('login'))).toBe(false)
})

/** Until what was heard last is enough. */
async function heardUntil(heard: readonly TokenList[], isEnough: (list: TokenList) => boolean): Promise<void> {
  await expect.poll(() => heard.slice(-1).some(isEnough), { timeout: 5_000, interval: 2 }).toBe(true)
}

test('those who watch hear of each coming and going once, and the module is closed after the last one', async () => {
  const { driver, module, token } = scene()
  const heard: TokenList[] = []
  const stop = driver.watch((list) => heard.push(list))
  onTestFinished(stop)
  await heardUntil(heard, ({ tokens }) => tokens.length === 1)
  const sessions = () => module.calls.filter((call) => call === 'close session').length
  const before = sessions()
  module.tokens.push(fakeToken('Spare key', 'A2', [fakeKey('ed25519', 1)]))
  await heardUntil(heard, ({ tokens }) => tokens.length === 2)
  // A token that stays is not read again.
  expect(sessions()).toBe(before + 1)
  token.info = { ...token.info, pinState: 'low', pinIsDefault: true }
  await heardUntil(heard, ({ tokens }) => tokens[0]?.pin?.isDefault === true)
  module.tokens.length = 0
  await heardUntil(heard, ({ tokens }) => tokens.length === 0)
  expect(heard).toHaveLength(4)
  expect(module.opened).toBe(1)
  expect(module.calls).not.toContain('close')
  stop()
  await expect.poll(() => module.calls.at(-1)).toBe('close')
})

test('a second watcher hears at once; one that left hears nothing', async () => {
  const { driver, module } = scene()
  const first: TokenList[] = []
  const stopFirst = driver.watch((list) => first.push(list))
  await heardUntil(first, ({ tokens }) => tokens.length === 1)
  const second: TokenList[] = []
  const stopSecond = driver.watch((list) => second.push(list))
  onTestFinished(stopSecond)
  expect(second).toHaveLength(1)
  stopFirst()
  module.tokens.length = 0
  await heardUntil(second, ({ tokens }) => tokens.length === 0)
  expect(first).toHaveLength(1)
})

test('a module that fails is started anew, and says so meanwhile', async () => {
  const { driver, module } = scene()
  const heard: TokenList[] = []
  onTestFinished(driver.watch((list) => heard.push(list)))
  await heardUntil(heard, ({ tokens }) => tokens.length === 1)
  module.sick = ckrError(0x30)
  await expect
    .poll(() => heard.map(({ tokens, problems }) => problems[0]?.error.code ?? tokens.length))
    .toEqual([1, 'signer/failed', 1])
  expect(module.opened).toBe(2)
})

test('without modules nobody is asked, until list() sees one', async () => {
  const { pkcs11, module } = scene()
  let asked = 0
  let paths: string[] = []
  const modules = async () => {
    asked++
    return paths
  }
  const driver = pkcs11Tokens({ modules, pkcs11, pollMs: 1 })
  const heard: TokenList[] = []
  onTestFinished(driver.watch((list) => heard.push(list)))
  await heardUntil(heard, ({ tokens }) => tokens.length === 0)
  await new Promise((done) => setTimeout(done, 30))
  expect(asked).toBe(1)
  paths = ['/m.so']
  await driver.list(signal)
  await heardUntil(heard, ({ tokens }) => tokens.length === 1)
  module.tokens.length = 0
  await expect.poll(() => heard.at(-1)?.tokens.length).toBe(0)
  paths = []
  await expect.poll(() => module.calls.at(-1)).toBe('close')
})

test('while a person types the PIN, comings and goings are heard', async () => {
  const { driver, module, key, signerId } = scene()
  const heard: TokenList[] = []
  onTestFinished(driver.watch((list) => heard.push(list)))
  await heardUntil(heard, ({ tokens }) => tokens.length === 1)
  const prompt = fakePrompt()
  prompt.pin = async () => {
    module.tokens.length = 0
    await heardUntil(heard, ({ tokens }) => tokens.length === 0)
    expect((await driver.list(signal)).tokens).toEqual([])
    return utf8('123456')
  }
  const request = { signerId, key: key.key, messages, purpose: 'x' }
  expect(await codeOfPromise(driver.sign(request, prompt, signal))).toBe('signer/absent')
  expect(heard).toHaveLength(2)
})

test('while a token waits for a touch, the list answers and the token is left alone', async () => {
  const { sign, driver, token, module } = scene(undefined, '123456')
  let finish = () => {}
  token.onSign = async () => {
    await new Promise<void>((done) => {
      finish = done
    })
    return undefined
  }
  await driver.list(signal)
  onTestFinished(driver.watch(() => {}))
  const signing = sign()
  await expect.poll(() => module.calls.some((call) => call.startsWith('sign'))).toBe(true)
  const calls = module.calls.length
  expect((await driver.list(signal)).tokens).toHaveLength(1)
  await new Promise((done) => setTimeout(done, 20))
  expect(module.calls).toHaveLength(calls)
  token.onSign = () => undefined
  finish()
  await expect(signing).resolves.toHaveLength(3)
})
