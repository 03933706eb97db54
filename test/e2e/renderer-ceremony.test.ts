// A ceremony in a real browser over the fake bridge: one test for each kind of step, what goes wrong, and how it rests and ends.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ErrorData } from '../../src/core/error.ts'
import type { Act } from '../../src/ipc/ceremony.ts'
import { ceremonyId, scriptView } from '../support/fake-ceremony-data.ts'
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

let complaints: string[] = []
async function open(address: string): Promise<Page> {
  const opened = await pages.open(address)
  complaints = opened.complaints
  opened.page.setDefaultTimeout(8000)
  return opened.page
}

/** A run that stands at this step. */
async function run(at: string, query = ''): Promise<Page> {
  const page = await open(`index.html?scenario=rich&at=${at}${query}#ceremony/${ceremonyId}`)
  await page.locator('.run').waitFor()
  return page
}

async function acts(page: Page): Promise<Act[]> {
  const all = await page.evaluate(() => window.fake.calls.filter(({ name }) => name === 'ceremony.act'))
  return all.map(({ argument }) => (argument as { act: Act }).act)
}

/** Past the moment in which a new step takes no key for its own. */
async function settled(page: Page): Promise<void> {
  await page.waitForTimeout(550)
}

async function press(page: Page, name: string | RegExp): Promise<void> {
  await settled(page)
  await page.getByRole('button', { name }).click()
}

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const at = document.activeElement
    return at instanceof HTMLInputElement ? (at.labels?.[0]?.textContent ?? '') : (at?.textContent ?? '')
  })

const plug = (page: Page, ...owners: string[]): Promise<void> =>
  page.evaluate((names) => window.fake.plugFor(...names), owners)

// ---- the room, and a script -------------------------------------------------------------------------------------------

test('the room lists what is here and how each stands; Alt+5 leads there', async () => {
  const page = await open('index.html?scenario=rich')
  await page.keyboard.press('Alt+5')
  await page.getByRole('heading', { level: 1, name: 'Ceremonies' }).waitFor()
  const rows = page.getByRole('list', { name: 'Ceremonies on this computer' }).getByRole('listitem')
  expect(await rows.count()).toBe(4)
  expect(await rows.nth(0).textContent()).toContain('Go on')
  expect(await rows.nth(1).textContent()).toMatch(/Rehearsal.*Complete.*Look/)
  expect(await rows.nth(2).textContent()).toContain('nothing is signed any more')
  expect(await rows.nth(3).getByRole('link').count()).toBe(0)
  await picture(page, 'ceremonies')
  await page
    .getByRole('link', { name: /^Go on/ })
    .first()
    .click()
  await page.locator('.run').waitFor()
  await expectGone(page)
})

/** The rail is not there, and going back ends nothing. */
async function expectGone(page: Page): Promise<void> {
  expect(await page.getByRole('navigation').count()).toBe(0)
  await page.goBack()
  await page.getByRole('heading', { level: 1, name: 'Ceremonies' }).waitFor()
  expect(await acts(page)).toEqual([])
}

test('where nothing is yet, it says what a ceremony is; one click begins a rehearsal', async () => {
  const page = await open('index.html?scenario=empty#ceremonies')
  await page.getByText('A rehearsal takes ten minutes').waitFor()
  await picture(page, 'ceremonies-empty')
  await page.getByRole('button', { name: 'Rehearse a ceremony' }).click()
  await page.locator('.run.rehearsal').waitFor()
  expect(await page.locator('.watermark').count()).toBe(1)
})

test('a script is begun with two words of its print, rehearsed with none, and never by Enter', async () => {
  const page = await open('index.html?scenario=rich#ceremonies')
  await page.getByRole('button', { name: 'Choose a script' }).click()
  await page.getByRole('heading', { level: 1, name: 'The script of a ceremony' }).waitFor()
  const begin = page.getByRole('button', { name: 'Begin the ceremony' })
  expect(await begin.isDisabled()).toBe(true)
  for (const place of scriptView.ask) await page.getByLabel(`Word ${place}`).fill('wrong')
  await page.keyboard.press('Enter')
  await begin.focus()
  await page.keyboard.press('Enter')
  expect(await page.evaluate(() => window.fake.calls.some(({ name }) => name === 'ceremony.begin'))).toBe(false)
  await begin.click()
  await page.getByText('trust/changed').waitFor()
  await picture(page, 'ceremony-script')
  for (const place of scriptView.ask) await page.getByLabel(`Word ${place}`).fill(scriptView.words[place - 1] ?? '')
  await begin.click()
  await page.locator('.run:not(.rehearsal)').waitFor()
  await page.goBack()
  await page.getByRole('button', { name: 'Rehearse this script' }).click()
  await page.locator('.run.rehearsal').waitFor()
})

