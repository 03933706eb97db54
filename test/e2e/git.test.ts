// Signing events of a git repository in a real window: opened by its address, signed, and an invitation accepted.
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canonicalJson } from '../../src/core/canonical.ts'
import { toWords } from '../../src/core/words.ts'
import { writeSettings } from '../../src/node/sign-settings.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { nameForCommits, runGit } from '../support/git-office.ts'
import { never } from '../support/repository.ts'
import { type CiRepository, ciKey, ciRepository } from '../support/tuf-on-ci.ts'
import { expectAccessible, heading, holdInDialog, openRepository } from '../support/window.ts'
import { type RunningApp, startTestApp } from './support/app.ts'
import { picture } from './support/picture.ts'

nameForCommits()

let app: RunningApp
let page: Page
let repository: CiRepository

beforeAll(async () => {
  app = await startTestApp()
  page = app.page
  page.setDefaultTimeout(15_000)
  const files = directoryTransport(app.dataDir, { create: true, private: true })
  const make = (name: string) => createRehearsalKey(files, name, 'ed25519', never)
  const people = [
    { user: '@ana', signer: await make('Ana') },
    { user: '@ben', signer: await make('Ben') },
  ]
  await make('Cleo')
  const folder = join(app.temporary, 'git')
  mkdirSync(folder)
  repository = await ciRepository(people, await make('Online'), { folder })
  const { forge } = repository
  const invites = JSON.stringify({ invites: { '@cleo': ['root'] } }, null, 2)
  const state = new Map([['metadata/.signing-event-state', new TextEncoder().encode(invites)]])
  repository.edit('sign/new-people', 'root', () => undefined, state)
  repository.edit('sign/targets-v2', 'targets', (signed) => {
    signed['x-tuf-on-ci-signing-period'] = 90
  })
  await writeSettings(forge.address(), app.dataDir, { userName: '@cleo' })
})

afterAll(async () => {
  await app?.end()
})

test('a repository in git is opened by its address and pinned like any other', async () => {
  const root = canonicalJson(repository.read('main', 'root').signed)
  const words = toWords(new Uint8Array(createHash('sha256').update(root).digest()))
  await heading(page, /.*/)
  await openRepository(page, repository.forge.location, words)
  await page.getByText('You are invited to sign root.').waitFor()
  await page.getByRole('heading', { name: 'Targets 2, forge, sign/targets-v2' }).waitFor()
  await expectAccessible(page)
  await picture(page, 'git-home')
})

test('a signature goes into the event, and the receipt says what happens next', async () => {
  const { forge } = repository
  await page.getByRole('link', { name: /Review Targets 2/ }).click()
  await heading(page, /Targets 2 for forge, sign\/targets-v2/)
  await picture(page, 'git-review')
  const before = runGit(forge.bare, 'rev-parse', 'sign/targets-v2')
  for (const who of ['Ana', 'Ben']) {
    const select = page.locator('select')
    if ((await select.count()) > 0) await select.selectOption({ label: await optionOf(who) })
    await page.getByRole('button', { name: new RegExp(`Sign with .*${who}`) }).click()
    await holdInDialog(page, /Sign with/, 2600)
    await heading(page, /^Signed: Targets 2/)
    await page
      .getByText(/Pushed to/)
      .first()
      .waitFor()
    expect(await page.getByRole('button', { name: /Publish/ }).count()).toBe(0)
    if (who === 'Ben') break
    await page.getByRole('button', { name: 'Back to home' }).click()
    await page.getByRole('link', { name: /Review Targets 2/ }).click()
    await heading(page, /Targets 2 for forge/)
  }
  await expectAccessible(page)
  expect(runGit(forge.bare, 'rev-list', '--count', `${before}..sign/targets-v2`)).toBe('2')
  await page.getByRole('button', { name: 'Back to home' }).click()
  await page.getByRole('heading', { name: 'Signed, ready to be merged' }).waitFor()
})

async function optionOf(who: string): Promise<string> {
  const labels = await page.locator('select option').allTextContents()
  return labels.find((label) => label.includes(who)) ?? ''
}

test('an invitation is accepted with one key and one deliberate yes', async () => {
  await page.getByRole('link', { name: /^Accept/ }).click()
  await heading(page, 'You are invited to sign root')
  const select = page.getByLabel('The key that you will sign with')
  await select.waitFor()
  await select.selectOption({ label: await optionOf('Cleo') })
  await expectAccessible(page)
  await picture(page, 'git-invitation')
  await page.getByRole('button', { name: 'Show what would change' }).click()
  await page.getByRole('button', { name: /Accept and sign with .*Cleo/ }).waitFor()
  await expectAccessible(page)
  await picture(page, 'git-invitation-preview')
  const words = await wordsShown()
  await page.getByRole('button', { name: /Accept and sign with .*Cleo/ }).click()
  const positions = await page
    .getByRole('dialog')
    .getByLabel(/^Type word/)
    .all()
  for (const field of positions) {
    const label = (await field.evaluate((input) => (input as HTMLInputElement).labels?.[0]?.textContent)) ?? ''
    await field.fill(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '')
  }
  await holdInDialog(page, /Accept and sign with/, 3500)
  await heading(page, /^Signed: Root 2/)
  const root = repository.read('sign/new-people', 'root')
  const cleo = root.signatures.at(-1)
  expect(Object.keys(root.signed.keys as object)).toContain(cleo?.keyid)
  expect(cleo?.sig).not.toBe('')
  expect(root.signatures.map(({ keyid }) => keyid).slice(0, 2)).toEqual(repository.people.map((one) => ciKey(one).id))
  expect(repository.forge.names('sign/new-people')).not.toContain('metadata/.signing-event-state')
})

/** As a person reads them from the fingerprint beside the change. */
async function wordsShown(): Promise<string[]> {
  await page.getByRole('button', { name: /words and hex/ }).click()
  const items = await page.locator('.words li').allTextContents()
  return items.map((item) => item.replace(/[^a-z-]/gi, ''))
}
