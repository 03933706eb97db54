// The air gap in two real windows that share a stick and nothing else: a change leaves, is taken in by a drop, compared with a
// second screen and signed; the signature goes back by a drop and is published; then a client that no one here wrote accepts it.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { lookAtRequest } from '../../src/core/transfer/look.ts'
import { parseReply } from '../../src/core/transfer/reply.ts'
import { toWords } from '../../src/core/words.ts'
import { serveFolder } from '../support/file-server.ts'
import { refreshWithPeer } from '../support/peer-client.ts'
import { never } from '../support/repository.ts'
import { expectAccessible, heading, holdInDialog, typeWords } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { dropFiles } from './support/drop.ts'
import { picture } from './support/picture.ts'

let on: RunningApp
let off: RunningApp
let stick: string
const request = (): string => join(stick, 'root.request.json')
const reply = (): string => join(stick, 'root.reply.json')

beforeAll(async () => {
  on = await startTestApp({ args: ['--demo'] })
  off = await startTestApp()
  for (const { page } of [on, off]) page.setDefaultTimeout(10_000)
  stick = join(on.temporary, 'stick')
  mkdirSync(stick)
  // The person's key is where they sign; the demo made it where it is not needed.
  mkdirSync(off.dataDir, { recursive: true })
  copyFileSync(join(on.dataDir, 'rehearsal-keys.json'), join(off.dataDir, 'rehearsal-keys.json'))
})

afterAll(async () => {
  await off?.end()
  await on?.end()
})

async function save(page: Page, path: string): Promise<void> {
  const button = page.getByRole('button', { name: 'Save as file' })
  await button.waitFor()
  const where = page.getByLabel('Where to save it')
  if ((await where.count()) > 0) await where.fill(path)
  await button.click()
  await page.getByText('Saved as').waitFor()
}

async function looked(file = request()) {
  const bytes = new Uint8Array(readFileSync(file))
  return lookAtRequest(bytes, 'the request', carriedForms, { now: new Date(), signal: never })
}

test('a change of this computer is compared with a second screen', async () => {
  const { page } = on
  const shown = join(stick, 'shown.json')
  await page.getByRole('link', { name: /Review Root 3/ }).click()
  await page.getByRole('link', { name: 'Compare on a second screen' }).click()
  await heading(page, 'Compare with a second screen')
  await save(page, shown)
  await page.getByLabel(/^Word/).first().waitFor()
  await expectAccessible(page)
  await picture(page, 'compare')
  const { words } = await looked(shown)
  await typeWords(page, (position) => words[position - 1] ?? '')
  await page.getByRole('button', { name: 'Compare' }).click()
  await page.getByText('Three words of a second screen were compared.').waitFor()
  await page.getByRole('link', { name: 'Back to the review' }).click()
  await page.getByText('Three words of a second screen were compared.').waitFor()
})

test('a change leaves as a file', async () => {
  const { page } = on
  await page.getByRole('link', { name: 'Carry to another computer' }).click()
  await heading(page, 'Carry to another computer')
  await page.getByLabel('Why it should be signed').fill('Dana left the team; her key goes before Friday.')
  await page.getByLabel('Who asks').fill('Priya Raman')
  await expectAccessible(page)
  await picture(page, 'carry-out')
  await save(page, request())
  expect((await looked()).request).toMatchObject({ askedBy: 'Priya Raman', subject: 'root' })
})

test('the same is shown as codes, with keys for speed, size and pause', async () => {
  const { page } = on
  await page.getByRole('button', { name: 'Show as QR codes' }).click()
  const codes = page.getByRole('dialog', { name: 'Request: Root 3' })
  await codes.getByText(/^Code \d+/).waitFor()
  await codes.getByText(/Normal codes, 6 a second/).waitFor()
  await page.keyboard.press('ArrowRight')
  await codes.getByText(/7 a second/).waitFor()
  await page.keyboard.press('-')
  await codes.getByText(/Coarse codes/).waitFor()
  await page.keyboard.press('Space')
  await codes.getByText(/paused/).waitFor()
  await expectAccessible(page)
  await picture(page, 'codes')
  await page.keyboard.press('f')
  await expect.poll(() => page.evaluate(() => document.fullscreenElement?.tagName)).toBe('DIV')
  await page.keyboard.press('f')
  await expect.poll(() => page.evaluate(() => document.fullscreenElement)).toBe(null)
  await page.keyboard.press('Escape')
  await codes.waitFor({ state: 'hidden' })
})

test('a drop on an empty installation says what it is, and does nothing', async () => {
  const { page } = off
  await heading(page, 'Review and sign what others will trust')
  await dropFiles(page, [request()])
  await heading(page, 'A request to sign Root 3')
  await page.getByText('Nothing is trusted, kept or signed yet.').waitFor()
  await page.getByText('No repository here vouches for it').waitFor()
  await page.getByText('Priya Raman').first().waitFor()
  await expectAccessible(page)
  await picture(page, 'request')
  await page.getByRole('button', { name: 'Put it away' }).click()
  await heading(page, 'Review and sign what others will trust')
})

test('what is no request is refused in words', async () => {
  const { page } = off
  // Beside the field for places, which takes what it is given for one.
  await dropFiles(page, [join(off.temporary, 'chromium-with-port')], { x: 1000, y: 800 })
  await page.getByText('chromium-with-port cannot be used').waitFor()
  await expectAccessible(page)
  await picture(page, 'handed-problem')
})

