// The adapter to the native package, with the package replaced: what modules do that differs from the book.
// biome-ignore-all lint/correctness/noComponentHookFactories: the functions have the names of PKCS#11, and are no components
import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { type Native, nativePkcs11 } from '../../../src/node/pkcs11-module.ts'
import { codeOfCall, codeOfPromise } from '../../support/thrown.ts'

type Calls = InstanceType<Native['PKCS11']>

const refusal = (name: string, code: number) => Object.assign(new Error(name), { code })
const handle = (n: number) => Buffer.from([n, 0, 0, 0, 0, 0, 0, 0])
const version = { major: 2, minor: 40 }
const padded = (text: string, size: number, fill = ' ') => text.padEnd(size, fill)
const initialized = 0x400

function tokenInfo(flags: number): ReturnType<Calls['C_GetTokenInfo']> {
  return {
    label: padded('Root key', 32),
    manufacturerID: padded('Maker', 32, '\0'),
    model: padded('', 16),
    serialNumber: padded('A1', 16),
    flags: flags | initialized,
    maxSessionCount: 0,
    sessionCount: 0,
    maxRwSessionCount: 0,
    rwSessionCount: 0,
    maxPinLen: 8,
    minPinLen: 4,
    totalPublicMemory: 0,
    freePublicMemory: 0,
    totalPrivateMemory: 0,
    freePrivateMemory: 0,
    hardwareVersion: version,
    firmwareVersion: { major: 5, minor: 7 },
    utcTime: '',
  }
}

/** A module of one slot, as the native package shows it; each test changes what it is about. */
function nativeOf(change: Partial<Calls> = {}) {
  const log: string[] = []
  const calls: Calls = {
    load: (path) => void log.push(`load ${path}`),
    C_Initialize: (options) => void log.push(options === undefined ? 'initialize' : 'initialize with locks'),
    C_Finalize: () => void log.push('finalize'),
    C_GetInfo: () => ({
      cryptokiVersion: version,
      manufacturerID: padded('Maker', 32),
      flags: 0,
      libraryDescription: padded('Library', 32),
      libraryVersion: version,
    }),
    C_GetSlotList: () => [handle(7)],
    C_GetSlotInfo: () => ({
      slotDescription: padded('Reader', 64),
      manufacturerID: padded('Reader maker', 32),
      flags: 1,
      hardwareVersion: version,
      firmwareVersion: version,
    }),
    C_GetTokenInfo: () => tokenInfo(0),
    C_GetMechanismList: () => [0x1041, 0x1],
    C_OpenSession: () => handle(1),
    C_CloseSession: () => void log.push('close'),
    C_FindObjectsInit: (_, template) => void log.push(`find ${template.length}`),
    C_FindObjectsFinal: () => void log.push('found'),
    C_FindObjects: () => [],
    C_GetAttributeValue: () => [],
    C_Login: (_, as, pin) => void log.push(`login ${as} ${JSON.stringify(pin)}`),
    C_Logout: () => void log.push('logout'),
    C_SignInit: (_, mechanism) => void log.push(`init ${JSON.stringify(mechanism)}`),
    C_SignAsync: async (_, input, output) => {
      log.push(`sign ${input.toString('hex')}`)
      return output.subarray(0, 3).fill(9)
    },
    ...change,
  }
  const native: Native = {
    CK_PARAMS_RSA_PSS: 99,
    // biome-ignore lint/complexity/useArrowFunction: called with new
    PKCS11: function () {
      return calls
    } as unknown as Native['PKCS11'],
  }
  return { log, native, open: () => nativePkcs11(async () => native).open('/m.so') }
}

async function sessionOf(change: Partial<Calls> = {}) {
  const { log, open } = nativeOf(change)
  const module = await open()
  const [slot] = module.slots()
  if (slot === undefined) throw new Error('no slot')
  log.length = 0
  return { log, module, session: module.openSession(slot), slot }
}

const key = { handle: handle(3), id: Uint8Array.of(1), label: 'key' }

test('without the optional package it says so', async () => {
  const missing = async (): Promise<Native> => {
    throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
  }
  expect(await codeOfPromise(nativePkcs11(missing).open('/m.so'))).toBe('signer/unsupported')
})

