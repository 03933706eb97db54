// The whole life of a project of an Asfaload mirror in a real window: first signers, a release, a change of signers, a revocation,
// and what a downloaded file is worth before and after. Its format knows no keys for practice, so these are real ones, with passphrases.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { keyStore } from '../../src/node/key-store.ts'
import { openWorkspace } from '../../src/node/workspace.ts'
import { never } from '../support/repository.ts'
import { filesIn, hold, pickKeys, propose, publish, readFiles, review, wordsOf } from '../support/stories.ts'
import { expectAccessible, heading, promptOf, typeSecret, type Windows } from '../support/window.ts'
import { picture } from './support/picture.ts'
import { type ProtectedWindow, protectedWindow } from './support/protected-window.ts'

const passphrase = 'purple-monkey-dishwasher-77'
const index = 'releases/download/v1.0/asfaload.index.json'

let temporary: string
let shown: ProtectedWindow
let app: Windows
let page: Page
let project: string

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'countersign-e2e-'))
  project = join(temporary, 'mirror/github.com/loom/loom')
  const dataDir = join(temporary, 'data')
  const keys = keyStore(openWorkspace(dataDir).keys)
  for (const name of ['Ana', 'Ben', 'Cleo'])
    await keys.create(name, 'ed25519', { kind: 'passphrase', passphrase: utf8(passphrase) }, never)
  shown = await protectedWindow(temporary, dataDir)
  const { app: windows, page: first } = shown
  app = windows
  page = first
  page.setDefaultTimeout(25_000)
})

afterAll(async () => {
  await shown?.end()
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

test('first signers: in force when every one of them has signed', async () => {
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('link', { name: 'New signers' }).click()
  await pickKeys(page, 'Signers', 'Ana', 'Ben')
  await page.getByLabel('Folder of the project').fill(project)
  await page.getByLabel('Name', { exact: true }).fill('Loom')
  await expectAccessible(page)
  await picture(page, 'signers-first')
  await page.getByRole('button', { name: 'Propose these signers' }).click()
  await heading(page, 'One change waits for you')
  await carryOut('First signers', 'signers-first-review', 'Ana', 'Ben')
  await openProject()
  await page.getByText('1 of 2 keys').waitFor()
  await page.getByText('There is no release yet.').waitFor()
})

test('a release: a folder becomes an index, its signers sign it, and a download is known by it', async () => {
  const release = filesIn(join(temporary, 'built'), { 'loom.tar.gz': 'warp and weft', 'loom.zip': 'weft and warp' })
  await openProject()
  await begin('Add a release')
  await readFiles(page, release)
  await page.getByLabel('Folder of the release in the project').fill('releases/download/v1.0')
  await page.getByText('As a reviewer will see it').waitFor()
  await expectAccessible(page)
  await picture(page, 'signers-release')
  const title = await propose(page)
  await openProject()
  await check(join(release, 'loom.zip'), /^REFUSED: .*is not signed by enough keys/)
  await expectAccessible(page)
  await picture(page, 'signers-refused')
  await page.getByRole('link', { name: /^Home/ }).click()
  await carryOut(title, 'signers-release-review', 'Ana')
  expect(readFileSync(join(project, index), 'utf8')).toContain(
    'https://github.com/loom/loom/releases/download/v1.0/loom.tar.gz',
  )
  await openProject()
  await page.getByText('signed', { exact: true }).waitFor()
  await check(join(release, 'loom.zip'), /^Signed by /)
  await check(filesIn(join(temporary, 'other'), { 'loom.zip': 'moths' }).concat('/loom.zip'), /^Nobody here signed/)
})

test('other signers: three conditions, and the new key signs, too', async () => {
  await openProject()
  await begin('Change who signs')
  await pickKeys(page, 'New keys', 'Cleo')
  await page.getByRole('button', { name: 'One more' }).click()
  await page.getByText('As a reviewer will see it').waitFor()
  const board = page.getByRole('region', { name: 'Who must agree: all 3' })
  await board.getByText('Every new key').waitFor()
  await expectAccessible(page)
  await picture(page, 'signers-change')
  await carryOut(await propose(page), 'signers-change-review', 'Ana', 'Cleo')
  await openProject()
  await page.getByText('2 of 3 keys').waitFor()
})

test('a revocation: the file that was signed is one that nobody should use', async () => {
  await openProject()
  await page.getByRole('link', { name: 'Revoke releases/download/v1.0' }).click()
  await page.getByText('As a reviewer will see it').waitFor()
  await picture(page, 'signers-revoke')
  await carryOut(await propose(page), 'signers-revoke-review', 'Ben', 'Cleo')
  await openProject()
  await page.getByText('revoked', { exact: true }).waitFor()
  await check(join(temporary, 'built/loom.zip'), 'This file was revoked. Do not use it')
  await expectAccessible(page)
  await picture(page, 'signers-project')
})

async function openProject(): Promise<void> {
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('link', { name: 'Look inside Loom' }).click()
  await heading(page, 'Loom')
}

async function begin(verb: string): Promise<void> {
  await page.getByText('Change ...', { exact: true }).click()
  await page.getByRole('link', { name: verb, exact: true }).click()
  await page.getByRole('button', { name: 'Propose this change' }).waitFor()
}

async function check(file: string, verdict: string | RegExp): Promise<void> {
  await page.getByLabel('File on this machine').fill(file)
  await page.getByRole('button', { name: 'Check this file' }).click()
  await page.getByRole('heading', { name: verdict }).waitFor()
  await page.getByText(/^sha256/).scrollIntoViewIfNeeded()
}

/** Reviews and signs with each of these keys in turn, then publishes. */
async function carryOut(title: string, shown: string, ...names: readonly string[]): Promise<void> {
  for (const [at, name] of names.entries()) {
    await review(page, title)
    if (at === 0) {
      await expectAccessible(page)
      await picture(page, shown)
    }
    await sign(name)
  }
  await publish(page, title)
}

async function sign(name: string): Promise<void> {
  const [first] = await wordsOf(page)
  const choice = page.getByRole('combobox', { name: 'Key' })
  const button = page.getByRole('button', { name: `Sign with key file ${name} (Ed25519)`, exact: true })
  if (await choice.isVisible()) await choice.selectOption(`file:${name}`)
  await button.click()
  const field = page.getByRole('dialog').getByRole('textbox')
  if (await field.isVisible()) await field.fill(first ?? '')
  await hold(page, /^Sign with/)
  await typeSecret(await promptOf(app, `Passphrase for key file ${name}`), passphrase)
  await heading(page, /^Signed: /)
}
