// The finger: asked for when the policy wants it, remembered for 15 seconds where that is the policy, and not waited for longer.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { rehearsalCard, type Touch } from '../../../src/node/rehearsal-card/card.ts'
import { generate, openManagement, selectPiv, sendTo, sign, tlv, verifyPin } from './talk.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

async function cardWith(touch: Touch, policy: string) {
  const card = rehearsalCard({ serial: 1, touch })
  const send = sendTo(card)
  await selectPiv(send)
  await openManagement(send)
  await generate(send, 0x9a, 0x11, policy)
  await verifyPin(send)
  return { card, send, status: async () => (await sign(send, 0x9a, 0x11, Buffer.alloc(32, 1))).status }
}

test('never, always and cached ask for as many fingers as they say', async () => {
  const counts = []
  for (const policy of ['ab0101', 'ab0102', 'ab0103']) {
    let count = 0
    const { status } = await cardWith(async () => {
      count += 1
      return true
    }, policy)
    const answers = [await status(), await status()]
    vi.setSystemTime(Date.now() + 14_999)
    answers.push(await status())
    vi.setSystemTime(Date.now() + 2)
    answers.push(await status())
    expect(answers).toEqual(['9000', '9000', '9000', '9000'])
    counts.push(count)
  }
  expect(counts).toEqual([0, 4, 2])
})

test('a refused finger is 6982 and is not remembered', async () => {
  const { status } = await cardWith(async () => false, 'ab0103')
  expect(await status()).toBe('6982')
  expect(await status()).toBe('6982')
})

test('a finger that fails is a refused one', async () => {
  const { status } = await cardWith(() => Promise.reject(new Error('no hand')), 'ab0102')
  expect(await status()).toBe('6982')
})

test('after 15 seconds without a finger the card gives up, and tells the finger', async () => {
  let wasTold = false
  const { status } = await cardWith((signal) => {
    signal.addEventListener('abort', () => {
      wasTold = true
    })
    return new Promise(() => {})
  }, 'ab0102')
  let answer = ''
  const done = status().then((found) => {
    answer = found
  })
  await vi.advanceTimersByTimeAsync(14_990)
  expect([answer, wasTold]).toEqual(['', false])
  await vi.advanceTimersByTimeAsync(20)
  await done
  expect([answer, wasTold]).toEqual(['6982', true])
})

test('the power takes the remembered finger with it', async () => {
  let count = 0
  const { card, send, status } = await cardWith(async () => {
    count += 1
    return true
  }, 'ab0103')
  await status()
  card.reset()
  await selectPiv(send)
  await verifyPin(send)
  expect([await status(), count]).toEqual(['9000', 2])
})

test('the power going ends the wait: no answer at all', async () => {
  const { card, send } = await cardWith(() => new Promise(() => {}), 'ab0102')
  let bytes: Uint8Array | undefined
  const command = tlv('7c', Buffer.from('8200', 'hex'), tlv('81', Buffer.alloc(32, 1)))
  const done = card
    .transmit(Buffer.concat([Buffer.of(0, 0x87, 0x11, 0x9a, command.length), command]))
    .then((answer) => {
      bytes = answer
    })
  await vi.advanceTimersByTimeAsync(100)
  expect(bytes).toBe(undefined)
  card.reset()
  await done
  expect(bytes?.length).toBe(0)
  expect((await selectPiv(send)).status).toBe('9000')
})

test("without a finger of one's own, one comes by itself after a while", async () => {
  const card = rehearsalCard({ serial: 1 })
  const send = sendTo(card)
  await selectPiv(send)
  await openManagement(send)
  await generate(send, 0x9e, 0x11, 'ab0102')
  let answer = ''
  const done = sign(send, 0x9e, 0x11, Buffer.alloc(32, 1)).then(({ status }) => {
    answer = status
  })
  await vi.advanceTimersByTimeAsync(300)
  expect(answer).toBe('')
  await vi.advanceTimersByTimeAsync(2_000)
  await done
  expect(answer).toBe('9000')
})

test('a management key can want a finger too', async () => {
  let isThere = true
  const card = rehearsalCard({ serial: 1, touch: async () => isThere })
  const send = sendTo(card)
  await selectPiv(send)
  await openManagement(send)
  const key = Buffer.alloc(16, 9)
  expect((await send(0xff, 0xff, 0xfe, Buffer.concat([Buffer.of(8), tlv('9b', key)]))).status).toBe('9000')
  expect((await send(0xf7, 0, 0x9b)).data.toString('hex')).toBe('01010802020002050100')
  expect((await openManagement(send, 8, key)).status).toBe('9000')
  isThere = false
  expect((await openManagement(send, 8, key)).status).toBe('6982')
  expect((await generate(send, 0x9a, 0x11)).status).toBe('6982')
})
