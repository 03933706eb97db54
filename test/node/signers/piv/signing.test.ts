// Signing with a PIV token: how often it is talked to and asked, what it does when anything is not as it should be.
import { beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { verifySignature } from '../../../../src/core/crypto.ts'
import type { Prompt } from '../../../../src/core/signer.ts'
import type { SlotAlgorithm } from '../../../../src/core/token.ts'
import { rehearsalCard } from '../../../../src/node/rehearsal-card/card.ts'
import { gone, triesUsed } from '../../../support/faulty-readers.ts'
import { factoryPuk, type PracticeKey, practiceKey, readerName, typing } from '../../../support/practice-key.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'

const messages = Array.from({ length: 10 }, (_, index) => `change ${index}`)

test('one signature takes SELECT, serial, metadata, VERIFY and the signature, and nothing more', async () => {
  const { driver, readers, request, prompt } = await practiceKey()
  await driver.sign(request('one'), prompt, never)
  expect(readers.commands).toEqual(['00a40400', '00f80000', '00f7009c', '00200080', '0087119c'])
})

test('ten signatures add nine commands, and one question', async () => {
  const { driver, readers, request, prompt, key } = await practiceKey()
  const signatures = await driver.sign(request(...messages), prompt, never)
  expect(readers.commands).toHaveLength(14)
  expect(prompt.asked).toHaveLength(1)
  for (const [index, message] of messages.entries()) {
    expect(await verifySignature(key, utf8(message), signatures[index] ?? new Uint8Array())).toBe(true)
  }
})

test('a key that wants its PIN each time gets it each time, and the person is asked once', async () => {
  const { driver, readers, request, prompt } = await practiceKey({ pinPolicy: 'always' })
  await driver.sign(request('one', 'two', 'three'), prompt, never)
  expect(triesUsed(readers.sent)).toBe(3)
  expect(prompt.asked).toHaveLength(1)
})

test('a key that wants no PIN asks nobody', async () => {
  const { driver, readers, request, prompt } = await practiceKey({ pinPolicy: 'never' })
  await driver.sign(request('one'), prompt, never)
  expect(prompt.asked).toHaveLength(0)
  expect(triesUsed(readers.sent)).toBe(0)
})

test('the card is made to forget the PIN at the end, and what was typed is zeroed', async () => {
  const { driver, request, prompt, readers } = await practiceKey()
  readers.ends.length = 0
  await driver.sign(request('one'), prompt, never)
  expect(readers.ends).toEqual(['reset'])
  expect(prompt.given.flatMap((bytes) => [...bytes]).every((byte) => byte === 0)).toBe(true)
})

test('the question names device, secret, purpose and the tries that are left before the first', async () => {
  const { driver, request, prompt } = await practiceKey()
  await driver.sign(request('one'), prompt, never)
  expect(prompt.asked[0]).toEqual({
    device: 'Practice token 15 835 999',
    secret: 'PIV PIN',
    notThe: 'FIDO2 PIN',
    purpose: 'Root 3: renewal only',
    length: { min: 6, max: 8 },
    triesLeft: 3,
  })
})

describe('a wrong PIN', () => {
  test('is asked for again by the person, who sees how many are left; nothing is tried by itself', async () => {
    const { driver, request, readers } = await practiceKey()
    const prompt = typing('111111', '222222', '123456')
    await driver.sign(request('one'), prompt, never)
    expect(prompt.asked.map(({ triesLeft, wasWrong }) => [triesLeft, wasWrong])).toEqual([
      [3, undefined],
      [2, true],
      [1, true],
    ])
    expect(triesUsed(readers.sent)).toBe(3)
    // A right one sets the count back.
    const { tokens } = await driver.list(never)
    expect(tokens[0]?.pin?.triesLeft).toBe(3)
  })

  test('to the last try blocks, says so, and is not asked for again; the PUK makes a new one', async () => {
    const { driver, request } = await practiceKey()
    const wrong = typing('111111', '222222', '333333', '444444')
    expect(await codeOfPromise(driver.sign(request('one'), wrong, never))).toBe('signer/pin-blocked')
    expect(wrong.asked).toHaveLength(3)
    const nobody = typing()
    expect(await codeOfPromise(driver.sign(request('one'), nobody, never))).toBe('signer/pin-blocked')
    expect(nobody.asked).toHaveLength(0)
    const puk = typing(factoryPuk, '735912')
    await driver.unblock('piv:15835999', puk, never)
    expect(puk.asked.map(({ secret }) => secret)).toEqual(['PIV PUK', 'new PIV PIN'])
    await driver.sign(request('one'), typing('735912'), never)
  })

  test('of a wrong length never reaches the token', async () => {
    const { driver, request, readers } = await practiceKey()
    for (const typed of ['12345', '123456789', 'cbdefghijklnrtuvcbdefghijklnrtuvcbdefghijkln']) {
      expect(await codeOfPromise(driver.sign(request('one'), typing(typed), never))).toBe('usage/invalid')
    }
    expect(triesUsed(readers.sent)).toBe(0)
  })
})

describe('the wrong token', () => {
  test('in the right slot holds another key: found before any PIN is asked', async () => {
    const { driver, request, prompt, readers } = await practiceKey()
    const other = await practiceKey({ serial: 99 })
    const code = await codeOfPromise(driver.sign({ ...request('one'), key: other.key }, prompt, never))
    expect([code, prompt.asked.length, readers.commands.length]).toEqual(['signer/wrong-key', 0, 0])
  })

  test('that is not plugged in is named by its number', async () => {
    const { driver, request, prompt } = await practiceKey()
    const code = await codeOfPromise(driver.sign({ ...request('one'), signerId: 'piv:7/9c' }, prompt, never))
    expect([code, prompt.asked.length]).toEqual(['signer/absent', 0])
  })

  test('put in while the PIN is typed gets no PIN, and the question goes away', async () => {
    const { driver, request, inner, readers } = await practiceKey()
    const other = await practiceKey({ serial: 20_111_222 })
    let wasStopped = false
    const prompt: Prompt = {
      touch: () => () => {},
      pin: (_request, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            wasStopped = true
            reject(new Error('stopped'))
          })
          inner.insert(readerName, other.card)
        }),
    }
    expect(await codeOfPromise(driver.sign(request('one'), prompt, never))).toBe('signer/absent')
    expect(wasStopped).toBe(true)
    expect(triesUsed(readers.sent)).toBe(0)
  })

  test('swapped faster than the reader can tell gets no PIN', async () => {
    const { driver, request, prompt, readers } = await practiceKey()
    const other = await practiceKey({ serial: 20_111_222 })
    readers.fault = (command) => other.card.transmit(command)
    expect(await codeOfPromise(driver.sign(request('one'), prompt, never))).toBe('signer/wrong-key')
    expect(triesUsed(readers.sent)).toBe(0)
  })

  test('with the same number beside the right one: neither is asked, both are named', async () => {
    const { driver, request, prompt, inner, readers } = await practiceKey()
    const twin = await practiceKey()
    inner.insert('A reader before it', twin.card)
    await driver.list(never)
    readers.sent.length = 0
    expect(await codeOfPromise(driver.sign(request('one'), prompt, never))).toBe('signer/wrong-key')
    expect([prompt.asked.length, triesUsed(readers.sent)]).toEqual([0, 0])
    const { tokens } = await driver.list(never)
    expect(tokens.map(({ slots, problem }) => [slots.length, problem?.code])).toEqual([
      [0, 'signer/wrong-key'],
      [0, 'signer/wrong-key'],
    ])
  })

  test('that is a practice token where a real one is meant, or the other way round, is not used', async () => {
    const { driver, request, prompt } = await practiceKey()
    const code = codeOfPromise(driver.sign({ ...request('one'), rehearsal: false }, prompt, never))
    expect([await code, prompt.asked.length]).toEqual(['signer/wrong-key', 0])
  })

  test('with the same number but another key in the slot gets no PIN either', async () => {
    const { driver, request, inner, readers } = await practiceKey()
    const prompt = typing('123456')
    const twin = await practiceKey()
    inner.insert(readerName, twin.card)
    await driver.list(never)
    expect(await codeOfPromise(driver.sign(request('one'), prompt, never))).toBe('signer/wrong-key')
    expect(triesUsed(readers.sent)).toBe(0)
  })
})

