// A project at an Asfaload backend in a real window: its first signers are pinned, reviewed and signed, a release is found by the key
// that it waits for. Its format knows no keys for practice, so these are real ones, with passphrases.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { sha256 } from '../../src/core/crypto.ts'
import { asfaloadKeyText } from '../../src/core/systems/asfaload/keys.ts'
import { toWords } from '../../src/core/words.ts'
import { keyStore } from '../../src/node/key-store.ts'
import { openWorkspace } from '../../src/node/workspace.ts'
import { indexText, signersText } from '../core/systems/asfaload/people.ts'
import { AsfaloadBackend } from '../support/asfaload-backend.ts'
import { never } from '../support/repository.ts'
import { hold, review, wordsOf } from '../support/stories.ts'
import { expectAccessible, heading, openRepository, promptOf, typeSecret, type Windows } from '../support/window.ts'
import { picture } from './support/picture.ts'
import { type ProtectedWindow, protectedWindow } from './support/protected-window.ts'

const passphrase = 'purple-monkey-dishwasher-77'
const folder = 'https/github.com/443/u/loom/'
const index = 'releases/tag/v1/asfaload.index.json'

let temporary: string
let shown: ProtectedWindow
let app: Windows
let page: Page
let texts: string[]

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'countersign-e2e-'))
  const dataDir = join(temporary, 'data')
  const keys = keyStore(openWorkspace(dataDir).keys)
  texts = []
  for (const name of ['Ana', 'Ben']) {
    const { key } = await keys.create(name, 'ed25519', { kind: 'passphrase', passphrase: utf8(passphrase) }, never)
    texts.push(asfaloadKeyText(key))
  }
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

test('pinned, reviewed and signed; a release that waits is asked for with a key, when a person says so', async () => {
  const backend = await AsfaloadBackend.start(2)
  const people = texts.map((text) => ({ text: () => text }))
  const first = signersText(2, { artifact: [[2, ...people]] })
  backend.register(folder, first)
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('link', { name: 'Open a repository' }).click()
  const words = toWords(await sha256(first))
  await openRepository(page, `asfaload+${backend.origin}${folder}`, words, 'signers file')
  for (const name of ['Ana', 'Ben']) {
    await review(page, 'First signers')
    await page.getByText(`signed by key file ${name}`).waitFor()
    // Of the newest generation where the file came from is signed along.
    await sign(name, 3)
  }
  await page.getByText('the repository has published the change').waitFor()
  expect(await page.getByRole('button', { name: /^Publish/ }).count()).toBe(0)
  expect(backend.files.has(`${folder}asfaload.signers/index.json`)).toBe(true)
  await expectAccessible(page)
  await picture(page, 'backend-signed')

  backend.wait(folder + index, indexText())
  backend.asked.length = 0
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('link', { name: 'Look inside loom' }).click()
  await page.getByText('No release of it is known here yet.').waitFor()
  const card = page.getByRole('region', { name: 'What else waits' })
  await card.getByText('key file Ben').first().waitFor({ state: 'attached' })
  // Looking asks no key.
  expect(backend.signedQuestions()).toEqual([])
  await expectAccessible(page)
  await picture(page, 'backend-project')
  // What it would have signed is not what it serves: told, and not that nothing waits.
  backend.faults.lists = (all) => all.map((one) => ({ ...one, digest: `sha512:${'ab'.repeat(64)}` }))
  // Nothing was asked for a while: that no connection is open any more is no reason not to ask.
  backend.giveUpConnections()
  await card.getByRole('button', { name: 'Ask with my key…' }).click()
  await typeSecret(await promptOf(app, 'Passphrase for key file Ana'), passphrase)
  await card.getByRole('alert').getByText('serves something else under this name').waitFor()
  expect(await card.getByText('Nothing waits').count()).toBe(0)
  await expectAccessible(page)
  backend.giveUpConnections()
  delete backend.faults.lists
  backend.asked.length = 0
  await card.getByRole('button', { name: 'Ask with my key…' }).click()
  await typeSecret(await promptOf(app, 'Passphrase for key file Ana'), passphrase)
  await card.getByText('One change can be reviewed now').waitFor()
  expect(backend.signedQuestions()).toEqual(['pending_signatures'])
  await review(page, 'Release releases/tag/v1')
  await sign('Ben', 2)
  await page.getByText('Sent to').waitFor()
  expect(backend.files.get(`${folder}${index}.signatures.json.pending`)?.toString()).toContain(texts[1])
})

/** `secrets`: once for each file of the change, and once for the question that brings its signatures to the backend. */
async function sign(name: string, secrets: number): Promise<void> {
  const [first] = await wordsOf(page)
  const choice = page.getByRole('combobox', { name: 'Key' })
  if (await choice.isVisible()) await choice.selectOption(`file:${name}`)
  await page.getByRole('button', { name: `Sign with key file ${name} (Ed25519)`, exact: true }).click()
  const field = page.getByRole('dialog').getByRole('textbox')
  if (await field.isVisible()) await field.fill(first ?? '')
  await hold(page, /^Sign with/)
  for (let times = 0; times < secrets; times++)
    await typeSecret(await promptOf(app, `Passphrase for key file ${name}`), passphrase)
  await heading(page, /^Signed: /)
}
