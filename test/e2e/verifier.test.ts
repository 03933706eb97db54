// The second screen as it is shipped: one file, opened from the disk; the four ways in; what it says; and that nothing leaves it.

import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { pack } from '../../src/core/transfer/deflate.ts'
import { frameSource } from '../../src/core/transfer/frames.ts'
import { lookAtRequest } from '../../src/core/transfer/look.ts'
import { replyBytes } from '../../src/core/transfer/reply.ts'
import { type CarriedChange, dangerousChange, firstChange, manyArtifacts } from '../support/carried-request.ts'
import { expectGoodInEveryLight } from '../support/lights.ts'
import { never, now } from '../support/repository.ts'
import {
  answered,
  launchForVerifier,
  modulesFile,
  type OpenVerifier,
  openVerifier,
  paste,
  startAgain,
  verifierFile,
  wordsShown,
} from '../support/verifier-page.ts'
import { picture } from './support/picture.ts'

let browser: Browser
let change: CarriedChange
let text: string
let words: readonly string[]
let open: OpenVerifier
let page: Page

beforeAll(async () => {
  change = await dangerousChange()
  text = new TextDecoder().decode(change.bytes)
  words = (await lookAtRequest(change.bytes, 'it', carriedForms, { now, signal: never })).words
  browser = await launchForVerifier()
}, 120_000)
afterAll(() => browser?.close())
beforeEach(async () => {
  open = await openVerifier(browser)
  page = open.page
})
afterEach(() => page?.context().close())

/** The whole page, whatever its length. */
async function wholePicture(name: string): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 400 })
  const height = await page.evaluate(() => document.documentElement.scrollHeight)
  await page.setViewportSize({ width: 1280, height })
  await picture(page, name)
}

async function chooseFile(name: string, content: Uint8Array): Promise<string> {
  const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) }
  await page.getByLabel('The file that was carried here').setInputFiles(file)
  return answered(page)
}

test('the start page', async () => {
  await wholePicture('verifier-start')
  await expectGoodInEveryLight(page, open.complaints)
})

test('a request from a file: headline, changes, who must agree, and the words that the other device asks for', async () => {
  expect(await chooseFile('request.json', change.bytes)).toBe(`${change.proposal.title} for Observatory Tools`)
  expect(await wordsShown(page)).toEqual(words)
  expect(await page.locator('.headline').getAttribute('data-risk')).toBe('dangerous')
  expect(await page.locator('.headline h2').textContent()).toBe(change.proposal.headline)
  const risks = await page.locator('.change').evaluateAll((all) => all.map((one) => one.getAttribute('data-risk')))
  expect(risks).toEqual([...change.proposal.changes].sort(byDanger).map(({ risk }) => risk))
  const board = page.getByRole('region', { name: 'Who must agree: both' })
  expect(await board.locator('.holder.missing', { hasText: 'Dana Lund' }).count()).toBe(1)
  expect(await board.locator('.holder.signed').allTextContents()).toEqual(['Ben Ortizsigned', 'Ben Ortizsigned'])
  expect(await page.getByText('Ana at the north desk').count()).toBe(1)
  await wholePicture('verifier-review')
  await expectGoodInEveryLight(page, open.complaints)
})

const order = ['dangerous', 'notable', 'routine']
const byDanger = (a: { risk: string }, b: { risk: string }): number => order.indexOf(a.risk) - order.indexOf(b.risk)

test('the same words by paste, by drop, packed, and as the text of frames', async () => {
  const packed = await pack(change.bytes)
  const source = frameSource(packed, 400)
  const frames = Array.from({ length: source.blocks }, (_, at) => source.frame(at + 1)).join('\n')
  for (const pasted of [text, `${text}\n`, frames, frames.toLowerCase()]) {
    await paste(page, pasted)
    expect(await wordsShown(page)).toEqual(words)
    await startAgain(page)
  }
  await chooseFile('request.zlib', packed)
  expect(await wordsShown(page)).toEqual(words)
  const dropped = await page.evaluateHandle((content) => {
    const data = new DataTransfer()
    data.items.add(new File([content], 'request.json'))
    return data
  }, text)
  await page.evaluate(() => document.querySelector('#words')?.remove())
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped })
  await page.locator('#words').waitFor()
  expect(await wordsShown(page)).toEqual(words)
})

