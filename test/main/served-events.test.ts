// A window listens to what is served: also when that was not there at first, and in the way in which it is reached now.
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { servedEvents } from '../../src/main/served-events.ts'
import type { Desk, OpenSource } from '../../src/node/desk.ts'
import type { Served } from '../../src/node/transports/served.ts'

interface Stage {
  desk: Pick<Desk, 'workspace' | 'access' | 'open'>
  sources: { id: string; location: string }[]
  marks: Map<string, string>
  /** What each next opening finds; the last one stays. */
  finds: (Pick<OpenSource, 'served' | 'unknown'> | Error)[]
  opened: () => number
  /** Those who listen now, by what they were reached with. */
  listening: string[]
  served: Pick<OpenSource, 'served'>
}

function stage(): Stage {
  const marks = new Map([['one', 'a']])
  const listening: string[] = []
  const sources = [{ id: 'one', location: 'https://example.com/' }]
  let opened = 0
  const listen: Served['listen'] = async (changed, signal) => {
    const mark = marks.get('one') ?? ''
    listening.push(mark)
    changed()
    await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }))
    listening.splice(listening.indexOf(mark), 1)
  }
  const served = { served: { listen } as Served }
  const finds: Stage['finds'] = [served]
  const open = async () => {
    const found = finds[Math.min(opened++, finds.length - 1)]
    if (found instanceof Error) throw found
    return found
  }
  const desk = {
    workspace: { sources: async () => sources },
    access: { mark: async ({ id }: { id: string }) => marks.get(id) ?? '' },
    open,
  } as unknown as Stage['desk']
  return { desk, sources, marks, finds, opened: () => opened, listening, served }
}

function start({ desk }: Stage): { look: () => void; changes: () => number } {
  const end = new AbortController()
  onTestFinished(() => end.abort())
  let changes = 0
  const events = servedEvents(desk, () => void changes++, end.signal, { firstMs: 1 })
  events.look()
  return { look: events.look, changes: () => changes }
}

const unreachable = new AppError({ code: 'source/unreachable', message: 'nobody answers' })

test.each<[string, Stage['finds'][number]]>([
  ['could not be asked', { unknown: unreachable }],
  ['could not be opened', unreachable],
])('what %s is asked again without anybody looking', async (_, first) => {
  const at = stage()
  at.finds.unshift(first, first)
  const { changes } = start(at)
  await expect.poll(() => at.listening).toEqual(['a'])
  await expect.poll(changes).toBe(1)
  expect(at.opened()).toBe(3)
})

test('a web server like any other is asked once, a folder never', async () => {
  const at = stage()
  at.finds.splice(0, 1, {})
  at.sources.push({ id: 'two', location: '/srv/packages' })
  start(at)
  await new Promise((done) => setTimeout(done, 50))
  expect([at.opened(), at.listening]).toEqual([1, []])
})

test('who is reached in another way is listened to in that way, and nobody twice', async () => {
  const at = stage()
  const { look } = start(at)
  await expect.poll(() => at.listening).toEqual(['a'])
  look()
  at.marks.set('one', 'b')
  look()
  await expect.poll(() => at.listening).toEqual(['b'])
  expect(at.opened()).toBe(2)
  at.sources.length = 0
  look()
  await expect.poll(() => at.listening).toEqual([])
})
