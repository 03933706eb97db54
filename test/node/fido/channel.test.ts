// A channel to a token that is slow, busy, talked to by others, pulled out, or out of its mind.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../src/core/error.ts'
import { type Channel, type Limits, openChannel } from '../../../src/node/fido/channel.ts'
import { openCtap } from '../../../src/node/fido/ctap.ts'
import { command } from '../../../src/node/fido/frames.ts'
import { pinHash } from '../../../src/node/fido/pin-protocol.ts'
import type { HidLink } from '../../../src/node/hid.ts'
import { type SoftAuthenticator, softAuthenticator } from '../../support/soft-authenticator.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const { signal } = new AbortController()
const limits: Limits = { silenceMs: 60, touchMs: 250, busyMs: 150, announceMs: 30 }
const open = (token: SoftAuthenticator, wanted = limits): Promise<Channel> => openChannel(token.open(), signal, wanted)
const bytes = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 7) & 255)
const getInfo = Uint8Array.of(4)
const pinRetries = Uint8Array.from([6, 0xa2, 1, 2, 2, 1])

test('opens a channel of its own, and says what the device is', async () => {
  const channel = await open(softAuthenticator())
  expect([channel.speaksCbor, channel.deviceVersion]).toEqual([true, [5, 7, 1]])
})

test.each([0, 1, 57, 58, 116, 117, 7609])('%i bytes come back as they went', async (length) => {
  const channel = await open(softAuthenticator())
  const data = bytes(length)
  expect(Buffer.compare(await channel.ask(command.ping, data, { signal }), data)).toBe(0)
})

test('two programs on one token do not hear each other', async () => {
  const token = softAuthenticator()
  const [one, two] = [await open(token), await open(token)]
  const answers = await Promise.all([
    one.ask(command.ping, bytes(200), { signal }),
    two.ask(command.ping, bytes(300), { signal }),
  ])
  expect(answers.map((answer) => answer.length)).toEqual([200, 300])
})

test("an answer to another program's INIT is not taken for ours", async () => {
  const token = softAuthenticator()
  token.fault = (report) => {
    token.fault = (one) => [one]
    const foreign = Buffer.from(report)
    foreign.fill(0xee, 7, 15)
    foreign.writeUInt32BE(0x0bad0bad, 15)
    return [foreign, report]
  }
  const channel = await open(token)
  expect((await channel.ask(command.ping, bytes(3), { signal })).length).toBe(3)
})

describe('a busy token', () => {
  test('is asked again', async () => {
    const token = softAuthenticator()
    token.busyFor = 1
    const channel = await open(token)
    token.busyFor = 1
    expect((await channel.ask(command.cbor, getInfo, { signal }))[0]).toBe(0)
  })

  test('is given up after a while', async () => {
    const token = softAuthenticator()
    token.busyFor = 1_000
    expect(await codeOfPromise(open(token))).toBe('signer/busy')
    token.busyFor = 0
    const channel = await open(token)
    token.busyFor = 1_000
    expect(await codeOfPromise(channel.ask(command.cbor, getInfo, { signal }))).toBe('signer/busy')
  })
})

describe('silence', () => {
  test('of a token that never answers ends the opening', async () => {
    const token = softAuthenticator()
    token.fault = () => []
    expect(await codeOfPromise(open(token))).toBe('signer/failed')
  })

  test('in the middle of an answer ends the question, and the token is told', async () => {
    const token = softAuthenticator()
    const channel = await open(token)
    token.fault = (report, index) => (index >= 2 ? [] : [report])
    expect(await codeOfPromise(channel.ask(command.cbor, getInfo, { signal }))).toBe('signer/failed')
    expect(token.received.at(-1)?.command).toBe(command.cancel)
  })

  test('is not silence while keepalives come', async () => {
    const token = softAuthenticator({ pin: '1234', touchAfterMs: 150 })
    const ctap = await openCtap(await open(token), signal)
    const verified = { pinHash: pinHash(Buffer.from('1234')) }
    const wanted = { rpId: 'test', rpName: 'Test', userName: 'test', exclude: [] }
    let announced = 0
    const id = await ctap.makeCredential(wanted, verified, { signal, onTouch: () => announced++ })
    expect([id.length, announced]).toEqual([48, 1])
  })

  test('of 400 milliseconds is announced as a touch, even when the token does not say so', async () => {
    const token = softAuthenticator({ pin: '1234', touchAfterMs: 45 })
    const ctap = await openCtap(await open(token), signal)
    token.fault = (report) => (report[4] === 0x80 + command.keepalive ? [] : [report])
    const wanted = { rpId: 'test', rpName: 'Test', userName: 'test', exclude: [] }
    let announced = 0
    const verified = { pinHash: pinHash(Buffer.from('1234')) }
    await ctap.makeCredential(wanted, verified, { signal, onTouch: () => announced++ })
    expect(announced).toBe(1)
  })
})

test('a token that only says that it works holds up nobody who merely looks', async () => {
  const real = softAuthenticator().open()
  let hear = (_report: Uint8Array): void => {}
  let timer: NodeJS.Timeout | undefined
  const link: HidLink = {
    close: () => real.close(),
    onReport: (heard, lost) => {
      hear = heard
      real.onReport(heard, lost)
    },
    write: async (report) => {
      if (report[4] !== 0x80 + command.cbor) return real.write(report)
      const working = Buffer.alloc(64)
      working.set(report.subarray(0, 4))
      working.set([0x80 + command.keepalive, 0, 1, 1], 4)
      timer = setInterval(() => hear(working), 20)
    },
  }
  const channel = await openChannel(link, signal, { silenceMs: 200, touchMs: 3_000, busyMs: 150, announceMs: 30 })
  const begun = performance.now()
  expect(await codeOfPromise(channel.ask(command.cbor, getInfo, { signal }))).toBe('signer/failed')
  clearInterval(timer)
  expect(performance.now() - begun).toBeLessThan(1_500)
})