test('with two words of another source its root is pinned, and the change waits for review', async () => {
  const { page } = off
  await page.getByRole('link', { name: /^Home/ }).click()
  await page.getByRole('link', { name: 'Open a request or reply' }).click()
  await heading(page, 'Open a request or reply')
  await expectAccessible(page)
  await picture(page, 'handed')
  await page.getByText('Paste it as text').click()
  await page.getByLabel('The whole text').fill(readFileSync(request(), 'utf8'))
  await page.getByRole('button', { name: 'Look at the text' }).click()
  await heading(page, 'A request to sign Root 3')
  const take = page.getByRole('button', { name: 'Pin this root and take it in' })
  expect(await take.isDisabled()).toBe(true)
  await typeWords(page, () => 'aardvark')
  await take.click()
  await page.getByText('These are not its words').waitFor()
  const { anchor } = await looked()
  const words = toWords(Uint8Array.from(Buffer.from(anchor?.digest ?? '', 'hex')))
  await typeWords(page, (position) => words[position - 1] ?? '')
  await take.click()
  await heading(page, /^Root 3 for Example Packages/)
  await page.getByText('Root needs 2 instead of 3 of its 5 signatures').first().waitFor()
  await page.getByText('Not compared yet').waitFor()
  await expectAccessible(page)
  await picture(page, 'review-carried')
})

test('before it is signed, three words of another screen are typed', async () => {
  const { page } = off
  await page.getByRole('button', { name: /^Sign with Rehearsal key You/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Compare with a second screen' })
  await dialog.getByLabel(/^Word/).first().waitFor()
  await expectAccessible(page)
  await picture(page, 'second-screen')
  const { words, proposal } = await looked()
  const held = await page.evaluate(() => document.documentElement.outerHTML)
  // Words of the fingerprint stand on the page, and by chance one of them is a word of the other screen as well.
  const fingerprint = toWords(Uint8Array.from(Buffer.from(proposal.digest, 'hex')))
  await typeWords(page, (position) => words[position] ?? words[0] ?? '')
  await dialog.getByRole('button', { name: 'Compare' }).click()
  await dialog.getByText('The two screens differ').waitFor()
  expect(await dialog.getByRole('button', { name: 'Skip, sign without' }).count()).toBe(0)
  await picture(page, 'second-screen-differs')
  const asked = await typeWords(page, (position) => words[position - 1] ?? '')
  expect(asked).toHaveLength(3)
  const secret = asked.map((position) => words[position - 1] ?? '').filter((word) => !fingerprint.includes(word))
  for (const word of secret) expect(held).not.toContain(word)
  await dialog.getByRole('button', { name: 'Compare' }).click()
  await page.getByRole('dialog', { name: /^Sign with/ }).waitFor()
})

test('it is signed, and the receipt says what was compared', async () => {
  const { page } = off
  const { proposal } = await looked()
  const [first = ''] = toWords(Uint8Array.from(Buffer.from(proposal.digest, 'hex')))
  await page.getByRole('dialog').getByRole('textbox').first().fill(first)
  await holdInDialog(page, /^Sign with/, 2600)
  await heading(page, /^Signed: Root 3/)
  await page.getByText('Three words of a second screen were compared.').waitFor()
  await expectAccessible(page)
  await picture(page, 'done-carried')
})

test('the signature goes back: as a file, and as one code that stands still', async () => {
  const { page } = off
  await page.getByRole('link', { name: 'Carry the signature back' }).click()
  await heading(page, 'Carry the signature back')
  await page.getByText('One signature,').waitFor()
  await expectAccessible(page)
  await picture(page, 'carry-back')
  await save(page, reply())
  expect(parseReply(new Uint8Array(readFileSync(reply())), 'the reply', carriedForms).secondScreen).toBe('compared')
  await page.getByRole('button', { name: 'Show as QR codes' }).click()
  await page.getByText('One code holds all of it. Nothing moves.').waitFor()
  await picture(page, 'codes-reply')
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByText('carried here by file or QR codes').waitFor()
  expect(await page.getByRole('link', { name: /^Look inside/ }).count()).toBe(0)
  await expectAccessible(page)
  await picture(page, 'repositories-carried')
})

test('there it is added by a drop and published, and an independent client accepts it', async () => {
  const { page } = on
  await dropFiles(page, [reply()])
  await heading(page, 'A reply with one signature')
  await page.getByText('Compared, as the reply says').waitFor()
  await expectAccessible(page)
  await picture(page, 'reply')
  await page.getByRole('button', { name: 'Add the signature to the change' }).click()
  await page.getByText('added, and verified').waitFor()
  await expectAccessible(page)
  await picture(page, 'combined')
  await page.getByRole('link', { name: 'Review and publish it' }).click()
  await page.getByRole('button', { name: /^Publish Root 3/ }).click()
  await holdInDialog(page, /^Publish Root 3/, 2600)
  await heading(page, /^Published: Root 3/)
  const repository = join(on.dataDir, 'demo-repository')
  const server = await serveFolder(repository)
  try {
    const anchor = new Uint8Array(readFileSync(join(repository, 'metadata/1.root.json')))
    const peer = await refreshWithPeer(join(on.temporary, 'peer'), anchor, server.url)
    expect(peer.root).toBe(3)
  } finally {
    await server.end()
  }
})

test('the reply that comes too late says so', async () => {
  const { page } = on
  await dropFiles(page, [reply()])
  await page.getByText('No change here waits for it').waitFor()
  await expectAccessible(page)
})
