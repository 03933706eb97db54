// The app and the token host over a pipe in memory: calls, questions, touches, and a host that hangs, dies or raves.
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { AppError } from '../../../src/core/error.ts'
import type { PinRequest, Prompt, TouchRequest } from '../../../src/core/signer.ts'
import type { TokenList } from '../../../src/core/token.ts'
import { type HostProcess, type TokenHost, tokenHost } from '../../../src/node/token-host/client.ts'
import { type Handlers, serveTokens } from '../../../src/node/token-host/host.ts'
import { type CallName, silenceMs } from '../../../src/node/token-host/protocol.ts'
import { sealing } from '../../../src/node/token-host/sealed-prompt.ts'
import { never } from '../../support/repository.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const nothing: TokenList = { tokens: [], problems: [] }
const request: PinRequest = { device: 'YubiKey 5 15 835 999', secret: 'PIV PIN', purpose: 'Root 3', triesLeft: 3 }
const touch: TouchRequest = { device: 'YubiKey 5 15 835 999', purpose: 'Root 3', timeoutMs: 15_000 }
const signRequest = {
  signerId: 'piv:1/9c',
  key: { scheme: 'ed25519', spki: new Uint8Array(44) },
  messages: [utf8('hello')],
  purpose: 'Root 3',
} as const

interface Rig {
  host: TokenHost
  starts: number
  /** Everything that crossed, both ways. */
  wire: unknown[]
  asked: PinRequest[]
  given: Uint8Array[]
  touches: string[]
  reports: string[]
  kills: number
  /** Ends the running host as a crash would. */
  crash(): void
  /** Something the running host says. */
  say(message: unknown): void
}

interface RigOptions {
  handlers?: Partial<Handlers>
  /** What the person does when asked. */
  person?: Prompt['pin']
  limits?: Partial<Record<CallName, number>>
}

function rig({ handlers = {}, person, limits = {} }: RigOptions = {}): Rig {
  const unasked = async (): Promise<never> => {
    throw new AppError({ code: 'internal/bug', message: 'not in this test' })
  }
  const all: Handlers = {
    list: async () => nothing,
    sign: unasked,
    findUri: unasked,
    generate: unasked,
    attest: unasked,
    changeSecret: unasked,
    unblock: unasked,
    wrapKey: unasked,
    addSpare: unasked,
    practise: unasked,
    touchPractice: unasked,
    ...handlers,
  }
  let crash = (): void => {}
  let say = (_message: unknown): void => {}
  const one: Rig = {
    starts: 0,
    wire: [],
    asked: [],
    given: [],
    touches: [],
    reports: [],
    kills: 0,
    crash: () => crash(),
    say: (message) => say(message),
    host: undefined as never,
  }
  const prompt: Prompt = {
    touch: () => {
      one.touches.push('on')
      return () => one.touches.push('off')
    },
    pin: async (asked, signal) => {
      one.asked.push(asked)
      const secret = await (person ?? (async () => utf8('123456')))(asked, signal)
      one.given.push(secret)
      return secret
    },
  }
  const start = (): HostProcess => {
    one.starts++
    let toHost = (_message: unknown): void => {}
    let toApp = (_message: unknown): void => {}
    let isOver = false
    const later = (deliver: (message: unknown) => void, message: unknown): void => {
      one.wire.push(message)
      // As between processes: what arrives is a copy, and arrives later.
      const copy = structuredClone(message)
      setImmediate(() => {
        if (!isOver) deliver(copy)
      })
    }
    serveTokens({ post: (message) => later(toApp, message), listen: (hear) => (toHost = hear) }, all)
    let end = (): void => {}
    const ended = new Promise<void>((resolve) => {
      end = () => {
        isOver = true
        resolve()
      }
    })
    crash = end
    say = (message) => toApp(message)
    return {
      ended,
      kill: () => {
        one.kills++
        end()
      },
      post: (message) => later(toHost, message),
      listen: (hear) => (toApp = hear),
    }
  }
  one.host = tokenHost({
    start,
    prompt: sealing(prompt),
    report: (what) => one.reports.push(what),
    limits: { ...silenceMs, ...limits },
  })
  return one
}

test('the host starts with the first call, and answers it', async () => {
  const one = rig()
  expect(one.starts).toBe(0)
  expect(await one.host.call('list', undefined, never)).toEqual(nothing)
  expect(one.starts).toBe(1)
})

