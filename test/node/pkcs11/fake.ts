// A PKCS#11 module in memory: tokens that come and go, keys that really sign, PINs that run out, and a log of the calls.
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { AppError } from '../../../src/core/error.ts'
import { parsePublicKey } from '../../../src/core/key.ts'
import type { PinRequest, Prompt, PublicKey } from '../../../src/core/signer.ts'
import { parseSpki } from '../../../src/core/spki.ts'
import { fromCkr } from '../../../src/node/pkcs11/ckr.ts'
import type { Pkcs11, Pkcs11Mechanism, Pkcs11Object, Pkcs11TokenInfo } from '../../../src/node/pkcs11/port.ts'

export interface FakeKey {
  object: Pkcs11Object
  key: PublicKey
  secret: KeyObject
}

export interface FakeToken {
  info: Pkcs11TokenInfo
  pin: string
  triesLeft: number
  keys: FakeKey[]
  /** Objects beside those of `keys`. */
  extra: { kind: 'public-key' | 'private-key' | 'certificate'; object: Pkcs11Object }[]
  privateIsVisible: boolean
  mechanisms: Pkcs11Mechanism[]
  /** Called before each signature; what it answers replaces the signature. */
  onSign?: (count: number) => Uint8Array | undefined | Promise<Uint8Array | undefined>
}

export interface FakeModule {
  path: string
  tokens: FakeToken[]
  calls: string[]
  /** Thrown by slots(), once. */
  sick?: Error
  opened: number
}

export const ckrError = (code: number) => fromCkr(Object.assign(new Error(`CKR_TEST:${code}`), { code }), 'testing')

export function fakeInfo(label: string, serial: string): Pkcs11TokenInfo {
  return {
    label,
    serial,
    manufacturer: 'Maker',
    model: 'Model 1',
    firmware: '1.2',
    pin: { min: 4, max: 8 },
    loginRequired: true,
    hasKeypad: false,
    pinState: 'good',
    pinIsDefault: false,
  }
}

export function fakeToken(label: string, serial: string, keys: FakeKey[]): FakeToken {
  return {
    info: fakeInfo(label, serial),
    pin: '123456',
    triesLeft: 3,
    keys,
    extra: [],
    privateIsVisible: false,
    mechanisms: ['ecdsa', 'eddsa', 'rsa-pss-sha256'],
  }
}

type FakeKind = 'ed25519' | 'P-256' | 'P-384' | 'rsa'

const oids = { 'P-256': '06082a8648ce3d030107', 'P-384': '06052b81040022', ed25519: '06032b6570' } as const

export function fakeKey(kind: FakeKind, id: number): FakeKey {
  const secret =
    kind === 'ed25519'
      ? generateKeyPairSync('ed25519').privateKey
      : kind === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
        : generateKeyPairSync('ec', { namedCurve: kind }).privateKey
  return fakeKeyOf(secret, kind, id)
}

export function fakeKeyOf(secret: KeyObject, kind: FakeKind, id: number): FakeKey {
  const spki = new Uint8Array(createPublicKey(secret).export({ type: 'spki', format: 'der' }))
  const key = parsePublicKey(spki)
  const common = { handle: Uint8Array.of(id), id: Uint8Array.of(id), label: `key ${id}` }
  if (kind === 'rsa') {
    const { n, e } = createPublicKey(secret).export({ format: 'jwk' })
    const modulus = Buffer.from(n ?? '', 'base64url')
    const exponent = Buffer.from(e ?? '', 'base64url')
    return { object: { ...common, keyType: 0, modulus, exponent }, key, secret }
  }
  const { raw } = parseSpki(spki)
  const ecPoint = Buffer.concat([Uint8Array.of(4, raw.length), raw])
  const object = {
    ...common,
    keyType: kind === 'ed25519' ? 0x40 : 3,
    ecParams: Buffer.from(oids[kind], 'hex'),
    ecPoint,
  }
  return { object, key, secret }
}

/** It gets a digest; only a message that was announced in `messages` has one that fits. */
function signDigest({ key, secret }: FakeKey, data: Uint8Array, messages: readonly Uint8Array[]): Uint8Array {
  if (key.scheme === 'ed25519') return sign(null, data, secret)
  const hash = key.scheme === 'ecdsa-p384-sha384' ? 'sha384' : 'sha256'
  const message = messages.find((candidate) => createHash(hash).update(candidate).digest().equals(data))
  if (message === undefined) throw ckrError(0x21)
  if (key.scheme === 'rsa-pss-sha256') return sign(hash, message, { key: secret, padding: 6, saltLength: 32 })
  return sign(hash, message, { key: secret, dsaEncoding: 'ieee-p1363' })
}

