// What goes wrong in a real window: each time a sentence, nothing signed, nothing written, and a way back.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { openDesk } from '../../src/node/desk.ts'
import { inspectRepository } from '../../src/node/inspect.ts'
import { type FolderRepository, folderRepository } from '../support/folder-repository.ts'
import { noTokens } from '../support/no-tokens.ts'
import { never } from '../support/repository.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { expectAccessible, heading, holdInDialog } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

let app: RunningApp
let page: Page
/** Its root may be signed by a passphrase key of this machine. */
let real: FolderRepository
let demo: string

beforeAll(async () => {
  app = await startTestApp({ args: ['--demo'] })
  page = app.page
  page.setDefaultTimeout(8000)
  demo = join(app.dataDir, 'demo-repository')
  const passphrase = 'purple-monkey-dishwasher'
  const prompt = { pin: async () => utf8(passphrase), touch: () => () => {} }
  const desk = openDesk({ tokens: noTokens(), dataDir: app.dataDir, prompt, now: () => new Date() })
  await desk.keys.create('dana', 'ed25519', { kind: 'passphrase', passphrase: utf8(passphrase) }, never)
  const signer = await desk.signer('file:dana', never)
  const folder = join(app.temporary, 'packages')
  real = await folderRepository([{ owner: 'Dana', signer }], { folder, at: new Date() })
  real.propose('root')
  const { location, bytes } = await inspectRepository(folder, new Date(), never)
  await desk.workspace.add({ name: 'Real packages', location }, bytes)
})

afterAll(async () => {
  await app?.end()
})

const candidate = (role: string): string => join(demo, `metadata/pending/${role}.json`)

async function home(): Promise<void> {
  await page.getByRole('link', { name: /^Keys/ }).click()
  await page.getByRole('link', { name: /^Home/ }).click()
  await heading(page, /wait/)
}

async function review(name: RegExp): Promise<void> {
  await home()
  await page.getByRole('link', { name }).click()
}

test('without the browser’s sandbox a real key is refused before its passphrase is asked', async () => {
  const before = everythingIn(real.folder)
  await review(/Root 2, Real packages/)
  await heading(page, 'Root 2 for Real packages')
  await page.getByText('protection is off here: only rehearsal keys can sign').waitFor()
  await page.getByRole('button', { name: /^Sign with key file dana/ }).click()
  await page.getByRole('dialog').waitFor()
  await holdInDialog(page, /^Sign with/, 1800)
  await heading(page, 'Root 2 was not signed')
  await page.getByText('signer/unsupported').waitFor()
  await page.getByText(/runs without its sandbox, so only rehearsal keys may sign/).waitFor()
  await page.getByText(/sign on the command line/).waitFor()
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0)
  await expectAccessible(page)
  await picture(page, 'failed-unsandboxed')
  expect(everythingIn(real.folder)).toEqual(before)
  await page.getByRole('button', { name: 'Back to the review' }).click()
  await heading(page, 'Root 2 for Real packages')
})

test('a change that was replaced after it was reviewed is not signed', async () => {
  await review(/Targets 3, Example Packages/)
  await heading(page, 'Targets 3 for Example Packages')
  await page.getByRole('button', { name: /^Sign with Rehearsal key You/ }).click()
  await page.getByRole('dialog').waitFor()
  // Somebody puts another change in its place while the question stands.
  const replaced = JSON.parse(readFileSync(candidate('targets'), 'utf8'))
  replaced.signed['x-note'] = 'not what you saw'
  writeFileSync(candidate('targets'), JSON.stringify(replaced))
  const before = everythingIn(demo)
  await holdInDialog(page, /^Sign with/, 1800)
  await heading(page, 'Targets 3 was not signed')
  await page.getByText('The change to targets was replaced since you reviewed it.').waitFor()
  await page.getByText('trust/changed').waitFor()
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0)
  await expectAccessible(page)
  await picture(page, 'failed-replaced')
  expect(everythingIn(demo)).toEqual(before)
  await page.getByRole('button', { name: 'Back to the review' }).click()
  await heading(page, 'This change cannot be reviewed')
  await expectAccessible(page)
})

