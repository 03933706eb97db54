// Keys of every algorithm: made here or brought, they sign and agree as node:crypto expects it of them.
import {
  constants,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  verify,
} from 'node:crypto'
import { expect, test } from 'vitest'
import { rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import { generate, hex, inside, openManagement, selectPiv, sendTo, sign, tlv, verifyPin } from './talk.ts'

async function opened() {
  const send = sendTo(rehearsalCard({ serial: 1 }))
  await selectPiv(send)
  await openManagement(send)
  await verifyPin(send)
  return send
}

const url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
const fromJwk = (key: JsonWebKey) => createPublicKey({ key, format: 'jwk' })

function publicKeyOf(algorithm: number, tlvs: Buffer): KeyObject {
  if (tlvs[0] === 0x81) {
    const n = inside(tlvs)
    const rest = tlvs.subarray(4 + n.length)
    return fromJwk({ kty: 'RSA', n: url(n), e: url(inside(rest)) })
  }
  const point = inside(tlvs)
  if (algorithm >= 0xe0) return fromJwk({ kty: 'OKP', crv: algorithm === 0xe0 ? 'Ed25519' : 'X25519', x: url(point) })
  const size = (point.length - 1) / 2
  const crv = algorithm === 0x11 ? 'P-256' : 'P-384'
  return fromJwk({ kty: 'EC', crv, x: url(point.subarray(1, 1 + size)), y: url(point.subarray(1 + size)) })
}

test.each([
  [0x11, 'sha256'],
  [0x14, 'sha384'],
])('EC keys of algorithm %i sign a digest', async (algorithm, hash) => {
  const send = await opened()
  const key = publicKeyOf(algorithm, (await generate(send, 0x9a, algorithm)).data)
  const message = randomBytes(100)
  for (let i = 0; i < 8; i++) {
    const { data, status } = await sign(send, 0x9a, algorithm, createHash(hash).update(message).digest())
    expect([status, verify(hash, message, key, data)]).toEqual(['9000', true])
  }
  const size = algorithm === 0x11 ? 32 : 48
  expect((await sign(send, 0x9a, algorithm, Buffer.alloc(size + 1, 1))).status).toBe('6a80')
  // A digest shorter than the curve is a number like any other.
  const short = await sign(send, 0x9a, algorithm, createHash('sha1').update(message).digest())
  expect(verify('sha1', message, key, short.data)).toBe(true)
})

test('Ed25519 signs the message itself', async () => {
  const send = await opened()
  const key = publicKeyOf(0xe0, (await generate(send, 0x9a, 0xe0)).data)
  for (const length of [0, 1, 32, 33, 1000, 2048]) {
    const message = randomBytes(length)
    const { data, status } = await sign(send, 0x9a, 0xe0, message)
    expect([status, verify(null, message, key, data)]).toEqual(['9000', true])
  }
})

test('RSA raises the block it is given, of the length of the modulus and below it', async () => {
  const send = await opened()
  const key = publicKeyOf(0x07, (await generate(send, 0x9a, 0x07)).data)
  const block = Buffer.concat([Buffer.of(0), randomBytes(255)])
  const { data } = await sign(send, 0x9a, 0x07, block)
  expect(publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, data).equals(block)).toBe(true)
  expect((await sign(send, 0x9a, 0x07, block.subarray(1))).status).toBe('6a80')
  expect((await sign(send, 0x9a, 0x07, Buffer.alloc(256, 0xff))).status).toBe('6a80')
})

test.each([
  ['P-256', 0x11],
  ['P-384', 0x14],
  ['X25519', 0xe1],
])('a secret is agreed on with %s', async (name, algorithm) => {
  const send = await opened()
  const publicKey = publicKeyOf(algorithm, (await generate(send, 0x9d, algorithm)).data)
  const theirs = name === 'X25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('ec', { namedCurve: name })
  const jwk = theirs.publicKey.export({ format: 'jwk' })
  const bytes = (text = '') => Buffer.from(text, 'base64url')
  const point = jwk.y === undefined ? bytes(jwk.x) : Buffer.concat([Buffer.of(4), bytes(jwk.x), bytes(jwk.y)])
  const ask = (value: Uint8Array) => send(0x87, algorithm, 0x9d, tlv('7c', hex('8200'), tlv('85', value)))
  const { data, status } = await ask(point)
  expect(status).toBe('9000')
  expect(inside(inside(data)).equals(diffieHellman({ privateKey: theirs.privateKey, publicKey }))).toBe(true)
  expect((await ask(point.subarray(1))).status).toBe('6a80')
  // Not on the curve; all zeros for X25519, which agrees on nothing.
  const bad = Buffer.alloc(point.length)
  if (name !== 'X25519') bad[0] = 4
  expect((await ask(bad)).status).toBe('6a80')
  if (name !== 'X25519') expect((await ask(Buffer.concat([Buffer.of(6), point.subarray(1)]))).status).toBe('6a80')
})

const importBody: Record<string, (jwk: JsonWebKey) => Buffer> = {
  RSA: (jwk) => {
    const numbers = [jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].map((text = '') => Buffer.from(text, 'base64url'))
    return Buffer.concat(numbers.map((value, i) => tlv(`0${i + 1}`, value)))
  },
  EC: (jwk) => tlv('06', Buffer.from(jwk.d ?? '', 'base64url')),
  Ed25519: (jwk) => tlv('07', Buffer.from(jwk.d ?? '', 'base64url')),
  X25519: (jwk) => tlv('08', Buffer.from(jwk.d ?? '', 'base64url')),
}

