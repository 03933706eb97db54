// A thousand signatures over a line that drops, cuts, swaps and invents answers: none is ever accepted wrongly, none hangs,
// and no PIN is tried that nobody typed.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { verifySignature } from '../../../../src/core/crypto.ts'
import { AppError } from '../../../../src/core/error.ts'
import { gone, silent, triesUsed } from '../../../support/faulty-readers.ts'
import { factoryPuk, practiceKey, typing } from '../../../support/practice-key.ts'
import { never } from '../../../support/repository.ts'

type Fault =
  | { kind: 'dropped' | 'late' | 'pulled' | 'earlier' | 'empty' }
  | { kind: 'cut'; length: number }
  | { kind: 'status'; sw: number; keepsData: boolean }
  | { kind: 'flipped'; at: number; bit: number }
  | { kind: 'invented'; bytes: Uint8Array }

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom<Fault>(
    { kind: 'dropped' },
    { kind: 'late' },
    { kind: 'pulled' },
    { kind: 'earlier' },
    { kind: 'empty' },
  ),
  fc.record({ kind: fc.constant('cut' as const), length: fc.nat(80) }),
  fc.record({ kind: fc.constant('status' as const), sw: fc.nat(0xffff), keepsData: fc.boolean() }),
  fc.record({ kind: fc.constant('flipped' as const), at: fc.nat(200), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('invented' as const), bytes: fc.uint8Array({ minLength: 2, maxLength: 90 }) }),
)

const plan = fc.record({
  policy: fc.constantFrom<'once' | 'always'>('once', 'always'),
  messages: fc.integer({ min: 1, max: 3 }),
  /** By the number of the command that is hit. */
  faults: fc.array(fc.tuple(fc.nat(12), fault), { minLength: 1, maxLength: 3 }),
})

const runs = 1_000
const messageOf = (index: number): string => `change ${index}`

test(`${runs} random faults`, { timeout: 120_000 }, async () => {
  const keys = { once: await practiceKey(), always: await practiceKey({ pinPolicy: 'always', serial: 2 }) }
  let accepted = 0
  let refused = 0
  await fc.assert(
    fc.asyncProperty(plan, async ({ policy, messages, faults }) => {
      const one = keys[policy]
      const { driver, readers, key } = one
      const plans = new Map(faults)
      const base = readers.commands.length
      let previous = Uint8Array.of(0x90, 0x00)
      readers.sent.length = 0
      const events: ('asked' | 'verified' | 'refused')[] = []
      readers.fault = async (command, answer, count) => {
        const now = plans.get(count - base)
        const real = now?.kind === 'dropped' ? new Uint8Array() : await answer()
        const before = previous
        previous = new Uint8Array(real)
        const isVerify = command[1] === 0x20 && command.length > 5
        if (isVerify) events.push('refused')
        const seen = now === undefined ? real : await spoil(now, real, before)
        if (isVerify && seen.at(-2) === 0x90 && seen.at(-1) === 0) events[events.length - 1] = 'verified'
        return seen
      }
      // A person who knows the PIN, and types it anew as often as they are asked.
      const typed = typing(...Array.from({ length: 6 }, () => '123456'))
      const prompt = {
        ...typed,
        touch: typed.touch,
        pin: (...args: Parameters<typeof typed.pin>) => {
          events.push('asked')
          return typed.pin(...args)
        },
      }
      const request = one.request(...Array.from({ length: messages }, (_, index) => messageOf(index)))
      try {
        const signatures = await driver.sign(request, prompt, never)
        accepted++
        expect(signatures).toHaveLength(messages)
        for (const [index, signature] of signatures.entries()) {
          expect(await verifySignature(key, utf8(messageOf(index)), signature)).toBe(true)
        }
      } catch (thrown) {
        refused++
        expect(thrown).toBeInstanceOf(AppError)
        expect((thrown as AppError).code).not.toBe('internal/bug')
      }
      // After a PIN that was not taken nothing is tried until a person has typed again.
      for (const [at, event] of events.entries()) {
        if (event === 'refused') expect([undefined, 'asked']).toContain(events[at + 1])
      }
      // At most one for each signature of the sitting, also where an altered answer claims the strictest policy.
      expect(triesUsed(readers.sent)).toBeLessThanOrEqual(typed.asked.length * messages)
      expect(typed.open).toBe(0)
      await restore(one)
    }),
    { numRuns: runs },
  )
  // Not all one way: the faults matter, and do not hit everything.
  expect(refused).toBeGreaterThan(runs / 4)
  expect(accepted).toBeGreaterThan(runs / 20)
})

async function spoil(now: Fault, real: Uint8Array, before: Uint8Array): Promise<Uint8Array> {
  switch (now.kind) {
    case 'dropped':
    case 'late':
      // What the adapter to the readers throws when its limit is over.
      throw silent()
    case 'pulled':
      throw gone()
    case 'empty':
      return new Uint8Array()
    case 'earlier':
      return before
    case 'cut':
      return real.slice(0, now.length)
    case 'status':
      return Uint8Array.from([...(now.keepsData ? real.slice(0, -2) : []), now.sw >> 8, now.sw & 0xff])
    case 'flipped':
      return real.map((byte, at) => (at === now.at % real.length ? byte ^ (1 << now.bit) : byte))
    case 'invented':
      return now.bytes
  }
}

/** The next run finds the token as the first did. */
async function restore({ driver, readers, card }: Awaited<ReturnType<typeof practiceKey>>): Promise<void> {
  readers.fault = (_command, answer) => answer()
  await new Promise((resolve) => setImmediate(resolve))
  card.reset()
  const id = `piv:${card.serial}`
  // An invented word may have made the driver believe that the PIN is blocked.
  await driver.unblock(id, typing(factoryPuk, '123456'), never)
}
