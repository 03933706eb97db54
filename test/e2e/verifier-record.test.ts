// The verifier page with the record of a ceremony: good, altered, withheld in part, rehearsed; its files in any order, at once or later.
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { parseHex, parseUtf8, utf8 } from '../../src/core/bytes.ts'
import { isStatement } from '../../src/core/ceremony/facts.ts'
import { fingerprintOf, recordBytes, redacted } from '../../src/core/ceremony/record.ts'
import { toWords } from '../../src/core/words.ts'
import { castOf, goodRun, recordOf } from '../support/ceremony.ts'
import { expectGoodInEveryLight } from '../support/lights.ts'
import { type RealCeremony, realCeremony } from '../support/real-ceremony.ts'
import {
  answered,
  launchForVerifier,
  type OpenVerifier,
  openVerifier,
  paste,
  startAgain,
} from '../support/verifier-page.ts'
import { picture } from './support/picture.ts'

let browser: Browser
let real: RealCeremony
let words: readonly string[]
let open: OpenVerifier
let page: Page

beforeAll(async () => {
  real = await realCeremony()
  words = toWords(parseHex(fingerprintOf(real.record) ?? '', 'the fingerprint'))
  browser = await launchForVerifier()
}, 120_000)
afterAll(() => browser?.close())
beforeEach(async () => {
  open = await openVerifier(browser)
  page = open.page
})
afterEach(() => page?.context().close())

type Files = Readonly<Record<string, Uint8Array>>

const wordsShown = (): Promise<string[]> => page.locator('#fingerprint .words li span:last-child').allTextContents()
const sentences = (outcome: string): Promise<string[]> =>
  page.locator(`.result[data-outcome=${outcome}]`).allTextContents()

async function give(label: string, files: Files): Promise<string> {
  const list = Object.entries(files).map(([name, content]) => ({
    ...{ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) },
  }))
  await page.getByLabel(label).setInputFiles(list)
  await page.getByRole('heading', { name: 'Working it out' }).waitFor({ state: 'detached' })
  return answered(page)
}
const choose = (files: Files): Promise<string> => give('The file that was carried here', files)

async function wholePicture(name: string): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 400 })
  const height = await page.evaluate(() => document.documentElement.scrollHeight)
  await page.setViewportSize({ width: 1280, height })
  await picture(page, name)
}

test('a good record with all its files, in any order: its words, and nothing against it', async () => {
  const files = { ...{ '2.root.json': real.document, 'script.json': real.cast.bytes }, 'a.record.jsonl': real.bytes }
  const title = await choose({ ...files, 'a.request.json': real.request, 'a.reply.json': real.reply })
  expect(title).toBe('The record of Root 2')
  expect(await wordsShown()).toEqual(words)
  expect(await page.locator('.headline').getAttribute('data-good')).toBe('true')
  expect(await sentences('fails')).toEqual([])
  expect((await sentences('holds')).filter((one) => /fits the bytes of the change/.test(one))).toHaveLength(2)
  const grounds = ['Machine facts', 'What people said', 'Not provable here']
  for (const name of grounds)
    expect(await page.getByRole('region', { name }).locator('.result').count()).toBeGreaterThan(0)
  await page.getByText('All that the record says').click()
  const facts = await page.locator('.fact').evaluateAll((all) => all.map((one) => one.getAttribute('data-ground')))
  expect(facts).toEqual(real.run.map(({ kind }) => (isStatement(kind) ? 'human statement' : 'machine fact')))
  await expectGoodInEveryLight(page, open.complaints)
  await page.setViewportSize({ width: 1280, height: 860 })
  await page.getByText('All that the record says').click()
  expect(open.asked.every((address) => address.startsWith('file:'))).toBe(true)
  await wholePicture('verifier-record')
  await expectGoodInEveryLight(page, open.complaints)
})