describe('a touch', () => {
  test('is shown at once where the key always wants one, and is over afterwards', async () => {
    const { driver, request, prompt } = await practiceKey({ touchPolicy: 'always' })
    await driver.sign({ ...request('one', 'two'), purposes: ['Root 3', 'Targets 5'] }, prompt, never)
    // Each touch says what it signs.
    expect(prompt.touches.map(({ purpose }) => purpose)).toEqual(['1 of 2: Root 3', '2 of 2: Targets 5'])
    expect(prompt.open).toBe(0)
  })

  test('is not shown where the key wants none and the card answers', async () => {
    const { driver, request, prompt } = await practiceKey()
    await driver.sign(request('one'), prompt, never)
    expect(prompt.touches).toHaveLength(0)
  })

  test('is shown when the card keeps silent, unless the key is known to want none', async () => {
    const { driver, request, prompt, readers } = await practiceKey({ touchPolicy: 'cached' })
    readers.fault = async (command, answer) => {
      if (command[1] === 0x87) await new Promise((resolve) => setTimeout(resolve, 600))
      return answer()
    }
    await driver.sign(request('one'), prompt, never)
    expect(prompt.touches).toHaveLength(1)
    expect(prompt.open).toBe(0)
  })

  test('refused, or not given in time, is named as that', async () => {
    const refusing = await practiceKey({ touchPolicy: 'always', touch: async () => false })
    expect(await codeOfPromise(refusing.driver.sign(refusing.request('one'), refusing.prompt, never))).toBe(
      'signer/touch-timeout',
    )
    expect(refusing.prompt.open).toBe(0)
    const waiting = await practiceKey({ touchPolicy: 'always', touchWaitMs: 50, touch: () => new Promise(() => {}) })
    expect(await codeOfPromise(waiting.driver.sign(waiting.request('one'), waiting.prompt, never))).toBe(
      'signer/touch-timeout',
    )
  })
})