test('a token that never stops saying that it works is given up', async () => {
  const token = softAuthenticator({ pin: '1234' })
  const ctap = await openCtap(await open(token), signal)
  token.finger = 'is away'
  token.fault = (report) => {
    if (report[4] !== 0x80 + command.keepalive) return [report]
    report[7] = 1
    return Array(2_000).fill(report)
  }
  const wanted = { rpId: 'test', rpName: 'Test', userName: 'test', exclude: [] }
  const verified = { pinHash: pinHash(Buffer.from('1234')) }
  const ask = { signal, onTouch: () => undefined }
  const begun = performance.now()
  expect(await codeOfPromise(ctap.makeCredential(wanted, verified, ask))).toBe('signer/touch-timeout')
  expect(performance.now() - begun).toBeLessThan(1_500)
})

describe('cancelling', () => {
  test('before the first byte', async () => {
    const stopped = AbortSignal.abort()
    const token = softAuthenticator()
    expect(await codeOfPromise(openChannel(token.open(), stopped, limits))).toBe('user/cancelled')
    expect(token.received).toEqual([])
    const channel = await open(token)
    expect(await codeOfPromise(channel.ask(command.cbor, getInfo, { signal: stopped }))).toBe('user/cancelled')
    expect(token.done).toEqual([])
  })

  test('leaves a token that can be asked again', async () => {
    const token = softAuthenticator({ pin: '1234' })
    const channel = await open(token)
    const ctap = await openCtap(channel, signal)
    token.finger = 'is away'
    const stop = new AbortController()
    const wanted = { rpId: 'test', rpName: 'Test', userName: 'test', exclude: [] }
    const verified = { pinHash: pinHash(Buffer.from('1234')) }
    const ask = { signal: stop.signal, onTouch: () => stop.abort() }
    expect(await codeOfPromise(ctap.makeCredential(wanted, verified, ask))).toBe('user/cancelled')
    expect((await channel.ask(command.cbor, getInfo, { signal }))[0]).toBe(0)
  })
})

test('what a PIN was exchanged for serves one touch; sent again it is refused', async () => {
  const token = softAuthenticator({ pin: '1234' })
  const channel = await open(token)
  const ctap = await openCtap(channel, signal)
  const verified = { pinHash: pinHash(Buffer.from('1234')) }
  const ask = { signal, onTouch: () => undefined }
  const wanted = { rpId: 'test', rpName: 'Test', userName: 'test', exclude: [] }
  const credentialId = await ctap.makeCredential(wanted, verified, ask)
  const first = await ctap.hmacSecret({ rpId: 'test', credentialId }, bytes(32), verified, ask)
  const request = token.received.findLast(({ command: code }) => code === command.cbor)?.data ?? Buffer.of()
  expect(request[0]).toBe(2)
  expect([...(await channel.ask(command.cbor, request, ask))]).toEqual([0x33])
  const again = await ctap.hmacSecret({ rpId: 'test', credentialId }, bytes(32), verified, ask)
  const other = await ctap.hmacSecret({ rpId: 'test', credentialId }, bytes(32).reverse(), verified, ask)
  const untold = await ctap.hmacSecret({ rpId: 'test', credentialId }, bytes(32), 'touch-only', ask)
  expect(Buffer.compare(first, again)).toBe(0)
  expect(Buffer.compare(first, other)).not.toBe(0)
  expect(Buffer.compare(first, untold)).not.toBe(0)
  const elsewhere = ctap.hmacSecret({ rpId: 'other', credentialId }, bytes(32), verified, ask)
  expect(await codeOfPromise(elsewhere)).toBe('signer/wrong-key')
})

test('pulled out in the middle', async () => {
  const token = softAuthenticator()
  const channel = await open(token)
  token.fault = (report) => {
    token.unplug()
    return [report]
  }
  expect(await codeOfPromise(channel.ask(command.cbor, getInfo, { signal }))).toBe('signer/absent')
  expect(await codeOfPromise(channel.ask(command.cbor, getInfo, { signal }))).toBe('signer/absent')
})

test('a CTAPHID error and an answer to another question are refused', async () => {
  const token = softAuthenticator()
  const channel = await open(token)
  expect(await codeOfPromise(channel.ask(0x55, getInfo, { signal }))).toBe('signer/failed')
  token.fault = (report) => {
    report[4] = 0x80 + command.ping
    return [report]
  }
  expect(await codeOfPromise(channel.ask(command.cbor, getInfo, { signal }))).toBe('signer/failed')
})

test('any damage to any report ends in an answer or an error of ours, in time', async () => {
  const damage = fc.record({
    at: fc.integer({ min: 0, max: 3 }),
    byte: fc.nat(63),
    value: fc.nat(255),
    drop: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      const token = softAuthenticator({ pin: '1234' })
      token.fault = (report, index) => {
        const hit = damages.filter(({ at }) => at === index)
        if (hit.some(({ drop, byte }) => drop && byte % 2 === 0)) return []
        for (const { byte, value } of hit) report[byte] = value
        return [report]
      }
      const quick = { silenceMs: 15, touchMs: 60, busyMs: 10, announceMs: 5 }
      const begun = performance.now()
      try {
        const channel = await openChannel(token.open(), signal, quick)
        const ctap = await openCtap(channel, signal)
        await ctap.pinTries(signal)
        await channel.ask(command.cbor, pinRetries, { signal })
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.code === 'internal/bug') throw thrown
      }
      expect(performance.now() - begun).toBeLessThan(3_000)
    }),
    { numRuns: 60 },
  )
})
