// The secret window in a real browser: what a person types leaves it sealed, what a touched key types never leaves it,
// and the last try is never spent by habit.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildRendererPages, type RendererPages } from '../support/renderer-page.ts'

let pages: RendererPages
beforeAll(async () => {
  pages = await buildRendererPages()
}, 120_000)
afterAll(async () => {
  await pages?.close()
})

const viewport = { width: 480, height: 460 }
const password = 'ccccccbcdefghijklnrtuvcbdefghijklnrtuvccbbdd'

async function open(query: string): Promise<Page> {
  const { page } = await pages.open(`prompt.html?${query}`, { viewport })
  return page
}

const opened = (page: Page) => page.evaluate(() => window.fakePrompt.opened)
const answers = (page: Page) => page.evaluate(() => window.fakePrompt.calls.map((call) => call.name))
const values = (page: Page) =>
  page.locator('.input').evaluateAll((all: HTMLInputElement[]) => all.map((one) => one.value))

test('the window names the applet, the token by its grouped serial, and the tries before the first one', async () => {
  const page = await open('secret=piv&tries=3')
  await page.getByRole('heading', { name: 'PIV PIN for YubiKey 15 835 999', exact: true }).waitFor()
  expect(await page.getByText('not the FIDO2 PIN').isVisible()).toBe(true)
  expect(await page.getByText('Three tries left.').isVisible()).toBe(true)
})

test('a PIN leaves the page sealed: its text is in no call, and in no field afterwards', async () => {
  const page = await open('secret=piv&tries=3')
  await page.keyboard.type('123456')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Checking' }).waitFor()
  await page.waitForFunction(() => window.fakePrompt.opened.length > 0)
  expect(await opened(page)).toEqual(['123456'])
  const calls = await page.evaluate(() => JSON.stringify(window.fakePrompt.calls))
  expect(calls).not.toContain('123456')
  expect(calls).not.toContain(Buffer.from('123456').toString('base64'))
  expect(await values(page)).toEqual([''])
  expect(await page.content()).not.toContain('123456')
})

test.each(['12345', '123456789', ''])(
  '%j cannot be a PIN, and no try is spent on it',
  async (text) => {
    const page = await open('secret=piv&tries=3')
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
    await page.getByText(/Too short|Too long|first\./).waitFor()
    expect(await answers(page)).toEqual([])
    pages.done(page)
  },
  30_000,
)

test.each([
  ['alone', '', 0],
  ['after half a PIN', '1234', 0],
  ['slowly, as some keys are set up', '', 30],
])(
  'what a touched key types, with its Enter, is thrown away: %s',
  async (_name, before, delay) => {
    const page = await open('secret=piv&tries=3')
    await page.keyboard.type(before)
    await page.keyboard.type(password, { delay })
    await page.keyboard.press('Enter')
    await page.getByText('Your key typed its one-time password because it was touched.').waitFor()
    expect(await values(page)).toEqual([''])
    await page.keyboard.press('Control+z')
    expect(await values(page)).toEqual([''])
    expect(await answers(page)).toEqual([])
    // After a moment of silence what comes is a person's again.
    await page.waitForTimeout(600)
    await page.keyboard.press('Control+z')
    expect(await values(page)).toEqual([''])
    await page.keyboard.type('123456')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => window.fakePrompt.opened.length > 0)
    expect(await opened(page)).toEqual(['123456'])
    pages.done(page)
  },
  30_000,
)

test('text put into the field in one piece is thrown away as well', async () => {
  const page = await open('secret=piv&tries=3')
  await page.keyboard.insertText(password)
  await page.getByText('Your key typed its one-time password because it was touched.').waitFor()
  expect(await values(page)).toEqual([''])
  await page.keyboard.press('Enter')
  await page.waitForTimeout(100)
  expect(await answers(page)).toEqual([])
})

test('with one try left neither Enter nor a click sends before the tick, and Enter not after it', async () => {
  const page = await open('secret=piv&tries=1&wrong')
  const button = page.getByRole('button', { name: 'Use this PIV PIN' })
  await page.keyboard.type('123456')
  expect(await button.isDisabled()).toBe(true)
  for (let i = 0; i < 4; i++) await page.keyboard.press('Enter')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('checkbox')
  await page.locator('form').evaluate((form: HTMLFormElement) => form.requestSubmit())
  await page.waitForTimeout(100)
  expect(await answers(page)).toEqual([])
  await page.getByLabel('I know that one more mistake blocks this PIN').check()
  await page.getByLabel('PIV PIN', { exact: true }).focus()
  await page.keyboard.press('Enter')
  await page.waitForTimeout(100)
  expect(await answers(page)).toEqual([])
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Use this PIV PIN')
  await button.click()
  await page.waitForFunction(() => window.fakePrompt.opened.length > 0)
  expect(await opened(page)).toEqual(['123456'])
})

test('a blocked PIN is not asked for', async () => {
  const page = await open('secret=piv&tries=0')
  expect(await page.getByRole('button', { name: 'Use this PIV PIN' }).isDisabled()).toBe(true)
  await page.keyboard.type('123456')
  await page.keyboard.press('Enter')
  await page.waitForTimeout(100)
  expect(await answers(page)).toEqual([])
})

test('a new PIN is typed twice in one window, and only when both agree it is sent', async () => {
  const page = await open('secret=new')
  await page.getByLabel('New PIV PIN').fill('482913')
  await page.getByLabel('The same once more').fill('482931')
  await page.getByRole('button', { name: 'Set this PIN' }).click()
  await page.getByText('The two are not the same.').waitFor()
  expect(await answers(page)).toEqual([])
  expect(await values(page)).toEqual(['', ''])
  await page.getByLabel('New PIV PIN').fill('482913')
  await page.getByLabel('The same once more').fill('482913')
  await page.getByRole('button', { name: 'Set this PIN' }).click()
  await page.waitForFunction(() => window.fakePrompt.opened.length > 0)
  expect(await opened(page)).toEqual(['482913'])
  expect(await values(page)).toEqual(['', ''])
})

test('a passphrase that is asked for once more has one field, and may be any text', async () => {
  const page = await open('secret=once')
  expect(await page.locator('.input').count()).toBe(1)
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => window.fakePrompt.opened.length > 0)
  expect(await opened(page)).toEqual([password])
})

test('a wrong PIN empties the field, says so, and gives the focus back', async () => {
  const page = await open('secret=piv&tries=3')
  await page.keyboard.type('654321')
  await page.keyboard.press('Enter')
  await page.getByText('That PIV PIN was wrong.').waitFor()
  expect(await values(page)).toEqual([''])
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
})
