// A Repository Service for TUF in a real window: opened by its address, reviewed, signed; the receipt says what happens next.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseMetadata } from '../../src/core/systems/tuf/metadata.ts'
import { toWords } from '../../src/core/words.ts'
import { type FileServer, serveFolder } from '../support/file-server.ts'
import { type RstufDocument, RstufService } from '../support/rstuf-service.ts'
import { makeAuthority } from '../support/secure-server.ts'
import { expectAccessible, heading, holdInDialog, openRepository } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

let app: RunningApp
let page: Page
let service: RstufService
let clients: FileServer

beforeAll(async () => {
  app = await startTestApp({ args: ['--demo'] })
  page = app.page
  page.setDefaultTimeout(15_000)
  await page.getByRole('heading', { name: 'Root 3, Example Packages' }).waitFor()
  service = await RstufService.open()
  clients = await serveFolder(join(app.dataDir, 'demo-repository'))
  service.trusted.set('root', document('2.root.json'))
  service.pending.set('root', document('pending/root.json'))
  service.isComplete = (_, { signatures }) => signatures.length > 3
})

afterAll(async () => {
  service?.close()
  await clients?.end()
  await app?.end()
})

const text = (name: string): string => readFileSync(join(app.dataDir, 'demo-repository/metadata', name), 'utf8')
const document = (name: string): RstufDocument => JSON.parse(text(name)) as RstufDocument

function wordsOf(name: string): string[] {
  const { payload } = parseMetadata(new TextEncoder().encode(text(name)), 'root', name)
  return toWords(createHash('sha256').update(payload).digest())
}

test('a service is opened by its address, and its root pinned from where clients read', async () => {
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('link', { name: 'Open a repository' }).click()
  await page.getByLabel('Folder, file or address').fill(service.location)
  await page.getByText('How its server is reached').click()
  await expectAccessible(page)
  await picture(page, 'service-open')
  await openRepository(page, `${service.location}#metadata=${clients.url}/metadata`, wordsOf('2.root.json'))
  await page.getByRole('heading', { name: /^Root 3, 127\.0\.0\.1/ }).waitFor()
})

test('how it is reached can be said with it', async () => {
  const { pem } = await makeAuthority('Our company')
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('button', { name: /^Access to 127/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Whoever this machine trusts.').waitFor()
  await dialog.getByLabel('Certificates of your own authority, as text').fill('no certificate')
  await dialog.getByRole('button', { name: 'Use these' }).click()
  await dialog.getByText('format/malformed').waitFor()
  await dialog.getByLabel('Certificates of your own authority, as text').fill(pem)
  await dialog.getByRole('button', { name: 'Use these' }).click()
  await dialog.getByText('CN=Our company').waitFor()
  await expectAccessible(page)
  await picture(page, 'access')
  await dialog.getByRole('button', { name: 'Use those of this machine' }).click()
  await dialog.getByText('Whoever this machine trusts.').waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('link', { name: /^Home/ }).click()
})

test('what the service drops of a root is told, and nobody signs what is left', async () => {
  await page.getByRole('link', { name: /Review Root 3.*127/ }).waitFor()
  await expectAccessible(page)
  await picture(page, 'service-home')
  service.faults = { dropsFields: true }
  // What is shown is another root by now, so it is looked for anew.
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('link', { name: /^Home/ }).click()
  await page.getByRole('link', { name: /Open Root 3.*127/ }).click()
  await heading(page, /^Root 3 for 127/)
  await page.getByText('The service does not show fields that the root in force has').first().waitFor()
  await page.getByText('a signature over it would be worthless').first().waitFor()
  await page.getByRole('heading', { name: 'This cannot be signed' }).waitFor()
  expect(await page.getByRole('button', { name: /^Sign with/ }).count()).toBe(0)
  await expectAccessible(page)
  await picture(page, 'service-drops')
  service.faults = {}
  await page.getByRole('link', { name: /^Home/ }).click()
})

test('a change that waits there is reviewed and signed; the service publishes it by itself', async () => {
  await page.getByRole('link', { name: /Review Root 3.*127/ }).click()
  await heading(page, /^Root 3 for 127/)
  await page.getByText('While Root 3 waits, the service may not tell').first().waitFor()
  await expectAccessible(page)
  await picture(page, 'service-review')
  await page.getByRole('button', { name: /^Sign with Rehearsal key You/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('textbox')
    .first()
    .fill(wordsOf('pending/root.json')[0] ?? '')
  await holdInDialog(page, /^Sign with/, 2600)
  await heading(page, /^Signed: Root 3/)
  await page.getByText('The service publishes it by itself').waitFor()
  await page.getByText('Sent to').waitFor()
  expect(await page.getByRole('button', { name: /^Publish/ }).count()).toBe(0)
  await expectAccessible(page)
  await picture(page, 'service-done')
  expect(service.posts().map(([path]) => path)).toEqual(['/api/v1/metadata/sign'])
  expect(service.trusted.get('root')?.signed.version).toBe(3)
})

test('a service that is down is a problem beside the others', async () => {
  service.pending.set('root', document('pending/root.json'))
  service.trusted.set('root', document('2.root.json'))
  service.faults = { status: { path: 'metadata/sign', code: 503, text: '{"detail":"Maintenance"}' } }
  await page.getByRole('button', { name: 'Back to home' }).click()
  await page.getByText('source/unreachable').first().waitFor()
  await page.getByText('http://127.0.0.1').first().waitFor()
  expect(await page.getByText('source/unreachable').count()).toBe(1)
  await expectAccessible(page)
  await picture(page, 'service-problem')
})