test('what was altered on its way is refused, or shows other words', async () => {
  const altered = [
    text.replace('ticket 4711', 'ticket 4712'),
    text.replace('Observatory Tools', 'Observatory tools'),
    text.replace('Ana at the north desk', 'Ana at the south desk'),
    text.replace(/"digest":"(.)/, (_, digit) => `"digest":"${digit === '0' ? '1' : '0'}`),
    text.replace('Dana Lund', 'Dana Lunb'),
    text.replace(/(\\"threshold\\":\s*)2/, '$11'),
    text.replace(/(\\"sig\\":\s*\\")(.)/, (_, before, digit) => before + (digit === '0' ? '1' : '0')),
    `${text.slice(0, -1)},"more":1}`,
    text.slice(0, -2),
  ]
  for (const one of altered) {
    expect(one).not.toBe(text)
    await paste(page, one)
    expect(await wordsShown(page)).not.toEqual(words)
    await startAgain(page)
  }
})

test('neither a request nor a reply, and what is cut off, are told in plain words', async () => {
  const refused = async (pasted: string): Promise<string | null> => {
    await paste(page, pasted)
    expect(await wordsShown(page)).toEqual([])
    const code = await page.locator('[role=alert] .code').textContent()
    await startAgain(page)
    return code
  }
  const source = frameSource(await pack(change.bytes), 200)
  expect(await refused('hello')).toBe('format/unsupported')
  expect(await refused(source.frame(1))).toBe('format/malformed')
  expect(await refused(text.replace('countersign request 1', 'countersign request 9'))).toBe('format/unsupported')
  expect(await refused(text.replace('"files":{', '"files":{"../evil":"",'))).toBe('format/malformed')
  await paste(page, text.slice(0, -2))
  await wholePicture('verifier-refused')
  await expectGoodInEveryLight(page, open.complaints)
})

test('a reply is shown as one, and nothing is judged', async () => {
  const [key] = change.proposal.quorums[0]?.keys[0]?.ids ?? []
  const { subject, digest } = change.proposal
  const reply = replyBytes(
    {
      ...{ system: 'tuf', subject, digest, request: 'ab'.repeat(32), secondScreen: 'skipped' },
      signatures: [{ key: key ?? '', signature: new Uint8Array(64), serial: '15835999' }],
    },
    carriedForms,
  )
  expect(await chooseFile('reply.json', reply)).toBe('A reply for root')
  expect(await page.getByText('No second screen was compared.').count()).toBe(1)
  expect(await wordsShown(page)).toEqual([])
  await expectGoodInEveryLight(page, open.complaints)
})

test('more changes than anybody reads at a sitting come page by page, all of them', async () => {
  const { bytes, proposal } = await manyArtifacts(450)
  await chooseFile('request.json', bytes)
  const list = page.getByRole('region', { name: 'Changes' })
  const total = proposal.changes.length
  expect(total).toBeGreaterThan(450)
  const seen = new Set<string>()
  const read = async (): Promise<number> => {
    const cards = await list.locator('.change').allTextContents()
    for (const card of cards) seen.add(card)
    return cards.length
  }
  const next = list.getByRole('button', { name: 'Next 200' })
  expect(await read()).toBe(200)
  await next.click()
  expect(await read()).toBe(200)
  await next.click()
  expect(await read()).toBe(total - 400)
  expect(await next.isDisabled()).toBe(true)
  expect(seen.size).toBe(total)
  expect(await list.getByText(`${total} changes, page by page`).count()).toBe(1)
  await expectGoodInEveryLight(page, open.complaints)
})

test('the root that a person trusts is compared, by digest, words or file; with another one no words are shown', async () => {
  await chooseFile('request.json', change.bytes)
  const card = page.getByRole('region', { name: 'What this is judged from' })
  const digest = (await card.locator('.hex').textContent()) ?? ''
  const rootWords = await card.locator('.words li span:last-child').allTextContents()
  await card.getByText('Have this page compare it').click()
  const compare = async (typed: string): Promise<void> => {
    await card.getByRole('textbox').fill(typed)
    await card.getByRole('button', { name: 'Compare' }).click()
  }
  const verdict = card.locator('[aria-live] h2')
  for (const right of [digest.toUpperCase(), rootWords.map((word, at) => `${at + 1}. ${word}`).join(' ')]) {
    await compare('nonsense')
    await verdict.getByText('not right').waitFor()
    await compare(right)
    await verdict.getByText('judged from the root that you trust').waitFor()
    expect(await wordsShown(page)).toEqual(words)
  }
  await compare('ab'.repeat(32))
  await verdict.getByText('another root').waitFor()
  expect(await wordsShown(page)).toEqual([])
  await expectGoodInEveryLight(page, open.complaints)
  const root = change.office.repository.anchor
  const file = { name: '1.root.json', mimeType: 'application/json', buffer: Buffer.from(root) }
  await card.getByLabel('Or its file').setInputFiles(file)
  await verdict.getByText('judged from the root that you trust').waitFor()
  expect(await wordsShown(page)).toEqual(words)
})

test('the root that waits is not one that anything is judged from', async () => {
  await chooseFile('request.json', change.bytes)
  const card = page.getByRole('region', { name: 'What this is judged from' })
  await card.getByText('Have this page compare it').click()
  await card.getByRole('textbox').fill(change.proposal.digest)
  await card.getByRole('button', { name: 'Compare' }).click()
  await card.locator('[aria-live] h2').getByText('another root').waitFor()
})

test('a first root: that there is none before it, and the words', async () => {
  const first = await firstChange()
  expect(await chooseFile('first.json', first)).toBe('Root 1 for Observatory Tools')
  const card = page.getByRole('region', { name: 'What this is judged from' })
  await card.getByText('First root: there is no root before it').waitFor()
  expect(await card.getByRole('button').count()).toBe(0)
  expect(await wordsShown(page)).toHaveLength(32)
  await page.getByRole('region', { name: 'Before you read on' }).getByText('Nobody vouches for Root 1').waitFor()
  await expectGoodInEveryLight(page, open.complaints)
})

test('by keyboard alone', async () => {
  await page.getByLabel('The content of the file').fill(text)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await answered(page)
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('words')
})

test('nothing is asked for but the file itself, and nothing could be', async () => {
  let hits = 0
  const server = createServer((_request, response) => {
    hits++
    response.end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await paste(page, text)
  expect(open.asked).toEqual([pathToFileURL(verifierFile).href])
  expect(open.complaints).toEqual([])
  const stored = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])
  expect(stored).toEqual([0, 0, ''])
  const tried = await page.evaluate(async (address) => {
    const failed = (): string => 'refused'
    const image = new Promise((done) => {
      const picture = new Image()
      picture.onload = () => done('loaded')
      picture.onerror = () => done('refused')
      picture.src = `${address}/picture`
    })
    return [await fetch(address).then(() => 'loaded', failed), await image]
  }, `http://127.0.0.1:${port}`)
  expect(tried).toEqual(['refused', 'refused'])
  expect(hits).toBe(0)
  await new Promise((done) => server.close(done))
})

test('one file of less than a million bytes, of the modules of core that the app judges with, and no others', () => {
  expect(statSync(verifierFile).size).toBeLessThan(1_000_000)
  const page = readFileSync(verifierFile, 'utf8')
  expect(page).not.toMatch(/<(script|img|iframe)[^>]*\bsrc=|<link\b/)
  const modules: string[] = JSON.parse(readFileSync(modulesFile, 'utf8'))
  const needed = ['transfer/look', 'transfer/second-screen', 'systems/tuf/verify', 'systems/tuf/diff/root', 'words']
  for (const name of needed) expect(modules).toContain(`src/core/${name}.ts`)
  const others = modules.filter((name) => !/^src\/(core|optics|verifier)\//.test(name))
  const packages = new Set(others.map((name) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1] ?? name))
  const ofBlocks = ['@ipld/dag-cbor', '@ipld/dag-json', 'cborg', 'multiformats']
  expect([...packages].sort()).toEqual([...ofBlocks, '@noble/ed25519', '@noble/hashes', 'qr'].sort())
})

test('where it may not store anything, it works as well', async () => {
  await page.context().close()
  open = await openVerifier(browser)
  page = open.page
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException('not here', 'SecurityError')
        },
      })
  })
  await page.reload()
  await paste(page, text)
  expect(await wordsShown(page)).toEqual(words)
})
