// The adapter to the smart card service over a native module that is not there: what silence of a card is called.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { apduLimitMs, silentCard, touchLimitMs } from '../../src/node/card.ts'
import { systemReaders } from '../../src/node/pcsc.ts'
import { codeOfPromise } from '../support/thrown.ts'

const reader = {
  name: () => 'Reader',
  on: (event: string, hear: (status: { has: (flag: string) => boolean }) => void) => {
    if (event === 'change') hear({ has: (flag) => flag === 'PRESENT' })
  },
  connect: async () => ({
    transaction: async () => ({ end: async () => undefined }),
    transmit: () => new Promise(() => {}),
    disconnect: async () => undefined,
  }),
}

const stopped = vi.hoisted((): number[] => [])

vi.mock('pcsc-mini', () => ({
  CardMode: { SHARED: 1 },
  CardDisposition: { LEAVE: 0, RESET: 1 },
  Protocol: { ANY: 0 },
  ReaderStatus: { PRESENT: 'PRESENT', MUTE: 'MUTE' },
  Client: class {
    hear: ((one: typeof reader) => void) | undefined
    on(event: string, hear: (one: typeof reader) => void): void {
      if (event === 'reader') this.hear = hear
    }
    start(): void {
      this.hear?.(reader)
    }
    stop(): void {
      stopped.push(Date.now())
    }
  },
}))

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('only who waits for a finger is told that it did not come', async () => {
  const readers = systemReaders()
  const stop = readers.watch(() => {})
  await vi.waitFor(async () => expect(await codeOfPromise(readers.connect('Reader'))).toBe('ok'))
  for (const [limitMs, code] of [
    [undefined, 'signer/failed'],
    [20_000, 'signer/failed'],
    [touchLimitMs, 'signer/touch-timeout'],
  ] as const) {
    const card = await readers.connect('Reader')
    const silence = codeOfPromise(card.transmit(Uint8Array.of(0), limitMs))
    await vi.advanceTimersByTimeAsync((limitMs ?? apduLimitMs) + 1)
    expect(await silence).toBe(code)
  }
  stop()
})

test("a limit is a finger's from just above twenty seconds", () => {
  expect([apduLimitMs, 20_000, 20_001, touchLimitMs].map((limitMs) => silentCard(limitMs).code)).toEqual([
    'signer/failed',
    'signer/failed',
    'signer/touch-timeout',
    'signer/touch-timeout',
  ])
})

test('the module is stopped once its thread is at rest, not just after something happened, and once', async () => {
  stopped.length = 0
  const readers = systemReaders()
  const stop = readers.watch(() => {})
  await vi.waitFor(async () => expect(await codeOfPromise(readers.connect('Reader'))).toBe('ok'))
  const card = await readers.connect('Reader')
  await card.end('leave')
  stop()
  await vi.advanceTimersByTimeAsync(100)
  expect(stopped).toEqual([])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(stopped).toHaveLength(1)
})
