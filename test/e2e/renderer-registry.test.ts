// A registry of logs in a real browser over the fake bridge: what is empty, broken, alarming or long, a package that is watched, and the
// forms of its changes with what they ask main for.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectGoodInEveryLight } from '../support/lights.ts'
import { holdSpace } from '../support/renderer-drive.ts'
import { buildRendererPages, type RendererPages } from '../support/renderer-page.ts'
import { picture } from './support/picture.ts'

let pages: RendererPages
beforeAll(async () => {
  pages = await buildRendererPages()
}, 120_000)
afterAll(async () => {
  await pages?.close()
})

const open = async (place: string, heading: string) => {
  const opened = await pages.open(`index.html?scenario=registry#registry/${place}`)
  await opened.page.getByRole('heading', { level: 1, name: heading }).waitFor()
  return opened
}

const asked = (page: Page, name: string): Promise<unknown> =>
  page.evaluate((wanted) => window.fake.calls.filter((call) => call.name === wanted).at(-1)?.argument, name)

test('a registry: who runs it, its packages, and one that cannot be shown hides no other', async () => {
  const { page, complaints } = await open('packages', 'Packages of the office')
  await page.getByText(/48.213 records/).waitFor()
  const packages = page.getByRole('region', { name: 'Packages' })
  await packages.getByRole('heading', { name: 'loom:torn cannot be shown' }).waitFor()
  await packages.getByText('one alarm').waitFor()
  await packages.getByText(/after 2 of 2 have approved/).waitFor()
  await picture(page, 'registry-watched')
  await expectGoodInEveryLight(page, complaints)
})

test('nothing is watched yet: a name is asked for, one like another twice, and one that is not there is told', async () => {
  const { page, complaints } = await open('empty', 'Packages of the office')
  await page.getByText('You watch none yet. Name one below.').waitFor()
  const field = page.getByLabel('Watch another package')
  await field.fill('loom:c1oth')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('which is another package').waitFor()
  expect(await asked(page, 'registry.watch')).toEqual({ sourceId: 'empty', name: 'loom:c1oth' })
  await expectGoodInEveryLight(page, complaints)
  await page.getByRole('button', { name: 'Watch it as well' }).click()
  await page.getByText('loom:c1oth is watched, with three records').waitFor()
  expect(await asked(page, 'registry.watch')).toEqual({ sourceId: 'empty', name: 'loom:c1oth', sure: true })
  await field.fill('loom:none')
  await page.getByRole('button', { name: 'Watch it', exact: true }).click()
  await page.getByRole('heading', { name: 'The registry has no package loom:none' }).waitFor()
  await page.getByRole('link', { name: /^Begin this package/ }).click()
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('loom:none')
})

test('a log: its releases and their state, who held what, and its records, newest first', async () => {
  const { page, complaints } = await open('packages/loom%3Acloth', 'loom:cloth')
  const releases = page.getByRole('region', { name: 'Releases' })
  await releases.getByText('yanked', { exact: true }).waitFor()
  expect(await releases.getByRole('link', { name: /^Yank/ }).count()).toBe(1)
  const rows = page.getByRole('table', { name: 'Permissions, by key' }).getByRole('row')
  expect(await rows.filter({ hasText: 'Noor' }).textContent()).toMatch(/record 2 to 4/)
  const records = page.getByRole('list', { name: 'Records, newest first' }).locator('> li')
  expect(await records.count()).toBe(6)
  expect(await records.first().textContent()).toMatch(/Record 6[\s\S]*Signed by Priya Raman, verified/)
  await expectGoodInEveryLight(page, complaints)
  await page.setViewportSize({ width: 1280, height: 860 })
  await records.nth(1).scrollIntoViewIfNeeded()
  await picture(page, 'registry-records')
  await page.getByRole('button', { name: 'Stop watching' }).click()
  await page.getByRole('heading', { level: 1, name: 'Packages of the office' }).waitFor()
  expect(await asked(page, 'registry.unwatch')).toEqual({ sourceId: 'packages', name: 'loom:cloth' })
})

test('a record that a stranger had let in is loud, above everything and where it stands', async () => {
  const { page, complaints } = await open('packages/loom%3Athread', 'loom:thread')
  const alarms = page.getByRole('region', { name: 'Alarms' })
  await alarms.getByText(/^Record 2 changes nothing/).waitFor()
  const [first] = await page.locator('main section').all()
  expect(await first?.getAttribute('aria-label')).toBe('Alarms')
  await page
    .locator('.time-line > li.faulty')
    .getByText(/^Record 2 changes nothing/)
    .waitFor()
  await expectGoodInEveryLight(page, complaints)
})

test('of a log with thousands of records and releases the newest are shown, and the others counted', async () => {
  const { page, complaints } = await open('packages/loom%3Along', 'loom:long')
  const records = page.getByRole('list', { name: 'Records, newest first' }).locator('> li')
  expect(await records.count()).toBe(20)
  await page.getByText(/4.000 older records, verified as well/).waitFor()
  await expectGoodInEveryLight(page, complaints)
  await page.getByRole('button', { name: 'Show 200 records' }).click()
  expect(await records.count()).toBe(200)
  await page.getByRole('button', { name: 'Show 200 releases' }).click()
  await page.getByText(/3.?998 older releases not listed/).waitFor()
})

