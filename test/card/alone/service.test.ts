// The smart card service as it is: cards that come and go, a service that is not there, dies and comes back, another program
// that holds the reader. All through the child process that the product uses.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { verifySignature } from '../../../src/core/crypto.ts'
import type { PublicKey } from '../../../src/core/signer.ts'
import type { TokenList } from '../../../src/core/token.ts'
import type { Card } from '../../../src/node/card.ts'
import { systemReaders } from '../../../src/node/pcsc.ts'
import { type RehearsalCard, rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import { type TokenHost, tokenHost } from '../../../src/node/token-host/client.ts'
import { sealing } from '../../../src/node/token-host/sealed-prompt.ts'
import { forkTokenHost } from '../../../src/node/token-host/spawn.ts'
import { type Pcscd, startPcscd } from '../../support/pcscd.ts'
import { typing } from '../../support/practice-key.ts'
import { never } from '../../support/repository.ts'
import { codeOf, codeOfPromise } from '../../support/thrown.ts'

const serial = 15_835_999
const tokenId = `piv:${serial}`
const pin = '123456'

let pcscd: Pcscd | undefined
let dataDir: string
let host: TokenHost
let hostPid = 0
let card: RehearsalCard
let answers: RehearsalCard['transmit']
let key: PublicKey
let lists: { at: number; list: TokenList }[] = []
const prompt = typing()

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'countersign-card-'))
  host = tokenHost({
    prompt: sealing(prompt),
    start: () => {
      const child = forkTokenHost(dataDir)
      hostPid = child.pid
      return child
    },
  })
  host.watch((list) => lists.push({ at: performance.now(), list }))
  card = rehearsalCard({ serial, touch: async () => true })
  answers = card.transmit
})

afterEach(() => {
  prompt.replies.length = 0
  // A test that failed in the middle must not take the others along.
  card.transmit = answers
})

