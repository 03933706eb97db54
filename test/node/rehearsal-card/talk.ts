// Talking to a rehearsal card in plain bytes: written for these tests, and for them only, so that no code judges itself.
import { createDecipheriv } from 'node:crypto'
import type { RehearsalCard } from '../../../src/node/rehearsal-card/card.ts'

export interface Answer {
  data: Buffer
  /** "9000" */
  status: string
}

export type Send = (ins: number, p1: number, p2: number, data?: Uint8Array | string) => Promise<Answer>

export const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
export const tlv = (tag: string, ...parts: Uint8Array[]) => {
  const value = Buffer.concat(parts)
  const n = value.length
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff]
  return Buffer.concat([hex(tag), Buffer.from(length), value])
}
/** The value of a TLV of one byte of tag. */
export const inside = (bytes: Uint8Array) => {
  const [, first = 0, second = 0, third = 0] = bytes
  const [start, length] = first < 0x80 ? [2, first] : first === 0x81 ? [3, second] : [4, (second << 8) | third]
  return Buffer.from(bytes.subarray(start, start + length))
}
export const pinBytes = (text: string) => Buffer.concat([Buffer.from(text), Buffer.alloc(8 - text.length, 0xff)])

/** Short APDUs with command chaining, the whole answer fetched. */
export function sendTo(card: Pick<RehearsalCard, 'transmit'>): Send {
  return async (ins, p1, p2, content = '') => {
    let data = typeof content === 'string' ? hex(content) : Buffer.from(content)
    while (data.length > 255) {
      const part = await card.transmit(Buffer.concat([Buffer.of(0x10, ins, p1, p2, 255), data.subarray(0, 255)]))
      if (Buffer.from(part).toString('hex') !== '9000') return split(part)
      data = data.subarray(255)
    }
    const lc = data.length === 0 ? Buffer.of() : Buffer.of(data.length)
    let answer = split(await card.transmit(Buffer.concat([Buffer.of(0, ins, p1, p2), lc, data])))
    const parts = [answer.data]
    while (answer.status.startsWith('61')) {
      answer = split(await card.transmit(Buffer.of(0, 0xc0, 0, 0, 0)))
      parts.push(answer.data)
    }
    return { data: Buffer.concat(parts), status: answer.status }
  }
}

export function split(bytes: Uint8Array): Answer {
  const all = Buffer.from(bytes)
  return { data: all.subarray(0, -2), status: all.subarray(-2).toString('hex') }
}

export const pivAid = 'a000000308'
export const selectPiv = (send: Send) => send(0xa4, 4, 0, pivAid)
export const verifyPin = (send: Send, pin = '123456') => send(0x20, 0, 0x80, pinBytes(pin))

export const factoryKey = hex('010203040506070801020304050607080102030405060708')
export const cipherNames: Record<number, string> = {
  3: 'des-ede3',
  8: 'aes-128-ecb',
  10: 'aes-192-ecb',
  12: 'aes-256-ecb',
}

export async function openManagement(send: Send, algorithm = 0x0a, key: Uint8Array = factoryKey): Promise<Answer> {
  const asked = await send(0x87, algorithm, 0x9b, '7c028000')
  if (asked.status !== '9000') return asked
  const decipher = createDecipheriv(cipherNames[algorithm] ?? '', key, null).setAutoPadding(false)
  const witness = Buffer.concat([decipher.update(inside(inside(asked.data))), decipher.final()])
  const challenge = Buffer.alloc(witness.length, 7)
  return send(0x87, algorithm, 0x9b, tlv('7c', tlv('80', witness), tlv('81', challenge)))
}

/** GENERATE; answers what stands in 7F49. */
export async function generate(send: Send, slot: number, algorithm: number, policies = ''): Promise<Answer> {
  const asked = tlv('ac', tlv('80', Buffer.of(algorithm)), hex(policies))
  const { data, status } = await send(0x47, 0, slot, asked)
  return { data: status === '9000' ? inside(data.subarray(1)) : data, status }
}

/** GENERAL AUTHENTICATE with a challenge; answers the signature. */
export async function sign(send: Send, slot: number, algorithm: number, block: Uint8Array): Promise<Answer> {
  const { data, status } = await send(0x87, algorithm, slot, tlv('7c', hex('8200'), tlv('81', block)))
  return { data: status === '9000' ? inside(inside(data)) : data, status }
}
