// One talk with one token at a time.
import { expect, test } from 'vitest'
import { lanes } from '../../../src/node/fido/lanes.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('talks with one token wait for each other, also after one that failed; those with another do not', async () => {
  const lane = lanes()
  const steps: string[] = []
  const talk =
    (name: string, ms: number, fails = false) =>
    async () => {
      steps.push(`${name} begins`)
      await pause(ms)
      steps.push(`${name} ends`)
      if (fails) throw new Error(name)
    }
  const runs = await Promise.allSettled([
    lane.run('a', 'token', talk('first', 20, true)),
    lane.run('a', 'token', talk('second', 0)),
    lane.run('b', 'token', talk('other', 0)),
  ])
  expect(runs.map((run) => run.status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(steps.filter((step) => !step.startsWith('other'))).toEqual([
    'first begins',
    'first ends',
    'second begins',
    'second ends',
  ])
  expect(steps.indexOf('other ends')).toBeLessThan(steps.indexOf('first ends'))
})

test('knows who waits for a person', async () => {
  const lane = lanes()
  const short = lane.run('a', 'token', () => pause(5))
  expect(lane.waitsForPerson('a')).toBe(false)
  const long = lane.run('a', 'person', () => pause(5))
  expect([lane.waitsForPerson('a'), lane.waitsForPerson('b')]).toEqual([true, false])
  await Promise.all([short, long])
  expect(lane.waitsForPerson('a')).toBe(false)
})