test('only a whole path is loaded', async () => {
  const { log, native } = nativeOf()
  for (const path of ['m.so', './m.so', '']) {
    expect(await codeOfPromise(nativePkcs11(async () => native).open(path))).toBe('usage/invalid')
  }
  expect(log).toEqual([])
})

test('a module is loaded once and started each time', async () => {
  const { log, native } = nativeOf()
  const pkcs11 = nativePkcs11(async () => native)
  const first = await pkcs11.open('/m.so')
  first.close()
  first.close()
  await pkcs11.open('/m.so')
  expect(log).toEqual(['load /m.so', 'initialize with locks', 'finalize', 'initialize with locks'])
})

test('a module without locks is started without', async () => {
  const { log, open } = nativeOf({
    C_Initialize: (options) => {
      if (options !== undefined) throw refusal('CKR_CANT_LOCK', 0xa)
      log.push('initialize')
    },
  })
  await open()
  expect(log).toEqual(['load /m.so', 'initialize'])
})

test('what other code in the process started is used and left running', async () => {
  const { log, open } = nativeOf({
    C_Initialize: () => {
      throw refusal('CKR_CRYPTOKI_ALREADY_INITIALIZED', 0x191)
    },
  })
  ;(await open()).close()
  expect(log).toEqual(['load /m.so'])
})

test('a module that fails to start is ended', async () => {
  const { log, open } = nativeOf({
    C_GetInfo: () => {
      throw refusal('CKR_GENERAL_ERROR', 5)
    },
  })
  expect(await codeOfPromise(open())).toBe('signer/failed')
  expect(log.at(-1)).toBe('finalize')
})

test('a file that is no module', async () => {
  const { open } = nativeOf({
    load: () => {
      throw new Error('undefined symbol: C_GetFunctionList')
    },
  })
  expect(await codeOfPromise(open())).toBe('signer/absent')
})

test('fields of fixed size are read without what fills them', async () => {
  const { slot, module } = await sessionOf()
  expect(slot).toMatchObject({ number: 7, description: 'Reader', manufacturer: 'Reader maker' })
  expect(slot.token).toEqual({
    label: 'Root key',
    manufacturer: 'Maker',
    model: '',
    serial: 'A1',
    firmware: '5.7',
    pin: { min: 4, max: 8 },
    loginRequired: false,
    hasKeypad: false,
    pinState: 'good',
    pinIsDefault: false,
  })
  expect(module.library).toEqual({ manufacturer: 'Maker', description: 'Library', version: '2.40' })
  expect([...module.mechanisms(slot)]).toEqual(['ecdsa'])
})

test.each([
  [0x4, { loginRequired: true }],
  [0x100, { hasKeypad: true }],
  [0x10000, { pinState: 'low' }],
  [0x30000, { pinState: 'final-try' }],
  [0x70000, { pinState: 'locked' }],
  [0x80000, { pinIsDefault: true }],
])('flag %i', async (flags, expected) => {
  const { slot } = await sessionOf({ C_GetTokenInfo: () => tokenInfo(flags) })
  expect(slot.token).toMatchObject(expected)
})

test.each([
  ['an empty slot', () => ({ ...tokenInfo(0), flags: 0 }), 0, undefined],
  ['a token taken out meanwhile', () => refusal('CKR_TOKEN_NOT_PRESENT', 0xe0), 0, undefined],
  ['a token that is not recognized', () => refusal('CKR_TOKEN_NOT_RECOGNIZED', 0xe1), 1, 'signer/absent'],
  ['a broken token', () => refusal('CKR_DEVICE_ERROR', 0x30), 1, 'signer/failed'],
] as const)('%s', async (_, answer, count, code) => {
  const { open } = nativeOf({
    C_GetTokenInfo: () => {
      const given = answer()
      if (given instanceof Error) throw given
      return given
    },
  })
  const slots = (await open()).slots()
  expect(slots).toHaveLength(count)
  expect(slots[0]?.problem?.code).toBe(code)
})

