// PIN, PUK and management key: counters that never go wrong, and what is allowed after which proof.
import { createCipheriv } from 'node:crypto'
import { expect, test } from 'vitest'
import { rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import {
  cipherNames,
  factoryKey,
  generate,
  hex,
  inside,
  openManagement,
  pinBytes,
  selectPiv,
  sendTo,
  sign,
  tlv,
  verifyPin,
} from './talk.ts'

async function fresh(firmware = '5.7.1') {
  const card = rehearsalCard({ serial: 1, firmware })
  const send = sendTo(card)
  await selectPiv(send)
  return { card, send }
}

const change = (from: string, to: string) => Buffer.concat([pinBytes(from), pinBytes(to)])

test('the PIN has three tries, then is blocked, the right one too', async () => {
  const { send } = await fresh()
  const answers = []
  for (const pin of ['000000', '111111', '222222', '123456']) answers.push((await verifyPin(send, pin)).status)
  expect(answers).toEqual(['63c2', '63c1', '63c0', '6983'])
  expect((await send(0x20, 0, 0x80)).status).toBe('6983')
})

test('the right PIN gives back all tries; a wrong one forgets that it was verified', async () => {
  const { send } = await fresh()
  await verifyPin(send, '000000')
  expect((await send(0x20, 0, 0x80)).status).toBe('63c2')
  expect((await verifyPin(send)).status).toBe('9000')
  expect((await send(0x20, 0, 0x80)).status).toBe('9000')
  await verifyPin(send, '000000')
  expect((await send(0x20, 0, 0x80)).status).toBe('63c2')
  await verifyPin(send)
  expect((await send(0x20, 0xff, 0x80)).status).toBe('9000')
  expect((await send(0x20, 0, 0x80)).status).toBe('63c3')
})

test('a PIN of the wrong length costs no try, and other references are not there', async () => {
  const { send } = await fresh()
  expect((await send(0x20, 0, 0x80, Buffer.from('123456'))).status).toBe('6a80')
  expect((await send(0x20, 0, 0x96)).status).toBe('6a88')
  expect((await send(0x20, 0, 0x80)).status).toBe('63c3')
})

test('PIN and PUK are changed by who knows them, to 6 to 8 bytes', async () => {
  const { send } = await fresh()
  expect((await send(0x24, 0, 0x80, change('123456', '654321'))).status).toBe('9000')
  expect((await verifyPin(send, '123456')).status).toBe('63c2')
  expect((await verifyPin(send, '654321')).status).toBe('9000')
  expect((await send(0x24, 0, 0x81, change('12345678', '87654321'))).status).toBe('9000')
  expect((await send(0x24, 0, 0x81, change('12345678', '11111111'))).status).toBe('63c2')
  expect((await send(0x24, 0, 0x80, change('654321', '12345'))).status).toBe('6a80')
  expect((await send(0x24, 0, 0x80, Buffer.concat([pinBytes('654321'), hex('313233343536ff37')]))).status).toBe('6a80')
  expect((await verifyPin(send, '654321')).status).toBe('9000')
})

test('the PUK unblocks the PIN, and has a counter of its own', async () => {
  const { send } = await fresh()
  for (let i = 0; i < 3; i++) await verifyPin(send, '000000')
  expect((await send(0x2c, 0, 0x80, change('00000000', '111111'))).status).toBe('63c2')
  expect((await send(0x2c, 0, 0x80, change('12345678', '111111'))).status).toBe('9000')
  expect((await verifyPin(send, '111111')).status).toBe('9000')
  for (const left of ['63c2', '63c1', '63c0', '6983']) {
    expect((await send(0x2c, 0, 0x80, change('00000000', '111111'))).status).toBe(left)
  }
  expect((await send(0x2c, 0, 0x80, change('12345678', '111111'))).status).toBe('6983')
})

test('metadata tells tries, and whether a secret is still that of the factory', async () => {
  const { send } = await fresh()
  await verifyPin(send, '000000')
  await send(0x24, 0, 0x81, change('12345678', '87654321'))
  expect((await send(0xf7, 0, 0x80)).data.toString('hex')).toBe('0101ff05010106020302')
  expect((await send(0xf7, 0, 0x81)).data.toString('hex')).toBe('0101ff05010006020303')
})

test.each([
  [0x03, 24],
  [0x08, 16],
  [0x0a, 24],
  [0x0c, 32],
])('a management key of algorithm %i is set, told and proved', async (algorithm, length) => {
  const { send } = await fresh()
  const key = Buffer.alloc(length, 0x5a)
  const set = Buffer.concat([Buffer.of(algorithm), tlv('9b', key)])
  expect((await send(0xff, 0xff, 0xff, set)).status).toBe('6982')
  await openManagement(send)
  expect((await send(0xff, 0xff, 0xff, set)).status).toBe('9000')
  expect((await send(0xf7, 0, 0x9b)).data.toString('hex')).toBe(`0101${hex2(algorithm)}02020001050100`)
  expect((await openManagement(send)).status).toBe(algorithm === 0x0a ? '6982' : '6a80')
  const proof = await openManagement(send, algorithm, key)
  const cipher = createCipheriv(cipherNames[algorithm] ?? '', key, null).setAutoPadding(false)
  const expected = cipher.update(Buffer.alloc(algorithm === 3 ? 8 : 16, 7))
  expect(inside(inside(proof.data)).equals(expected)).toBe(true)
})

const hex2 = (value: number) => value.toString(16).padStart(2, '0')

test('the factory key is AES-192 from firmware 5.7 and 3DES before, which knows no AES before 5.4', async () => {
  expect((await (await fresh('5.7.1')).send(0xf7, 0, 0x9b)).data.toString('hex')).toBe('01010a02020001050101')
  const { send } = await fresh('5.3.0')
  expect((await send(0xf7, 0, 0x9b)).data.toString('hex')).toBe('01010302020001050101')
  await openManagement(send, 3)
  const set = Buffer.concat([Buffer.of(0x0a), tlv('9b', factoryKey)])
  expect((await send(0xff, 0xff, 0xff, set)).status).toBe('6a80')
})

test('the management key can be proved one way only, and no proof is good twice', async () => {
  const { send } = await fresh('5.4.3')
  const asked = await send(0x87, 3, 0x9b, '7c028100')
  const cipher = createCipheriv('des-ede3', factoryKey, null).setAutoPadding(false)
  const proof = tlv('7c', tlv('82', cipher.update(inside(inside(asked.data)))))
  expect((await send(0x87, 3, 0x9b, proof)).status).toBe('9000')
  expect((await generate(send, 0x9a, 0x11)).status).toBe('9000')
  expect((await send(0x87, 3, 0x9b, proof)).status).toBe('6985')
  expect((await generate(send, 0x9a, 0x11)).status).toBe('6982')
})

test('a wrong proof opens nothing and closes what was open', async () => {
  const { send } = await fresh()
  expect((await openManagement(send, 0x0a, Buffer.alloc(24, 1))).status).toBe('6982')
  expect((await generate(send, 0x9a, 0x11)).status).toBe('6982')
  await openManagement(send)
  await openManagement(send, 0x0a, Buffer.alloc(24, 1))
  expect((await generate(send, 0x9a, 0x11)).status).toBe('6982')
})

test('a key of the wrong length or place is refused', async () => {
  const { send } = await fresh()
  await openManagement(send)
  for (const bad of [Buffer.alloc(23, 1), Buffer.alloc(32, 1)]) {
    expect((await send(0xff, 0xff, 0xff, Buffer.concat([Buffer.of(0x0a), tlv('9b', bad)]))).status).toBe('6a80')
  }
  expect((await send(0xff, 0xff, 0x01, Buffer.concat([Buffer.of(0x0a), tlv('9b', factoryKey)]))).status).toBe('6a86')
})

test('new numbers of tries put PIN and PUK back to the factory', async () => {
  const { send } = await fresh()
  await send(0x24, 0, 0x80, change('123456', '654321'))
  expect((await send(0xfa, 5, 4)).status).toBe('6982')
  await openManagement(send)
  expect((await send(0xfa, 5, 4)).status).toBe('6982')
  await verifyPin(send, '654321')
  expect((await send(0xfa, 0, 4)).status).toBe('6a86')
  expect((await send(0xfa, 5, 4)).status).toBe('9000')
  expect((await send(0xf7, 0, 0x80)).data.toString('hex')).toBe('0101ff05010106020505')
  expect((await send(0xf7, 0, 0x81)).data.toString('hex')).toBe('0101ff05010106020404')
  expect((await send(0x20, 0, 0x80)).status).toBe('63c5')
})

test('new numbers of tries want the management key too', async () => {
  const { send } = await fresh()
  await verifyPin(send)
  expect((await send(0xfa, 5, 4)).status).toBe('6982')
})

test('the card is reset only when PIN and PUK are blocked, and keeps what attests', async () => {
  const { send } = await fresh()
  await openManagement(send)
  await generate(send, 0x9a, 0x11)
  for (let i = 0; i < 3; i++) await verifyPin(send, '000000')
  expect((await send(0xfb, 0, 0)).status).toBe('6985')
  for (let i = 0; i < 3; i++) await send(0x2c, 0, 0x80, change('00000000', '111111'))
  const before = (await send(0xcb, 0x3f, 0xff, '5c035fff01')).data
  expect((await send(0xfb, 0, 0)).status).toBe('9000')
  expect((await send(0xf7, 0, 0x9a)).status).toBe('6a88')
  expect((await verifyPin(send)).status).toBe('9000')
  expect((await generate(send, 0x9a, 0x11)).status).toBe('6982')
  expect((await send(0xcb, 0x3f, 0xff, '5c035fff01')).data.equals(before)).toBe(true)
  expect((await send(0xf7, 0, 0xf9)).status).toBe('9000')
})

test('a PIN lasts for keys of policy once, and for one signature of policy always', async () => {
  const { send } = await fresh()
  await openManagement(send)
  for (const slot of [0x9a, 0x9c, 0x9e]) await generate(send, slot, 0x11)
  const digest = Buffer.alloc(32, 3)
  const status = async (slot: number) => (await sign(send, slot, 0x11, digest)).status
  expect([await status(0x9a), await status(0x9c), await status(0x9e)]).toEqual(['6982', '6982', '9000'])
  await verifyPin(send)
  expect([await status(0x9a), await status(0x9a)]).toEqual(['9000', '9000'])
  await verifyPin(send)
  expect([await status(0x9c), await status(0x9c)]).toEqual(['9000', '6982'])
  await verifyPin(send)
  await send(0xfd, 0, 0)
  expect([await status(0x9c), await status(0x9a)]).toEqual(['6982', '9000'])
})
