// A project of an Asfaload mirror in a real browser over the fake bridge: what is known of a mirror that cannot be listed, and what a
// file is worth there.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectGoodInEveryLight } from '../support/lights.ts'
import { buildRendererPages, type RendererPages } from '../support/renderer-page.ts'
import { picture } from './support/picture.ts'

let pages: RendererPages
beforeAll(async () => {
  pages = await buildRendererPages()
}, 120_000)
afterAll(async () => {
  await pages?.close()
})

const open = async (sourceId: string) => {
  const opened = await pages.open(`index.html?scenario=signers#project/${sourceId}`)
  await opened.page.getByRole('heading', { name: 'Releases', exact: true }).waitFor()
  return opened
}

const asked = (page: Page, name: string): Promise<unknown> =>
  page.evaluate((wanted) => window.fake.calls.filter((call) => call.name === wanted).at(-1)?.argument, name)

const checkFile = (page: Page) => page.getByRole('button', { name: 'Check this file' })

test('a mirror on the web lists no releases: one is named, and files are held against it alone', async () => {
  const { page, complaints } = await open('mirror')
  await page.getByText('does not list its releases').waitFor()
  expect(await page.getByText('There is no release yet').count()).toBe(0)
  await page.getByLabel('File on this machine').fill('/home/alex/loom-1.0.zip')
  expect(await checkFile(page).isDisabled()).toBe(true)
  await page.getByLabel('Folder of a release').fill('releases/download/v1.0 ')
  await page.getByRole('button', { name: 'Look for it' }).click()
  await page.getByText('signed', { exact: true }).waitFor()
  expect(await asked(page, 'project.get')).toEqual({ sourceId: 'mirror', release: 'releases/download/v1.0' })
  // Nothing is written to it, so nothing is revoked from here.
  expect(await page.getByRole('link', { name: /^Revoke/ }).count()).toBe(0)
  await checkFile(page).click()
  await page.getByRole('heading', { name: 'This release does not list this file' }).waitFor()
  expect(await asked(page, 'releases.verify')).toMatchObject({ release: 'releases/download/v1.0' })
  expect(await page.getByText('Change ...', { exact: true }).count()).toBe(0)
  await picture(page, 'project-web')
  await page.evaluate(() =>
    window.fake.failNext('project.get', { code: 'source/not-found', message: 'there is no v9' }),
  )
  await page.getByLabel('Folder of a release').fill('v9')
  await page.keyboard.press('Enter')
  await page.getByText('No release was found').waitFor()
  expect(await checkFile(page).isDisabled()).toBe(true)
  await expectGoodInEveryLight(page, complaints)
})

test('at a backend a file is held against one of the releases that are known, without naming it again', async () => {
  const { page, complaints } = await open('backend')
  await page.getByLabel('File on this machine').fill('/home/alex/loom-1.0.zip')
  await page.getByRole('combobox', { name: 'Release' }).selectOption('releases/download/v1.0')
  await checkFile(page).click()
  await page.getByRole('heading', { name: 'This release does not list this file' }).waitFor()
  expect(await asked(page, 'releases.verify')).toMatchObject({ release: 'releases/download/v1.0' })
  await page.getByRole('region', { name: 'What else waits' }).getByLabel('Folder of a release').waitFor()
  await expectGoodInEveryLight(page, complaints)
})

test('a file that is refused is said to be so first, and why', async () => {
  const { page, complaints } = await open('loom')
  await page.getByLabel('File on this machine').fill('/home/alex/refused.zip')
  await checkFile(page).click()
  await page.getByRole('heading', { name: /^REFUSED: .* is not signed by enough keys/ }).waitFor()
  expect(await asked(page, 'releases.verify')).toEqual({ sourceId: 'loom', file: '/home/alex/refused.zip' })
  await page.getByText(/^sha256/).scrollIntoViewIfNeeded()
  await picture(page, 'project-refused')
  await expectGoodInEveryLight(page, complaints)
  await page.getByLabel('File on this machine').fill('/home/alex/moths.zip')
  await checkFile(page).click()
  await page.getByText('No release of this project lists this content').waitFor()
})

test('a page stays, with what was typed, while its repository cannot be reached, and not when it is no longer trusted', async () => {
  const { page, complaints } = await open('backend')
  const name = page.getByRole('region', { name: 'What else waits' }).getByLabel('Folder of a release')
  await name.fill('releases/download/v2.0')
  const reread = (code: 'source/unreachable' | 'trust/bad-signature') =>
    page.evaluate((why) => {
      window.fake.failNext('project.get', { code: why, message: 'something happened to it' })
      window.fake.notify({ kind: 'changed' })
    }, code)
  const old = page.getByRole('region', { name: 'Out of date' })
  for (let times = 1; times <= 2; times++) {
    await reread('source/unreachable')
    await old.getByText('Something happened to it').waitFor()
    expect(await name.inputValue()).toBe('releases/download/v2.0')
  }
  await picture(page, 'project-old')
  await expectGoodInEveryLight(page, complaints)
  await old.getByRole('button', { name: 'Try again' }).click()
  await old.waitFor({ state: 'detached' })
  expect(await name.inputValue()).toBe('releases/download/v2.0')
  await reread('trust/bad-signature')
  await page.getByRole('heading', { level: 1, name: 'This project cannot be shown' }).waitFor()
  expect(await name.count()).toBe(0)
})
