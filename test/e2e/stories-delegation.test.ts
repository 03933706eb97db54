// The stories of an admin about others: somebody is given paths of their own and releases; then an artifact is excluded, all
// of it is blocked, and given back. After each, a client that nobody here wrote sees exactly what the preview promised.
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FileServer, serveFolder } from '../support/file-server.ts'
import {
  begin,
  carryOut,
  filesIn,
  foundedBy,
  keepsPromise,
  peerSees,
  pickKeys,
  preview,
  propose,
  readFiles,
  rehearsalKeys,
  review,
  type Served,
  sign,
} from '../support/stories.ts'
import { expectAccessible } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

const name = 'Loom Packages'
let app: RunningApp
let page: Page
let server: FileServer
let served: Served

beforeAll(async () => {
  app = await startTestApp()
  page = app.page
  page.setDefaultTimeout(8000)
  const folder = join(app.temporary, 'loom')
  await foundedBy(app.dataDir, folder, name, 'Ana', 'Ben')
  await rehearsalKeys(app.dataDir, 'Mia')
  server = await serveFolder(folder)
  served = { folder, url: server.url, temporary: app.temporary }
  await page.reload()
})

afterAll(async () => {
  await server?.end()
  await app?.end()
})

const guide = 'docs/guide.txt'
const draft = 'docs/draft.txt'

test('delegate to somebody, who then releases without the people of the repository', async () => {
  await begin(page, name, 'Delegate to somebody')
  await page.getByLabel('Name of the role').fill('docs')
  await page.getByLabel(/^Paths it may list/).fill('docs/*')
  await pickKeys(page, 'Who signs for it', 'Mia')
  await preview(page)
  expect(await propose(page)).toBe('Targets 2')
  await review(page, 'Role docs 1')
  await sign(page, 'Mia')
  await carryOut(page, 'Targets 2', 'Ana')
  await begin(page, name, 'Add or remove a release', 'docs')
  const files = filesIn(join(app.temporary, 'docs'), { 'guide.txt': 'how to\n', 'draft.txt': 'not yet\n' })
  await readFiles(page, files)
  const promised = await preview(page)
  expect([...promised.keys()].sort()).toEqual([draft, guide])
  const title = await propose(page)
  await keepsPromise(served, promised, () => carryOut(page, title, 'Mia'))
})

test('block: one artifact is excluded, then the whole delegation, then everything is given back', async () => {
  const before = await peerSees(served, [guide, draft])
  await begin(page, name, 'Block a role or artifacts')
  await page.getByText('Exclude some artifacts').click()
  await page.getByLabel(/^Paths to exclude/).fill(draft)
  await pickKeys(page, 'Who keeps the block', 'Ana')
  const excluded = await preview(page)
  expect(excluded.get(draft)?.after).toBe('absent')
  await expectAccessible(page)
  await page.getByRole('region', { name: 'What clients will see' }).scrollIntoViewIfNeeded()
  await picture(page, 'edit-block')
  const title = await propose(page)
  await keepsPromise(served, excluded, async () => {
    await review(page, 'Role blocked 1')
    await sign(page, 'Ana')
    await carryOut(page, title, 'Ana')
  })
  expect((await peerSees(served, [guide])).get(guide)).toBe(before.get(guide))
  await begin(page, name, 'Block a role or artifacts')
  await page.getByText('Stop a role completely').click()
  await page.getByLabel('Role to stop').selectOption('docs')
  const stopped = await preview(page)
  expect(stopped.get(guide)?.after).toBe('absent')
  const stop = await propose(page)
  await keepsPromise(served, stopped, () => carryOut(page, stop, 'Ana'))
  await begin(page, name, 'Block a role or artifacts')
  await page.getByText('Give back what is blocked').click()
  for (const tick of await page.getByRole('checkbox', { name: /^Give back/ }).all()) await tick.check()
  const free = await preview(page)
  const back = await propose(page)
  await keepsPromise(served, free, () => carryOut(page, back, 'Ana'))
  expect(await peerSees(served, [guide, draft])).toEqual(before)
})
