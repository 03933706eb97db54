// Keys in a real window: a passphrase is typed in a window of its own, and is found nowhere else.
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parsePublicKeyPem } from '../../src/core/key.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { expectAccessible, heading, memoryOf, promptOf, typeSecret } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

const passphrase = 'purple-monkey-dishwasher-77'
const almost = 'purple-monkey-dishwasher-78'

let app: RunningApp
let page: Page

beforeAll(async () => {
  app = await startTestApp()
  page = app.page
  page.setDefaultTimeout(8000)
})

afterAll(async () => {
  await app?.end()
})

const card = (name: string) => page.getByLabel(name, { exact: true })

const prompt = (title: string | RegExp): Promise<Page> => promptOf(app, title)

async function fillForm(name: string): Promise<void> {
  await page.getByRole('button', { name: 'Create a key' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByLabel(/^A passphrase/).check()
  await page.getByRole('button', { name: 'Create the key' }).click()
}

test('a key is made with a passphrase, typed twice in a window of its own', async () => {
  await page.getByRole('link', { name: /^Keys/ }).click()
  await heading(page, 'No key yet')
  await fillForm('dana-office')
  const first = await prompt('New passphrase for key dana-office')
  expect(await first.locator('input').getAttribute('type')).toBe('password')
  await expectAccessible(first)
  await picture(first, 'passphrase-new')
  await typeSecret(first, passphrase)
  const second = await prompt('New passphrase, once more for key dana-office')
  await typeSecret(second, passphrase)
  await heading(page, 'One key')
  await card('dana-office').getByText('Sealed on disk; your passphrase opens it').waitFor()
  await page.getByText('Key dana-office is created').waitFor()
  await expectAccessible(page)
  await picture(page, 'keys-own')
})

test('two passphrases that differ make no key, and the form says so', async () => {
  await fillForm('dana-travel')
  await typeSecret(await prompt(/^New passphrase for/), passphrase)
  await typeSecret(await prompt(/once more/), almost)
  await page.getByText('The two passphrases differ; no key was made.').waitFor()
  await expectAccessible(page)
  await picture(page, 'keys-differ')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await heading(page, 'One key')
})

test('cancelled in its window or by leaving the form, no key is made and no window stays', async () => {
  await fillForm('dana-travel')
  const window = await prompt(/^New passphrase for/)
  const closed = window.waitForEvent('close')
  await window.getByRole('button', { name: 'Cancel, make no key' }).click()
  await closed
  await page.getByText('Cancelled, no key was made.').waitFor()
  await page.getByRole('button', { name: 'Create the key' }).click()
  const again = await prompt(/^New passphrase for/)
  const gone = again.waitForEvent('close')
  await page.getByRole('link', { name: /^Home/ }).click()
  await gone
  await page.getByRole('link', { name: /^Keys/ }).click()
  await heading(page, 'One key')
})

test('the public half goes out as PEM and comes in under another name; a private key does not', async () => {
  await card('dana-office')
    .getByRole('button', { name: /^Show public half/ })
    .click()
  const pem = (await card('dana-office').locator('pre').textContent()) ?? ''
  expect(parsePublicKeyPem(pem).scheme).toBe('ed25519')
  await page.getByRole('button', { name: 'Import a public key' }).click()
  await page.getByLabel('Name').fill('ana')
  const field = page.getByLabel('Public key, as text')
  await field.fill('-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n')
  await page.getByRole('button', { name: 'Import the key' }).click()
  await page.getByText('format/malformed').waitFor()
  await field.fill(pem)
  await page.getByRole('button', { name: 'Import the key' }).click()
  await heading(page, 'Two keys')
  await card('ana')
    .getByText(/^Public half only/)
    .waitFor()
  await expectAccessible(page)
})

test('deleting asks for the name, and only the right one', async () => {
  await card('ana').getByRole('button', { name: 'Delete ana' }).click()
  const dialog = page.getByRole('dialog')
  const button = dialog.getByRole('button', { name: 'Delete the key' })
  await expectAccessible(page)
  await picture(page, 'key-delete')
  for (const wrong of ['', 'an', 'dana-office', 'ANA']) {
    await dialog.getByRole('textbox').fill(wrong)
    expect(await button.isDisabled(), wrong).toBe(true)
  }
  await dialog.getByRole('textbox').fill('ana')
  await button.click()
  await heading(page, 'One key')
  expect(Object.keys(everythingIn(join(app.dataDir, 'keys')))).toEqual(['dana-office.json'])
})

test('the passphrase is nowhere: not in the main window, not in what the app said, not in any of its files', async () => {
  const held = await memoryOf(page)
  // The search does find what the page really holds.
  expect(held.includes('dana-office')).toBe(true)
  const files = everythingIn(app.temporary)
  expect(Object.values(files).some((text) => text.includes('dana-office'))).toBe(true)
  for (const secret of [passphrase, almost]) {
    expect(held.includes(secret)).toBe(false)
    expect(app.said()).not.toContain(secret)
    expect(Object.keys(files).filter((name) => files[name]?.includes(secret))).toEqual([])
  }
})