test('files that come later are looked at together with the record; none of them counts twice', async () => {
  expect(await choose({ 'a.record.jsonl': real.bytes })).toBe('The record of a ceremony')
  expect((await sentences('open')).some((one) => /script is not here/.test(one))).toBe(true)
  const label = 'Its script, the record before'
  expect(await give(label, { 'script.json': real.cast.bytes, 'again.jsonl': real.bytes })).toBe('The record of Root 2')
  await give(label, { 'a.request.json': real.request })
  expect((await sentences('holds')).filter((one) => /fits the bytes of the change/.test(one))).toHaveLength(2)
  expect(await sentences('fails')).toEqual([])
  await startAgain(page)
  expect(await choose({ 'a.record.jsonl': real.bytes })).toBe('The record of a ceremony')
})

test('an altered record: the line where, in red, and no words', async () => {
  const text = parseUtf8(real.bytes, 'it')
  await choose({ 'a.record.jsonl': utf8(text.replace('it was set', 'it was new')), 'script.json': real.cast.bytes })
  const place = text.split('\n').findIndex((line) => line.includes('it was set')) + 1
  expect(await page.getByRole('alert').textContent()).toContain(`Line ${place} of a.record.jsonl`)
  expect(await page.locator('.tone-bad .code').textContent()).toBe('trust/bad-signature')
  expect(await wordsShown()).toEqual([])
  await wholePicture('verifier-record-altered')
  await expectGoodInEveryLight(page, open.complaints)
})

test('what is out of order comes first, with its line', async () => {
  const run = real.run.map((one) => (one.kind === 'settled' ? { ...one, actor: 'Wim' } : one))
  const bytes = recordBytes(await recordOf(real.cast, run))
  await choose({ 'a.record.jsonl': bytes, 'script.json': real.cast.bytes, 'cat.jpg': utf8('miaow') })
  const place = run.findIndex(({ kind }) => kind === 'settled') + 2
  const failing = page.locator('.headline .result')
  expect(await failing.first().locator('.result-line').textContent()).toBe(`line ${place}`)
  expect(await failing.count()).toBe(2)
  expect(await page.locator('.headline').getAttribute('data-good')).toBe('false')
  await wholePicture('verifier-record-fails')
  await expectGoodInEveryLight(page, open.complaints)
})

test('a copy for the public has the same words; pasted without its last line break, too', async () => {
  const copy = recordBytes(redacted(real.record, 'public'))
  expect(copy).not.toEqual(real.bytes)
  await choose({ 'a.record.jsonl': copy })
  expect(await wordsShown()).toEqual(words)
  expect((await sentences('open')).some((one) => /withheld/.test(one))).toBe(true)
  expect(await page.locator('.fact[data-ground="not provable"]').count()).toBe(6)
  await startAgain(page)
  await paste(page, parseUtf8(copy, 'it').trimEnd())
  expect(await wordsShown()).toEqual(words)
})

test('a rehearsal says so over all of it', async () => {
  const cast = await castOf()
  const rehearsed = await recordOf(cast, goodRun(cast), '0f', true)
  await choose({ 'a.record.jsonl': recordBytes(rehearsed), 'script.json': cast.bytes })
  await page.getByRole('heading', { name: 'A rehearsal' }).waitFor()
  const mark = await page.evaluate(() => {
    const element = document.querySelector('.rehearsal')
    return element === null ? '' : getComputedStyle(element, '::before').content
  })
  expect(mark).toContain('REHEARSAL')
  await wholePicture('verifier-record-rehearsal')
  await expectGoodInEveryLight(page, open.complaints)
})

test('a record and the one before it, whichever comes first; several files without one', async () => {
  const after = await castOf({ previous: fingerprintOf(real.record) ?? '' })
  const next = recordBytes(await recordOf(after, goodRun(after), 'aa', false, after.script.previous))
  for (const files of [
    { 'a.jsonl': real.bytes, 'b.jsonl': next },
    { 'b.jsonl': next, 'a.jsonl': real.bytes },
  ]) {
    await choose(files)
    expect((await sentences('holds')).some((one) => /follows the record before/.test(one))).toBe(true)
    await startAgain(page)
  }
  await choose({ 'a.txt': utf8('a'), 'b.txt': utf8('b') })
  expect(await page.locator('[role=alert] .code').textContent()).toBe('usage/invalid')
})
