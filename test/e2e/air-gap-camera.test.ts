// A request by camera into a real window, from the pixels on: Chromium's fake camera plays what one would see of another screen.
// The shell gives the camera to the screen that scans and takes it away again; nothing in the browser grants it by itself.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { pack } from '../../src/core/transfer/deflate.ts'
import { type FrameSource, fragmentBytesFor, frameSource } from '../../src/core/transfer/frames.ts'
import { requestFor } from '../../src/node/carried/departure.ts'
import { createDemo } from '../../src/node/demo.ts'
import { openDesk } from '../../src/node/desk.ts'
import { noTokens } from '../support/no-tokens.ts'
import { never } from '../support/repository.ts'
import { expectAccessible, heading } from '../support/window.ts'
import { filmOf } from '../support/y4m.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

let folder: string
let source: FrameSource
let app: RunningApp | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-film-'))
  const dataDir = join(folder, 'online')
  const { id } = await createDemo(dataDir, new Date(), never)
  const prompt = { pin: () => Promise.reject(new Error('nobody is here')), touch: () => () => {} }
  const desk = openDesk({ dataDir, prompt, tokens: noTokens(), now: () => new Date() })
  const open = await desk.open(id)
  const [proposal] = (await desk.pending(open, never)).proposals
  if (proposal === undefined) throw new Error('nothing waits in the demo')
  const asking = { askedBy: 'Priya Raman', reason: 'Dana left', at: new Date() }
  const packed = await pack(await requestFor(open, proposal, asking, desk, never))
  source = frameSource(packed, fragmentBytesFor(12, packed.length))
}, 60_000)
afterEach(async () => {
  await app?.end()
  app = undefined
})
afterAll(() => rmSync(folder, { recursive: true }))

async function startBefore(frames: readonly number[]): Promise<Page> {
  const film = join(folder, 'film.y4m')
  writeFileSync(film, filmOf(source, frames))
  const browserArgs = ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`]
  app = await startTestApp({ browserArgs })
  const { page } = app
  page.setDefaultTimeout(30_000)
  await heading(page, 'Review and sign what others will trust')
  return page
}

/** What a script on the page would get, whatever screen it is on. */
function filmed(page: Page): Promise<string> {
  return page.evaluate(async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true })
      for (const track of stream.getTracks()) track.stop()
      return 'filmed'
    } catch (thrown) {
      return thrown instanceof Error ? thrown.name : 'refused'
    }
  })
}

async function scan(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Open a request or reply' }).click()
  await page.getByRole('link', { name: 'Scan QR codes' }).click()
  await heading(page, 'Scan QR codes')
}

test('a request whose first frames are never seen arrives by camera, and the camera is for that screen alone', async () => {
  const frames = Array.from({ length: source.blocks * 2 }, (_, at) => at + 3)
  const page = await startBefore(frames)
  expect(await filmed(page)).toBe('NotAllowedError')
  await scan(page)
  await heading(page, 'A request to sign Root 3')
  await page.getByText('what the codes held').waitFor()
  await page.getByText('Dana left').waitFor()
  await expect.poll(() => filmed(page)).toBe('NotAllowedError')
})

test('a part of the frames again and again: how far it is, and after ten seconds the causes and the ways out', async () => {
  const page = await startBefore([1, 2, 3])
  await scan(page)
  await page.getByText(`3 of ${source.blocks} blocks, from 3 codes.`).waitFor()
  await page.getByText('The same codes come again and again.').waitFor()
  await page.getByText('carry the file instead').first().waitFor()
  await expectAccessible(page)
  await picture(page, 'scan')
  expect(await filmed(page)).toBe('filmed')
  await page.getByRole('link', { name: 'Stop, use a file' }).click()
  await expect.poll(() => filmed(page)).toBe('NotAllowedError')
})
