// The stories of maintainers. The window is Mia's; Max works on another machine, on the command line; no admin's key is on
// either. After each story a client that nobody here wrote sees exactly what the preview promised.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseHex } from '../../src/core/bytes.ts'
import { parseMetadata } from '../../src/core/systems/tuf/metadata.ts'
import { toWords } from '../../src/core/words.ts'
import { answerOf } from '../support/cli.ts'
import { type FileServer, serveFolder } from '../support/file-server.ts'
import {
  askToSign,
  begin,
  carryOut,
  dropFiles,
  filesIn,
  foundedBy,
  freshPeer,
  hold,
  keepsPromise,
  lookInside,
  openRole,
  peerSees,
  pickKeys,
  pinnedBy,
  preview,
  propose,
  publish,
  rehearsalKeys,
  review,
  type Served,
  sign,
  takeKey,
  wordsOf,
} from '../support/stories.ts'
import { expectAccessible, heading, openRepository } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

const name = 'Loom Packages'
let app: RunningApp
let page: Page
let server: FileServer
let served: Served
/** Where Max keeps his keys and what he trusts. */
let home: string

interface Drafted {
  digest: string
  title: string
  along: { subject: string }[]
}

const max = <T>(command: string, ...args: readonly string[]): Promise<T> =>
  answerOf<T>([command, served.folder, ...args], { home })

beforeAll(async () => {
  app = await startTestApp()
  page = app.page
  page.setDefaultTimeout(8000)
  const [folder, service] = [join(app.temporary, name), join(app.temporary, 'service')]
  server = await serveFolder(folder)
  served = { folder, url: server.url, temporary: app.temporary }
  home = join(app.temporary, 'max')
  await foundedBy(service, folder, name, 'Ana')
  takeKey('Online', service, app.dataDir)
  await rehearsalKeys(app.dataDir, 'Mia', 'Mia new')
  await rehearsalKeys(home, 'Max')
  await pinnedBy(home, folder, name)
  // Max has a project of his own already: that is how others find his key.
  const { digest } = await max<Drafted>('project', 'add', 'spool', '--key', 'Max')
  await max('sign', digest, 'spool', '--key', 'Max')
  await answerOf(['publish', folder], { home: service })
})

afterAll(async () => {
  await server?.end()
  await app?.end()
})

test('a maintainer opens the repository, by words that come from somewhere else', async () => {
  const root = new Uint8Array(readFileSync(join(served.folder, 'metadata/1.root.json')))
  const { payload } = parseMetadata(root, 'root', 'root')
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(payload)))
  await page.reload()
  await openRepository(page, served.folder, toWords(digest))
  await heading(page, 'Nothing waits for you')
  await lookInside(page, name)
  const spool = page.getByRole('row', { name: /^spool/ })
  await spool.getByText('Max', { exact: true }).waitFor()
  // It has no release yet, which is nothing that anybody means to block.
  expect(await spool.getByText('on purpose').count()).toBe(0)
})

test('add a new project: its name is reserved by its maintainers, and no admin signs', async () => {
  await begin(page, name, 'Add a project')
  const field = page.getByLabel('Name of the project')
  await field.fill('spool')
  await page.getByText(/^There is a role called spool already/).waitFor()
  await field.fill('loom')
  await pickKeys(page, 'Maintainers', 'Mia', 'Max')
  await preview(page)
  await expectAccessible(page)
  await picture(page, 'new-project')
  expect(await propose(page)).toBe('Keys of loom 1')
  await review(page, 'Keys of loom 1')
  const digest = await digestOf(page)
  expect(
    await page
      .getByRole('region', { name: /^Who must agree/ })
      .getByText('Ana')
      .count(),
  ).toBe(0)
  await sign(page, 'Mia')
  await review(page, 'Role loom 1')
  await sign(page, 'Mia')
  await max('sign', digest, '--key', 'Max')
  await review(page, 'Keys of loom 1')
  await publish(page, 'Keys of loom 1')
  await freshPeer(served)
  await lookInside(page, name)
  await page.getByRole('row', { name: /^loom/ }).getByText('1 of 2 keys').waitFor()
})

/** Of the change under review, as the head of the screen has it. */
async function digestOf(at: Page): Promise<string> {
  const title = (await at.getByTitle(/^sha256 /).getAttribute('title')) ?? ''
  return title.replace('sha256', '').replaceAll(' ', '')
}

const tool = 'loom/1.0/loom.txt'
const notes = 'loom/1.0/notes.txt'

test('add a release: a folder is read, and clients get what the preview says', async () => {
  await begin(page, name, 'Add or remove a release', 'loom')
  const files = filesIn(join(app.temporary, 'release'), { 'loom.txt': 'loom 1.0\n', 'notes.txt': 'all new\n' })
  await dropFiles(page, files)
  const folder = page.getByLabel('Folder in the repository')
  await folder.fill('spool/1.0/')
  await page.getByRole('heading', { name: 'This cannot be proposed' }).waitFor()
  expect(await page.getByRole('button', { name: 'Propose this change' }).isDisabled()).toBe(true)
  await folder.fill('loom/1.0/')
  await page.getByLabel('Custom data, if any').fill('{"version": "1.0.0"}')
  const promised = await preview(page)
  expect([...promised.keys()].sort()).toEqual([tool, notes])
  await expectAccessible(page)
  await picture(page, 'edit-release')
  const title = await propose(page)
  await keepsPromise(served, promised, () => carryOut(page, title, 'Mia'))
})

