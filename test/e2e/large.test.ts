// A role with a hundred thousand artifacts in the real window: opened as text, previewed, proposed and reviewed, while the page
// goes on drawing and the app goes on answering. Frames and answers are counted, never timed.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk } from '../../src/node/desk.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { largePath, largeRepository } from '../support/large-repository.ts'
import { noTokens } from '../support/no-tokens.ts'
import { never } from '../support/repository.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

let app: RunningApp
let page: Page
let sourceId: string

beforeAll(async () => {
  app = await startTestApp()
  page = app.page
  page.setDefaultTimeout(150_000)
  const { files, anchor } = await largeRepository(100_000, new Date())
  const location = join(app.temporary, 'packages')
  await directoryTransport(location, { create: true }).write(files, new Map(), 'create', never)
  const prompt = { pin: () => Promise.reject(new Error('nobody is here')), touch: () => () => {} }
  const desk = openDesk({ dataDir: app.dataDir, prompt, tokens: noTokens(), now: () => new Date() })
  sourceId = (await desk.workspace.add({ name: 'Large Packages', location }, anchor)).id
  await page.reload()
})

afterAll(async () => {
  await app?.end()
})

const heading = (name: string | RegExp): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor()

async function go(hash: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to
  }, hash)
}

/** Counts the frames that the page draws, and the answers that the app gives to small questions, from now on. */
async function count(): Promise<() => Promise<{ frames: number; answers: number }>> {
  await page.evaluate(() => {
    const counted = { frames: 0, answers: 0, isOver: false }
    Reflect.set(window, 'counted', counted)
    const frame = (): void => {
      counted.frames++
      if (!counted.isOver) requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
    const ask = async (): Promise<void> => {
      while (!counted.isOver) {
        const answer = await Reflect.get(window, 'countersign').proposals.cancel()
        if (answer.ok) counted.answers++
        await new Promise((turn) => setTimeout(turn, 20))
      }
    }
    void ask()
  })
  return () =>
    page.evaluate(() => {
      const counted = Reflect.get(window, 'counted')
      counted.isOver = true
      return { frames: counted.frames, answers: counted.answers }
    })
}

test('is opened as a text without its artifacts, while the window draws and the app answers', async () => {
  const counted = await count()
  await go(`#edit/${sourceId}/targets/text`)
  await page.getByText(/Its 100,000 artifacts are too many for a text/).waitFor()
  await page
    .getByText(/Targets 1/)
    .first()
    .waitFor()
  const { frames, answers } = await counted()
  expect(frames).toBeGreaterThan(10)
  expect(answers).toBeGreaterThan(10)
  await picture(page, 'large-text')
})

test('is changed, previewed and proposed, while the window draws and the app answers', async () => {
  const counted = await count()
  const area = page.getByRole('textbox', { name: /The signed part of targets/ })
  await area.fill((await area.inputValue()).replace('{', '{ "x-note": "large",'))
  await page.getByText('x-note').first().waitFor()
  await page.getByRole('heading', { name: 'Every change in the document' }).waitFor()
  const { frames, answers } = await counted()
  expect(frames).toBeGreaterThan(10)
  expect(answers).toBeGreaterThan(10)
  expect(await page.locator('.change').count()).toBeLessThan(10)
  await picture(page, 'large-preview')
})

test('is saved whole, changed with other tools, and taken from the file', async () => {
  const file = join(app.temporary, 'targets.json')
  await page.getByLabel('The file, with a name that ends with .json').fill(file)
  await page.getByRole('button', { name: 'Save the document there' }).click()
  await page.getByText(/Saved .*targets.json/).waitFor()
  const signed = JSON.parse(readFileSync(file, 'utf8'))
  expect(Object.keys(signed.targets)).toHaveLength(100_000)
  signed.targets[largePath(77)].length = 12
  writeFileSync(file, JSON.stringify(signed))
  const counted = await count()
  await page.getByRole('button', { name: 'Take it from there' }).click()
  await page
    .getByText('One artifact')
    .or(page.locator('.change').getByText(largePath(77)))
    .first()
    .waitFor()
  const { frames, answers } = await counted()
  expect(frames).toBeGreaterThan(10)
  expect(answers).toBeGreaterThan(10)
  await picture(page, 'large-file')
}, 300_000)

test('with two thousand of its artifacts gone, shows the first changes and the last, never all of them', async () => {
  const edits = Array.from({ length: 2000 }, (_, i) => ({ kind: 'target-remove', path: largePath(i) }))
  const asked = { sourceId, subject: 'targets', edits }
  const proposed = await page.evaluate(
    async ({ sourceId, asked }) => {
      const { drafts } = Reflect.get(window, 'countersign')
      const { value } = await drafts.preview(asked)
      return drafts.propose({ sourceId, digest: value.digest, replace: 'yes', sentence: '' })
    },
    { sourceId, asked },
  )
  expect(proposed.ok).toBe(true)
  await go(`#review/${encodeURIComponent(proposed.value.proposalIds[0])}`)
  await heading(/Targets 2 for Large Packages/)
  await page.getByText(/1 to 200 of 2\s00\d changes/).waitFor()
  expect(await page.locator('.change').count()).toBe(200)
  await picture(page, 'large-review')
  await page.getByRole('button', { name: 'Last', exact: true }).click()
  await page.getByText(/2\s001 to 2\s00\d of 2\s00\d changes/).waitFor()
  expect(await page.locator('.change').count()).toBeLessThan(10)
}, 300_000)