test('a PIN reaches who asked, crosses only sealed, and is zeroed by the asker', async () => {
  let seen = ''
  const one = rig({
    handlers: {
      sign: async (_request, prompt, signal) => {
        const pin = await prompt.pin(request, signal)
        seen = Buffer.from(pin).toString('latin1')
        return [pin.slice()]
      },
    },
    person: async () => utf8('583146'),
  })
  await one.host.call('sign', signRequest, never)
  expect(seen).toBe('583146')
  expect(one.asked).toEqual([request])
  expect(one.given.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
  const crossed = one.wire.filter((message) => JSON.stringify(message).includes('"kind":"secret"'))
  expect(crossed.length).toBe(1)
  const bytes = (crossed[0] as { sealed: Uint8Array }).sealed
  expect(Buffer.from(bytes).includes(Buffer.from('583146'))).toBe(false)
})

test('a person who cancels is told so by the call, and the question is over', async () => {
  const one = rig({
    handlers: { sign: async (_request, prompt, signal) => [await prompt.pin(request, signal)] },
    person: async () => {
      throw new AppError({ code: 'user/cancelled', message: 'no' })
    },
  })
  expect(await codeOfPromise(one.host.call('sign', signRequest, never))).toBe('user/cancelled')
})

test('whoever cancels the call does not wait for the card, and the question is taken away', async () => {
  let wasStopped = false
  const one = rig({
    handlers: { sign: async (_request, prompt, signal) => [await prompt.pin(request, signal)] },
    person: (_request, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          wasStopped = true
          reject(new AppError({ code: 'user/cancelled', message: 'no' }))
        })
      }),
  })
  const controller = new AbortController()
  const call = one.host.call('sign', signRequest, controller.signal)
  await expect.poll(() => one.asked.length).toBe(1)
  controller.abort()
  expect(await codeOfPromise(call)).toBe('user/cancelled')
  expect(wasStopped).toBe(true)
  // The host is told, so that it does not go on to sign.
  expect(one.wire).toContainEqual({ kind: 'cancel', id: 1 })
})

test('an error keeps its code, its hint and its data across the border', async () => {
  const one = rig({
    handlers: {
      sign: async () => {
        throw new AppError({ code: 'signer/pin-wrong', message: 'wrong', hint: 'again', data: { triesLeft: 2 } })
      },
    },
  })
  const error = await one.host.call('sign', signRequest, never).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'signer/pin-wrong', hint: 'again', data: { triesLeft: 2 } })
})

test('a touch notice is shown, and is taken away also when the host dies with it', async () => {
  const one = rig({
    handlers: {
      sign: async (_request, prompt) => {
        prompt.touch(touch)
        return new Promise(() => {})
      },
    },
  })
  const call = one.host.call('sign', signRequest, never)
  await expect.poll(() => one.touches).toEqual(['on'])
  one.crash()
  expect(await codeOfPromise(call)).toBe('signer/failed')
  expect(one.touches).toEqual(['on', 'off'])
})

test('a host that hangs is replaced, and the next call is answered by a new one', async () => {
  let isHanging = true
  const one = rig({
    handlers: { list: () => (isHanging ? new Promise(() => {}) : Promise.resolve(nothing)) },
    limits: { list: 50 },
  })
  expect(await codeOfPromise(one.host.call('list', undefined, never))).toBe('signer/failed')
  isHanging = false
  expect(await one.host.call('list', undefined, never)).toEqual(nothing)
  expect(one.starts).toBe(2)
  expect(one.reports.length).toBe(1)
  expect(one.kills).toBe(1)
})

test('the time a person takes to type does not count', async () => {
  const one = rig({
    handlers: { sign: async (_request, prompt, signal) => [await prompt.pin(request, signal)] },
    person: async () => {
      await new Promise((resolve) => setTimeout(resolve, 200))
      return utf8('123456')
    },
    limits: { sign: 100 },
  })
  expect(await one.host.call('sign', signRequest, never)).toHaveLength(1)
  expect(one.starts).toBe(1)
})

test('a host that speaks nonsense, or asks to be replaced, is replaced', async () => {
  for (const message of ['nonsense', { kind: 'answer', id: 'x' }, { kind: 'replace', why: 'stuck' }, null]) {
    const one = rig({ handlers: { list: () => new Promise(() => {}) } })
    const call = one.host.call('list', undefined, never)
    one.say(message)
    expect(await codeOfPromise(call)).toBe('signer/failed')
  }
})

test('a host that dies again and again is not started for ever, and its hearers are told', async () => {
  const one = rig()
  const heard: TokenList[] = []
  const stop = one.host.watch((list) => heard.push(list))
  one.crash()
  await expect.poll(() => one.starts).toBe(2)
  one.crash()
  await expect.poll(() => one.starts, { timeout: 3_000 }).toBe(3)
  one.crash()
  await expect.poll(() => one.starts, { timeout: 8_000 }).toBe(4)
  one.crash()
  await expect.poll(() => heard.at(-1)?.problems.length).toBe(1)
  expect(one.starts).toBe(4)
  // Whoever asks for something starts it again.
  await one.host.call('list', undefined, never)
  expect(one.starts).toBe(5)
  stop()
})

test('after closing nothing starts again, and what was asked is over', async () => {
  const one = rig({ handlers: { list: () => new Promise(() => {}) } })
  const call = one.host.call('list', undefined, never)
  await one.host.close()
  expect(await codeOfPromise(call)).toBe('user/cancelled')
  expect(await codeOfPromise(one.host.call('list', undefined, never))).toBe('user/cancelled')
  expect(one.starts).toBe(1)
})

