// A whole rehearsal in a real window, as a newcomer goes through it: from one click to the fingerprint that every practice token has
// signed. What another device shows is worked out here from the request that was saved, by nothing of the window's.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkRecord } from '../../src/core/ceremony/check.ts'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { lookAtRequest } from '../../src/core/transfer/look.ts'
import { never } from '../support/repository.ts'
import { expectAccessible, heading, typeSecret, typeWords } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

let app: RunningApp
let page: Page
let stick: string

beforeAll(async () => {
  app = await startTestApp()
  page = app.page
  page.setDefaultTimeout(15_000)
  stick = join(app.temporary, 'stick')
  mkdirSync(stick)
}, 60_000)

afterAll(async () => {
  await app?.end()
})

const button = (name: string | RegExp): Locator => page.getByRole('button', { name })

/** A step takes no key in its first half second. */
async function press(name: string | RegExp): Promise<void> {
  await button(name).waitFor()
  await page.waitForTimeout(600)
  await button(name).click()
}

async function atStep(text: string | RegExp): Promise<void> {
  await page.locator('.run-do', { hasText: text }).waitFor()
}

/** As long as main works nothing can be pressed; then the step is over. */
async function done(who: string, choose = false): Promise<void> {
  if (choose) await page.locator('.run-body').getByRole('radio', { name: who, exact: true }).check()
  await press(`${who}: done, next step`)
}

function watch(): string {
  return new Date().toTimeString().slice(0, 8)
}

async function signsWith(name: string | RegExp): Promise<void> {
  await press(name)
  const prompt = await app.window('prompt.html')
  prompt.setDefaultTimeout(8000)
  await prompt.locator('input').waitFor()
  await typeSecret(prompt, '123456')
  await button('Touch the practice token').waitFor()
}

test('one click begins a rehearsal, and the machine is measured', async () => {
  await page.getByRole('link', { name: 'Ceremonies' }).click()
  await heading(page, 'Ceremonies')
  await expectAccessible(page)
  await picture(page, 'ceremonies-empty')
  await button('Rehearse a ceremony').click()
  await page.locator('.run.rehearsal').waitFor({ timeout: 60_000 })
  await page.getByLabel('What a watch shows at this moment').fill(watch())
  await press('Measure')
  await page.getByRole('list', { name: 'What was measured' }).waitFor()
  await expectAccessible(page)
  await picture(page, 'ceremony-gates')
  await done('Ada')
}, 120_000)

test('what is said is said by whom it is for', async () => {
  await atStep('Read the words at the foot of the printed script')
  expect(await page.locator('.words li').count()).toBe(32)
  await page.getByLabel('A remark for the record').fill('32 words, the same on both copies.')
  await picture(page, 'ceremony-say')
  await done('Wim')
  await atStep('Say who does what today')
  await page.goBack()
  await heading(page, 'Ceremonies')
  await picture(page, 'ceremonies-running')
  await page.getByRole('link', { name: /^Go on/ }).click()
  await atStep('Say who does what today')
  expect(await page.getByText('interrupted').count()).toBe(0)
  await done('Ada')
}, 60_000)

test('every practice token is put in, and noted', async () => {
  await atStep('plug in your token')
  for (const name of ['Ana', 'Ben']) {
    await press(`Put in ${name}’s practice token`)
    if (name === 'Ben') await picture(page, 'ceremony-roll-call')
    await press(`This is ${name}’s token: note it`)
    await page.getByRole('listitem').filter({ hasText: name }).getByText('seen').waitFor()
  }
  await expectAccessible(page)
  await done('Ben', true)
}, 120_000)

test('the practice request says what it would change', async () => {
  await atStep('Take in the practice request')
  await press('Take in the practice request')
  await page.getByRole('heading', { level: 2, name: /^Renewal/ }).waitFor()
  await expectAccessible(page)
  await picture(page, 'ceremony-receive')
  await done('Ada')
  await atStep('Read the changes aloud')
  await done('Ben', true)
}, 60_000)

test('another device compares: wrong words are refused, right ones counted', async () => {
  const request = join(stick, 'request.json')
  await atStep('Take the request in on your own device')
  const typed = page.getByText('Save the request as a file')
  if ((await typed.count()) > 0) {
    await typed.click()
    await page.getByLabel('Where to save it').fill(request)
  }
  await button('Save the request').click()
  await page.getByText('Saved as').waitFor()
  const bytes = new Uint8Array(readFileSync(request))
  const { words } = await lookAtRequest(bytes, 'the request', carriedForms, {
    now: new Date(),
    signal: never,
  })
  await page.getByLabel('What the other device is called').fill('Wim’s phone')
  await typeWords(page, () => 'wrong')
  await press('Compare')
  await page.getByText('These words are not the same').waitFor()
  await expectAccessible(page)
  await picture(page, 'ceremony-compare')
  await typeWords(page, (position) => words[position - 1] ?? '')
  await press('Compare')
  await page.getByText('Wim’s phone, read by Wim').waitFor()
  await done('Wim')
}, 120_000)