describe('a lying card', () => {
  const lies: Record<string, (answer: Uint8Array, one: PracticeKey) => Uint8Array | Promise<Uint8Array>> = {
    'answers success without a signature': () => Uint8Array.of(0x90, 0x00),
    'answers an empty template': () => Uint8Array.of(0x7c, 0x02, 0x82, 0x00, 0x90, 0x00),
    'answers another signature of the right form': async () => {
      const other = await practiceKey({ serial: 5 })
      const [der = new Uint8Array()] = await other.driver.sign(other.request('one'), typing('123456'), never)
      return Uint8Array.from([0x7c, der.length + 2, 0x82, der.length, ...der, 0x90, 0x00])
    },
    'flips a bit': (answer) => answer.with(12, (answer[12] ?? 0) ^ 1),
  }
  for (const [name, lie] of Object.entries(lies)) {
    test(name, async () => {
      const one = await practiceKey()
      one.readers.fault = async (command, answer) => (command[1] === 0x87 ? lie(await answer(), one) : answer())
      expect(await codeOfPromise(one.driver.sign(one.request('one'), one.prompt, never))).toBe('signer/failed')
    })
  }

  test('signs the first 32 bytes only', async () => {
    const one = await practiceKey({ algorithm: 'Ed25519' })
    one.readers.fault = async (command, answer) => {
      if (command[1] !== 0x87) return answer()
      const cut = Uint8Array.of(...command.subarray(0, 4), 38, 0x7c, 36, 0x82, 0, 0x81, 32, ...utf8('x'.repeat(32)), 0)
      const card = one.card
      return card.transmit(cut)
    }
    const code = await codeOfPromise(one.driver.sign(one.request('x'.repeat(80)), one.prompt, never))
    expect(code).toBe('signer/failed')
  })
})

