// A repository of blocks in a real window: pinned by its root, looked at from the inside, its versions drawn and asked, and a change
// of a delegated role reviewed, signed with a key of this machine, and published. Blocks know no keys for practice, so these are real.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseHex, utf8 } from '../../src/core/bytes.ts'
import type { PublicKey } from '../../src/core/signer.ts'
import { headName, pendingName } from '../../src/core/systems/merkle/files.ts'
import { toWords } from '../../src/core/words.ts'
import { keyStore } from '../../src/node/key-store.ts'
import { openWorkspace } from '../../src/node/workspace.ts'
import { type BlockFolder, blockFolder } from '../support/merkle-folder.ts'
import { never } from '../support/repository.ts'
import {
  begin,
  hold,
  lookInside,
  openRole,
  pickKeys,
  preview,
  propose,
  readFiles,
  review,
  wordsOf,
} from '../support/stories.ts'
import { expectAccessible, heading, openRepository, promptOf, typeSecret, type Windows } from '../support/window.ts'
import { picture } from './support/picture.ts'
import { type ProtectedWindow, protectedWindow } from './support/protected-window.ts'

const passphrase = 'purple-monkey-dishwasher-77'

let temporary: string
let shown: ProtectedWindow
let app: Windows
let page: Page
let blocks: BlockFolder

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'countersign-e2e-'))
  const dataDir = join(temporary, 'data')
  const keys = keyStore(openWorkspace(dataDir).keys)
  for (const name of ['Ana', 'Machine'])
    await keys.create(name, 'ecdsa-p256-sha256', { kind: 'passphrase', passphrase: utf8(passphrase) }, never)
  const { keys: stored } = await keys.list(never)
  const key = (name: string): PublicKey => {
    const found = stored.find((one) => one.name === name)
    if (found === undefined) throw new Error(`no key of ${name}`)
    return found.key
  }
  blocks = await blockFolder(join(temporary, 'weavery'), {
    root: key('Ana'),
    loom: key('Ana'),
    machine: key('Machine'),
  })
  shown = await protectedWindow(temporary, dataDir)
  app = shown.app
  page = shown.page
  page.setDefaultTimeout(15_000)
})