test('a name that would deceive the eye is shown for what it is, and nobody can sign it', async () => {
  const deceiving = JSON.parse(readFileSync(candidate('targets'), 'utf8'))
  deceiving.signed.targets['tools/safe\u202egpj.exe'] = { length: 1, hashes: { sha256: '0'.repeat(64) } }
  writeFileSync(candidate('targets'), JSON.stringify(deceiving))
  await home()
  // Until it has been read again the list shows what was there before.
  await page.getByText('⟨U+202E⟩').first().waitFor()
  await page.getByRole('link', { name: /^Open Targets 3, Example Packages/ }).click()
  await heading(page, 'Targets 3 for Example Packages')
  await page.getByText('⟨U+202E⟩').first().waitFor()
  await page.getByText('Nobody can sign this from here right now').waitFor()
  expect(await page.getByRole('button', { name: /^Sign with/ }).count()).toBe(0)
  expect(await page.getByText('can sign here').count()).toBe(0)
  await page.getByRole('button', { name: 'Raw document' }).click()
  await page.locator('.raw').waitFor()
  expect(await page.evaluate(() => document.documentElement.outerHTML.includes('\u202e'))).toBe(false)
  await expectAccessible(page)
  await picture(page, 'review-deceiving')
})

test.each([
  ['half a file', (text: string) => text.slice(0, text.length / 2), 'format/malformed'],
  ['a version that jumps', (text: string) => text.replace('"version": 3', '"version": 9'), 'trust/rollback'],
  ['a name twice', (text: string) => text.replace('"signed": {', '"signed": {"version": 3,'), 'format/malformed'],
])('a broken candidate is a problem on the first screen, beside the others: %s', async (_name, break_, code) => {
  const good = readFileSync(candidate('root'), 'utf8')
  const broken = break_(good)
  expect(broken).not.toBe(good)
  writeFileSync(candidate('root'), broken)
  try {
    await home()
    await page.getByRole('heading', { name: 'root in Example Packages' }).waitFor()
    await page.getByText(code).first().waitFor()
    await page.getByRole('heading', { name: 'Targets 3, Example Packages' }).waitFor()
    await expectAccessible(page)
    await picture(page, 'home-problem')
  } finally {
    writeFileSync(candidate('root'), good)
  }
})

test('a repository with a signature that does not fit is a problem on the first screen and on its own', async () => {
  const timestamp = join(demo, 'metadata/timestamp.json')
  const good = readFileSync(timestamp, 'utf8')
  writeFileSync(
    timestamp,
    good.replace(/(?<="sig": ")./, (digit) => (digit === '0' ? '1' : '0')),
  )
  try {
    await home()
    await page.getByText('trust/bad-signature').first().waitFor()
    await page.getByRole('link', { name: /^Repositories/ }).click()
    await page.getByLabel('Example Packages').getByText('trust/bad-signature').waitFor()
    await page.getByRole('heading', { name: 'Real packages' }).waitFor()
    await expectAccessible(page)
    await picture(page, 'repositories-problem')
  } finally {
    writeFileSync(timestamp, good)
  }
})

test('a key that is not one of theirs is never offered', async () => {
  await review(/Targets 3, Example Packages/)
  await heading(page, 'Targets 3 for Example Packages')
  expect(await page.getByText('key file dana').count()).toBe(0)
})

test('the passphrase window cancelled: no key, and the form says that nothing was signed', async () => {
  await page.getByRole('link', { name: /^Keys/ }).click()
  await page.getByRole('button', { name: 'Create a key' }).click()
  await page.getByLabel('Name').fill('late')
  await page.getByRole('button', { name: 'Create the key' }).click()
  const window = await app.window('prompt.html')
  const closed = window.waitForEvent('close')
  await window
    .getByRole('button', { name: /^Cancel/ })
    .click()
    .catch(() => undefined)
  await closed
  await page.getByText('Cancelled, no key was made.').waitFor()
  await page.getByText('Nothing was signed and nothing was changed.').waitFor()
})
