// Previews while typing: after a pause, one at a time, and only the newest is heard.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { latest } from '../../src/renderer/views/edit/latest.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function stage() {
  const asked: string[] = []
  const heard: string[] = []
  const finish: (() => void)[] = []
  const asker = latest(
    (question: string) => {
      asked.push(question)
      return new Promise<string>((resolve) => finish.push(() => resolve(`${question}!`)))
    },
    (_question, answer) => heard.push(answer),
    300,
  )
  const end = async (at: number) => {
    finish[at]?.()
    await vi.advanceTimersByTimeAsync(0)
  }
  return { asker, asked, heard, end }
}

test('only what stands after a pause is asked', async () => {
  const { asker, asked, heard, end } = stage()
  for (const text of ['l', 'lo', 'loom']) {
    asker.ask(text)
    await vi.advanceTimersByTimeAsync(200)
  }
  expect(asked).toEqual([])
  await vi.advanceTimersByTimeAsync(100)
  await end(0)
  expect([asked, heard]).toEqual([['loom'], ['loom!']])
})

test('a stale answer is dropped, and the newest question waits for the one that runs', async () => {
  const { asker, asked, heard, end } = stage()
  asker.ask('one')
  await vi.advanceTimersByTimeAsync(300)
  asker.ask('two')
  await vi.advanceTimersByTimeAsync(300)
  asker.ask('three')
  await vi.advanceTimersByTimeAsync(300)
  expect(asked).toEqual(['one'])
  await end(0)
  expect([asked, heard]).toEqual([['one', 'three'], []])
  await end(1)
  expect(heard).toEqual(['three!'])
})

test('a question that is taken back is neither asked nor heard', async () => {
  const { asker, asked, heard, end } = stage()
  asker.ask('one')
  await vi.advanceTimersByTimeAsync(300)
  asker.ask('two')
  asker.ask(undefined)
  await vi.advanceTimersByTimeAsync(1000)
  await end(0)
  expect([asked, heard]).toEqual([['one'], []])
})
