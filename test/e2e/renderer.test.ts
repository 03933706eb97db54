// The renderer in a real browser over the fake bridge: nothing approves by accident, everything works by keyboard, and
// what is shown is complete and cannot deceive.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ErrorData } from '../../src/core/error.ts'
import { inspection } from '../support/fake-data.ts'
import { proposals } from '../support/fake-proposals.ts'
import { dangerous, holdSpace, openConfirm, renewal, review } from '../support/renderer-drive.ts'
import { buildRendererPages, type RendererPages } from '../support/renderer-page.ts'

let pages: RendererPages
beforeAll(async () => {
  pages = await buildRendererPages()
}, 120_000)
afterAll(async () => {
  await pages?.close()
})

const firstWord = proposals[0]?.words[0] ?? ''
const secondWord = proposals[0]?.words[1] ?? ''

function calls(page: Page, name: string): Promise<unknown[]> {
  return page.evaluate(
    (wanted) => window.fake.calls.filter((call) => call.name === wanted).map((call) => call.argument),
    name,
  )
}

// ---- nothing approves by accident ---------------------------------------------------------------------------------

test('Enter never approves, on no control of the confirm panel, however long it is held', async () => {
  const { page } = await pages.open(review(dangerous))
  await openConfirm(page)
  await page.getByLabel('Type word 1').fill(firstWord)
  await page.keyboard.press('Enter')
  await page.locator('button.hold').focus()
  for (let i = 0; i < 5; i++) await page.keyboard.press('Enter')
  await page.keyboard.down('Enter')
  await page.waitForTimeout(2300)
  await page.keyboard.up('Enter')
  await page.getByRole('button', { name: 'I cannot hold a button' }).click()
  await page.getByLabel('Type word 2').fill(secondWord)
  await page.keyboard.press('Enter')
  const plain = page.getByRole('dialog').getByRole('button', { name: 'Sign with alex-office' })
  await plain.focus()
  await page.keyboard.press('Enter')
  await page.waitForTimeout(200)
  expect(await calls(page, 'proposals.approve')).toEqual([])
  expect(await page.getByRole('dialog').isVisible()).toBe(true)
  // The same control does approve by the space bar: the refusal above was of Enter, not of everything.
  await page.keyboard.press(' ')
  await page.getByText('Your signature is in place').waitFor()
  expect(await calls(page, 'proposals.approve')).toEqual([{ proposalId: dangerous, signerId: 'file:alex-office' }])
})

test('a click, a short hold, a wrong word and a lost pointer do not approve', async () => {
  const { page } = await pages.open(review(dangerous))
  await openConfirm(page)
  expect(await page.locator('button.hold').isDisabled()).toBe(true)
  await page.getByLabel('Type word 1').fill(secondWord)
  expect(await page.locator('button.hold').isDisabled()).toBe(true)
  await page.getByLabel('Type word 1').fill(firstWord)
  await page.locator('button.hold').click()
  await page.getByText('Let go too early. Nothing was signed.').waitFor()
  await holdSpace(page, 1500)
  await page.evaluate(() => document.querySelector<HTMLButtonElement>('button.hold')?.click())
  await page.locator('button.hold').hover()
  await page.mouse.down()
  await page.waitForTimeout(300)
  await page.evaluate(() => window.dispatchEvent(new Event('blur')))
  await page.waitForTimeout(2200)
  await page.mouse.up()
  await page.locator('button.hold').click({ button: 'right', delay: 2300 })
  expect(await calls(page, 'proposals.approve')).toEqual([])
})

test('Esc cancels, says that nothing was signed, and gives the focus back', async () => {
  const { page } = await pages.open(review(dangerous))
  await openConfirm(page)
  await page.getByLabel('Type word 1').fill(firstWord)
  await page.keyboard.press('Escape')
  await page.getByText('Cancelled. Nothing was signed.').waitFor()
  expect(await page.getByRole('dialog').count()).toBe(0)
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Sign with alex-office')
  expect(await calls(page, 'proposals.approve')).toEqual([])
})

test('Esc while holding cancels the hold', async () => {
  const { page } = await pages.open(review(renewal))
  await page.getByRole('button', { name: 'Sign with alex-travel' }).click()
  await page.locator('button.hold').focus()
  await page.keyboard.down(' ')
  await page.waitForTimeout(300)
  await page.keyboard.press('Escape')
  await page.waitForTimeout(1200)
  await page.keyboard.up(' ')
  expect(await calls(page, 'proposals.approve')).toEqual([])
})

