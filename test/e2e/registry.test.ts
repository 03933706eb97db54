// A registry of logs, carried as a folder, in a real window: pinned, looked at, a file released with two approvals before the signature
// that publishes, and the package begun, yanked and watched as far as a folder goes. Logs know no keys for practice, so these are real.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseHex, toHex, utf8 } from '../../src/core/bytes.ts'
import { sha256 } from '../../src/core/crypto.ts'
import { wargKey } from '../../src/core/systems/warg/encoding/key.ts'
import { checkpointName, pendingName } from '../../src/core/systems/warg/files.ts'
import { parseCandidate } from '../../src/core/systems/warg/waiting/candidate.ts'
import { toWords } from '../../src/core/words.ts'
import { keyStore } from '../../src/node/key-store.ts'
import { openWorkspace } from '../../src/node/workspace.ts'
import { never } from '../support/repository.ts'
import { filesIn, hold, pickKeys, propose, review, wordsOf } from '../support/stories.ts'
import { checkpointBytes, historyOf, writeFolder } from '../support/warg/folder.ts'
import { person } from '../support/warg/keys.ts'
import { expectAccessible, heading, openRepository, promptOf, typeSecret, type Windows } from '../support/window.ts'
import { picture } from './support/picture.ts'
import { type ProtectedWindow, protectedWindow } from './support/protected-window.ts'

const passphrase = 'purple-monkey-dishwasher-77'
const cloth = 'loom:cloth'

let temporary: string
let shown: ProtectedWindow
let app: Windows
let page: Page
let folder: string
let words: readonly string[]

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'countersign-e2e-'))
  folder = join(temporary, 'packages')
  const dataDir = join(temporary, 'data')
  const keys = keyStore(openWorkspace(dataDir).keys)
  for (const name of ['Ana', 'Ben', 'Olga'])
    await keys.create(name, 'ecdsa-p256-sha256', { kind: 'passphrase', passphrase: utf8(passphrase) }, never)
  const { keys: stored } = await keys.list(never)
  const olga = stored.find(({ name }) => name === 'Olga')
  if (olga === undefined) throw new Error('no key of Olga')
  await writeRegistry(folder, wargKey(olga.key))
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

/** A package with a release that was yanked and one that stands, and a stranger’s record in another one. */
async function writeRegistry(place: string, olga: ReturnType<typeof wargKey>): Promise<void> {
  const [operator, alice, stranger] = [person('operator'), person('alice'), person('stranger')]
  const scene = await historyOf(operator)
  await scene.publish('operator', operator, [{ kind: 'define', namespace: 'loom' }])
  const digest = async (text: string) => `sha256:${toHex(await sha256(utf8(text)))}`
  await scene.publish(cloth, alice, [{ kind: 'init', key: alice }])
  await scene.publish(cloth, alice, [{ kind: 'grant', key: olga, permissions: ['release', 'yank'] }])
  await scene.publish(cloth, alice, [{ kind: 'release', version: '1.0.0', digest: await digest('warp') }])
  await scene.publish(cloth, alice, [{ kind: 'release', version: '1.0.1', digest: await digest('weft') }])
  await scene.publish(cloth, alice, [{ kind: 'yank', version: '1.0.0' }])
  await scene.publish('loom:thread', alice, [{ kind: 'init', key: alice }])
  await scene.publish('loom:thread', stranger, [{ kind: 'grant', key: stranger, permissions: [] }])
  writeFolder(place, scene)
  // The window looks at it by the clock of this machine.
  writeFileSync(join(place, checkpointName), checkpointBytes(scene, { timestamp: Math.floor(Date.now() / 1000) }))
  words = toWords(parseHex(scene.initId.replace('sha256:', ''), 'the first record'))
}

test('a registry is pinned by the first record of its operator', async () => {
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('link', { name: 'Open a repository' }).click()
  await page.getByLabel('Folder, file or address').fill(folder)
  await page.getByRole('button', { name: 'Look at it' }).click()
  await heading(page, 'Is this the right registry?')
  await expectAccessible(page)
  await picture(page, 'registry-pin')
  await page.getByRole('button', { name: 'Not this one' }).click()
  await openRepository(page, folder, words, 'first record of the operator')
  await page.getByText('is pinned', { exact: false }).first().waitFor()
})

test('its packages are shown, with what is alarming in them', async () => {
  await openRegistry()
  await page.getByText('1.0.1', { exact: true }).waitFor()
  await page.getByText('one alarm', { exact: true }).waitFor()
  expect(await page.getByLabel('Watch another package').count()).toBe(0)
  await expectAccessible(page)
  await picture(page, 'registry-whole')
  await page.getByRole('link', { name: 'Open loom:thread' }).click()
  await page.getByRole('heading', { name: 'Something is wrong in this log' }).waitFor()
  await expectAccessible(page)
  await picture(page, 'registry-alarm')
  await openPackage(cloth)
  await page.getByRole('heading', { name: 'Record 5' }).waitFor()
  await page.getByText('since record 2').first().waitFor()
  await expectAccessible(page)
  await picture(page, 'registry-package')
})

