// A maintainer signs a root change with a PIV token: real windows, the real smart card service, the practice card behind its
// virtual reader. The app runs in this process over the real shell, taken for protected, as in e2e/keys-signing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { openDesk } from '../../../src/node/desk.ts'
import { inspectRepository } from '../../../src/node/inspect.ts'
import { type RehearsalCard, rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import { type HostProcess, tokenHost } from '../../../src/node/token-host/client.ts'
import { sealing } from '../../../src/node/token-host/sealed-prompt.ts'
import { forkTokenHost } from '../../../src/node/token-host/spawn.ts'
import { picture } from '../../e2e/support/picture.ts'
import { type ProtectedWindow, protectedWindow } from '../../e2e/support/protected-window.ts'
import { type FolderRepository, folderRepository } from '../../support/folder-repository.ts'
import { type Pcscd, startPcscd } from '../../support/pcscd.ts'
import { typing } from '../../support/practice-key.ts'
import { holder, never } from '../../support/repository.ts'
import { everythingIn } from '../../support/temporary-folder.ts'
import {
  expectAccessible,
  heading,
  holdInDialog,
  memoryOf,
  openReview,
  promptOf,
  typeSecret,
  type Windows,
} from '../../support/window.ts'

const serial = 15_835_999
const pin = '58314679'
const wrongPin = '58314670'

let temporary: string
let shown: ProtectedWindow
let app: Windows
let page: Page
let pcscd: Pcscd
let repository: FolderRepository
let card: RehearsalCard
let hosts: (HostProcess & { pid: number })[] = []
/** The finger: a test lets it touch. */
let touch: () => void = () => {}
let isTouching = true

function reader() {
  const [first] = pcscd.readers
  if (first === undefined) throw new Error('no reader')
  return first.reader
}

function host(dataDir: string): HostProcess & { pid: number } {
  const child = forkTokenHost(dataDir)
  hosts.push(child)
  return child
}

/** A key on the token, and a pinned repository whose root it may sign. */
async function prepare(dataDir: string): Promise<void> {
  const now = (): Date => new Date()
  const prompt = typing('123456', pin, pin, pin, pin, pin)
  const tokens = tokenHost({ start: () => host(dataDir), prompt: sealing(prompt) })
  const desk = openDesk({ dataDir, prompt, tokens, now })
  await desk.tokens.list(never)
  await desk.tokens.changeSecret(`piv:${serial}`, 'pin', never)
  await desk.tokens.generate(
    {
      tokenId: `piv:${serial}`,
      slot: '9c',
      algorithm: 'P-256',
      pinPolicy: 'once',
      touchPolicy: 'always',
      replace: false,
    },
    never,
  )
  await desk.tokens.enroll('Dana', `piv:${serial}`, '9c', never)
  const signer = await desk.signer(`piv:${serial}/9c`, never)
  const folder = join(temporary, 'packages')
  repository = await folderRepository([{ owner: 'Dana', signer }, await holder('Ben')], { folder, at: now() })
  repository.propose('root')
  const { location, bytes } = await inspectRepository(folder, now(), never)
  await desk.workspace.add({ name: 'Packages', location }, bytes)
  await tokens.close()
}

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'countersign-card-'))
  const dataDir = join(temporary, 'data')
  pcscd = await startPcscd()
  card = rehearsalCard({
    serial,
    touch: (stop) =>
      new Promise((resolve) => {
        if (isTouching) resolve(true)
        touch = () => resolve(true)
        stop.addEventListener('abort', () => resolve(false))
      }),
  })
  await reader().insert(card)
  await reader().noticed()
  await prepare(dataDir)
  hosts = []
  isTouching = false
  shown = await protectedWindow(temporary, dataDir, { startTokenHost: host })
  const { app: windows, page: first } = shown
  app = windows
  page = first
  page.setDefaultTimeout(10_000)
}, 120_000)