test('remove a release: clients no longer find it, and find the rest', async () => {
  const before = await peerSees(served, [tool])
  await begin(page, name, 'Add or remove a release', 'loom')
  await page.getByRole('radio', { name: /^Remove artifacts/ }).check()
  await page.getByRole('checkbox', { name: notes }).check()
  const promised = await preview(page)
  expect(promised.get(notes)?.after).toBe('absent')
  const title = await propose(page)
  await keepsPromise(served, promised, () => carryOut(page, title, 'Mia'))
  expect(await peerSees(served, [tool])).toEqual(before)
})

test('modify keys: signed by those before, those after and the new key, and by no admin', async () => {
  const before = await peerSees(served, [tool])
  await begin(page, name, 'Change keys', 'loom')
  await page.getByRole('button', { name: 'Take out Mia' }).click()
  await pickKeys(page, 'New maintainers', 'Mia new')
  await page.getByRole('button', { name: 'One more' }).click()
  await preview(page)
  await expectAccessible(page)
  await picture(page, 'project-keys')
  expect(await propose(page)).toBe('Keys of loom 2')
  await review(page, 'Keys of loom 2')
  const digest = await digestOf(page)
  expect(
    await page
      .getByRole('region', { name: /^Who must agree/ })
      .getByText('Ana')
      .count(),
  ).toBe(0)
  await sign(page, 'Mia')
  await review(page, 'Keys of loom 2')
  await sign(page, 'Mia new')
  expect(await page.getByRole('button', { name: /^Publish/ }).count()).toBe(0)
  // What is in force was signed by the old keys: its next version came along, for the new ones.
  await max('sign', digest, 'loom', '--key', 'Max')
  await review(page, 'Role loom 4')
  await sign(page, 'Mia new')
  await review(page, 'Keys of loom 2')
  await publish(page, 'Keys of loom 2')
  expect(await peerSees(served, [tool])).toEqual(before)
  await lookInside(page, name)
  const row = page.getByRole('row', { name: /^loom/ })
  await row.getByText('2 of 2 keys').waitFor()
  await row.getByText('Max and Mia new').waitFor()
})

const next = 'loom/1.1/loom.txt'

async function releasedByMax(content: string): Promise<Drafted> {
  const files = filesIn(join(app.temporary, 'by-max'), { 'loom.txt': content })
  const drafted = await max<Drafted>(
    'release',
    'loom',
    'add',
    files,
    '--under',
    'loom/1.1/',
    '--replace',
    '--replace-content',
  )
  await max('sign', drafted.digest, '--key', 'Max')
  return drafted
}

test('sign a change made by another maintainer: found by its name, compared by its words, never an older one', async () => {
  const first = await releasedByMax('loom 1.1\n')
  await page.getByRole('link', { name: /^Keys/ }).click()
  await review(page, first.title)
  // Max reads his words over the telephone; they are on this screen too.
  const words = toWords(parseHex(first.digest, 'a digest'))
  expect(await wordsOf(page)).toEqual(words.slice(0, 16))
  await page
    .getByRole('region', { name: /^Who must agree/ })
    .getByText('1 of 2 signed')
    .waitFor()
  await askToSign(page, 'Mia new')
  const second = await releasedByMax('loom 1.1, mended\n')
  expect(second.digest).not.toBe(first.digest)
  await hold(page, /^Sign with/)
  await heading(page, `${first.title} was not signed`)
  await page.getByText(/was replaced since you reviewed it/).waitFor()
  await page.getByText('trust/changed').waitFor()
  expect((await peerSees(served, [next])).get(next)).toBe('absent')
  await review(page, second.title)
  expect(await digestOf(page)).toBe(second.digest)
  await sign(page, 'Mia new')
  await publish(page, second.title)
  expect((await freshPeer(served, next)).content).toBe('loom 1.1, mended\n')
})

test('see the state of a project: table, map, artifacts and history, all verified', async () => {
  await lookInside(page, name)
  await openRole(page, 'loom')
  const detail = page.getByRole('complementary', { name: 'Role loom' })
  await detail.getByText('2 of 2 keys must sign').waitFor()
  await expectAccessible(page)
  await picture(page, 'repository')
  await page.getByRole('link', { name: 'Map' }).click()
  await page.getByText('All seven roles').waitFor()
  for (const role of ['root', 'targets', 'projects', 'loom', 'spool'])
    await page.getByRole('treeitem', { name: new RegExp(`^${role}\\b`) }).waitFor()
  await expectAccessible(page)
  await picture(page, 'map')
  await page.getByRole('link', { name: 'Artifacts' }).click()
  await page.getByRole('button', { name: /^loom 1\.0/ }).click()
  await page.getByRole('complementary', { name: 'Chosen artifact' }).getByText(tool, { exact: true }).waitFor()
  await expectAccessible(page)
  await picture(page, 'artifacts')
  await page.getByRole('link', { name: 'History' }).click()
  await page.getByRole('combobox', { name: 'Versions of' }).selectOption('loom')
  const versions = page.getByRole('list', { name: 'Versions of loom, newest first' })
  await versions.getByRole('heading', { name: 'Role loom 5' }).waitFor()
  await versions.getByText('Signed by Max and Mia new').first().waitFor()
  const keys = page.getByRole('region', { name: 'Changes of its keys' })
  await keys.getByText(/signed by .*Mia new/).waitFor()
  await expectAccessible(page)
  await picture(page, 'history')
})