test('an attribute that a token does not tell is undefined, any other refusal an error', async () => {
  const values = new Map<number, Buffer>([
    [0x102, Buffer.of(1, 2)],
    [0x3, Buffer.from('root \0\0')],
    [0x100, handle(3)],
    [0x202, Buffer.of(1)],
    [0x108, Buffer.of(0)],
    [0x163, Buffer.of(1)],
  ])
  let found = [handle(5)]
  const { session, log } = await sessionOf({
    C_FindObjects: () => found.splice(0),
    C_GetAttributeValue: (_, __, template) => {
      const value = values.get(template[0]?.type ?? 0)
      if (value === undefined) throw refusal('CKR_ATTRIBUTE_TYPE_INVALID', 0x12)
      return [{ type: 0, value }]
    },
  })
  expect(session.find('private-key', Uint8Array.of(1, 2))).toEqual([
    {
      handle: handle(5),
      id: Buffer.of(1, 2),
      label: 'root',
      keyType: 3,
      alwaysAuthenticate: true,
      canSign: false,
      local: true,
    },
  ])
  expect(log).toEqual(['find 2', 'found'])
  found = [handle(5)]
  const broken = await sessionOf({
    C_FindObjects: () => found.splice(0),
    C_GetAttributeValue: () => {
      throw refusal('CKR_DEVICE_REMOVED', 0x32)
    },
  })
  expect(codeOfCall(() => broken.session.find('public-key'))).toBe('signer/absent')
  expect(broken.log).toEqual(['find 1', 'found'])
})

test('a search that fails is told by the text of its error', async () => {
  const { session } = await sessionOf({
    C_FindObjects: () => {
      throw new Error('CKR_DEVICE_REMOVED:50')
    },
  })
  expect(codeOfCall(() => session.find('public-key'))).toBe('signer/absent')
})

test('a token with endless objects is read to a limit', async () => {
  const { session } = await sessionOf({
    C_FindObjects: () => Array.from({ length: 64 }, () => handle(1)),
    C_GetAttributeValue: () => [],
  })
  expect(session.find('certificate')).toHaveLength(512)
})

test('a PIN, no PIN for a keypad, and one that is no text', async () => {
  const { session, log } = await sessionOf()
  session.login(utf8('12é4'))
  session.login('keypad')
  expect(log).toEqual(['login 1 "12é4"', 'login 1 ""'])
  expect(codeOfCall(() => session.login(Uint8Array.of(0xff)))).toBe('format/malformed')
  expect(log).toHaveLength(2)
})

test('a login that was left over is ended, so that this PIN is really checked', async () => {
  let isLoggedIn = true
  const { session, log } = await sessionOf({
    C_Login: () => {
      if (isLoggedIn) throw refusal('CKR_USER_ALREADY_LOGGED_IN', 0x100)
      throw refusal('CKR_PIN_INCORRECT', 0xa0)
    },
    C_Logout: () => {
      isLoggedIn = false
    },
  })
  expect(codeOfCall(() => session.login(utf8('1234')))).toBe('signer/pin-wrong')
  expect(log).toEqual([])
})

test.each([
  ['ecdsa', '{"mechanism":4161}'],
  ['eddsa', '{"mechanism":4183}'],
  ['rsa-pss-sha256', '{"mechanism":13,"parameter":{"type":99,"hashAlg":592,"mgf":2,"saltLen":32}}'],
] as const)('signs with %s', async (how, mechanism) => {
  const { session, log } = await sessionOf()
  expect(await session.sign(key, how, Uint8Array.of(1, 2))).toEqual(Uint8Array.of(9, 9, 9))
  expect(log).toEqual([`init ${mechanism}`, 'sign 0102'])
})

test('a PIN for one signature is given between its two calls', async () => {
  const { session, log } = await sessionOf()
  await session.sign(key, 'eddsa', Uint8Array.of(1), utf8('1234'))
  expect(log).toEqual(['init {"mechanism":4183}', 'login 2 "1234"', 'sign 01'])
})

test('a refusal while signing', async () => {
  const { session } = await sessionOf({
    C_SignAsync: async () => {
      throw refusal('CKR_FUNCTION_REJECTED', 0x200)
    },
  })
  expect(await codeOfPromise(session.sign(key, 'eddsa', Uint8Array.of(1)))).toBe('user/cancelled')
})

test('closing never throws', async () => {
  const { session, module } = await sessionOf({
    C_CloseSession: () => {
      throw refusal('CKR_DEVICE_REMOVED', 0x32)
    },
    C_Finalize: () => {
      throw refusal('CKR_GENERAL_ERROR', 5)
    },
  })
  expect(codeOfCall(() => session.close())).toBe('ok')
  expect(codeOfCall(() => module.close())).toBe('ok')
})