test('a pointer held long enough approves a renewal, with the key that was chosen', async () => {
  const { page } = await pages.open(review(renewal, '&approve=never'))
  await page.getByLabel('Key').selectOption('piv:15835999/9c')
  await page.getByRole('button', { name: 'Sign with YubiKey 15 835 999, slot 9c' }).click()
  await page.locator('button.hold').hover()
  await page.mouse.down()
  await page.getByText('It blinks').waitFor()
  await page.mouse.up()
  expect(await calls(page, 'proposals.approve')).toEqual([{ proposalId: renewal, signerId: 'piv:15835999/9c' }])
  await page.getByRole('img', { name: /seconds left/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('Cancelled. Nothing was signed.').waitFor()
  expect((await calls(page, 'proposals.cancel')).length).toBe(1)
})

test('a change is withdrawn only after a question that names who signed', async () => {
  const { page } = await pages.open(review(dangerous))
  const ask = page.getByRole('button', { name: 'Withdraw this change ...' })
  await ask.click()
  const question = page.getByRole('dialog')
  await question.getByText('Priya Raman and Tomás Vidal', { exact: true }).waitFor()
  await question.getByText(/stays as it is/).waitFor()
  await page.keyboard.press('Escape')
  await question.waitFor({ state: 'detached' })
  expect(await calls(page, 'drafts.withdraw')).toEqual([])
  await ask.click()
  // The first answer is no.
  expect(
    await question.getByRole('button', { name: 'Keep it' }).evaluate((one) => one === document.activeElement),
  ).toBe(true)
  await question.getByRole('button', { name: 'Withdraw it' }).click()
  await page.waitForURL(/#home$/)
  expect(await calls(page, 'drafts.withdraw')).toEqual([{ proposalId: dangerous }])
})

// ---- by keyboard alone --------------------------------------------------------------------------------------------

async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab')
    const text = await page.evaluate(() => {
      const at = document.activeElement
      const label = at?.id ? document.querySelector(`label[for="${CSS.escape(at.id)}"]`)?.textContent : undefined
      return label ?? at?.textContent ?? ''
    })
    if (name.test(text)) return
  }
  throw new Error(`Tab never reached ${name}`)
}

test('home, review, confirm, signed and published, by keyboard alone', async () => {
  const { page, complaints } = await pages.open('index.html?scenario=rich&approve=50')
  await tabTo(page, /^Review Root 15, Example Packages$/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Root 15 for Example Packages' }).waitFor()
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
  await tabTo(page, /^Sign with alex-office$/)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type(firstWord)
  await tabTo(page, /^Sign with alex-office$/)
  await page.keyboard.down(' ')
  await page.waitForTimeout(2200)
  await page.keyboard.up(' ')
  await page.getByText('Your signature is in place').waitFor()
  await tabTo(page, /^Publish Root 15$/)
  await page.keyboard.press('Enter')
  await tabTo(page, /^Publish Root 15$/)
  await page.keyboard.down(' ')
  await page.waitForTimeout(1200)
  await page.keyboard.up(' ')
  await page.getByText('The change is in force.').waitFor()
  expect(await calls(page, 'proposals.publish')).toEqual([{ proposalId: dangerous }])
  await tabTo(page, /^Back to home$/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'One change waits for you' }).waitFor()
  await page.keyboard.press('Alt+3')
  await page.getByRole('heading', { name: 'Four keys' }).waitFor()
  expect(complaints).toEqual([])
})

// ---- what is shown ------------------------------------------------------------------------------------------------

test('changes stand worst first, all of them, with both quorums by name', async () => {
  const { page } = await pages.open(review(dangerous))
  const risks = await page.locator('.change').evaluateAll((all) => all.map((one) => one.getAttribute('data-risk')))
  expect(risks).toEqual(['dangerous', 'dangerous', 'notable', 'notable', 'notable', 'routine'])
  expect(await page.getByText('6 of 6 changes shown, 61 fields unchanged.').count()).toBe(1)
  expect(await page.locator('.headline').getAttribute('data-risk')).toBe('dangerous')
  expect(await page.locator('.quorum').count()).toBe(2)
  expect(await page.locator('.holder').filter({ hasText: 'Noor Haddad' }).first().textContent()).toContain(
    'does not count',
  )
})

test('no character of a repository can reorder or hide, in text, attributes or title', async () => {
  const { page } = await pages.open(review('observatory#targets/7e60'))
  expect(await page.getByText('⟨U+202E⟩').count()).toBeGreaterThan(0)
  for (const address of [review(dangerous), review('observatory#targets/7e60'), 'index.html?scenario=rich']) {
    await page.goto(`https://countersign.invalid/${address}`)
    await page.getByText('Countersign').first().waitFor()
    await page.waitForTimeout(300)
    const found = await page.evaluate(() => {
      const hidden = /[\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]/u
      const all = [...document.querySelectorAll('*')]
      const attributes = all.flatMap((element) => [...element.attributes].map((one) => one.value))
      return [document.body.textContent ?? '', document.title, ...attributes].filter((text) => hidden.test(text))
    })
    expect(found).toEqual([])
  }
})

test('the raw document shows removed and added lines, and the whole text can be copied', async () => {
  const { page } = await pages.open(review(dangerous), { permissions: ['clipboard-read'] })
  await page.getByRole('button', { name: 'Raw document' }).click()
  await page.locator('.raw tr.added').first().waitFor()
  expect(await page.locator('.raw tr.added').count()).toBe(4)
  expect(await page.locator('.raw tr.removed').count()).toBe(4)
  await page.getByRole('button', { name: 'All 32 words and hex' }).click()
  await page.getByRole('button', { name: 'Copy hex' }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(proposals[0]?.digest)
  await page.getByRole('status').filter({ hasText: 'Copied the hex of the fingerprint of this change' }).waitFor()
})

test('without the browser sandbox every screen says so', async () => {
  for (const hash of ['home', 'keys', 'repositories', 'open', `review/${encodeURIComponent(dangerous)}`]) {
    const { page } = await pages.open(`index.html?scenario=rich&unsandboxed#${hash}`)
    expect(
      await page.getByText("The browser's own protection is off here: only rehearsal keys can sign.").isVisible(),
    ).toBe(true)
    pages.done(page)
  }
})

test('a failed signature says why, and a changed candidate cannot simply be tried again', async () => {
  const { page } = await pages.open(review(renewal))
  const changed: ErrorData = { code: 'trust/changed', message: 'the candidate was replaced since you reviewed it' }
  await page.evaluate((error) => window.fake.failNext('proposals.approve', error), changed)
  await page.getByRole('button', { name: 'Sign with alex-travel' }).click()
  await holdSpace(page, 1200)
  await page.getByText('trust/changed').waitFor()
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Back to the review' }).click()
  await page.getByRole('button', { name: 'Sign with alex-travel' }).waitFor()
})

// ---- opening, keys, secrets ---------------------------------------------------------------------------------------

test('a root is pinned only with the words that the screen does not show', async () => {
  const { page } = await pages.open('index.html?scenario=empty')
  await page.getByLabel('Folder, file or address').fill('/srv/repositories/nothing')
  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.getByText('source/not-found').waitFor()
  await page.getByLabel('Folder, file or address').fill('/srv/repositories/loom')
  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.getByText('Type two words').waitFor()
  const shown = await page.locator('main').textContent()
  const asked = inspection.ask.map((position) => inspection.words[position - 1] ?? '')
  for (const word of asked) expect(shown).not.toContain(word)
  for (const field of await page.locator('input.word').all())
    expect(await field.getAttribute('autocomplete')).toBe('off')
  await page.getByLabel('Word 3').fill(asked[1] ?? '')
  await page.getByLabel('Word 11').fill(asked[0] ?? '')
  await page.getByRole('button', { name: 'Pin this root' }).click()
  await page.getByText('trust/changed').waitFor()
  await page.getByLabel('Word 3').fill(asked[0] ?? '')
  await page.getByLabel('Word 11').fill(asked[1] ?? '')
  await page.getByRole('button', { name: 'Pin this root' }).click()
  await page.getByRole('heading', { name: 'Nothing waits for you' }).waitFor()
})

test('who went elsewhere while a repository was pinned stays there', async () => {
  const { page } = await pages.open('index.html?scenario=empty')
  await page.getByLabel('Folder, file or address').fill('/srv/repositories/loom')
  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.getByText('Type two words').waitFor()
  await page.evaluate(() => {
    const { sources } = Reflect.get(window, 'countersign')
    const pin = sources.pin.bind(sources)
    sources.pin = (asked: unknown) =>
      new Promise((resolve) => {
        Reflect.set(window, 'letItBePinned', () => resolve(pin(asked)))
      })
  })
  const asked = inspection.ask.map((position) => inspection.words[position - 1] ?? '')
  await page.getByLabel('Word 3').fill(asked[0] ?? '')
  await page.getByLabel('Word 11').fill(asked[1] ?? '')
  await page.getByRole('button', { name: 'Pin this root' }).click()
  await page.getByRole('link', { name: /^Tokens/ }).click()
  await page.getByRole('heading', { level: 1, name: /token/i }).waitFor()
  await page.evaluate(() => Reflect.get(window, 'letItBePinned')())
  await page.getByText('is pinned').first().waitFor({ state: 'attached' })
  await page.getByRole('heading', { level: 1, name: /token/i }).waitFor()
  expect(new URL(page.url()).hash).toContain('tokens')
})

test('the demo opens with rehearsal on every screen', async () => {
  const { page } = await pages.open('index.html?scenario=empty')
  await page.getByRole('button', { name: 'Start the demo' }).click()
  await page.getByRole('heading', { name: 'Nothing waits for you' }).waitFor()
  for (const room of ['Home', 'Repositories', 'Keys']) {
    await page.getByRole('link', { name: room }).click()
    await page.getByText('Nothing here protects real software').waitFor()
  }
})

test('keys are made, taken in, and deleted only by name', async () => {
  const { page } = await pages.open('index.html?scenario=rich&bare#keys')
  await page.getByRole('button', { name: 'Create a key' }).click()
  expect(await page.getByRole('radio', { name: /keychain/ }).isDisabled()).toBe(true)
  await page.getByLabel('Name').fill('alex-new')
  await page.getByRole('button', { name: 'Create the key' }).click()
  await page.getByRole('heading', { name: 'alex-new' }).waitFor()
  expect(await calls(page, 'keys.create')).toEqual([{ name: 'alex-new', scheme: 'ed25519', protection: 'passphrase' }])
  await page.getByRole('button', { name: 'Delete alex-new' }).click()
  expect(await page.getByRole('button', { name: 'Delete the key' }).isDisabled()).toBe(true)
  await page.getByLabel('Type the name').fill('alex-new')
  await page.getByRole('button', { name: 'Delete the key' }).click()
  await page.getByRole('heading', { name: 'Four keys' }).waitFor()
  await page.getByRole('button', { name: 'Import a public key' }).click()
  await page.getByLabel('Name').fill('bad')
  await page.getByLabel('Public key, as text').fill('nonsense')
  await page.getByRole('button', { name: 'Import the key' }).click()
  await page.getByText('format/malformed').waitFor()
})

test('a wrong secret leaves the field for the next try, a right one leaves the page', async () => {
  const { page } = await pages.open('prompt.html?tries=2', { viewport: { width: 460, height: 380 } })
  const field = page.locator('input')
  expect(await field.getAttribute('type')).toBe('password')
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
  await page.keyboard.type('battery staple')
  await page.keyboard.press('Enter')
  await page.getByText('That passphrase was wrong.').waitFor()
  expect(await field.evaluate((input: HTMLInputElement) => [input.value, document.activeElement === input])).toEqual([
    '',
    true,
  ])
  await page.getByRole('button', { name: 'Show the passphrase' }).click()
  expect(await field.getAttribute('type')).toBe('text')
  await field.fill('correct horse')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Checking' }).waitFor()
  expect(await field.inputValue()).toBe('')
  expect(await field.getAttribute('type')).toBe('password')
  expect(await page.content()).not.toContain('correct horse')
})

test('Esc in the secret window cancels', async () => {
  const { page } = await pages.open('prompt.html')
  await page.keyboard.type('abc')
  await page.keyboard.press('Escape')
  await page.waitForTimeout(50)
  expect(await page.evaluate(() => window.fakePrompt.calls)).toEqual([
    { name: 'prompt.cancel', argument: { promptId: 'prompt-1' } },
  ])
  expect(await page.locator('input').inputValue()).toBe('')
})
