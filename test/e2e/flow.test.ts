// The whole way in a real window: demo, review, sign, done, publish; then a client that no one here wrote accepts the result.
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseMetadata } from '../../src/core/systems/tuf/metadata.ts'
import { toWords } from '../../src/core/words.ts'
import { type FileServer, serveFolder } from '../support/file-server.ts'
import { refreshWithPeer } from '../support/peer-client.ts'
import { expectAccessible } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

let app: RunningApp
let page: Page
let repository: string
let server: FileServer

beforeAll(async () => {
  app = await startTestApp({ args: ['--demo'] })
  page = app.page
  page.setDefaultTimeout(8000)
  repository = join(app.dataDir, 'demo-repository')
  server = await serveFolder(repository)
})

afterAll(async () => {
  await server?.end()
  await app?.end()
})

const text = (name: string): string => readFileSync(join(repository, name), 'utf8')
const anchor = (): Uint8Array => new Uint8Array(readFileSync(join(repository, 'metadata/1.root.json')))
const heading = (name: string | RegExp): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor()

async function hold(name: string | RegExp, ms: number): Promise<void> {
  const box = await page.getByRole('dialog').getByRole('button', { name }).boundingBox()
  if (box === null) throw new Error(`no button ${name}`)
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.waitForTimeout(ms)
  await page.mouse.up()
}

test('home says what waits, and that it is a rehearsal', async () => {
  await heading(/change/)
  await page.getByRole('heading', { name: 'Root 3, Example Packages' }).waitFor()
  await page.getByText('Rehearsal').first().waitFor()
  await expectAccessible(page)
  await picture(page, 'home')
})

test('an old client is undisturbed while the change waits', async () => {
  expect((await refreshWithPeer(join(app.temporary, 'before'), anchor(), server.url)).root).toBe(2)
  expect(server.asked.filter((path) => path.includes('pending'))).toEqual([])
})

test('review says what the change does to us, most dangerous first', async () => {
  await page.getByRole('heading', { name: 'Root 3, Example Packages' }).waitFor()
  await page.getByRole('link', { name: /Review Root 3/ }).click()
  await heading(/Root 3 for Example Packages/)
  await page.getByText('Root needs 2 instead of 3 of its 5 signatures').first().waitFor()
  await page.getByText('Dana Ortiz can no longer sign for root; Lee Ahn can').first().waitFor()
  await page
    .getByText(/4 of 4 changes shown/)
    .first()
    .waitFor()
  await expectAccessible(page)
  await picture(page, 'review')
})

test('a lower window scrolls inside, and keeps the action in sight', async () => {
  const size = page.viewportSize()
  await page.setViewportSize({ width: 1280, height: 640 })
  const heights = await page.evaluate(() => [window.innerHeight, document.documentElement.scrollHeight])
  expect(heights).toEqual([640, 640])
  await page.setViewportSize(size ?? { width: 1280, height: 860 })
})

test('Enter never signs, and Esc leaves everything as it was', async () => {
  const before = text('metadata/pending/root.json')
  const open = page.getByRole('button', { name: /^Sign with Rehearsal key You/ })
  await open.click()
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  await expectAccessible(page)
  const word = firstWord()
  await dialog.getByRole('textbox').first().fill(word)
  for (let i = 0; i < 3; i++) await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: /^Sign with/ }).focus()
  await page.keyboard.press('Enter')
  await page.waitForTimeout(300)
  expect(await dialog.isVisible()).toBe(true)
  await picture(page, 'confirm')
  await page.keyboard.press('Escape')
  await page.getByText('Nothing was signed').waitFor()
  expect(text('metadata/pending/root.json')).toBe(before)
})

/** Computed here from the file itself: the window does not show the word that it asks for. */
function firstWord(): string {
  const candidate = parseMetadata(new TextEncoder().encode(text('metadata/pending/root.json')), 'root', 'candidate')
  return toWords(createHash('sha256').update(candidate.payload).digest())[0] ?? ''
}

test('a held button signs exactly what was shown', async () => {
  await page.getByRole('button', { name: /^Sign with Rehearsal key You/ }).click()
  const field = page.getByRole('dialog').getByRole('textbox').first()
  await field.fill('wrong')
  await hold(/^Sign with/, 2500)
  expect(text('metadata/pending/root.json').match(/"sig"/g)).toHaveLength(3)
  await field.fill(firstWord())
  await hold(/^Sign with/, 2600)
  await heading(/^Signed: Root 3/)
  expect(text('metadata/pending/root.json').match(/"sig"/g)).toHaveLength(4)
  await page.getByText('Your signature is in place and verified.').waitFor()
  await expectAccessible(page)
  await picture(page, 'done')
})

test('publishing puts it in force, and an independent client accepts it from the old root', async () => {
  await page.getByRole('button', { name: /^Publish Root 3/ }).click()
  await page.getByRole('dialog').waitFor()
  await hold(/^Publish Root 3/, 2600)
  await heading(/^Published: Root 3/)
  await picture(page, 'published')
  const peer = await refreshWithPeer(join(app.temporary, 'after'), anchor(), server.url, 'example/example-1.4.2.tar.gz')
  expect(peer).toEqual({ root: 3, targets: 2, content: 'Countersign demo: example 1.4.2\n' })
})

test('the next change needs two of three: one signature leaves it waiting, and clients where they were', async () => {
  await page.getByRole('button', { name: 'Back to home' }).click()
  await page.getByRole('heading', { name: 'Targets 3, Example Packages' }).waitFor()
  await page.getByRole('link', { name: /Review Targets 3/ }).click()
  await page.getByText('Renewal only: version and expiry').first().waitFor()
  await picture(page, 'review-renewal')
  await page.getByRole('button', { name: /^Sign with Rehearsal key You/ }).click()
  await page.getByRole('dialog').waitFor()
  await hold(/^Sign with/, 1600)
  await heading(/^Signed: Targets 3/)
  expect(await page.getByRole('button', { name: /^Publish/ }).count()).toBe(0)
  const peer = await refreshWithPeer(join(app.temporary, 'halfway'), anchor(), server.url)
  expect(peer.targets).toBe(2)
})

test('the other rooms', async () => {
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await heading(/repositor/i)
  await expectAccessible(page)
  await picture(page, 'repositories')
  await page.getByRole('link', { name: /^Keys/ }).click()
  await heading(/key/i)
  await expectAccessible(page)
  await picture(page, 'keys')
  rmSync(join(app.temporary, 'before'), { recursive: true, force: true })
})