test('the operator: namespaces here and elsewhere, and forms of its own', async () => {
  const { page, complaints } = await open('packages/operator', 'The operator')
  await page.getByText('Left to wa.example, since record 3').waitFor()
  expect(await page.getByRole('region', { name: 'Releases' }).count()).toBe(0)
  await expectGoodInEveryLight(page, complaints)
})

test('permissions are given and taken in one record, what is given first', async () => {
  const { page, complaints } = await open('packages/loom%3Acloth/permissions', 'Who may do what in loom:cloth')
  await page
    .getByRole('group', { name: /^Alex Moreau/ })
    .getByRole('checkbox')
    .uncheck()
  const give = page.getByRole('group', { name: 'Give to', exact: true })
  await give.getByRole('button', { name: 'Paste a public key instead' }).click()
  await give.getByLabel('Whose key it is').fill('Lee')
  await give.getByLabel('Public key, as text').fill('ecdsa-p256:A1OfZz5Y9Ny7VKPVwroCTQPAr9tmlI4U/UTYHZHA87AF')
  await give.getByRole('button', { name: 'Add this key' }).last().click()
  await page
    .getByRole('group', { name: 'What Lee may do' })
    .getByRole('checkbox', { name: 'May yank versions' })
    .uncheck()
  await page.getByText('As a reviewer will see it').waitFor()
  expect(await asked(page, 'drafts.preview')).toMatchObject({
    subject: 'loom:cloth',
    edits: [
      {
        kind: 'record',
        entries: [
          { kind: 'grant', key: { from: 'pem', owner: 'Lee' }, permissions: ['release'] },
          { kind: 'revoke', permissions: ['release'] },
        ],
      },
    ],
  })
  await expectGoodInEveryLight(page, complaints)
})

test('a version that was given once is told before anything is asked, and a release names one file', async () => {
  const { page, complaints } = await open('packages/loom%3Acloth/release', 'Release loom:cloth')
  await page.getByLabel('Version').fill('1.0.0')
  await page.getByText('Record 3 has released it already, and it was yanked since. A version is given once.').waitFor()
  await page.getByLabel('File on this machine').fill('/home/alex/built')
  await page.keyboard.press('Enter')
  await page.getByText(/and a release stands for one/).waitFor()
  expect(await page.getByRole('button', { name: 'Propose this change' }).isDisabled()).toBe(true)
  await expectGoodInEveryLight(page, complaints)
})

test('who must approve: more than there are keys cannot be asked, and nobody is an answer', async () => {
  const { page, complaints } = await open('packages/loom%3Acloth/approvers', 'Who must approve loom:cloth')
  await page.getByRole('button', { name: 'Take out Dana Ortiz' }).click()
  await page.getByRole('button', { name: 'Ask 1 of 1 to approve' }).waitFor()
  await page.getByRole('button', { name: 'Take out Noor Haddad' }).click()
  await expectGoodInEveryLight(page, complaints)
  await page.getByRole('button', { name: 'Let nobody approve' }).click()
  await page.getByRole('heading', { level: 1, name: 'loom:cloth' }).waitFor()
  expect(await asked(page, 'registry.approvers')).toEqual({
    ...{ sourceId: 'packages', subject: 'loom:cloth', threshold: 0, keys: [], keepIds: [] },
  })
})

test('what cannot be read is told, with a way back', async () => {
  const { page, complaints } = await open('packages/loom%3Atorn', 'This package cannot be shown')
  await page.getByText(/yanks 1\.0\.0, which was never released/).waitFor()
  await page.getByRole('link', { name: 'Back to your repositories' }).waitFor()
  await expectGoodInEveryLight(page, complaints)
})

test('the key that publishes waits for the approvals, and is told whose are missing', async () => {
  const { page, complaints } = await pages.open('index.html?scenario=registry#home')
  await page.getByRole('link', { name: /^Open loom:cloth 7,/ }).click()
  await page.getByText(/^Approvals come first\. Approvals: one more signature needed, from Noor Haddad\./).waitFor()
  await page.getByText('Signs last, after Approvals.').waitFor()
  expect(await page.getByRole('button', { name: /^Sign/ }).count()).toBe(0)
  await expectGoodInEveryLight(page, complaints)
})

test('a record that is complete is published, and the receipt says that the registry has it', async () => {
  const { page, complaints } = await pages.open('index.html?scenario=registry#home')
  await page.getByRole('link', { name: /^Open loom:thread 7,/ }).click()
  await page.getByRole('button', { name: 'Publish loom:thread 7' }).click()
  await holdSpace(page, 1500)
  await page.getByRole('heading', { name: 'The record is in the log.' }).waitFor()
  await page.getByText('The registry has taken it as the next record of its log.').waitFor()
  await page.getByText('warg+https://packages.example/', { exact: true }).waitFor()
  await expectGoodInEveryLight(page, complaints)
})
