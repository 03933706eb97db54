import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FileServer, serveFolder } from '../support/file-server.ts'
import {
  begin,
  carryOut,
  freshPeer,
  isPublished,
  lookInside,
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

const name = 'Loom Packages'
const day = 86_400_000

let app: RunningApp
let page: Page
let server: FileServer
let served: Served

beforeAll(async () => {
  app = await startTestApp()
  page = app.page
  page.setDefaultTimeout(8000)
  await rehearsalKeys(app.dataDir, 'Ana', 'Ben', 'Cleo', 'Dan', 'Mia', 'Online')
  const folder = join(app.temporary, 'loom')
  server = await serveFolder(folder)
  served = { folder, url: server.url, temporary: app.temporary }
  // The keys came while the window was open.
  await page.reload()
})

afterAll(async () => {
  await server?.end()
  await app?.end()
})

const daysUntil = (expires: string): number => Math.round((Date.parse(expires) - Date.now()) / day)

test('initialize a repository: a wizard, one question after the other', async () => {
  await page.getByRole('link', { name: 'New repository' }).click()
  await heading(page, 'New repository')
  const next = page.getByRole('button', { name: 'Next' })
  expect(await next.isDisabled()).toBe(true)
  await pickKeys(page, 'Key holders', 'Ana', 'Ben')
  await expectAccessible(page)
  await picture(page, 'create')
  await next.click()
  await page.getByLabel('What people sign lasts').fill('300')
  await next.click()
  await pickKeys(page, "The repository's own key", 'Online')
  await next.click()
  await page.getByText('Projects, kept by their maintainers').click()
  await next.click()
  await page.getByLabel('Folder', { exact: true }).fill(served.folder)
  await page.getByLabel('Name', { exact: true }).fill(name)
  await next.click()
  await page.getByText(/^1 of 2: Ana and Ben\. They last 300 days/).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Create and sign' }).click()
  await heading(page, `${name} is there`)
  await expectAccessible(page)
  expect(await freshPeer(served)).toEqual({ root: 1, targets: 1 })
  expect(daysUntil(publishedIn(served.folder, 1, 'root').expires)).toBe(300)
  expect(isPublished(served.folder, 1, 'projects')).toBe(true)
})

test('modify top-level metadata by a form: until when, and how long from now on', async () => {
  await begin(page, name, 'Renew', 'targets')
  await heading(page, 'Renew targets')
  await page.getByLabel('A version lasts').fill('200')
  await preview(page)
  await expectAccessible(page)
  expect(await propose(page)).toBe('Targets 2')
  await carryOut(page, 'Targets 2', 'Ana')
  expect(await freshPeer(served)).toEqual({ root: 1, targets: 2 })
  expect(daysUntil(publishedIn(served.folder, 2, 'targets').expires)).toBe(200)
})

test('modify top-level metadata as text: an unknown field is signed, and stays in every later version', async () => {
  await begin(page, name, 'Edit as text', 'root')
  const editor = page.getByRole('textbox', { name: 'The signed part of root' })
  const text = await editor.inputValue()
  await editor.fill(text.replace('{', '{ "x-contact": {"telephone": "none",'))
  await page
    .getByText(/^Line \d+/)
    .first()
    .waitFor()
  expect(await page.getByRole('button', { name: 'Propose this change' }).isDisabled()).toBe(true)
  await editor.fill(text.replace('{', '{ "x-contact": {"telephone": "none"},'))
  await preview(page)
  await expectAccessible(page)
  await picture(page, 'edit-text')
  expect(await propose(page)).toBe('Root 2')
  await carryOut(page, 'Root 2', 'Ana')
  expect(await freshPeer(served)).toEqual({ root: 2, targets: 2 })
  expect(publishedIn(served.folder, 2, 'root')['x-contact']).toEqual({ telephone: 'none' })
})

test('modify top-level keys: a holder comes, and two must sign', async () => {
  await begin(page, name, 'Change the keys of the repository')
  await pickKeys(page, 'New holders', 'Cleo')
  await page.getByRole('button', { name: 'One more' }).click()
  await preview(page)
  await expectAccessible(page)
  await picture(page, 'edit-keys')
  expect(await propose(page)).toBe('Root 3')
  await review(page, 'Root 3')
  await sign(page, 'Ana')
  // The old root asks for one, the new one for two: one signature is not enough for it.
  expect(await page.getByRole('button', { name: /^Publish/ }).count()).toBe(0)
  expect((await freshPeer(served)).root).toBe(2)
  await carryOut(page, 'Root 3', 'Cleo')
  expect(await freshPeer(served)).toEqual({ root: 3, targets: 2 })
  expect(publishedIn(served.folder, 3, 'root')['x-contact']).toEqual({ telephone: 'none' })
})

test('modify top-level keys: a token is replaced, and both keys sign in turn', async () => {
  await begin(page, name, 'Change the keys of the repository')
  await page.getByRole('link', { name: 'Replace my token, step by step' }).click()
  await heading(page, 'Replace a key')
  await page.getByRole('group', { name: '1. The key that goes' }).getByText('Ben', { exact: true }).click()
  await pickKeys(page, '2. The key that comes', 'Dan')
  await page.getByText(/^Both keys sign in turn: first Ben with the old one .* then Dan with the new one/).waitFor()
  await preview(page)
  await expectAccessible(page)
  expect(await propose(page)).toBe('Root 4')
  await carryOut(page, 'Root 4', 'Ben', 'Dan', 'Ana')
  expect(await freshPeer(served)).toEqual({ root: 4, targets: 2 })
  await lookInside(page, name)
  await page.getByRole('row', { name: /^root/ }).getByText('Ana, Dan and Cleo').waitFor()
  await page
    .getByRole('row', { name: /^targets/ })
    .getByText('Ana and Dan')
    .waitFor()
})

test('a change of keys that would lock everybody out is refused until the sentence is typed', async () => {
  await begin(page, name, 'Change the keys of the repository')
  for (const who of ['Ana', 'Cleo', 'Dan']) await page.getByRole('button', { name: `Take out ${who}` }).click()
  await pickKeys(page, 'New holders', 'Ben')
  await preview(page)
  const button = page.getByRole('button', { name: 'Propose this change' })
  expect(await button.isDisabled()).toBe(true)
  const warning = page.getByRole('region', { name: 'This would lock everybody out' })
  const sentence = (await warning.getByRole('strong').textContent()) ?? ''
  expect(sentence).toBe('nobody can sign root after this')
  const field = warning.getByLabel('The sentence')
  await field.fill(sentence.slice(0, -1))
  expect(await button.isDisabled()).toBe(true)
  await expectAccessible(page)
  await picture(page, 'draft-lockout')
  await field.fill(sentence)
  expect(await button.isEnabled()).toBe(true)
  // Nobody means it here.
  await page.getByRole('button', { name: 'Start over' }).click()
  await page.getByText('Nothing yet.').waitFor()
  expect(await freshPeer(served)).toEqual({ root: 4, targets: 2 })
})

test('modify the configuration outside of metadata: its change is read, signed and published like any other', async () => {
  await begin(page, name, 'Change the configuration')
  await page.getByLabel('Minutes between two timestamps').fill('30')
  await page.getByLabel('Old versions of each role that stay').fill('10')
  await preview(page)
  await expectAccessible(page)
  await picture(page, 'configuration')
  const title = await propose(page)
  await carryOut(page, title, 'Ana')
  expect(await freshPeer(served)).toEqual({ root: 4, targets: 2 })
  await begin(page, name, 'Change the configuration')
  const every = page.getByLabel('Minutes between two timestamps')
  await every.waitFor()
  expect(await every.inputValue()).toBe('30')
  expect(await page.getByLabel('Old versions of each role that stay').inputValue()).toBe('10')
  expect(await page.getByLabel('Days that a snapshot lasts').inputValue()).toBe('')
})
