import { expect, test } from 'vitest'
import { toHex } from '../../../src/core/bytes.ts'
import type { Card } from '../../../src/node/card.ts'
import { exchange, toFrames } from '../../../src/node/piv/apdu.ts'
import { cardOf } from '../../support/recorded-card.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const framesOf = (size: number) =>
  toFrames({ ins: 0x87, p1: 0x11, p2: 0x9c, data: new Uint8Array(size).fill(0xab) }).map(
    (frame) => `${toHex(frame.subarray(0, 5))}+${frame.length - 5}`,
  )

test('a command without data ends with Le', () => {
  expect(toFrames({ ins: 0xf8, p1: 0, p2: 0 }).map(toHex)).toEqual(['00f8000000'])
})

test('data up to 255 bytes goes in one frame, more in a chain', () => {
  expect(framesOf(1)).toEqual(['0087119c01+1'])
  expect(framesOf(255)).toEqual(['0087119cff+255'])
  expect(framesOf(256)).toEqual(['1087119cff+255', '0087119c01+1'])
  expect(framesOf(510)).toEqual(['1087119cff+255', '0087119cff+255'])
  expect(framesOf(511)).toEqual(['1087119cff+255', '1087119cff+255', '0087119c01+1'])
})

test('an answer in parts is put together', async () => {
  const card = cardOf('=> 00f8000000\n<= 0102 6103\n=> 00c0000003\n<= 030405 6100\n=> 00c0000000\n<= 06 9000')
  const { data, sw } = await exchange(card, { ins: 0xf8, p1: 0, p2: 0 })
  expect([toHex(data), sw]).toEqual(['010203040506', 0x9000])
  card.finish()
})

test('a status word after parts is the status of the whole', async () => {
  const card = cardOf('=> 00f8000000\n<= 0102 6103\n=> 00c0000003\n<= 6f00')
  expect((await exchange(card, { ins: 0xf8, p1: 0, p2: 0 })).sw).toBe(0x6f00)
})

test('parts that never end are refused', async () => {
  const empty = cardOf('=> 00f8000000\n<= 6103\n=> 00c0000003\n<= 6103')
  expect(await codeOfPromise(exchange(empty, { ins: 0xf8, p1: 0, p2: 0 }))).toBe('signer/failed')
  let calls = 0
  const endless: Card = {
    transmit: async () => {
      calls += 1
      const part = new Uint8Array(258)
      part.set([0x61, 0x00], 256)
      return part
    },
    end: async () => {},
  }
  expect(await codeOfPromise(exchange(endless, { ins: 0xf8, p1: 0, p2: 0 }))).toBe('signer/failed')
  expect(calls).toBeLessThan(70)
})

test('6Cxx asks again with the right length, once', async () => {
  const card = cardOf('=> 00f8000000\n<= 6c04\n=> 00f8000004\n<= 00000001 9000')
  expect((await exchange(card, { ins: 0xf8, p1: 0, p2: 0 })).data.length).toBe(4)
  const stubborn = cardOf('=> 00f8000000\n<= 6c04\n=> 00f8000004\n<= 6c04')
  expect((await exchange(stubborn, { ins: 0xf8, p1: 0, p2: 0 })).sw).toBe(0x6c04)
})

test('a command with data is never sent twice', async () => {
  const card = cardOf('=> 0020008002 3132\n<= 6c08')
  const command = { ins: 0x20, p1: 0, p2: 0x80, data: Uint8Array.of(0x31, 0x32) }
  expect((await exchange(card, command)).sw).toBe(0x6c08)
  expect(card.commands.length).toBe(1)
})

test('a chain ends where the card refuses it', async () => {
  const data = new Uint8Array(600)
  const card = cardOf(`=> 10db3fffff ${'00'.repeat(255)}\n<= 6a84`)
  expect((await exchange(card, { ins: 0xdb, p1: 0x3f, p2: 0xff, data })).sw).toBe(0x6a84)
})

test('only the last frame of a chain may wait for a finger', async () => {
  const first = `=> 1087079cff ${'00'.repeat(255)}\n<= 9000\n`
  const card = cardOf(`${first}=> 0087079c01 00\n<= 6110\n=> 00c0000010\n<= 01 9000`)
  await exchange(card, { ins: 0x87, p1: 7, p2: 0x9c, data: new Uint8Array(256) }, 25_000)
  expect(card.limits).toEqual([undefined, 25_000, undefined])
})

test('an answer shorter than a status word is a token that was pulled', async () => {
  for (const response of ['', '90']) {
    const card = cardOf(`=> 00f8000000\n<= ${response}`)
    expect(await codeOfPromise(exchange(card, { ins: 0xf8, p1: 0, p2: 0 }))).toBe('signer/absent')
  }
})

test('our copies of a secret are zeroed, sent or not', async () => {
  for (const fails of [false, true]) {
    const seen: Uint8Array[] = []
    const card: Card = {
      transmit: async (command) => {
        seen.push(command)
        expect(command[5]).toBe(0x31)
        if (fails) throw new Error('reader gone')
        return Uint8Array.of(0x90, 0)
      },
      end: async () => {},
    }
    await exchange(card, { ins: 0x20, p1: 0, p2: 0x80, data: Uint8Array.of(0x31), secret: true }).catch(() => {})
    expect(seen.map(toHex)).toEqual(['000000000000'])
  }
})

test('parts of a secret answer are zeroed', async () => {
  const parts = [Uint8Array.of(1, 2, 0x61, 2), Uint8Array.of(3, 4, 0x90, 0)]
  let at = 0
  const card: Card = { transmit: async () => parts[at++] ?? new Uint8Array(0), end: async () => {} }
  const { data } = await exchange(card, { ins: 0xcb, p1: 0x3f, p2: 0xff, secret: true })
  expect(toHex(data)).toBe('01020304')
  expect(parts.map((part) => toHex(part.subarray(0, 2)))).toEqual(['0000', '0000'])
})