// ---- each kind of step ------------------------------------------------------------------------------------------------

test('say: who did it is chosen among those who are meant, and a remark goes along', async () => {
  const page = await run('say')
  await page.getByText('Step 4 of 10', { exact: true }).waitFor()
  await page.getByText('interrupted twice').waitFor()
  const size = await page.locator('.run-do').evaluate((one) => Number.parseFloat(getComputedStyle(one).fontSize))
  expect(size).toBeGreaterThanOrEqual(28)
  await page.getByRole('heading', { name: /^Renewal only/ }).waitFor()
  expect(await page.getByRole('button', { name: 'Done, next step' }).isDisabled()).toBe(true)
  expect(await focused(page)).toBe('Ana Ruiz')
  await page.keyboard.press('ArrowDown')
  await page.getByLabel('A remark for the record').fill('Seal 4711')
  await picture(page, 'ceremony-say')
  await press(page, 'Ben Cole: done, next step')
  await page.getByText('Step 5 of 10', { exact: true }).waitFor()
  expect(await acts(page)).toEqual([{ act: 'done', who: 'Ben Cole', said: 'Seal 4711' }])
})

test('gate: a watch is held beside it; what failed is measured again, or waived as a deviation', async () => {
  const page = await run('gate')
  expect(await focused(page)).toContain('What a watch shows')
  await page.getByText('Nothing was measured yet.').waitFor()
  await page.getByText('Europe/Paris').waitFor()
  await page.keyboard.type('00:00:10')
  await page.keyboard.press('Enter')
  await page.getByText('512 s ahead').waitFor()
  expect(await page.getByRole('button', { name: /done, next step/ }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Waive it' }).click()
  await page.getByLabel('Why it goes on').fill('The watch stands.')
  await page.getByRole('radio', { name: 'Wim de Vries' }).check()
  await picture(page, 'ceremony-gate')
  await press(page, 'Waive it, and note the deviation')
  await page.getByText('1 open').waitFor()
  await press(page, 'Ada Moreau: done, next step')
  await page.getByText('Step 2 of 10', { exact: true }).waitFor()
  expect((await acts(page)).map(({ act }) => act)).toEqual(['measure', 'waive', 'done'])
})

test('roll-call: whose token is in is said, a stranger in red, and each is noted once', async () => {
  const page = await run('roll-call')
  await page.getByText('No token.').waitFor()
  await plug(page, 'Ana Ruiz', 'stranger')
  await page.getByText('This token is not in the script.').waitFor()
  await picture(page, 'ceremony-roll-call')
  await press(page, 'This is Ana Ruiz’s token: note it')
  await page.getByText('15 835 999, proved').waitFor()
  expect(await page.getByRole('button', { name: /note it/ }).count()).toBe(0)
  expect(await acts(page)).toEqual([{ act: 'present', who: 'Ana Ruiz', signerId: 'piv:15835999/9c' }])
})

test('roll-call in a rehearsal: practice tokens are put in by a button', async () => {
  const page = await run('roll-call', '&rehearsal')
  await press(page, 'Put in Ben Cole’s practice token')
  await page.getByRole('button', { name: 'This is Ben Cole’s token: note it' }).waitFor()
  await picture(page, 'ceremony-roll-call-rehearsal')
  await press(page, 'Pull it out')
  await page.getByText('No token.').waitFor()
})

test('receive: pasted text that is none is refused and stays; a request is shown with what it changes', async () => {
  const page = await run('receive')
  await page.getByText('Paste it as text').click()
  await page.getByLabel('The whole text').fill('nothing of value')
  await press(page, 'Take in this text')
  await page.getByText('format/unsupported').waitFor()
  expect(await page.getByLabel('The whole text').inputValue()).toBe('nothing of value')
  await picture(page, 'ceremony-receive')
  await page.getByLabel('The whole text').fill('a request')
  await press(page, 'Take in this text')
  await page.getByRole('heading', { name: /^Renewal only/ }).waitFor()
  const risks = await page.locator('.change').evaluateAll((all) => all.map((one) => one.getAttribute('data-risk')))
  expect(risks).toEqual(['notable', 'routine'])
  await picture(page, 'ceremony-change')
})

test('receive: the camera is on a screen of its own, from which one comes back', async () => {
  const page = await run('receive')
  await page.getByRole('link', { name: 'Scan QR codes' }).click()
  await page.getByRole('heading', { level: 1, name: 'Scan QR codes' }).waitFor()
  expect(await page.getByRole('navigation').count()).toBe(0)
  await page.getByRole('link', { name: 'Stop, back to the ceremony' }).click()
  await page.getByText('Step 3 of 10', { exact: true }).waitFor()
})

test('receive in a rehearsal: the practice request is one click', async () => {
  const page = await run('receive', '&rehearsal')
  expect(await focused(page)).toBe('Take in the practice request')
  await press(page, 'Take in the practice request')
  await page.getByRole('heading', { name: /^Renewal only/ }).waitFor()
  expect(await acts(page)).toEqual([{ act: 'receive-practice', who: 'Ada Moreau' }])
})

test('compare: wrong words are told and stay, right ones count for a device; the request is shown as codes', async () => {
  const page = await run('compare')
  await page.getByText('0 of 2').waitFor()
  await page.getByLabel('What the other device is called').fill('Wim’s phone')
  for (const place of [4, 17, 30]) await page.getByLabel(`Word ${place}`).fill('wrong')
  await press(page, 'Compare')
  await page.getByText('These words are not the same').waitFor()
  expect(await page.getByLabel('Word 4').inputValue()).toBe('wrong')
  await picture(page, 'ceremony-compare')
  await page.getByRole('button', { name: 'Show the request as codes' }).click()
  await page.getByRole('dialog', { name: /^Request: Root 15/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Save the request' }).click()
  await page.getByText('/media/stick/ceremony.request.json').waitFor()
  for (const [place, word] of Object.entries({ 4: 'alpha', 17: 'bravo', 30: 'Charlie' }))
    await page.getByLabel(`Word ${place}`).fill(word)
  await press(page, 'Compare')
  await page.getByText('2 of 2').waitFor()
  await page.getByText('Wim’s phone, read by Wim de Vries').waitFor()
  expect(await page.getByLabel('Word 4').inputValue()).toBe('')
})

test('compare: other words are asked about once more, and then stop everything', async () => {
  const page = await run('compare')
  await page.getByLabel('What the other device is called').fill('Wim’s phone')
  await press(page, 'The words are different')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  expect(await acts(page)).toEqual([])
  await press(page, 'The words are different')
  await picture(page, 'ceremony-different')
  await press(page, 'They are different: stop')
  await page.getByRole('heading', { level: 1, name: 'Stopped' }).waitFor()
  await page.getByText('Another device showed other words').waitFor()
})

test('agree: each signer holds a button with their name; a click and Enter say nothing', async () => {
  const page = await run('agree')
  const hold = page.locator('button.hold')
  await settled(page)
  await hold.click()
  await hold.focus()
  await page.keyboard.down('Enter')
  await page.waitForTimeout(1300)
  await page.keyboard.up('Enter')
  expect(await acts(page)).toEqual([])
  await page.keyboard.down(' ')
  await page.waitForTimeout(1250)
  await page.keyboard.up(' ')
  await page.getByRole('button', { name: 'I, Ben Cole, agree' }).waitFor()
  await picture(page, 'ceremony-agree')
  expect(await acts(page)).toEqual([{ act: 'agree', who: 'Ana Ruiz' }])
})

test('sign: the wrong token is said so, the right one signs, and both quorums grow', async () => {
  const page = await run('sign')
  await plug(page, 'Ben Cole')
  await page.getByText('This is Ben Cole’s token, not Ana Ruiz’s.').waitFor()
  expect(await page.getByRole('button', { name: 'Ana Ruiz signs' }).isDisabled()).toBe(true)
  await picture(page, 'ceremony-sign')
  await plug(page, 'Ana Ruiz')
  await press(page, 'Ana Ruiz signs')
  await page.getByRole('heading', { name: /^Touch / }).waitFor()
  await page.getByText('Touching it signs exactly this').waitFor()
  await page.getByText('1 of 2').first().waitFor()
  await press(page, 'Ben Cole’s turn').catch(() => undefined)
  await plug(page, 'Ben Cole')
  await press(page, 'Ben Cole signs')
  await page.getByText('Enough have signed').waitFor()
  await picture(page, 'ceremony-signed')
})

test('sign in a rehearsal: a wrong token can be tried, and is refused in words', async () => {
  const page = await run('sign', '&rehearsal')
  await press(page, 'Put in Cleo Haddad’s practice token')
  await press(page, 'Try to sign with it')
  await page.getByRole('heading', { name: 'This is the wrong token' }).waitFor()
  await picture(page, 'ceremony-wrong-token')
})

test('sign: cancelled while a touch is waited for, nothing is signed', async () => {
  const page = await run('sign', '&approve=never')
  await plug(page, 'Ana Ruiz')
  await press(page, 'Ana Ruiz signs')
  await page.getByRole('heading', { name: /^Touch / }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('Cancelled. Nothing was signed.').waitFor()
  await page.getByRole('button', { name: 'Ana Ruiz signs' }).waitFor()
})

test('prove, export, close: each says what came of it; the close waits for every deviation', async () => {
  const prove = await run('prove')
  await press(prove, 'Let a client try it')
  await prove.getByText('takes root 15').waitFor()
  await picture(prove, 'ceremony-prove')
  pages.done(prove)

  const written = await run('export')
  await written.getByLabel('Folder').fill('/media/stick')
  await press(written, 'Write the result there')
  await written.getByText('15.root.json').waitFor()
  await picture(written, 'ceremony-export')
  pages.done(written)

  const page = await run('close')
  const close = page.getByRole('button', { name: 'Close the ceremony' })
  expect(await close.isDisabled()).toBe(true)
  await press(page, 'Settle deviation 1')
  expect(await page.getByRole('radio', { name: 'Wim de Vries' }).count()).toBe(0)
  await page.getByRole('radio', { name: 'Ada Moreau' }).check()
  await page.getByRole('checkbox', { name: 'Ana Ruiz' }).check()
  await picture(page, 'ceremony-close')
  await press(page, 'Ada Moreau: it is settled')
  await page.getByText('All are settled.').waitFor()
  await press(page, 'Close the ceremony')
  await page.getByRole('heading', { level: 1, name: 'The ceremony is closed' }).waitFor()
  expect((await acts(page)).map(({ act }) => act)).toEqual(['settle', 'close'])
})

test('closed: 32 numbered words, every token signs, and copies are saved', async () => {
  const page = await run('closed')
  expect(await page.locator('.big-words li').count()).toBe(32)
  await picture(page, 'ceremony-fingerprint')
  await plug(page, 'Ana Ruiz')
  await press(page, 'Ana Ruiz’s token signs the fingerprint')
  await page.getByText('Every token signs it: 1 of 3').waitFor()
  await page.getByLabel('Folder').fill('/media/stick')
  await press(page, 'For everybody')
  await page.getByText('/media/stick/record-public.jsonl').waitFor()
  const paper = page.getByRole('region', { name: 'The record on paper' })
  await paper.getByLabel('Letter').check()
  await paper.getByRole('button', { name: 'Save it as PDF' }).click()
  await paper.getByText('/home/you/record.pdf').waitFor()
})

// ---- at any time ------------------------------------------------------------------------------------------------------

test('a break keeps what was typed, and ends when somebody says so', async () => {
  const page = await run('say')
  await page.getByLabel('A remark for the record').fill('half a sentence')
  await press(page, 'Break')
  await page.getByRole('radio', { name: 'Ada Moreau' }).check()
  await page.keyboard.press('Escape')
  expect(await acts(page)).toEqual([])
  await press(page, 'Break')
  await page.getByRole('radio', { name: 'Ada Moreau' }).check()
  await press(page, 'Begin the break')
  await page.getByRole('heading', { level: 1, name: 'Break' }).waitFor()
  await picture(page, 'ceremony-break')
  await page.getByRole('radio', { name: 'Wim de Vries' }).check()
  await press(page, 'Go on')
  await page.getByText('Step 4 of 10', { exact: true }).waitFor()
  expect(await page.getByLabel('A remark for the record').inputValue()).toBe('half a sentence')
})

test('a deviation is noted with what was done; Esc closes the question and loses nothing of it', async () => {
  const page = await run('say')
  await press(page, 'Note a deviation')
  await page.getByLabel('What happened').fill('The lamp went out.')
  await page.keyboard.press('Escape')
  await press(page, 'Note a deviation')
  expect(await page.getByLabel('What happened').inputValue()).toBe('The lamp went out.')
  await page.getByRole('dialog').getByRole('radio', { name: 'Ana Ruiz' }).check()
  await picture(page, 'ceremony-deviation')
  await press(page, 'Note it')
  await page.getByText('1. The lamp went out.').waitFor()
  expect(await acts(page)).toEqual([{ act: 'deviation', who: 'Ana Ruiz', what: 'The lamp went out.', fix: '' }])
})

test('only a witness stops it, with a reason; then it can only be ended', async () => {
  const page = await run('sign')
  await press(page, 'Stop (witness)')
  const stop = page.getByRole('button', { name: 'Stop: nothing is signed any more' })
  expect(await page.getByRole('dialog').getByRole('radio').count()).toBe(1)
  expect(await stop.isDisabled()).toBe(true)
  await page.getByLabel('Why').fill('The screens differ.')
  await picture(page, 'ceremony-stop')
  await stop.focus()
  await page.keyboard.press('Enter')
  expect(await acts(page)).toEqual([])
  await settled(page)
  await stop.click()
  await page.getByRole('heading', { level: 1, name: 'Stopped' }).waitFor()
  await picture(page, 'ceremony-stopped')
  await page.getByRole('radio', { name: 'Ada Moreau' }).check()
  await page.getByLabel('What happened, in a sentence').fill('We found out why.')
  await press(page, 'End this ceremony')
  await page.getByRole('heading', { level: 1, name: 'The ceremony was ended' }).waitFor()
})

test('an error of main stays on the step until something else is done, and nothing typed is lost', async () => {
  const page = await run('export')
  const full: ErrorData = { code: 'source/rejected', message: 'the disk is full', hint: 'put in another stick' }
  await page.evaluate((error) => window.fake.failNext('ceremony.act', error), full)
  await page.getByLabel('Folder').fill('/media/stick')
  await press(page, 'Write the result there')
  await page.getByText('source/rejected').waitFor()
  expect(await page.getByLabel('Folder').inputValue()).toBe('/media/stick')
  await press(page, 'Write the result there')
  await page.getByText('15.root.json').waitFor()
  expect(await page.getByText('source/rejected').count()).toBe(0)
})

test('a run that cannot be opened says why, can be tried again, and be left', async () => {
  const page = await open(`index.html?scenario=rich&at=unreadable#ceremony/${ceremonyId}`)
  await page.getByText('usage/invalid').waitFor()
  const before = await page.evaluate(() => window.fake.calls.length)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => page.evaluate(() => window.fake.calls.length)).toBe(before + 1)
  await page.getByRole('link', { name: 'All ceremonies' }).click()
  await page.getByRole('heading', { level: 1, name: 'Ceremonies' }).waitFor()
})

test('a step that has just appeared takes no key that was pressed for the one before', async () => {
  const page = await run('say')
  await page.getByRole('radio', { name: 'Ana Ruiz' }).check()
  await settled(page)
  await page.getByRole('button', { name: 'Ana Ruiz: done, next step' }).dblclick()
  await page.getByText('Step 5 of 10', { exact: true }).waitFor()
  expect(await acts(page)).toHaveLength(1)
})

// ---- in every light ---------------------------------------------------------------------------------------------------

const lit: [string, string, ((page: Page) => Promise<unknown>)?][] = [
  ['the room', 'index.html?scenario=rich#ceremonies'],
  ['a script', 'index.html?scenario=rich#ceremony-script/script-1'],
  // The others are built of the same pieces, and judged in the walk through a rehearsal.
  ...['say', 'roll-call', 'compare', 'agree', 'sign', 'export'].map((at): [string, string] => [
    at,
    `index.html?scenario=rich&rehearsal&at=${at}#ceremony/${ceremonyId}`,
  ]),
  ...['break', 'stopped', 'closed'].map((at): [string, string] => [
    at,
    `index.html?scenario=rich&at=${at}#ceremony/${ceremonyId}`,
  ]),
  [
    'a deviation',
    `index.html?scenario=rich&rehearsal&at=close#ceremony/${ceremonyId}`,
    (page) => press(page, 'Note a deviation'),
  ],
  [
    'gates',
    `index.html?scenario=rich&rehearsal&at=gate#ceremony/${ceremonyId}`,
    async (page) => {
      await page.getByLabel('What a watch shows').fill('00:00')
      await press(page, 'Measure')
      await page.getByText('512 s ahead').waitFor()
    },
  ],
  [
    'a change',
    `index.html?scenario=rich&rehearsal&at=receive#ceremony/${ceremonyId}`,
    (page) => press(page, 'Take in the practice request'),
  ],
]

test.each(lit)(
  '%s: accessible in every light, nothing beside the page, no complaint of the browser',
  async (_, at, act) => {
    const page = await open(at)
    await act?.(page)
    await expectGoodInEveryLight(page, complaints)
    pages.done(page)
  },
)