afterAll(async () => {
  await host?.close()
  await pcscd?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const latest = (): TokenList => lists.at(-1)?.list ?? { tokens: [], problems: [] }
const codes = (): string[] => latest().problems.map(({ error }) => error.code)
const reader = () => {
  const [first] = pcscd?.readers ?? []
  if (first === undefined) throw new Error('no reader')
  return first
}

function sign(...messages: string[]): Promise<Uint8Array[]> {
  const request = { signerId: `${tokenId}/9c`, key, messages: messages.map(utf8), purpose: 'Root 3' }
  return host.call('sign', request, never)
}

test('without the service there are no tokens, and the list says why and what to do', async () => {
  await expect.poll(codes, { timeout: 5_000 }).toEqual(['signer/absent'])
  expect(latest().problems[0]?.error.hint).toMatch(/pcscd/)
})

test('a service that starts later is found, and a token that is put in is shown with all it holds', async () => {
  pcscd = await startPcscd()
  await expect.poll(codes, { timeout: 5_000 }).toEqual([])
  await reader().reader.insert(card)
  await expect
    .poll(() => latest().tokens.map(({ id, reading }) => [id, reading]), { timeout: 5_000 })
    .toEqual([[tokenId, false]])
  const [token] = latest().tokens
  expect(token).toMatchObject({ serial: String(serial), firmware: '5.7.1', rehearsal: false, pin: { triesLeft: 3 } })
})

test('a key is made on it, and signs what verifies here', async () => {
  const request = { tokenId, slot: '9c', algorithm: 'P-256', pinPolicy: 'once', touchPolicy: 'cached' } as const
  key = await host.call('generate', { ...request, replace: false }, never)
  prompt.replies.push(pin)
  const [signature = new Uint8Array()] = await sign('a root')
  expect(await verifySignature(key, utf8('a root'), signature)).toBe(true)
})

test('a token that is taken out is gone, and signing says which one to put in', async () => {
  await reader().reader.remove()
  await expect.poll(() => latest().tokens, { timeout: 5_000 }).toEqual([])
  expect(await codeOfPromise(sign('a root'))).toBe('signer/absent')
  expect(prompt.asked.length).toBe(1)
})

test('from the event of the smart card service to the list that shows it: within 100 ms', async () => {
  const watching = systemReaders()
  const events: number[] = []
  const stop = watching.watch((state) => {
    if (state.readers.some(({ hasCard }) => hasCard)) events.push(performance.now())
  })
  lists = []
  await reader().reader.insert(card)
  await expect.poll(() => latest().tokens.some(({ id }) => id === tokenId), { timeout: 5_000 }).toBe(true)
  await expect.poll(() => events.length, { timeout: 5_000 }).toBeGreaterThan(0)
  stop()
  const shown = lists.find(({ list }) => list.tokens.length > 0)?.at ?? 0
  const named = lists.find(({ list }) => list.tokens.some(({ id }) => id === tokenId))?.at ?? 0
  // Two processes hear the same event, each when its own thread is woken.
  const first = events[0] ?? 0
  console.log(`event to card: ${(shown - first).toFixed(0)} ms, to its number: ${(named - first).toFixed(0)} ms`)
  expect(shown - first).toBeLessThan(100)
  await expect.poll(() => latest().tokens[0]?.reading, { timeout: 5_000 }).toBe(false)
})

test('another program holds the reader: busy, said within seconds, and it works when that program is done', async () => {
  const other = systemReaders()
  const stop = other.watch(() => {})
  const held = await untilConnected(() => other.connect(reader().name))
  prompt.replies.push(pin, pin)
  const before = performance.now()
  expect(await codeOfPromise(sign('a root'))).toBe('signer/busy')
  expect(performance.now() - before).toBeLessThan(5_000)
  await held.end('leave')
  stop()
  // Our own connecting, which was not waited for, has to come back first.
  prompt.replies.length = 0
  await expect
    .poll(
      () => {
        prompt.replies.push(pin)
        return sign('a root').then(({ length }) => length, codeOf)
      },
      { timeout: 5_000, interval: 100 },
    )
    .toBe(1)
})

async function untilConnected(connect: () => Promise<Card>): Promise<Card> {
  let card: Card | undefined
  await expect
    .poll(
      async () => {
        card = await connect().catch(() => undefined)
        return card !== undefined
      },
      // Ours may still be reading it.
      { timeout: 5_000 },
    )
    .toBe(true)
  if (card === undefined) throw new Error('not connected')
  return card
}

test('pulled while it signs: absent, nothing is answered, and it signs again afterwards', async () => {
  const real = card.transmit
  for (const instruction of [0xa4, 0xf8, 0xf7, 0x20, 0x87]) {
    let isArmed = true
    card.transmit = async (command) => {
      if (isArmed && command[1] === instruction) {
        isArmed = false
        await reader().reader.remove()
        return new Uint8Array()
      }
      return real(command)
    }
    prompt.replies.push(pin)
    expect(await codeOfPromise(sign('a root'))).toBe('signer/absent')
    card.transmit = real
    await expect.poll(() => latest().tokens, { timeout: 5_000 }).toEqual([])
    await reader().reader.insert(card)
    await expect.poll(() => latest().tokens[0]?.reading, { timeout: 5_000 }).toBe(false)
    prompt.replies.length = 0
  }
  prompt.replies.push(pin)
  expect(await sign('a root')).toHaveLength(1)
})

test('a service that is killed takes the tokens with it, and brings them back', async () => {
  await pcscd?.kill()
  await expect.poll(() => [latest().tokens.length, codes().length], { timeout: 5_000 }).toEqual([0, 1])
  pcscd = await startPcscd()
  await expect.poll(codes, { timeout: 5_000 }).toEqual([])
  await reader().reader.insert(card)
  await expect.poll(() => latest().tokens[0]?.reading, { timeout: 5_000 }).toBe(false)
  prompt.replies.push(pin)
  expect(await sign('a root')).toHaveLength(1)
})

test('the process that owns the tokens is killed while it signs: the call fails, the next one works', async () => {
  const real = card.transmit
  card.transmit = async (command) => {
    if (command[1] === 0x87) process.kill(hostPid, 'SIGKILL')
    return real(command)
  }
  prompt.replies.push(pin)
  expect(await codeOfPromise(sign('a root'))).toBe('signer/failed')
  card.transmit = real
  await expect.poll(() => latest().tokens[0]?.reading, { timeout: 5_000 }).toBe(false)
  prompt.replies.push(pin)
  expect(await sign('a root')).toHaveLength(1)
})

test('a card that does not answer stops neither the app nor another token', { timeout: 60_000 }, async () => {
  const real = card.transmit
  let letGo = (): void => {}
  const silence = new Promise<void>((resolve) => {
    letGo = resolve
  })
  card.transmit = async (command) => {
    if (command[1] === 0x87) await silence
    return real(command)
  }
  prompt.replies.push(pin)
  const before = hostPid
  expect(await codeOfPromise(sign('a root'))).toBe('signer/touch-timeout')
  // Meanwhile: said at once, not waited for.
  const start = performance.now()
  prompt.replies.push(pin)
  expect(await codeOfPromise(sign('a root'))).toBe('signer/busy')
  await host.call('list', undefined, never)
  expect(performance.now() - start).toBeLessThan(1_000)
  card.transmit = real
  letGo()
  // It answers again: nothing had to be replaced, and it signs.
  await expect
    .poll(
      async () => {
        prompt.replies.push(pin)
        return codeOfPromise(sign('a root')).catch(() => 'signed')
      },
      { timeout: 10_000, interval: 500 },
    )
    .not.toBe('signer/busy')
  prompt.replies.length = 0
  prompt.replies.push(pin)
  expect(await sign('a root')).toHaveLength(1)
  expect(hostPid).toBe(before)
})

test('with nothing to do the process takes less than 1 % of a processor', async () => {
  const ticks = (): number => {
    const fields = readFileSync(`/proc/${hostPid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return Number(fields[11]) + Number(fields[12])
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  const before = ticks()
  await new Promise((resolve) => setTimeout(resolve, 10_000))
  const used = ticks() - before
  console.log(`idle for 10 s: ${used * 10} ms of processor time`)
  // A tick is 10 ms: 1 % of ten seconds are 10 ticks.
  expect(used).toBeLessThan(10)
})