test('pulled at each command of a signature: absent, nothing signed, and the next one works', async () => {
  for (let at = 0; at < 5; at++) {
    const one = await practiceKey()
    const base = one.readers.commands.length
    one.readers.fault = async (_command, answer, count) => {
      if (count - base < at) return answer()
      one.inner.remove(readerName)
      throw gone()
    }
    expect(await codeOfPromise(one.driver.sign(one.request('one'), one.prompt, never))).toBe('signer/absent')
    one.readers.fault = (_command, answer) => answer()
    one.inner.insert(readerName, one.card)
    await one.driver.list(never)
    await one.driver.sign(one.request('one'), typing('123456'), never)
  }
})

test('whoever only looks waits for nobody who signs, and stops no signature', async () => {
  let touch = (): void => {}
  const one = await practiceKey({
    touchPolicy: 'always',
    touch: () => new Promise((resolve) => (touch = () => resolve(true))),
  })
  const signature = one.driver.sign(one.request('one'), one.prompt, never)
  await expect.poll(() => one.prompt.touches.length).toBe(1)
  // As if the tries had been read long ago.
  const realNow = Date.now
  Date.now = () => realNow() + 60_000
  try {
    const before = performance.now()
    expect((await one.driver.list(never)).tokens).toHaveLength(1)
    expect(performance.now() - before).toBeLessThan(1_000)
  } finally {
    Date.now = realNow
  }
  touch()
  expect(await signature).toHaveLength(1)
})

test('a token that is slow to be read holds up no other', async () => {
  const one = await practiceKey()
  const slow = await practiceKey({ serial: 7 })
  const real = slow.card.transmit
  slow.card.transmit = async (command) => {
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    return real(command)
  }
  one.inner.insert('Slow reader', slow.card)
  const before = performance.now()
  await one.driver.sign(one.request('one'), one.prompt, never)
  expect(performance.now() - before).toBeLessThan(1_000)
  const { tokens } = await one.driver.list(never)
  expect(performance.now() - before).toBeLessThan(5_000)
  expect(tokens.map(({ reading }) => reading)).toEqual([false, true])
})

test('another program holds the card: busy, by name, within the limit', async () => {
  const one = await practiceKey()
  const other = await one.inner.connect(readerName)
  const code = codeOfPromise(one.driver.sign(one.request('one'), one.prompt, never))
  expect(await code).toBe('signer/busy')
  await other.end('leave')
  await one.driver.sign(one.request('one'), typing('123456'), never)
})

describe('every kind of key', () => {
  const kinds: SlotAlgorithm[] = ['P-256', 'P-384', 'Ed25519', 'RSA-2048']
  for (const algorithm of kinds) {
    test(`${algorithm} signs what verifies here`, async () => {
      const one = await practiceKey({ algorithm, slot: '82' })
      const [signature = new Uint8Array()] = await one.driver.sign(one.request('a root'), one.prompt, never)
      expect(await verifySignature(one.key, utf8('a root'), signature)).toBe(true)
    })
  }

  test('Ed25519 refuses what is longer than a card is known to sign', async () => {
    const one = await practiceKey({ algorithm: 'Ed25519' })
    const code = await codeOfPromise(one.driver.sign(one.request('x'.repeat(3_000)), one.prompt, never))
    expect(code).toBe('signer/unsupported')
  })
})

describe('two tokens', () => {
  let list: Awaited<ReturnType<PracticeKey['driver']['list']>>
  beforeAll(async () => {
    const one = await practiceKey()
    one.inner.insert('Second reader', rehearsalCard({ serial: 20_111_222 }))
    list = await one.driver.list(never)
  })
  test('are both listed, each by its number', () => {
    expect(list.tokens.map(({ id, reader }) => [id, reader])).toEqual([
      ['piv:15835999', readerName],
      ['piv:20111222', 'Second reader'],
    ])
  })
})
