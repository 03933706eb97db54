// The practice token in the real built app: plugged in, given a key for a person, proven, its PIN changed, blocked and set
// anew, then it signs. Real windows, the process that owns the tokens, and a card made of software; no real token is reached.
import { createHash, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
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

/** Accessible, also at 200 %, where nothing may stand beside the page. */
async function inspect(shown: Page, name: string): Promise<void> {
  await expectAccessible(shown)
  await picture(shown, name)
  if (shown !== page) return
  await page.setViewportSize({ width: 640, height: 430 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
  await expectAccessible(page)
  await page.setViewportSize({ width: 1280, height: 860 })
}

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

test('no token of this computer is reached', () => {
  const environment = readFileSync(`/proc/${app.process.pid}/environ`, 'latin1').split('\0')
  const [socket = ''] = environment.filter((line) => line.startsWith('PCSCLITE_CSOCK_NAME='))
  expect(socket).not.toBe('')
  expect(existsSync(socket.slice(socket.indexOf('=') + 1))).toBe(false)
})

test('a software token is plugged in with a button, and says that it is one', async () => {
  await page.getByRole('link', { name: /^Tokens/ }).click()
  await heading(page, 'No token here')
  await inspect(page, 'tokens-none')
  await page.getByRole('button', { name: 'Practise with a software token' }).click()
  await heading(page, 'One token')
  await token().getByText('Rehearsal', { exact: true }).waitFor()
  await token().getByText('3 of 3 tries left').first().waitFor()
  await token().getByText('The PIN and the PUK are still those it left the factory with').waitFor()
  await inspect(page, 'tokens-practice')
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
  await button('Make the key and enrol it').scrollIntoViewIfNeeded()
  await inspect(page, 'enrol')
  await button('Make the key and enrol it').click()
  await page.getByRole('heading', { name: 'Dana Ortiz can sign with this token' }).waitFor()
  await token()
    .getByText(/PIN once, touch for every signature; made on this token/i)
    .waitFor()
  await inspect(page, 'enrolled')
  await button('Done').click()
})

test('its proof says what it is worth: nothing but practice', async () => {
  await button(/^Show its proof/).click()
  await page.getByRole('heading', { name: 'A rehearsal: the token is a program' }).waitFor()
  await inspect(page, 'proof')
  await button(/^Hide its proof/).click()
})

test('the PIN is changed in windows of its own, and the screen says that it is', async () => {
  await button(/^Change PIN/).click()
  const old = await promptOf(app, /^PIV PIN for Practice token/)
  await old.getByText('not the FIDO2 PIN').waitFor()
  await old.getByText('Three tries left.').waitFor()
  await expectAccessible(old)
  await picture(page, 'token-pin-change')
  await typeSecret(old, factoryPin)
  const fresh = await promptOf(app, /^New PIV PIN for Practice token/)
  await inspect(fresh, 'token-pin-new')
  await chooseSecret(fresh, pin)
  const said = token().getByText('The PIN of Practice token 90 000 001 is changed')
  await said.waitFor()
  await token().getByText('The PUK is still the one it left the factory with').waitFor()
  await inspect(page, 'token-pin-changed')
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
  await picture(page, 'token-pin-wrong')
  await button(/^Change PIN/).click()
  const last = await promptOf(app, /^PIV PIN for Practice token/)
  await last.getByText('One try left. One more mistake blocks this PIN.').waitFor()
  await last.locator('input[type=password]').fill(wrongPin)
  await last.keyboard.press('Enter')
  expect(await last.getByRole('button', { name: 'Use this PIV PIN' }).isDisabled()).toBe(true)
  await inspect(last, 'token-pin-last')
  await last.getByRole('checkbox').check()
  const closed = last.waitForEvent('close')
  await last
    .getByRole('button', { name: 'Use this PIV PIN' })
    .click()
    .catch(() => undefined)
  await closed
  await chooseSecret(await promptOf(app, /^New PIV PIN/), pinAfter)
  await token().getByRole('heading', { name: 'The PIN is blocked' }).waitFor()
  await inspect(page, 'token-pin-blocked')
  await button(/^Set a new PIN with the PUK/).click()
  const puk = await promptOf(app, /^PIV PUK for Practice token/)
  await inspect(puk, 'token-puk')
  await typeSecret(puk, factoryPuk)
  await chooseSecret(await promptOf(app, /^New PIV PIN/), pinAfter)
  await token().getByText('Practice token 90 000 001 has a new PIN').waitFor()
  await expect.poll(() => token().getByText('3 of 3 tries left').count()).toBe(2)
  await expectAccessible(page)
})

/** All its keys are for rehearsal, Dana's on the practice token among them; the other one has signed version 1. */
async function rehearsalRepository(): Promise<FolderRepository> {
  const [pem = ''] = /-----BEGIN[^"]+/.exec(everythingIn(app.dataDir)['enrolled-tokens.json'] ?? '') ?? []
  const key = parsePublicKeyPem(pem.replaceAll('\\n', '\n'))
  const ben = { signer: await softwareSigner('ben', 'ed25519', true), owner: 'Ben Cole' }
  const dana: Signer = { ...ben.signer, key, sign: async () => new Uint8Array(64) }
  const holders = [{ signer: dana, owner: 'Dana Ortiz' }, ben]
  const made = await folderRepository(holders, { folder: join(app.temporary, 'packages'), at: new Date() })
  made.propose('root')
  return made
}

async function begin(): Promise<void> {
  await page.getByRole('link', { name: /^Home/ }).click()
  await page.getByRole('link', { name: /Review Root 2/ }).click()
  await heading(page, /^Root 2 for/)
  await page.getByRole('button', { name: 'Sign with Practice token 90 000 001, slot 9c' }).click()
  await page.getByRole('dialog').waitFor()
  await holdInDialog(page, /^Sign with/, 1800)
  const window = await promptOf(app, /^PIV PIN for Practice token/)
  await window.getByText(/^Root 2, .*: /).waitFor()
  await typeSecret(window, pinAfter)
  await page.getByRole('heading', { name: /^Touch Practice token 90 000 001/ }).waitFor()
}

test('pulled while it waits for a touch, it signs nothing; refused, it signs nothing either', async () => {
  repository = await rehearsalRepository()
  const root = parseMetadata(utf8(repository.text('metadata/1.root.json')), 'root', 'root')
  await page.getByRole('link', { name: /^Home/ }).click()
  await openRepository(page, repository.folder, toWords(createHash('sha256').update(root.payload).digest()))
  const before = everythingIn(repository.folder)
  await begin()
  await inspect(page, 'touch-practice')
  await page.evaluate(() => Reflect.get(window, 'countersign').tokens.practise({ plugged: 'no' }))
  await heading(page, 'Root 2 was not signed')
  await page.getByRole('heading', { name: 'Practice token 90 000 001, slot 9c is not here' }).waitFor()
  await expectAccessible(page)
  expect(everythingIn(repository.folder)).toEqual(before)
  await page.getByRole('link', { name: /^Tokens/ }).click()
  await page.getByRole('button', { name: 'Practise with a software token' }).click()
  await token().getByText('Dana Ortiz').waitFor()
  await begin()
  await page.getByRole('button', { name: 'Refuse' }).click()
  await heading(page, 'Root 2 was not signed')
  await expectAccessible(page)
  expect(everythingIn(repository.folder)).toEqual(before)
})

test('touched, it signs exactly what was reviewed', async () => {
  await begin()
  await page.getByRole('button', { name: 'Touch the practice token' }).click()
  await heading(page, /^Signed: Root 2 for/)
  const candidate = parseMetadata(utf8(repository.text('metadata/pending/root.json')), 'root', 'candidate')
  const [pem = ''] = /-----BEGIN[^"]+/.exec(everythingIn(app.dataDir)['enrolled-tokens.json'] ?? '') ?? []
  expect(candidate.signatures).toHaveLength(1)
  const sig = Buffer.from(candidate.signatures[0]?.sig ?? '', 'hex')
  expect(verify('sha256', candidate.payload, pem.replaceAll('\\n', '\n'), sig)).toBe(true)
})

test('the PINs are nowhere but in the practice token itself, which is not protected and says so', async () => {
  const held = await memoryOf(page)
  const files = everythingIn(app.temporary)
  const holding = (text: string): string[] => Object.keys(files).filter((name) => files[name]?.includes(text))
  const asFile = (secret: string): string => Buffer.from(secret).toString('base64')
  // The searches do find what is really there.
  expect(held.includes('Dana Ortiz')).toBe(true)
  expect(holding('Dana Ortiz')).toContain('data/enrolled-tokens.json')
  expect(holding(asFile(pinAfter))).toEqual(['data/practice-token.json'])
  expect(files['data/practice-token.json']).toContain('not protected')
  for (const secret of [pin, wrongPin, pinAfter]) {
    expect(held.includes(secret)).toBe(false)
    expect(app.said()).not.toContain(secret)
    expect(holding(secret)).toEqual([])
  }
  for (const secret of [pin, wrongPin]) expect(holding(asFile(secret))).toEqual([])
})
