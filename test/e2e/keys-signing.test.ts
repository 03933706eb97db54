// Signing with a passphrase key in real windows. The app runs in this process over the real shell: the debugging port of the
// tests counts as a lost protection, with which no real key signs, so here, and only here, the shell is taken for protected.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { type Desk, openDesk } from '../../src/node/desk.ts'
import { inspectRepository } from '../../src/node/inspect.ts'
import { type FolderRepository, folderRepository } from '../support/folder-repository.ts'
import { noTokens } from '../support/no-tokens.ts'
import { holder, never } from '../support/repository.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import {
  expectAccessible,
  heading,
  holdInDialog,
  memoryOf,
  openReview,
  promptOf,
  typeSecret,
  type Windows,
} from '../support/window.ts'
import { picture } from './support/picture.ts'
import { type ProtectedWindow, protectedWindow } from './support/protected-window.ts'

const passphrase = 'purple-monkey-dishwasher-77'
const almost = 'purple-monkey-dishwasher-78'

let temporary: string
let shown: ProtectedWindow
let app: Windows
let page: Page
let repository: FolderRepository

/** A person's passphrase key, and a pinned repository whose root it may sign. */
async function prepare(dataDir: string): Promise<void> {
  const now = (): Date => new Date()
  const prompt = { pin: async () => utf8(passphrase), touch: () => () => {} }
  const desk: Desk = openDesk({ tokens: noTokens(), dataDir, prompt, now })
  await desk.keys.create('dana-office', 'ed25519', { kind: 'passphrase', passphrase: utf8(passphrase) }, never)
  const signer = await desk.signer('file:dana-office', never)
  const folder = join(temporary, 'packages')
  repository = await folderRepository([{ owner: 'Dana', signer }, await holder('Ben')], { folder, at: now() })
  repository.propose('root')
  const { location, bytes } = await inspectRepository(folder, now(), never)
  await desk.workspace.add({ name: 'Packages', location }, bytes)
}

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'countersign-e2e-'))
  const dataDir = join(temporary, 'data')
  await prepare(dataDir)
  shown = await protectedWindow(temporary, dataDir)
  const { app: windows, page: first } = shown
  app = windows
  page = first
  page.setDefaultTimeout(8000)
})

afterAll(async () => {
  await shown?.end()
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

test('a real key signs after its passphrase, asked again when it was wrong', async () => {
  await page.getByRole('link', { name: /Review Root 2/ }).click()
  await heading(page, 'Root 2 for Packages')
  await begin()
  const wrong = await promptOf(app, 'Passphrase for key file dana-office')
  await page.getByRole('heading', { name: 'Type the passphrase in the small window' }).waitFor()
  await expectAccessible(page)
  await picture(page, 'sign-passphrase')
  await wrong.getByText(/^Root 2, Packages: /).waitFor()
  await expectAccessible(wrong)
  await picture(wrong, 'passphrase')
  await typeSecret(wrong, almost)
  const again = await promptOf(app, /^Passphrase/)
  await again.getByText('That passphrase was wrong.').waitFor()
  await expectAccessible(again)
  await typeSecret(again, passphrase)
  await heading(page, 'Signed: Root 2 for Packages')
  expect(repository.text('metadata/pending/root.json').match(/"sig"/g)).toHaveLength(1)
})

async function begin(): Promise<void> {
  await page.getByRole('button', { name: /^Sign with key file dana-office/ }).click()
  await page.getByRole('dialog').waitFor()
  await holdInDialog(page, /^Sign with/, 1800)
}

test('a cancelled or closed passphrase window signs nothing, and the review says so', async () => {
  repository.propose('root', (fields) => Object.assign(fields, { 'x-note': 'another candidate' }))
  const before = everythingIn(repository.folder)
  await page.getByRole('link', { name: /^Home/ }).click()
  const ways: ((window: Page) => Promise<unknown>)[] = [
    (window) => window.getByRole('button', { name: 'Cancel, sign nothing' }).click(),
    (window) => window.keyboard.press('Escape'),
    (window) => window.close(),
    () => page.getByRole('button', { name: 'Cancel, sign nothing' }).click(),
  ]
  for (const way of ways) {
    await openReview(page, /Review Root 2/, 'Root 2 for Packages')
    await begin()
    const window = await promptOf(app, /^Passphrase/)
    await window.locator('input').fill(passphrase)
    const closed = window.waitForEvent('close')
    // The window may be gone before the movement in it is over.
    await way(window).catch(() => undefined)
    await closed
    await page.getByText('Cancelled. Nothing was signed.').waitFor()
  }
  await expectAccessible(page)
  await picture(page, 'cancelled')
  expect(everythingIn(repository.folder)).toEqual(before)
})

test('the passphrase is not in the main window, and in no file', async () => {
  const held = await memoryOf(page)
  const files = everythingIn(temporary)
  // The search does find what is really there.
  expect(held.includes('dana-office')).toBe(true)
  expect(Object.values(files).some((text) => text.includes('dana-office'))).toBe(true)
  for (const secret of [passphrase, almost]) {
    expect(held.includes(secret)).toBe(false)
    expect(Object.keys(files).filter((name) => files[name]?.includes(secret))).toEqual([])
  }
})
