// Readers that are not there: who comes and goes, one talk at a time, and a card that is pulled.
import { expect, test, vi } from 'vitest'
import { type Card, type ReadersState, touchLimitMs } from '../../../src/node/card.ts'
import { rehearsalCard, type Touch } from '../../../src/node/rehearsal-card/card.ts'
import { rehearsalReaders } from '../../../src/node/rehearsal-card/readers.ts'
import { codeOfPromise } from '../../support/thrown.ts'
import { generate, hex, openManagement, selectPiv, sendTo, tlv, verifyPin } from './talk.ts'

const select = hex('00a4040005a000000308')
const pinStatus = hex('00200080')

async function touchCard(touch: Touch, touchWaitMs = 15_000) {
  const card = rehearsalCard({ serial: 1, touch, touchWaitMs })
  const send = sendTo(card)
  await selectPiv(send)
  await openManagement(send)
  await generate(send, 0x9e, 0x11, 'ab0102')
  return card
}
const signature = (() => {
  const data = tlv('7c', hex('8200'), tlv('81', Buffer.alloc(32, 1)))
  return Buffer.concat([Buffer.of(0, 0x87, 0x11, 0x9e, data.length), data])
})()
const never: Touch = () => new Promise(() => {})
const statusOf = async (card: Card, command: Uint8Array) =>
  Buffer.from((await card.transmit(command)).subarray(-2)).toString('hex')

test('who watches hears at once what is there, then each change, until it ends', () => {
  const readers = rehearsalReaders()
  const card = rehearsalCard({ serial: 1 })
  readers.insert('one', card)
  const heard: ReadersState[] = []
  const end = readers.watch((state) => heard.push(state))
  readers.insert('two', rehearsalCard({ serial: 2 }))
  readers.remove('one')
  readers.remove('one')
  readers.remove('none')
  readers.insert('one', card)
  end()
  readers.remove('one')
  expect(heard.map(({ readers }) => readers.map((r) => `${r.name} ${r.hasCard} ${r.insertion}`))).toEqual([
    ['one true 1'],
    ['one true 1', 'two true 2'],
    ['one false 1', 'two true 2'],
    ['one true 3', 'two true 2'],
  ])
})

test('a reader that is empty or not there has no card', async () => {
  const readers = rehearsalReaders()
  expect(await codeOfPromise(readers.connect('one'))).toBe('signer/absent')
  readers.insert('one', rehearsalCard({ serial: 1 }))
  readers.remove('one')
  expect(await codeOfPromise(readers.connect('one'))).toBe('signer/absent')
})

test('one talks at a time: the next waits, and is told when it takes too long', async () => {
  const readers = rehearsalReaders()
  readers.insert('one', rehearsalCard({ serial: 1 }))
  const first = await readers.connect('one')
  expect(await codeOfPromise(readers.connect('one', 30))).toBe('signer/busy')
  let second: Card | undefined
  const waiting = readers.connect('one', 5_000).then((card) => {
    second = card
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(second).toBe(undefined)
  await first.end('leave')
  await waiting
  expect(await statusOf(second as unknown as Card, select)).toBe('9000')
})

test('a talk that ends with a reset leaves no PIN behind, one that just leaves does', async () => {
  const readers = rehearsalReaders()
  const inserted = rehearsalCard({ serial: 1 })
  readers.insert('one', inserted)
  const answers = []
  for (const how of ['leave', 'reset'] as const) {
    const card = await readers.connect('one')
    await selectPiv(sendTo(card))
    await verifyPin(sendTo(card))
    await card.end(how)
    await card.end('reset')
    const next = await readers.connect('one')
    await next.transmit(select)
    answers.push(await statusOf(next, pinStatus))
    await next.end('leave')
    expect(await codeOfPromise(card.transmit(select))).toBe('signer/absent')
  }
  expect(answers).toEqual(['9000', '63c3'])
})

test('a card that is pulled in the middle of a command throws, and the next talk starts anew', async () => {
  const readers = rehearsalReaders()
  let wasTold = false
  const inserted = await touchCard((signal) => {
    signal.addEventListener('abort', () => (wasTold = true))
    return never(signal)
  })
  readers.insert('one', inserted)
  const card = await readers.connect('one')
  await card.transmit(select)
  const signing = codeOfPromise(card.transmit(signature, 5_000))
  await new Promise((resolve) => setTimeout(resolve, 10))
  readers.remove('one')
  expect([await signing, wasTold]).toEqual(['signer/absent', true])
  readers.insert('one', inserted)
  expect(await codeOfPromise(card.transmit(select))).toBe('signer/absent')
  const next = await readers.connect('one', 100)
  expect(await statusOf(next, select)).toBe('9000')
  await card.end('reset')
  expect(await statusOf(next, pinStatus)).toBe('63c3')
})

test('who waits for a card that is pulled need not wait longer', async () => {
  const readers = rehearsalReaders()
  readers.insert('one', rehearsalCard({ serial: 1 }))
  await readers.connect('one')
  const waiting = codeOfPromise(readers.connect('one', 60_000))
  readers.remove('one')
  expect(await waiting).toBe('signer/absent')
})

test('silence beyond a short limit is a card that hangs, and the card can be talked to again', async () => {
  const readers = rehearsalReaders()
  readers.insert('one', await touchCard(never))
  const card = await readers.connect('one')
  await card.transmit(select)
  expect(await codeOfPromise(card.transmit(signature, 30))).toBe('signer/failed')
  await card.end('reset')
  const next = await readers.connect('one')
  expect(await statusOf(next, select)).toBe('9000')
})

test('silence beyond a long limit is a finger that did not come', async () => {
  const readers = rehearsalReaders()
  readers.insert('one', await touchCard(never, 60_000))
  const card = await readers.connect('one')
  await card.transmit(select)
  vi.useFakeTimers()
  try {
    const silence = codeOfPromise(card.transmit(signature, touchLimitMs))
    await vi.advanceTimersByTimeAsync(touchLimitMs + 1)
    expect(await silence).toBe('signer/touch-timeout')
  } finally {
    vi.useRealTimers()
  }
  await card.end('reset')
})

test('a card put in place of another has power of its own', async () => {
  const readers = rehearsalReaders()
  const one = rehearsalCard({ serial: 1 })
  await selectPiv(sendTo(one))
  await verifyPin(sendTo(one))
  readers.insert('one', rehearsalCard({ serial: 2 }))
  const card = await readers.connect('one')
  readers.insert('one', one)
  expect(await codeOfPromise(card.transmit(select))).toBe('signer/absent')
  const next = await readers.connect('one')
  expect(await statusOf(next, pinStatus)).toBe('6d00')
})