test('two of two must approve, which is kept on this machine', async () => {
  await begin('Say who must approve')
  await pickKeys(page, 'Who approves', 'Ana', 'Ben')
  await page.getByRole('button', { name: 'One more' }).click()
  await expectAccessible(page)
  await picture(page, 'registry-approvers')
  await page.getByRole('button', { name: 'Ask 2 of 2 to approve' }).click()
  await page.getByText('2 of 2, before the record is signed').waitFor()
})

test('a file is released: approved by two, and only then signed', async () => {
  const built = filesIn(join(temporary, 'built'), { 'cloth.wasm': 'warp and weft' })
  await openPackage(cloth)
  await begin('Release a file')
  await page.getByLabel('Version').fill('1.1.0')
  await page.getByLabel('File on this machine').fill(join(built, 'cloth.wasm'))
  await page.getByRole('button', { name: 'Read it' }).click()
  await page.getByText('13 bytes').waitFor()
  await page.getByText('As a reviewer will see it').waitFor()
  await page
    .getByRole('heading', { name: /^Releases 1\.1\.0/ })
    .first()
    .waitFor()
  await expectAccessible(page)
  await picture(page, 'registry-release')
  const title = await propose(page)
  const digest = toHex(await sha256(utf8('warp and weft')))
  expect(readFileSync(join(temporary, 'data/content', digest), 'utf8')).toBe('warp and weft')
  await review(page, title)
  // The key that publishes is here, and does not sign before the others agree.
  expect(await page.getByRole('button', { name: /Olga/ }).count()).toBe(0)
  await expectAccessible(page)
  await picture(page, 'registry-review')
  for (const name of ['Ana', 'Ben']) {
    await review(page, title)
    await sign(name)
  }
  await review(page, title)
  await sign('Olga')
  await page.getByText('It was the last one needed.').waitFor()
  await expectAccessible(page)
  await picture(page, 'registry-done')
  const candidate = parseCandidate(readFileSync(join(folder, pendingName(cloth))), 'the record')
  expect([candidate.approvals.length, candidate.signed === undefined]).toEqual([2, false])
})

test('what waits is built upon: a permission is given in the same record, and a yank asks for its sentence', async () => {
  await openPackage(cloth)
  await begin('Change who may do what')
  await pickKeys(page, 'Give to', 'Ben')
  await page.getByRole('radio', { name: /^Build on it/ }).check()
  await page.getByText('As a reviewer will see it').waitFor()
  const changes = page.getByRole('region', { name: 'Changes' })
  await changes.getByText(/^From now on Ben may release versions/).waitFor()
  await changes.getByText(/^Releases 1\.1\.0/).waitFor()
  await expectAccessible(page)
  await picture(page, 'registry-permissions')
  await openPackage(cloth)
  await page.getByRole('link', { name: 'Yank 1.0.1' }).click()
  await page.getByRole('radio', { name: /^Give it up/ }).check()
  await page.getByLabel('The sentence').pressSequentially(`yank 1.0.1 of ${cloth} for ever`)
  await page.getByText('That is the sentence.').waitFor()
  await expectAccessible(page)
  await picture(page, 'registry-yank')
  await propose(page)
})

test('a package is begun by whoever types that it is for ever', async () => {
  await openRegistry()
  await page.getByRole('link', { name: /^Begin a package/ }).click()
  await page.getByLabel('Name', { exact: true }).fill('loom:silk')
  await pickKeys(page, 'The first key', 'Olga')
  await page.getByRole('heading', { name: 'Nothing takes this back' }).waitFor()
  expect(await page.getByRole('button', { name: 'Propose this change' }).isDisabled()).toBe(true)
  await page.getByLabel('The sentence').pressSequentially('claim loom:silk for ever')
  await expectAccessible(page)
  await picture(page, 'registry-begin')
  await review(page, await propose(page))
})

async function openRegistry(): Promise<void> {
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('link', { name: 'Look inside packages' }).click()
  await heading(page, 'packages')
}

async function openPackage(name: string): Promise<void> {
  await openRegistry()
  await page.getByRole('link', { name: `Open ${name}` }).click()
  await heading(page, name)
}

async function begin(verb: string): Promise<void> {
  await page.getByText('Change ...', { exact: true }).click()
  await page.getByRole('link', { name: verb, exact: true }).click()
}

async function sign(name: string): Promise<void> {
  const [first] = await wordsOf(page)
  const choice = page.getByRole('combobox', { name: 'Key' })
  if (await choice.isVisible()) await choice.selectOption(`file:${name}`)
  await page.getByRole('button', { name: `Sign with key file ${name} (P-256)`, exact: true }).click()
  const field = page.getByRole('dialog').getByRole('textbox')
  if (await field.isVisible()) await field.fill(first ?? '')
  await hold(page, /^Sign with/)
  await typeSecret(await promptOf(app, `Passphrase for key file ${name}`), passphrase)
  await heading(page, /^Signed: /)
}
