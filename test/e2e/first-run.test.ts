// The first minutes in a real window: nothing is here yet, a repository is opened and its root pinned, or the demo is tried.
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseMetadata } from '../../src/core/systems/tuf/metadata.ts'
import { toWords } from '../../src/core/words.ts'
import { folderRepository } from '../support/folder-repository.ts'
import { holder } from '../support/repository.ts'
import { dropPaths } from '../support/stories.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { expectAccessible, heading, openRepository, typeWords } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

let app: RunningApp
let page: Page
let folder: string
/** From another source than the window, as a person would have them. */
let words: string[]

beforeAll(async () => {
  app = await startTestApp()
  page = app.page
  page.setDefaultTimeout(8000)
  folder = join(app.temporary, 'packages')
  const repository = await folderRepository([await holder('Ana Ruiz'), await holder('Ben Cole')], {
    folder,
    threshold: 2,
    at: new Date(),
  })
  words = await wordsOfRoot(repository.text('metadata/1.root.json'))
})

afterAll(async () => {
  await app?.end()
})

async function wordsOfRoot(text: string): Promise<string[]> {
  const { payload } = parseMetadata(new TextEncoder().encode(text), 'root', 'root')
  return toWords(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(payload))))
}

const workspace = (): string | undefined => everythingIn(app.temporary)['data/workspace.json']

test('an empty workspace welcomes, and says what this is', async () => {
  await heading(page, 'Review and sign what others will trust')
  await page.getByRole('heading', { name: 'Open a repository' }).waitFor()
  await page.getByRole('heading', { name: 'Try the demo' }).waitFor()
  await expectAccessible(page)
  await picture(page, 'welcome')
})

test('a folder that is dropped and holds no repository is told in a sentence, and can be corrected', async () => {
  await dropPaths(page, app.dataDir)
  await page.getByText('source/not-found').waitFor()
  expect(await page.getByLabel('Folder, file or address').inputValue()).toBe(app.dataDir)
  await expectAccessible(page)
  await page.getByLabel('Folder, file or address').fill(folder)
  await page.getByRole('button', { name: 'Look at it' }).click()
  await heading(page, 'Is this the right repository?')
})

test('pinning shows who holds the keys, and all words but those it asks for', async () => {
  await page.getByText('2 of 2 must sign a change of the root.').waitFor()
  await page.getByText('Ana Ruiz').waitFor()
  const asked = await typeWords(page, () => '')
  expect(asked).toHaveLength(2)
  const shown = await page.locator('.words li span:last-child').allTextContents()
  expect(shown.length).toBe(asked.some((position) => position > 16) ? 32 : 16)
  expect(shown).toEqual(words.slice(0, shown.length).map((word, i) => (asked.includes(i + 1) ? 'you type it' : word)))
  const html = await page.content()
  // The same word may also stand where it is not asked for.
  const hidden = asked.map((position) => words[position - 1] ?? '').filter((word) => !shown.includes(word))
  for (const word of hidden) expect(html.toLowerCase()).not.toMatch(new RegExp(`\\b${word.toLowerCase()}\\b`))
  await expectAccessible(page)
  await picture(page, 'pin')
})

test('wrong words are refused in a sentence, and nothing is pinned', async () => {
  const [first] = await typeWords(page, (position) => words[position - 1] ?? '')
  await page.getByLabel(`Word ${first}`, { exact: true }).fill('aardvark aardvark')
  await page.getByRole('button', { name: 'Pin this root' }).click()
  const problem = page.getByRole('alert')
  await problem.getByText('nothing was pinned').waitFor()
  await problem.getByText('trust/changed').waitFor()
  expect(workspace()).toBeUndefined()
  await expectAccessible(page)
  await picture(page, 'pin-wrong')
})

test('the right words pin it', async () => {
  await typeWords(page, (position) => (words[position - 1] ?? '').toLowerCase())
  await page.getByLabel('What you call it').fill('Our packages')
  await page.getByRole('button', { name: 'Pin this root' }).click()
  await heading(page, 'Nothing waits for you')
  await page.getByText('No change is pending in your one repository').waitFor()
  expect(JSON.parse(workspace() ?? '').sources).toMatchObject([{ name: 'Our packages', location: folder }])
  await expectAccessible(page)
  await picture(page, 'home-empty')
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await heading(page, /^One repository/)
  await page.getByRole('heading', { name: 'Our packages' }).waitFor()
  await expectAccessible(page)
})

test('the same repository is not pinned a second time', async () => {
  await page.getByRole('link', { name: 'Open a repository' }).click()
  await page.getByLabel('Folder, file or address').fill(`${folder}/`)
  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.getByText('usage/invalid').waitFor()
  await page.getByText('Our packages').first().waitFor()
})

test('forgotten, it is gone here and untouched there; then it is pinned again', async () => {
  const before = everythingIn(folder)
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('button', { name: 'Forget Our packages' }).click()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Forget it here' }).click()
  await heading(page, 'No repository yet')
  expect(everythingIn(folder)).toEqual(before)
  expect(JSON.parse(workspace() ?? '').sources).toEqual([])
  await page.getByRole('link', { name: /^Home/ }).click()
  await heading(page, 'Review and sign what others will trust')
  await openRepository(page, folder, words)
  await heading(page, 'Nothing waits for you')
})

test('the demo from the welcome screen: a change waits, and everything says rehearsal', async () => {
  const other = await startTestApp()
  try {
    other.page.setDefaultTimeout(8000)
    await heading(other.page, 'Review and sign what others will trust')
    await other.page.getByRole('button', { name: 'Start the demo' }).click()
    await heading(other.page, /wait/)
    await other.page.getByRole('heading', { name: 'Root 3, Example Packages' }).waitFor()
    await other.page.getByText('Rehearsal').first().waitFor()
    await expectAccessible(other.page)
  } finally {
    await other.end()
  }
})