afterAll(async () => {
  await shown?.end()
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

test('it is pinned by its root in words', async () => {
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('link', { name: 'Open a repository' }).click()
  await openRepository(page, blocks.folder, toWords(parseHex(blocks.digest, 'the root')))
  await page.getByText('is pinned', { exact: false }).first().waitFor()
})

test('its roles, map, artifacts and history are those of any repository', async () => {
  await lookInside(page, 'weavery')
  await page
    .getByText('A change', { exact: false })
    .first()
    .waitFor()
    .catch(() => undefined)
  await expectBoth()
  await picture(page, 'merkle-roles')
  await openRole(page, 'loom')
  await page.getByText('Change loom ...', { exact: true }).click()
  expect(await page.getByRole('link', { name: 'Split into bins' }).count()).toBe(0)
  await expectBoth()
  await page.keyboard.press('Escape')
  await tab('Map')
  await page.getByRole('treeitem', { name: /^loom/ }).waitFor()
  await expectBoth()
  await picture(page, 'merkle-map')
  await tab('Artifacts')
  await page.getByRole('button', { name: 'loom/loom.tar.gz' }).click()
  await page.getByText(/^bafkrei/).waitFor()
  await expectBoth()
  await picture(page, 'merkle-artifacts')
  await tab('History')
  await page.getByLabel('Versions of', { exact: true }).selectOption('loom')
  await page.getByRole('heading', { name: 'Role loom 1' }).waitFor()
  await expectBoth()
  await picture(page, 'merkle-history')
})

test('its versions are drawn with their links, and each can be looked at by keyboard', async () => {
  await tab('Versions')
  await page.getByRole('option', { name: 'Snapshot 7, in force' }).waitFor()
  await expectBoth()
  await picture(page, 'merkle-versions')
  await page.getByRole('option', { name: 'Snapshot 7, in force' }).focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  const card = page.getByRole('complementary', { name: 'Block Snapshot 6' })
  await card.getByText(blocks.snapshots[5] ?? '', { exact: true }).waitFor()
  await card.getByRole('button', { name: 'Snapshot 5' }).waitFor()
  await expectBoth()
  await picture(page, 'merkle-block')
  await card.getByRole('button', { name: /^Close/ }).click()
})

test('an older client is asked, and the picture and the archive are saved', async () => {
  await page.getByLabel('A client that stopped at').selectOption({ label: 'Snapshot 2' })
  await page.getByRole('heading', { name: 'It would accept' }).waitFor()
  await expectBoth()
  await picture(page, 'merkle-accepted')
  const file = join(temporary, 'home-weavery.svg')
  await page.getByRole('button', { name: 'Save as a picture' }).click()
  await page.getByLabel(/^Folder, or the name of a file/).fill(file)
  await page.getByRole('button', { name: 'Save the picture' }).click()
  await expect.poll(() => existsSync(file)).toBe(true)
  const svg = readFileSync(file, 'utf8')
  expect([unclosed(svg), svg.includes('Accepted: snapshot goes from 2 to 7')]).toEqual([[], true])
  const archive = join(temporary, 'weavery.car')
  await page.getByRole('button', { name: 'Save as an archive' }).click()
  await page.getByLabel(/^Folder, or the name of a file/).fill(archive)
  await page.getByRole('button', { name: 'Save the archive' }).click()
  await expect.poll(() => existsSync(archive)).toBe(true)
  expect(statSync(archive).size).toBeGreaterThan(5_000)
})

test('what waits is reviewed, signed with a key of this machine, and published', async () => {
  await review(page, 'Role loom 8')
  await expectBoth()
  await picture(page, 'merkle-review')
  await signAndPublish('Role loom 8')
  await picture(page, 'merkle-published')
  expect(existsSync(join(blocks.folder, pendingName('loom')))).toBe(false)
  expect(readdirSync(blocks.folder)).toContain(headName)
})

test('each of the forms opens that blocks have a place for, and other keys of root are proposed by theirs', async () => {
  const forms = ['Delegate to somebody', 'Change or end a delegation', 'Block a role or artifacts', 'Replace a key']
  for (const verb of forms) await begin(page, 'weavery', verb)
  for (const verb of ['Renew', 'Edit as text', 'Delegate to somebody']) await begin(page, 'weavery', verb, 'loom')
  await begin(page, 'weavery', 'Edit as text', 'loom')
  await page.getByText('Links and heights of blocks follow by themselves').waitFor()
  await expectBoth()
  await begin(page, 'weavery', 'Change the keys of the repository')
  await pickKeys(page, 'New holders', 'Machine')
  await preview(page)
  await expectBoth()
  await picture(page, 'merkle-keys')
  expect(await propose(page)).toBe('Root 3')
  await review(page, 'Root 3')
  await page.getByText('Follows Root 2, the version in force').waitFor()
})

test('a release is made, signed and published, and its file is found by whom it is signed', async () => {
  const folder = join(temporary, 'made')
  mkdirSync(folder)
  const file = join(folder, 'loom-2.txt')
  writeFileSync(file, 'the second loom')
  await begin(page, 'weavery', 'Add or remove a release', 'loom')
  await readFiles(page, folder)
  const promised = await preview(page)
  expect([...promised].map(([path, { before }]) => [path, before])).toEqual([['loom/loom-2.txt', 'absent']])
  expect(await propose(page)).toBe('Role loom 9')
  await review(page, 'Role loom 9')
  await signAndPublish('Role loom 9')
  expect(readdirSync(join(blocks.folder, 'ipfs')).filter((name) => name.startsWith('bafkrei'))).toHaveLength(1)
  await lookInside(page, 'weavery')
  await tab('Artifacts')
  const check = page.getByRole('region', { name: 'Check a file' })
  await check.getByRole('textbox').fill(file)
  await check.getByRole('button', { name: 'Check this file' }).click()
  await check.getByText('Ana', { exact: false }).first().waitFor()
  await expectBoth()
  await picture(page, 'merkle-checked')
})

test('a head of another history is refused, and the versions show where the two part', async () => {
  await blocks.fork()
  await page.getByRole('link', { name: /^Home/ }).click()
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('link', { name: 'Look inside weavery' }).click()
  await heading(page, 'This repository cannot be shown')
  await expectBoth()
  await page.getByRole('link', { name: 'See the versions that are shown there' }).click()
  await page.getByLabel('A client that stopped at').selectOption('held')
  await page.getByRole('heading', { name: 'It would refuse' }).waitFor()
  await expectBoth()
  await picture(page, 'merkle-refused')
})

/** On its review. The machine's own key signs what it makes, and asks twice for its passphrase. */
async function signAndPublish(title: string): Promise<void> {
  const [first] = await wordsOf(page)
  await page.getByRole('button', { name: 'Sign with key file Ana (P-256)', exact: true }).click()
  const field = page.getByRole('dialog').getByRole('textbox')
  if (await field.isVisible()) await field.fill(first ?? '')
  await hold(page, /^Sign with/)
  await typeSecret(await promptOf(app, 'Passphrase for key file Ana'), passphrase)
  await heading(page, /^Signed: /)
  await review(page, title)
  await page.getByRole('button', { name: /^Publish/ }).click()
  await hold(page, /^Publish/)
  for (let prompts = 0; prompts < 2; prompts++)
    await typeSecret(await promptOf(app, 'Passphrase for key file Machine'), passphrase)
  await heading(page, /^Published: /)
}

/** By day and by night. */
async function expectBoth(): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await expectAccessible(page)
  }
}

/** Tags that do not close where they should: the page itself takes no text as markup. */
function unclosed(svg: string): string[] {
  const open: string[] = []
  for (const [, end, name = '', self] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (self === '/') continue
    if (end !== '/') open.push(name)
    else if (open.at(-1) === name) open.pop()
    else return [...open, `/${name}`]
  }
  return open
}

async function tab(name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Inside weavery' }).getByRole('link', { name, exact: true }).click()
}