export interface FakePkcs11 extends Pkcs11 {
  modules: FakeModule[]
  messages: Uint8Array[]
}

export function fakePkcs11(...modules: FakeModule[]): FakePkcs11 {
  const messages: Uint8Array[] = []
  return {
    modules,
    messages,
    open: async (path) => {
      const module = modules.find((candidate) => candidate.path === path)
      if (module === undefined) throw new AppError({ code: 'signer/absent', message: `${path} does not load` })
      module.opened++
      module.calls.push('open')
      return {
        library: { manufacturer: 'Maker', description: 'Library', version: '2.0' },
        slots: () => {
          module.calls.push('slots')
          const { sick } = module
          if (sick !== undefined) {
            delete module.sick
            throw sick
          }
          return module.tokens.map((token, number) => ({
            handle: `0${number}`,
            number,
            description: `Slot ${number}`,
            manufacturer: 'Maker',
            token: { ...token.info },
          }))
        },
        mechanisms: (slot) => new Set(module.tokens[slot.number]?.mechanisms),
        openSession: (slot) => openSession(module, slot.number, messages),
        close: () => void module.calls.push('close'),
      }
    },
  }
}

function openSession(
  module: FakeModule,
  number: number,
  messages: readonly Uint8Array[],
): ReturnType<Awaited<ReturnType<Pkcs11['open']>>['openSession']> {
  const token = module.tokens[number]
  if (token === undefined) throw ckrError(0xe0)
  module.calls.push('open session')
  let isLoggedIn = false
  let count = 0
  const verifyPin = (pin: Uint8Array | 'keypad'): void => {
    // The shape of a real removal: the same slot, no token.
    if (!module.tokens.includes(token)) throw ckrError(0x32)
    module.calls.push(`login ${pin === 'keypad' ? 'keypad' : Buffer.from(pin).toString()}`)
    if (token.triesLeft === 0) throw ckrError(0xa4)
    if (pin !== 'keypad' && Buffer.from(pin).toString() !== token.pin) {
      token.triesLeft--
      token.info.pinState = token.triesLeft === 0 ? 'locked' : token.triesLeft === 1 ? 'final-try' : 'low'
      throw ckrError(0xa0)
    }
    token.triesLeft = 3
    token.info.pinState = 'good'
  }
  return {
    find: (kind, id) => {
      if (!module.tokens.includes(token)) throw ckrError(0x32)
      const isVisible = kind !== 'private-key' || token.privateIsVisible || isLoggedIn
      if (!isVisible) return []
      const ours = kind === 'certificate' ? [] : token.keys.map(({ object }) => object)
      const all = [...ours, ...token.extra.filter((entry) => entry.kind === kind).map(({ object }) => object)]
      return id === undefined ? all : all.filter((object) => Buffer.compare(object.id, id) === 0)
    },
    login: (pin) => {
      verifyPin(pin)
      isLoggedIn = true
    },
    logout: () => void module.calls.push('logout'),
    sign: async (object, how, data, pin) => {
      if (!module.tokens.includes(token)) throw ckrError(0xb3)
      if (token.info.loginRequired && !isLoggedIn) throw ckrError(0x101)
      module.calls.push(`sign ${how}`)
      if (object.alwaysAuthenticate === true) {
        if (pin === undefined) throw ckrError(0x101)
        verifyPin(pin)
      }
      const instead = await token.onSign?.(count++)
      if (instead !== undefined) return instead
      const key = token.keys.find((candidate) => candidate.object.handle === object.handle)
      if (key === undefined) throw ckrError(0x60)
      return new Uint8Array(signDigest(key, data, messages))
    },
    close: () => void module.calls.push('close session'),
  }
}

export function fakeModule(path: string, ...tokens: FakeToken[]): FakeModule {
  return { path, tokens, calls: [], opened: 0 }
}

/** A person who answers these, one after the other; what was asked and handed out is kept. */
export function fakePrompt(...answers: (string | (() => string))[]): Prompt & {
  asked: PinRequest[]
  given: Uint8Array[]
  touches: string[]
} {
  const asked: PinRequest[] = []
  const given: Uint8Array[] = []
  const touches: string[] = []
  return {
    asked,
    given,
    touches,
    pin: async (request) => {
      asked.push(request)
      const next = answers.shift()
      if (next === undefined) throw new AppError({ code: 'user/cancelled', message: 'the person gave no answer' })
      const pin = new Uint8Array(Buffer.from(typeof next === 'string' ? next : next()))
      given.push(pin)
      return pin
    },
    touch: ({ device }) => {
      touches.push(`touch ${device}`)
      return () => void touches.push('over')
    },
  }
}