test.each([
  ['RSA', 0x07, () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['EC', 0x11, () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['EC', 0x14, () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['Ed25519', 0xe0, () => generateKeyPairSync('ed25519')],
  ['X25519', 0xe1, () => generateKeyPairSync('x25519')],
] as const)('a key that is brought (%s, algorithm %i) is the one that is told', async (kind, algorithm, make) => {
  const send = await opened()
  const { privateKey, publicKey } = make()
  const body = importBody[kind]?.(privateKey.export({ format: 'jwk' })) ?? Buffer.of()
  expect((await send(0xfe, algorithm, 0x9d, Buffer.concat([body, hex('aa0102ab0102')]))).status).toBe('9000')
  const told = (await send(0xf7, 0, 0x9d)).data
  const head = told.subarray(0, 10)
  expect(head.toString('hex')).toBe(`0101${algorithm.toString(16).padStart(2, '0')}02020202030102`)
  const key = publicKeyOf(algorithm, inside(told.subarray(10)))
  expect(key.export({ format: 'jwk' })).toEqual(publicKey.export({ format: 'jwk' }))
  expect((await send(0xf9, 0x9d, 0)).status).toBe('6a80')
})

test('parts of a key that do not belong together are refused', async () => {
  const send = await opened()
  const one = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
  const body = (jwk: JsonWebKey) => importBody.RSA?.(jwk) ?? Buffer.of()
  const wrong = { ...one, ...(one.dq === undefined ? {} : { dp: one.dq }) }
  expect((await send(0xfe, 0x07, 0x9a, body(wrong))).status).toBe('6a80')
  expect((await send(0xfe, 0x05, 0x9a, body(one))).status).toBe('6a80')
  expect((await send(0xfe, 0x07, 0x9a, tlv('01', Buffer.alloc(128, 1)))).status).toBe('6a80')
  expect((await send(0xfe, 0x11, 0x9a, tlv('06', Buffer.alloc(32, 0xff)))).status).toBe('6a80')
  expect((await send(0xfe, 0x11, 0x9a, tlv('06', Buffer.alloc(32)))).status).toBe('6a80')
  expect((await send(0xfe, 0xe0, 0x9a, tlv('07', Buffer.alloc(31, 1)))).status).toBe('6a80')
  expect((await send(0xf7, 0, 0x9a)).status).toBe('6a88')
})

test('policies are those that were asked for, or those of the slot', async () => {
  const send = await opened()
  const policies = async (slot: number, asked: string) => {
    const { status } = await generate(send, slot, 0x11, asked)
    return status === '9000' ? (await send(0xf7, 0, slot)).data.subarray(5, 7).toString('hex') : status
  }
  expect(await policies(0x9a, '')).toBe('0201')
  expect(await policies(0x9c, '')).toBe('0301')
  expect(await policies(0x9e, '')).toBe('0101')
  expect(await policies(0x82, 'aa0103ab0103')).toBe('0303')
  expect(await policies(0x95, 'aa0100ab0100')).toBe('0201')
  expect(await policies(0x9a, 'aa0104')).toBe('6a80')
  expect(await policies(0x9a, 'ab0104')).toBe('6a80')
  expect(await policies(0x9a, 'aa020101')).toBe('6a80')
})

test('slots that are none, keys that are not there or of another kind, data of another form', async () => {
  const send = await opened()
  for (const slot of [0x81, 0x96, 0x9b, 0x9f, 0x00]) expect((await generate(send, slot, 0x11)).status).toBe('6a86')
  expect((await generate(send, 0x9a, 0x99)).status).toBe('6a80')
  expect((await send(0x47, 0, 0x9a, '800111')).status).toBe('6a80')
  expect((await send(0x47, 0, 0x9a, 'ac05800111')).status).toBe('6a80')
  expect((await send(0x47, 0, 0x9a, 'ac03800111aa0101')).status).toBe('6a80')
  const digest = Buffer.alloc(32, 1)
  expect((await sign(send, 0x9a, 0x11, digest)).status).toBe('6a80')
  await generate(send, 0x9a, 0x11)
  expect((await sign(send, 0x9a, 0x14, digest)).status).toBe('6a80')
  expect((await send(0x87, 0x11, 0x9a, tlv('7c', tlv('81', digest)))).status).toBe('6a80')
  expect((await send(0x87, 0x11, 0x9a, tlv('7c', hex('8200'), tlv('81', digest), tlv('81', digest)))).status).toBe(
    '6a80',
  )
  expect((await sign(send, 0xf9, 0x11, digest)).status).toBe('6a86')
  await generate(send, 0x9d, 0xe1)
  expect((await sign(send, 0x9d, 0xe1, digest)).status).toBe('6a80')
})

test('a key is moved to an empty slot, and deleted', async () => {
  const send = await opened()
  const { data } = await generate(send, 0x9a, 0x11)
  await generate(send, 0x9d, 0x11)
  expect((await send(0xf6, 0x9d, 0x9a)).status).toBe('6a80')
  expect((await send(0xf6, 0x82, 0x9a)).status).toBe('9000')
  expect((await send(0xf7, 0, 0x9a)).status).toBe('6a88')
  expect((await send(0xf7, 0, 0x82)).data.includes(data)).toBe(true)
  expect((await send(0xf6, 0xff, 0x82)).status).toBe('9000')
  expect((await send(0xf6, 0xff, 0x82)).status).toBe('6a88')
  expect((await send(0xf6, 0x82, 0xf9)).status).toBe('6a86')
  const closed = sendTo(rehearsalCard({ serial: 2 }))
  await selectPiv(closed)
  expect((await closed(0xf6, 0xff, 0x9a)).status).toBe('6982')
  expect((await closed(0xfe, 0x11, 0x9a, tlv('06', Buffer.alloc(32, 1)))).status).toBe('6982')
})