afterAll(async () => {
  await shown?.end()
  for (const one of hosts) one.kill()
  await pcscd?.stop()
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

beforeEach(() => {
  onTestFailed(async () => console.log(await page.locator('body').textContent()))
})

test('a change waits for this person as soon as the token with their key is read, without a click', async () => {
  await page.getByRole('link', { name: /Review Root 2/ }).waitFor()
})

test('the token is on the screen with its number, its key, and whose it is; it goes and comes with the token', async () => {
  await page.getByRole('link', { name: /^Tokens/ }).click()
  await page.getByText('15 835 999').first().waitFor()
  await page.getByText('Dana').first().waitFor()
  await expectAccessible(page)
  await picture(page, 'token-real')
  await page.getByRole('button', { name: /^Show its proof/ }).click()
  await page.getByRole('heading', { name: 'It says so, but its vendor is not known here' }).waitFor()
  await expectAccessible(page)
  await picture(page, 'token-proof')
  await reader().remove()
  await expect.poll(() => page.getByText(/Digital signature/).count(), { timeout: 8_000 }).toBe(0)
  await reader().insert(card)
  await page
    .getByText(/Digital signature/)
    .first()
    .waitFor()
})

async function begin(): Promise<void> {
  await openReview(page, /Review Root 2/, 'Root 2 for Packages')
  await page.getByRole('button', { name: /^Sign with YubiKey/ }).click()
  await page.getByRole('dialog').waitFor()
  await holdInDialog(page, /^Sign with/, 1800)
}

test('a wrong PIN is said with the tries that are left, then PIN and touch sign exactly what was reviewed', async () => {
  await begin()
  const wrong = await promptOf(app, /^PIV PIN for YubiKey/)
  await wrong
    .getByText(/not the FIDO2 PIN/)
    .first()
    .waitFor()
  await wrong.getByText(/(3|three) tries left/i).waitFor()
  await expectAccessible(wrong)
  await picture(wrong, 'token-pin')
  await typeSecret(wrong, wrongPin)
  const again = await promptOf(app, /^PIV PIN for YubiKey/)
  await again.getByText(/(2|two) tries left/i).waitFor()
  await typeSecret(again, pin)
  await page.getByRole('heading', { name: /^Touch YubiKey/ }).waitFor()
  await expectAccessible(page)
  await picture(page, 'touch')
  touch()
  await heading(page, 'Signed: Root 2 for Packages')
  expect(repository.text('metadata/pending/root.json').match(/"sig"/g)).toHaveLength(1)
})

test('no touch: nothing is signed, the files are as they were, and the review says what to do', async () => {
  repository.propose('root', (fields) => Object.assign(fields, { 'x-note': 'another candidate' }))
  const before = everythingIn(repository.folder)
  await begin()
  await typeSecret(await promptOf(app, /^PIV PIN for YubiKey/), pin)
  await page.getByRole('heading', { name: /^Touch YubiKey/ }).waitFor()
  // The token gives up by itself after 15 seconds.
  await page.getByText(/touch/i).first().waitFor()
  await heading(page, /Not signed|Nothing was signed|Root 2/).catch(() => undefined)
  await page.getByRole('heading', { name: /^Touch YubiKey/ }).waitFor({ state: 'detached', timeout: 25_000 })
  await expectAccessible(page)
  await picture(page, 'touch-missed')
  expect(everythingIn(repository.folder)).toEqual(before)
})

test('pulled while it waits for the touch: nothing is signed, the files are as they were', async () => {
  const before = everythingIn(repository.folder)
  await begin()
  await typeSecret(await promptOf(app, /^PIV PIN for YubiKey/), pin)
  await page.getByRole('heading', { name: /^Touch YubiKey/ }).waitFor()
  await reader().remove()
  await page.getByRole('heading', { name: /^Touch YubiKey/ }).waitFor({ state: 'detached', timeout: 10_000 })
  await page
    .getByText(/taken out|not plugged in|pulled/i)
    .first()
    .waitFor()
  await picture(page, 'token-pulled')
  expect(everythingIn(repository.folder)).toEqual(before)
})

test('the PIN is not in the main window, and in no file', async () => {
  const held = await memoryOf(page)
  const files = everythingIn(temporary)
  expect(held.includes('15835999')).toBe(true)
  for (const secret of [pin, wrongPin]) {
    expect(held.includes(secret)).toBe(false)
    expect(Object.keys(files).filter((name) => files[name]?.includes(secret))).toEqual([])
  }
})
