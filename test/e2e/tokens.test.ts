// The practice token in the real built app: plugged in, given a key for a person, proven, its PIN changed, blocked and set
// anew, then it signs. Real windows, the process that owns the tokens, and a card made of software; no real token is reached.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parsePublicKeyPem } from '../../src/core/key.ts'
import type { Signer } from '../../src/core/signer.ts'
import { parseMetadata } from '../../src/core/systems/tuf/metadata.ts'
import { toWords } from '../../src/core/words.ts'
import { type FolderRepository, folderRepository } from '../support/folder-repository.ts'
import { softwareSigner } from '../support/repository.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import {
  expectAccessible,
  heading,
  holdInDialog,
  memoryOf,
  openRepository,
  promptOf,
  typeSecret,
} from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

const factoryPin = '123456'
const factoryPuk = '12345678'
const pin = '73591246'
const wrongPin = '73591240'
const pinAfter = '60418827'

let app: RunningApp
let page: Page
let repository: FolderRepository

beforeAll(async () => {
  app = await startTestApp()
  page = app.page
  page.setDefaultTimeout(8000)
})

afterAll(async () => {
  await app?.end()
})

const token = () => page.getByRole('region', { name: 'Practice token 90 000 001', exact: true })
const button = (name: string | RegExp) => token().getByRole('button', { name })

/** A PIN or PUK that is chosen is typed twice. */
async function chooseSecret(window: Page, secret: string): Promise<void> {
  const fields = await window.locator('input').all()
  expect(fields).toHaveLength(2)
  for (const field of fields) await field.fill(secret)
  const closed = window.waitForEvent('close')
  await window.keyboard.press('Enter').catch(() => undefined)
  await closed
}

test('a software token is plugged in with a button, and says that it is one', async () => {
  await page.getByRole('link', { name: /^Tokens/ }).click()
  await heading(page, 'No token here')
  await expectAccessible(page)
  await picture(page, 'tokens-none')
  await page.getByRole('button', { name: 'Practise with a software token' }).click()
  await heading(page, 'One token')
  await token().getByText('Rehearsal', { exact: true }).waitFor()
  await token().getByText('3 of 3 tries left').first().waitFor()
  await token().getByText('The PIN and the PUK are still those it left the factory with').waitFor()
  await expectAccessible(page)
  await picture(page, 'tokens-practice')
})

test('a key is made on it and enrolled for a person', async () => {
  await button(/^Enrol a key/).click()
  await token().getByLabel('Whose key it is').fill('Dana Ortiz')
  expect(await token().getByLabel('Slot', { exact: true }).inputValue()).toBe('9c')
  expect(
    await token()
      .getByLabel(/^Once per sitting/)
      .isChecked(),
  ).toBe(true)
  expect(
    await token()
      .getByRole('group', { name: 'When it asks for a touch' })
      .getByLabel(/^For every/)
      .isChecked(),
  ).toBe(true)
  await expectAccessible(page)
  await picture(page, 'enrol')
  await button('Make the key and enrol it').click()
  await page.getByRole('heading', { name: 'Dana Ortiz can sign with this token' }).waitFor()
  await token()
    .getByText(/PIN once, touch for every signature; made on this token/i)
    .waitFor()
  await expectAccessible(page)
  await picture(page, 'enrolled')
  await button('Done').click()
})

test('its proof says what it is worth: nothing but practice', async () => {
  await button(/^Show its proof/).click()
  await page.getByRole('heading', { name: 'A rehearsal: the token is a program' }).waitFor()
  await expectAccessible(page)
  await picture(page, 'proof')
  await button(/^Hide its proof/).click()
})

test('the PIN is changed in windows of its own, and the screen says that it is', async () => {
  await button(/^Change PIN/).click()
  const old = await promptOf(app, /^PIV PIN for Practice token/)
  await old.getByText('not the FIDO2 PIN').waitFor()
  await old.getByText('Three tries left.').waitFor()
  await expectAccessible(old)
  await picture(page, 'pin-change')
  await typeSecret(old, factoryPin)
  const fresh = await promptOf(app, /^New PIV PIN for Practice token/)
  await expectAccessible(fresh)
  await picture(fresh, 'pin-new')
  await chooseSecret(fresh, pin)
  const said = token().getByText('The PIN of Practice token 90 000 001 is changed')
  await said.waitFor()
  await token().getByText('The PUK is still the one it left the factory with').waitFor()
  await expectAccessible(page)
  await picture(page, 'pin-changed')
})

test('three wrong PINs block it, each said beforehand; the PUK sets a new one', async () => {
  for (const left of ['Three tries left.', 'Two tries left.']) {
    await button(/^Change PIN/).click()
    const window = await promptOf(app, /^PIV PIN for Practice token/)
    await window.getByText(left).waitFor()
    await typeSecret(window, wrongPin)
    await chooseSecret(await promptOf(app, /^New PIV PIN/), pinAfter)
    await token().getByText('signer/pin-wrong').waitFor()
    await expectAccessible(page)
  }
  await picture(page, 'pin-wrong-token')
  await button(/^Change PIN/).click()
  const last = await promptOf(app, /^PIV PIN for Practice token/)
  await last.getByText('One try left. One more mistake blocks this PIN.').waitFor()
  await last.locator('input[type=password]').fill(wrongPin)
  await last.keyboard.press('Enter')
  expect(await last.getByRole('button', { name: 'Use this PIV PIN' }).isDisabled()).toBe(true)
  await expectAccessible(last)
  await picture(last, 'pin-last-try')
  await last.getByRole('checkbox').check()
  const closed = last.waitForEvent('close')
  await last
    .getByRole('button', { name: 'Use this PIV PIN' })
    .click()
    .catch(() => undefined)
  await closed
  await chooseSecret(await promptOf(app, /^New PIV PIN/), pinAfter)
  await token().getByRole('heading', { name: 'The PIN is blocked' }).waitFor()
  await expectAccessible(page)
  await picture(page, 'token-blocked')
  await button(/^Set a new PIN with the PUK/).click()
  const puk = await promptOf(app, /^PIV PUK for Practice token/)
  await expectAccessible(puk)
  await picture(puk, 'puk')
  await typeSecret(puk, factoryPuk)
  await chooseSecret(await promptOf(app, /^New PIV PIN/), pinAfter)
  await token().getByText('Practice token 90 000 001 has a new PIN').waitFor()
  await expect.poll(() => token().getByText('3 of 3 tries left').count()).toBe(2)
  await expectAccessible(page)
})