test('each signer agrees by holding a button', async () => {
  await atStep('Read the sentence on the screen')
  for (const name of ['Ana', 'Ben']) {
    const hold = button(`I, ${name}, agree`)
    await hold.waitFor()
    await page.waitForTimeout(600)
    await hold.focus()
    await page.keyboard.down(' ')
    await page.waitForTimeout(2300)
    await page.keyboard.up(' ')
    await page.getByRole('listitem').filter({ hasText: name }).getByText('agreed').waitFor()
  }
  await expectAccessible(page)
  await picture(page, 'ceremony-agree')
  await done('Ana', true)
}, 60_000)

test('the wrong token is refused before any PIN; the right ones sign', async () => {
  await atStep('Make a mistake on purpose')
  await press('Try to sign with it')
  await page.getByText('signer/wrong-key').waitFor()
  await expectAccessible(page)
  await picture(page, 'ceremony-wrong-token')
  for (const name of ['Ana', 'Ben']) {
    await press(`Put in ${name}’s practice token`)
    await signsWith(`${name} signs`)
    if (name === 'Ana') await picture(page, 'ceremony-touch')
    await button('Touch the practice token').click()
    await page
      .getByRole('list', { name: 'Who signs' })
      .getByRole('listitem')
      .filter({ hasText: name })
      .getByText('signed')
      .waitFor()
  }
  await page.getByText('Enough have signed').waitFor()
  await expectAccessible(page)
  await picture(page, 'ceremony-signed')
  await done('Ben', true)
}, 120_000)

test('a client tries the result, and it is written and read back', async () => {
  await press('Let a client try it')
  await page.getByRole('heading', { name: 'Clients accept it' }).waitFor()
  await expectAccessible(page)
  await picture(page, 'ceremony-prove')
  await done('Ada')
  await page.getByLabel('Folder').fill(stick)
  await press('Write the result there')
  await page.getByText('2.root.json').waitFor()
  await expectAccessible(page)
  await picture(page, 'ceremony-export')
  expect(readdirSync(stick)).toContain('2.root.json')
  await done('Ada')
}, 60_000)

test('a break, then the deviation, which somebody else settles', async () => {
  await atStep('Note the wrong token')
  await press('Break')
  await page.getByRole('dialog').getByRole('radio', { name: 'Ada' }).check()
  await press('Begin the break')
  await heading(page, 'Break')
  await picture(page, 'ceremony-break')
  await page.getByRole('radio', { name: 'Wim' }).check()
  await press('Go on')
  await press('Note a deviation')
  await page.getByRole('dialog').getByRole('radio', { name: 'Wim' }).check()
  await page.getByLabel('What happened').fill('Ana tried to sign with the token of Ben.')
  await page.getByLabel('What was done about it').fill('It was refused; she used her own.')
  await press('Note it')
  await page.getByRole('dialog').getByText('1. Ana tried').waitFor()
  await expectAccessible(page)
  await press('Back to the step')
  await press('Settle deviation 1')
  await page
    .getByRole('group', { name: /^Who settles it/ })
    .getByLabel('Ada')
    .check()
  await page.getByRole('checkbox', { name: 'Ana' }).check()
  await expectAccessible(page)
  await picture(page, 'ceremony-deviation')
  await press('Ada: it is settled')
  await page.getByText('settled by Ada').waitFor()
  await done('Wim')
}, 60_000)

test('closed: 32 words, every token signs them, and the record that is saved is in order', async () => {
  await atStep('Read the fingerprint aloud')
  await picture(page, 'ceremony-close')
  await press('Close the ceremony')
  await heading(page, 'The ceremony is closed')
  expect(await page.locator('.big-words li').count()).toBe(32)
  await expectAccessible(page)
  await picture(page, 'ceremony-fingerprint')
  for (const [at, name] of ['Ana', 'Ben'].entries()) {
    await press(`Put in ${name}’s practice token`)
    await signsWith(`${name}’s token signs the fingerprint`)
    await button('Touch the practice token').click()
    await page.getByText(`Every token signs it: ${at + 1} of 2`).waitFor()
  }
  await page.getByLabel('Folder').fill(stick)
  await press('For yourselves')
  await page.getByText('record.jsonl').waitFor()
  await press('For everybody')
  await page.getByText('record-public.jsonl').waitFor()
  await expectAccessible(page)
  await picture(page, 'ceremony-closed')
  const script = new Uint8Array(readFileSync(join(stick, 'script.json')))
  for (const name of ['record.jsonl', 'record-public.jsonl']) {
    const { results } = await checkRecord(new Uint8Array(readFileSync(join(stick, name))), name, { script })
    expect(results.filter(({ outcome }) => outcome === 'fails')).toEqual([])
  }
}, 180_000)

test('it stands in the room of ceremonies; its script is looked at, and begun with two words only', async () => {
  await page.getByRole('link', { name: 'Leave, everything is kept' }).click()
  await heading(page, 'Ceremonies')
  await page.getByText('Complete').waitFor()
  await picture(page, 'ceremonies')
  await page.getByLabel('Where the script lies').fill(join(stick, 'script.json'))
  await button('Look at the script').click()
  await heading(page, 'The script of a ceremony')
  await page.reload()
  await page.getByRole('heading', { level: 2, name: 'Rehearsal: signing a root of Example Packages' }).waitFor()
  await typeWords(page, () => 'wrong')
  await expectAccessible(page)
  await picture(page, 'ceremony-script')
  await button('Begin the ceremony').click()
  await page.getByText('trust/changed').waitFor()
}, 60_000)
