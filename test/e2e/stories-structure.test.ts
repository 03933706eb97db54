// A repository whose artifacts are spread over bins, from the wizard to a release and its removal; a whole document taken from
// a file; roles that must agree, in both forms of TAP 3. A client that nobody here wrote sees what the preview promised.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FileServer, serveFolder } from '../support/file-server.ts'
import {
  begin,
  carryOut,
  dropFiles,
  filesIn,
  freshPeer,
  keepsPromise,
  lookInside,
  peerSees,
  pickKeys,
  preview,
  propose,
  publishedIn,
  rehearsalKeys,
  review,
  type Served,
  sign,
} from '../support/stories.ts'
import { expectAccessible, heading } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

const name = 'Spread Packages'
let app: RunningApp
let page: Page
let server: FileServer
let served: Served

beforeAll(async () => {
  app = await startTestApp()
  page = app.page
  page.setDefaultTimeout(8000)
  await rehearsalKeys(app.dataDir, 'Ana', 'Mia', 'Max', 'Online')
  const folder = join(app.temporary, 'spread')
  server = await serveFolder(folder)
  served = { folder, url: server.url, temporary: app.temporary }
  await page.reload()
})

afterAll(async () => {
  await server?.end()
  await app?.end()
})

test('initialize a repository with bins, by the wizard', async () => {
  await page.getByRole('link', { name: 'New repository' }).click()
  await heading(page, 'New repository')
  const next = page.getByRole('button', { name: 'Next' })
  await pickKeys(page, 'Key holders', 'Ana')
  await next.click()
  await next.click()
  await pickKeys(page, "The repository's own key", 'Online')
  await next.click()
  await page.getByText('Bins, long form by prefixes of the hash').click()
  await page.getByLabel('How many bins', { exact: true }).selectOption('1')
  await next.click()
  await page.getByLabel('Folder', { exact: true }).fill(served.folder)
  await page.getByLabel('Name', { exact: true }).fill(name)
  await next.click()
  await page.getByRole('button', { name: 'Create and sign' }).click()
  await heading(page, `${name} is there`)
  expect(await freshPeer(served)).toEqual({ root: 1, targets: 1 })
  await lookInside(page, name)
  // It was made a moment ago: nothing of it is late.
  expect(await page.locator('tbody .until.tone-bad, tbody .until.tone-warn').count()).toBe(0)
})

/** Each bin of the change that was proposed, reviewed and signed with the key of the repository. */
async function carryOutBins(count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    await page.getByRole('link', { name: /^Home/ }).click()
    const bin = page.getByRole('link', { name: /^(Review|Open) Role bins-[01] / }).first()
    const title = /Role bins-[01] \d+/.exec((await bin.textContent()) ?? '')?.[0] ?? ''
    await carryOut(page, title, 'Online')
  }
}

const files = { 'a.txt': 'one\n', 'b.txt': 'two and\n', 'c.txt': 'three, too\n', 'd.txt': 'four of them\n' }

test('a release is spread over the bins in one act, and what is removed is found in them', async () => {
  await begin(page, name, 'Add or remove a release')
  const folder = filesIn(join(app.temporary, 'release'), files)
  await dropFiles(page, ...Object.keys(files).map((file) => join(folder, file)))
  await page.getByLabel('Folder in the repository').fill('loom/')
  const promised = await preview(page)
  expect([...promised.keys()].sort()).toEqual(Object.keys(files).map((file) => `loom/${file}`))
  await page.getByText(/^Comes along, to be signed as well: bins-/).waitFor()
  await expectAccessible(page)
  await picture(page, 'edit-release-bins')
  await propose(page)
  await page.getByText(/more change proposed with it$/).waitFor()
  await keepsPromise(served, promised, () => carryOutBins(2))
  await begin(page, name, 'Add or remove a release')
  await page.getByRole('radio', { name: /^Remove artifacts/ }).check()
  await page.getByRole('checkbox', { name: 'loom/a.txt' }).check()
  const fewer = await preview(page)
  expect(fewer.get('loom/a.txt')?.after).toBe('absent')
  await propose(page)
  await keepsPromise(served, fewer, () => carryOutBins(1))
})

test('a whole document from a file becomes a candidate, and clients find what they found', async () => {
  const before = await peerSees(served, ['loom/b.txt'])
  const signed = { ...publishedIn(served.folder, 1, 'root'), version: 2, 'x-from': 'a file' }
  const file = join(app.temporary, 'root.json')
  writeFileSync(file, JSON.stringify({ signatures: [{ keyid: 'ab', sig: 'cd' }], signed }))
  await begin(page, name, 'Edit as text', 'root')
  await page.getByLabel('Take a whole document from a file').setInputFiles(file)
  await preview(page)
  expect(await propose(page)).toBe('Root 2')
  await carryOut(page, 'Root 2', 'Ana')
  expect(publishedIn(served.folder, 2, 'root')['x-from']).toBe('a file')
  expect((await freshPeer(served)).root).toBe(2)
  expect(await peerSees(served, ['loom/b.txt'])).toEqual(before)
})

test.each([
  ['accepted', 'As TAP 3 was accepted', 'bins-0', ['loom/c.txt']],
  ['draft', 'As its first draft', 'bins-1', []],
])(
  'several roles agree, in the %s form: drawn, reviewed, signed, and found by our client',
  async (form, words, parent, elsewhere) => {
    const [first, second] = [`${form}-one`, `${form}-two`]
    const before = await peerSees(served, elsewhere)
    await begin(page, name, 'Let several roles agree', parent)
    await page.getByLabel('Name of the agreement').fill(`${form} both`)
    await page.getByLabel('Paths that they must agree on').fill('lib/*')
    for (const [at, role, who] of [
      [1, first, 'Mia'],
      [2, second, 'Max'],
    ] as const) {
      const group = page.getByRole('group', { name: `Role ${at}`, exact: true })
      await group.getByLabel('Its name').fill(role)
      await pickKeys(group, 'Who signs for it', who)
    }
    await page.getByText(words).click()
    await preview(page)
    await page.getByText('No client understands this today').waitFor()
    const title = await propose(page)
    await review(page, title)
    // The first versions of both roles belong to it: without them nothing is offered.
    await sign(page, 'Online')
    expect(await page.getByRole('button', { name: /^Publish/ }).count()).toBe(0)
    await review(page, title)
    await page.getByRole('region', { name: 'Before it can be published' }).getByText(/Mia/).waitFor()
    expect(await page.getByRole('button', { name: /^Publish/ }).count()).toBe(0)
    if (form === 'accepted') {
      await expectAccessible(page)
      await picture(page, 'review-needs')
      await page.getByRole('link', { name: /^Home/ }).click()
      await page.getByText('signed, not ready').waitFor()
      await picture(page, 'home-needs')
    }
    for (const [role, who] of [
      [first, 'Mia'],
      [second, 'Max'],
    ] as const) {
      await review(page, `Role ${role} 1`)
      await sign(page, who)
    }
    await carryOut(page, title)
    await lookInside(page, name)
    await page.getByRole('link', { name: 'Map' }).click()
    await page.locator('.map-node', { hasText: first }).waitFor()
    expect(await page.locator('.map-node', { hasText: first }).textContent()).toContain('2 of 2 agree')
    // A client of today refuses the document of this bin, as the review said, and finds what is in the other one.
    expect(await peerSees(served, elsewhere)).toEqual(before)
    expect((await freshPeer(served)).root).toBe(2)
  },
)
