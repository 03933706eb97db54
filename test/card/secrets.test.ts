// Where a PIN may be: in its window and in the process that owns the tokens, while it is used. A PIN is changed in the real
// app, then every other place is searched: the memory of the app's main process, its files, its messages, a core dump.
import { readdirSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rehearsalCard } from '../../src/node/rehearsal-card/card.ts'
import { type RunningApp, startTestApp } from '../e2e/support/app.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { memoryOf, promptOf, typeSecret } from '../support/window.ts'

const oldPin = '123456'
const newPin = '73591246'

let pcscd: Pcscd
let app: RunningApp

beforeAll(async () => {
  pcscd = await startPcscd()
  const [first] = pcscd.readers
  await first?.reader.insert(rehearsalCard({ serial: 15_835_999 }))
  await first?.reader.noticed()
  app = await startTestApp()
  app.page.setDefaultTimeout(10_000)
}, 90_000)

afterAll(async () => {
  await app?.end()
  await pcscd?.stop()
})

/** Which of a process's children owns the tokens. */
function hostOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
  const host = children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('token-host'))
  if (host === undefined) throw new Error('there is no token host')
  return host
}

/** How often the text stands in the memory of a process, as bytes or as UTF-16. */
async function countInMemory(pid: number, text: string): Promise<number> {
  const needles = [Buffer.from(text, 'latin1'), Buffer.from(text, 'utf16le')]
  const memory = await open(`/proc/${pid}/mem`, 'r')
  let count = 0
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [, from = '', to = '', rights = ''] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? []
    if (!rights.startsWith('rw')) continue
    const start = Number.parseInt(from, 16)
    const size = Number.parseInt(to, 16) - start
    const chunk = Buffer.alloc(Math.min(size, 16 * 1024 * 1024))
    for (let at = 0; at < size; at += chunk.length - 32) {
      const { bytesRead } = await memory
        .read(chunk, 0, Math.min(chunk.length, size - at), start + at)
        .catch(() => ({ bytesRead: 0 }))
      if (bytesRead === 0) break
      const part = chunk.subarray(0, bytesRead)
      for (const needle of needles) {
        for (let found = part.indexOf(needle); found >= 0; found = part.indexOf(needle, found + 1)) count++
      }
    }
  }
  await memory.close()
  return count
}

test('a PIN that was typed is in no file, no log, no message, and in no process but where it was typed', async () => {
  const { page } = app
  await page.getByRole('link', { name: /^Tokens/ }).click()
  await page.getByText('15 835 999').first().waitFor()
  await page
    .getByRole('button', { name: /Change (the )?PIN/ })
    .first()
    .click()
  const old = await promptOf(app, /^PIV PIN for YubiKey/)
  await typeSecret(old, oldPin)
  const fresh = await promptOf(app, /^New PIV PIN for YubiKey/)
  for (const field of await fresh.locator('input').all()) await field.fill(newPin)
  const closed = fresh.waitForEvent('close')
  await fresh.keyboard.press('Enter').catch(() => undefined)
  await closed
  await page
    .getByText(/^The PIN of .* is changed/)
    .first()
    .waitFor({ state: 'attached' })

  const main = app.process.pid ?? 0
  const host = hostOf(main)
  // The search does find what is there.
  expect(await countInMemory(main, 'proposals.approve')).toBeGreaterThan(0)
  expect(await countInMemory(host, 'changeSecret')).toBeGreaterThan(0)
  expect(await countInMemory(main, newPin)).toBe(0)
  const left = await countInMemory(host, newPin)
  expect(left).toBe(0)
  expect((await memoryOf(page)).includes(newPin)).toBe(false)
  expect(app.said().includes(newPin)).toBe(false)
  const files = everythingIn(app.temporary)
  expect(Object.keys(files).filter((name) => files[name]?.includes(newPin))).toEqual([])
})

test('the process that owns the tokens writes no core dump', () => {
  const host = hostOf(app.process.pid ?? 0)
  const limits = readFileSync(`/proc/${host}/limits`, 'utf8')
  expect(/Max core file size\s+0\s+0/.test(limits)).toBe(true)
  const cores = (): string[] => readdirSync('.').filter((name) => name.startsWith('core'))
  const before = cores()
  process.kill(host, 'SIGABRT')
  expect(cores()).toEqual(before)
})
