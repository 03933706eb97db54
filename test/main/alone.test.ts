// One piece of work at a time: whoever comes second hears what runs, and what runs can be stopped.
import { expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { lock } from '../../src/main/alone.ts'
import { codeOfPromise } from '../support/thrown.ts'

function waiting(): { run: (stop: AbortSignal) => Promise<string>; end: () => void } {
  let end = (): void => {}
  const run = (stop: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      end = () => resolve('done')
      stop.addEventListener('abort', () => reject(new AppError({ code: 'user/cancelled', message: 'stopped' })))
    })
  return { run, end: () => end() }
}

test('the second is refused with the name of the first, and runs when the first has ended', async () => {
  let ended = 0
  const { alone } = lock(() => ended++)
  const work = waiting()
  const first = alone('the reading of files', work.run)
  const second = alone('a signature', async () => 'signed')
  await expect(second).rejects.toMatchObject({ code: 'signer/busy', data: { doing: 'the reading of files' } })
  expect(ended).toBe(0)
  work.end()
  expect(await first).toBe('done')
  expect(ended).toBe(1)
  expect(await alone('a signature', async () => 'signed')).toBe('signed')
})

test('what runs is stopped, and the next one starts without having been', async () => {
  const { alone, stop } = lock(() => {})
  stop()
  const first = alone('a download', waiting().run)
  stop()
  expect(await codeOfPromise(first)).toBe('user/cancelled')
  expect(await alone('a download', async (signal) => signal.aborted)).toBe(false)
})
