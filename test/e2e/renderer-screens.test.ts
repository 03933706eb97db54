// Every screen of the renderer by day, by night, at 200 % and at 400 %: accessible, one column where it is narrow, and
// within the content security policy.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { carriedId } from '../support/fake-carry.ts'
import { signersChange } from '../support/fake-signers.ts'
import { expectGoodInEveryLight } from '../support/lights.ts'
import { dangerous, holdSpace, openConfirm, renewal, review } from '../support/renderer-drive.ts'
import { buildRendererPages, type RendererPages } from '../support/renderer-page.ts'

let pages: RendererPages
beforeAll(async () => {
  pages = await buildRendererPages()
}, 120_000)
afterAll(async () => {
  await pages?.close()
})

const screens: [string, string, ((page: Page) => Promise<unknown>)?][] = [
  ['welcome', 'index.html?scenario=empty'],
  ['home', 'index.html?scenario=troubled&unsandboxed'],
  ['repositories', 'index.html?scenario=troubled#repositories'],
  ['open', 'index.html?scenario=rich#open'],
  ['review', review(dangerous), (page) => page.getByRole('button', { name: 'Raw document' }).click()],
  ['home with ways', 'index.html?scenario=signers'],
  ['review with ways', `index.html?scenario=signers#review/${encodeURIComponent(signersChange.id)}`],
  ['a project', 'index.html?scenario=signers#project/loom'],
  ['pin signers', 'index.html?scenario=signers#open', lookAtIt],
  ['revoke a release', 'index.html?scenario=signers#project/loom/revocation/releases%2Fv1%2Fasfaload.index.json', seen],
  ['confirm', review(dangerous), openConfirm],
  ['sign', review(renewal, '&approve=never'), signRenewal],
  ['done', review(renewal, '&approve=10'), signRenewal],
  ['keys', 'index.html?scenario=rich#keys', (page) => page.getByRole('button', { name: 'Create a key' }).click()],
  ['keys in an agent', 'index.html?scenario=tokens#keys', (page) => page.getByText(/cannot sign here$/).click()],
  ['prompt', 'prompt.html?tries=1&wrong'],
  ['new PIN', 'prompt.html?secret=new'],
  ['last try', 'prompt.html?secret=piv&tries=1'],
  ['tokens', 'index.html?scenario=rich#tokens', openModules],
  ['no token', 'index.html?scenario=troubled#tokens'],
  ['enrol', 'index.html?scenario=rich#tokens', openEnrol],
  [
    'add a spare',
    'index.html?scenario=rich#tokens',
    (page) => page.getByRole('button', { name: 'Add as spare' }).click(),
  ],
  ['touch over a page', 'index.html?scenario=rich#tokens', touchOver],
  ['enrolled', 'index.html?scenario=rich#tokens', enrolled],
  [
    'remove a key',
    'index.html?scenario=rich#tokens',
    (page) =>
      page
        .getByRole('button', { name: /^Remove Y/ })
        .first()
        .click(),
  ],
  ['proof', 'index.html?scenario=rich#tokens', (page) => page.getByRole('button', { name: 'Show its proof' }).click()],
  ['two tokens', review(renewal).replace('rich', 'tokens')],
  ['carry out', `index.html?scenario=rich#carry/${encodeURIComponent(dangerous)}/out`, openAdvanced],
  ['codes', `index.html?scenario=rich#carry/${encodeURIComponent(dangerous)}/out`, showCodes],
  ['handed over', 'index.html?scenario=rich#handed', (page) => page.getByText('Paste it as text').click()],
  ['a request', 'index.html?scenario=rich#handed', (page) => paste(page, 'new other request')],
  ['a request of a known place', 'index.html?scenario=rich#handed', (page) => paste(page, 'request')],
  ['what is none', 'index.html?scenario=rich#handed', (page) => paste(page, 'nothing')],
  ['a reply', 'index.html?scenario=rich#handed', (page) => paste(page, 'late reply')],
  ['combined', 'index.html?scenario=rich#handed', combine],
  ['carried here', `index.html?scenario=carried#review/${encodeURIComponent(carriedId)}`],
  ['second screen', `index.html?scenario=carried#review/${encodeURIComponent(carriedId)}`, compare],
  ['scan', 'index.html?scenario=rich#scan', (page) => page.getByRole('alert').waitFor()],
  ['components', 'components.html'],
]

async function lookAtIt(page: Page): Promise<void> {
  await page.getByLabel('Folder, file or address').fill('/srv/mirror/github.com/loom/loom')
  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.getByText('or', { exact: true }).waitFor()
}

async function seen(page: Page): Promise<void> {
  await page.getByText('As a reviewer will see it').waitFor()
}

async function openAdvanced(page: Page): Promise<void> {
  await page.getByText('They trust an older version').click()
  await page.getByLabel('Version that they trust').fill('x')
  await page.getByText('A version is a whole number').waitFor()
}

async function showCodes(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Show as QR codes' }).click()
  await page.getByText(/^Code \d/).waitFor()
  await page.keyboard.press('Space')
  await page.getByText(/paused/).waitFor()
}

async function paste(page: Page, text: string): Promise<void> {
  await page.getByText('Paste it as text').click()
  await page.getByLabel('The whole text').fill(text)
  await page.getByRole('button', { name: 'Look at the text' }).click()
  await page.locator('.facts, [role=alert]').first().waitFor()
}

async function combine(page: Page): Promise<void> {
  await paste(page, 'reply')
  await page.getByRole('button', { name: 'Add the signature to the change' }).click()
  await page.getByText('does not count').waitFor()
}

async function compare(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Sign with/ }).click()
  for (const position of [4, 17, 30]) await page.getByLabel(`Word ${position}`).fill('wrong')
  await page.getByRole('button', { name: 'Compare' }).click()
  await page.getByText('The two screens differ').waitFor()
}

async function signRenewal(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign with alex-travel' }).click()
  await holdSpace(page, 1200)
}

async function openModules(page: Page): Promise<void> {
  await page.getByText('Forgot the PIN?').first().click()
  await page.getByText('Tokens of other makers').click()
}

async function openEnrol(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Enrol a key on YubiKey 5C NFC 15 835 999' }).click()
  await page.getByLabel('A new key, made on the token').check()
  await page.getByLabel('Slot', { exact: true }).selectOption('9c')
}

async function touchOver(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Enrol a key on Practice token' }).click()
  await page.getByLabel('Whose key it is').fill('Dana Ortiz')
  await page.getByRole('button', { name: 'Make the key and enrol it' }).click()
  await page.getByRole('dialog').waitFor()
}

async function enrolled(page: Page): Promise<void> {
  await touchOver(page)
  await page.getByRole('button', { name: 'Touch the practice token' }).click()
  await page.getByRole('heading', { name: 'Dana Ortiz can sign with this token' }).waitFor()
}

test.each(screens)(
  '%s: accessible in every light, nothing beside the page, no complaint of the browser',
  async (_name, address, act) => {
    const { page, complaints } = await pages.open(address)
    await act?.(page)
    await expectGoodInEveryLight(page, complaints)
    pages.done(page)
  },
)