test('a call that is over listens to nobody any more', async () => {
  const one = rig()
  const { signal } = new AbortController()
  for (let i = 0; i < 3; i++) await one.host.call('list', undefined, signal)
  expect(await codeOfPromise(one.host.call('attest', { tokenId: 'piv:1', slot: '9c' }, signal))).toBe('internal/bug')
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

describe('a call that changes the token', () => {
  const policies = { pinPolicy: 'once', touchPolicy: 'always' } as const
  const generate = { ...{ tokenId: 'piv:1', slot: '9c' }, algorithm: 'P-256', ...policies, replace: false } as const
  const failureOf = (call: Promise<unknown>) => call.catch((thrown: unknown) => thrown)
  const uncertain = { code: 'signer/failed', data: { uncertain: true } }
  const key = { scheme: 'ed25519', spki: new Uint8Array(44) } as const

  test('cancelled after it has begun waits for what the host says of it', async () => {
    const written = new AppError({ code: 'user/cancelled', message: 'cancelled, but the old key is gone' })
    for (const [ends, expected] of [
      [async () => key, key],
      [() => Promise.reject(written), { code: 'user/cancelled', message: written.message }],
    ] as const) {
      let finish = (): void => {}
      const done = new Promise<void>((resolve) => {
        finish = resolve
      })
      let wasTold = false
      const one = rig({
        handlers: {
          generate: async (_request, _prompt, signal) => {
            signal.addEventListener('abort', () => {
              wasTold = true
            })
            await done
            return ends()
          },
        },
      })
      const controller = new AbortController()
      let isOver = false
      const call = failureOf(one.host.call('generate', generate, controller.signal)).finally(() => {
        isOver = true
      })
      await new Promise((resolve) => setTimeout(resolve, 20))
      controller.abort()
      await expect.poll(() => wasTold).toBe(true)
      expect(isOver).toBe(false)
      finish()
      expect(await call).toMatchObject(expected)
    }
  })

  test('cancelled while a question is open: it is taken away, and from then on silence counts', async () => {
    let wasStopped = false
    const one = rig({
      handlers: {
        // It heard that nobody answers any more, and hangs all the same.
        changeSecret: async (_request, prompt) => {
          await prompt.pin(request, never).catch(() => undefined)
          await new Promise(() => {})
          return undefined
        },
      },
      person: (_request, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            wasStopped = true
            reject(new AppError({ code: 'user/cancelled', message: 'no' }))
          })
        }),
      limits: { changeSecret: 50 },
    })
    const controller = new AbortController()
    const call = one.host.call('changeSecret', { tokenId: 'piv:1', which: 'pin' }, controller.signal)
    await expect.poll(() => one.asked.length).toBe(1)
    controller.abort()
    expect(await failureOf(call)).toMatchObject(uncertain)
    expect(wasStopped).toBe(true)
    expect(one.kills).toBe(1)
  })

  test('a question that comes after it was cancelled is not shown', async () => {
    let ask = (): void => {}
    const asking = new Promise<void>((resolve) => {
      ask = resolve
    })
    const one = rig({
      handlers: {
        unblock: async (_request, prompt) => {
          await asking
          void prompt.pin(request, never).catch(() => undefined)
          await new Promise((resolve) => setTimeout(resolve, 30))
          return undefined
        },
      },
    })
    const controller = new AbortController()
    const call = one.host.call('unblock', { tokenId: 'piv:1' }, controller.signal)
    await new Promise((resolve) => setTimeout(resolve, 20))
    controller.abort()
    ask()
    expect(await codeOfPromise(call)).toBe('ok')
    expect(one.asked).toEqual([])
  })

  test('in which the host dies says that nobody knows, and only that one', async () => {
    const hanging = (): Promise<never> => new Promise(() => {})
    const all = { generate: hanging, changeSecret: hanging, unblock: hanging, wrapKey: hanging, addSpare: hanging }
    const one = rig({ handlers: { ...all, sign: hanging, list: hanging } })
    const { host } = one
    const calls = [
      host.call('generate', generate, never),
      host.call('changeSecret', { tokenId: 'piv:1', which: 'puk' }, never),
      host.call('unblock', { tokenId: 'piv:1' }, never),
      host.call('wrapKey', { name: 'root', scheme: 'ed25519', tokenId: 'fido:1' }, never),
      host.call('addSpare', { name: 'root', tokenId: 'fido:1' }, never),
    ]
    const others = [host.call('sign', signRequest, never), host.call('list', undefined, never)]
    const ends = [...calls, ...others].map(failureOf)
    one.crash()
    const errors = await Promise.all(ends)
    for (const error of errors.slice(0, calls.length)) expect(error).toMatchObject(uncertain)
    for (const error of errors.slice(calls.length)) {
      expect(error).toMatchObject({ code: 'signer/failed' })
      expect((error as AppError).data).toBeUndefined()
    }
  })

  test('which is closed in the middle says the same', async () => {
    const one = rig({ handlers: { generate: () => new Promise(() => {}) } })
    const call = failureOf(one.host.call('generate', generate, never))
    await one.host.close()
    expect(await call).toMatchObject(uncertain)
  })
})
