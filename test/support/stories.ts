// What a person does in the window to carry one change through: a form, its preview, the proposal, the signatures, the
// publication. And the client that decides whether the preview was true: one that nobody here wrote.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { openDesk } from '../../src/node/desk.ts'
import { emptyPlace, foundRepository } from '../../src/node/founding.ts'
import { inspectRepository } from '../../src/node/inspect.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import { openWorkspace } from '../../src/node/workspace.ts'
import { noTokens } from './no-tokens.ts'
import { refreshWithPeer } from './peer-client.ts'
import { never } from './repository.ts'
import { heading } from './window.ts'

export async function rehearsalKeys(dataDir: string, ...names: readonly string[]): Promise<void> {
  const { rehearsal } = openWorkspace(dataDir)
  for (const name of names) await createRehearsalKey(rehearsal, name, 'ed25519', never)
}

/** A repository whose projects keep themselves, signed by these people of this data folder, and pinned in it. */
export async function foundedBy(dataDir: string, folder: string, name: string, ...people: string[]): Promise<void> {
  const prompt = { pin: async () => utf8(''), touch: () => () => {} }
  const desk = openDesk({ tokens: noTokens(), dataDir, prompt, now: () => new Date() })
  await rehearsalKeys(dataDir, ...people, 'Online')
  const holder = async (owner: string) => ({ owner, signer: await desk.signer(`rehearsal:${owner}`, never) })
  const holders = await Promise.all(people.map(holder))
  const online = await holder('Online')
  const days = { expiryDays: 365, snapshotDays: 7, timestampDays: 1 }
  const founding = { name, holders, threshold: 1, online, structure: { kind: 'projects' } as const, ...days }
  await foundRepository(desk, await emptyPlace(desk, folder, never), founding, new Date(), never)
}

/** The repository at `folder`, open and trusted in this data folder too. */
export async function pinnedBy(dataDir: string, folder: string, name: string): Promise<void> {
  const { location, bytes } = await inspectRepository(folder, new Date(), never)
  await openWorkspace(dataDir).add({ name, location }, bytes)
}

/** As if the machine of the repository were this one: its key, and no other of that data folder. */
export function takeKey(name: string, from: string, to: string): void {
  const file = 'rehearsal-keys.json'
  const all = JSON.parse(readFileSync(join(from, file), 'utf8')) as { keys: { name: string }[] }
  mkdirSync(to, { recursive: true })
  writeFileSync(join(to, file), JSON.stringify({ ...all, keys: all.keys.filter((key) => key.name === name) }))
}

/** A folder of this machine with these files, as somebody would release it. */
export function filesIn(folder: string, contents: Readonly<Record<string, string>>): string {
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

// ---- finding one's way ---------------------------------------------------------------------------------------------

export async function lookInside(page: Page, repository: string): Promise<void> {
  await page.getByRole('link', { name: /^Repositories/ }).click()
  await page.getByRole('link', { name: `Look inside ${repository}` }).click()
  await heading(page, repository)
  await page.getByRole('table').waitFor()
}

/** Opens a form as a person finds it: of the repository, or of a role that is opened in the table first. */
export async function begin(page: Page, repository: string, verb: string, role?: string): Promise<void> {
  await lookInside(page, repository)
  if (role !== undefined) await openRole(page, role)
  await page.getByText(role === undefined ? 'Change ...' : `Change ${role} ...`, { exact: true }).click()
  await page.getByRole('link', { name: verb, exact: true }).click()
  await page.getByRole('button', { name: 'Propose this change' }).waitFor()
}

export async function openRole(page: Page, role: string): Promise<void> {
  await page.getByRole('rowheader').getByRole('link', { name: role, exact: true }).click()
  await page.getByRole('heading', { level: 2, name: role, exact: true }).waitFor()
}

/** Reads files of this machine into the form of a release. */
export async function readFiles(page: Page, path: string): Promise<void> {
  await page.getByLabel('File or folder on this machine').fill(path)
  await page.getByRole('button', { name: 'Read it' }).click()
  await page.getByRole('table', { name: 'Files of the release' }).waitFor()
}

/** Drops files or folders of this machine on the form, as a file manager does: the browser knows where they lie. */
export async function dropFiles(page: Page, ...files: readonly string[]): Promise<void> {
  await dropPaths(page, ...files)
  await page.getByRole('table', { name: 'Files of the release' }).waitFor()
}

/** As the system does it when somebody lets go of them over the window. */
export async function dropPaths(page: Page, ...files: readonly string[]): Promise<void> {
  const zone = await page.locator('.drop').boundingBox()
  if (zone === null) throw new Error('there is nowhere to drop')
  const at = { x: zone.x + zone.width / 2, y: zone.y + 20 }
  const data = { items: [], files, dragOperationsMask: 1 }
  const session = await page.context().newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...at, data: { ...data, files: [...files] } })
  await session.detach()
}

/** The change that waits, from the first screen. */
export async function review(page: Page, title: string): Promise<void> {
  await page.getByRole('link', { name: /^Home/ }).click()
  await page.getByRole('link', { name: new RegExp(`^(Review|Open) ${title},`) }).click()
  await heading(page, new RegExp(`^${title} for `))
}

// ---- filling in ----------------------------------------------------------------------------------------------------

/** Takes keys that this machine knows, by the names of their holders. */
export async function pickKeys(page: Page | Locator, legend: string, ...names: readonly string[]): Promise<void> {
  const group = page.getByRole('group', { name: legend })
  for (const name of names) {
    const known = group.getByRole('combobox')
    await known.waitFor()
    const option = known.locator('option', { hasText: new RegExp(`^${name},`) })
    await known.selectOption((await option.getAttribute('value')) ?? '')
    await group.getByRole('button', { name: 'Add this key' }).click()
    await group.getByRole('listitem').filter({ hasText: name }).waitFor()
  }
}

/** What the preview promises of each artifact, as `peerSees` would say it. */
export type Promised = Map<string, { before: string; after: string }>

/** Waits until the preview is of what is filled in now, and reads what it promises. */
export async function preview(page: Page, headline?: string | RegExp): Promise<Promised> {
  const board = page.getByRole('region', { name: 'What it would do' })
  await board.getByText('As a reviewer will see it').waitFor()
  if (headline !== undefined) await board.getByRole('heading', { level: 3, name: headline }).waitFor()
  const seen = board.getByRole('region', { name: 'What clients will see' })
  await seen.waitFor()
  const promised: Promised = new Map()
  for (const row of await seen.locator('tbody tr').all()) {
    const [before, after] = await row.getByRole('cell').all()
    if (before === undefined || after === undefined) throw new Error('a row of the preview has no two sights')
    const old = await sightIn(before)
    const next = (await textOf(after)) === 'The same' ? old : await sightIn(after)
    promised.set(await textOf(row.getByRole('rowheader')), { before: old, after: next })
  }
  return promised
}

/** "Clients get 12 bytes from loom", with the digest that stands beside it; or that they find nothing, or stop. */
async function sightIn(cell: Locator): Promise<string> {
  const text = await textOf(cell)
  if (text.startsWith('Clients find nothing')) return 'absent'
  if (text.startsWith('Clients stop with an error')) return 'refused'
  const length = /^Clients get (\d+) bytes? from /.exec(text)?.[1]
  if (length === undefined) throw new Error(`the preview says: ${text}`)
  return `${length} ${await cell.locator('[title]').first().getAttribute('title')}`
}

/** Proposes what is filled in; the title of what waits now. */
export async function propose(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Propose this change' }).click()
  await heading(page, / is proposed$/)
  await page.getByText('Nothing is in force yet.').waitFor()
  const title = await textOf(page.getByRole('heading', { level: 1 }))
  return title.replace(/ is proposed$/, '')
}

async function textOf(element: Locator): Promise<string> {
  return ((await element.textContent()) ?? '').trim()
}

// ---- signing and publishing ----------------------------------------------------------------------------------------

/** On the screen of a review: all of its fingerprint's first words. */
export async function wordsOf(page: Page): Promise<string[]> {
  const items = page.getByRole('list', { name: /^the fingerprint of .*, words / }).getByRole('listitem')
  return (await items.allTextContents()).map((text) => text.replace(/^\d+/, '').trim())
}

/** Begins to sign on the screen of a review, up to the last question. */
export async function askToSign(page: Page, name: string): Promise<void> {
  const choice = page.getByRole('combobox', { name: 'Key' })
  const button = page.getByRole('button', { name: `Sign with Rehearsal key ${name}`, exact: true })
  if (await choice.isVisible()) await choice.selectOption(`rehearsal:${name}`)
  await button.click()
  await page.getByRole('dialog').waitFor()
}

/** Signs on the screen of a review, word and hold as the danger asks for. */
export async function sign(page: Page, name: string): Promise<void> {
  const [first] = await wordsOf(page)
  await askToSign(page, name)
  const dialog = page.getByRole('dialog')
  const field = dialog.getByRole('textbox')
  if (await field.isVisible()) await field.fill(first ?? '')
  await hold(page, /^Sign with/)
  await heading(page, /^Signed: /)
}

/** Presses until the question is gone: as long as the button asks for, and not longer. */
export async function hold(page: Page, name: RegExp): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name }).hover()
  await page.mouse.down()
  await dialog.waitFor({ state: 'hidden' })
  await page.mouse.up()
}

/** From the receipt of the last signature, or from the review of a complete change. */
export async function publish(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: `Publish ${title}`, exact: true }).click()
  await page.getByRole('dialog').waitFor()
  await hold(page, /^Publish/)
  await heading(page, new RegExp(`^Published: ${title} `))
}

/** Reviews and signs with each of these keys in turn, then publishes. */
export async function carryOut(page: Page, title: string, ...names: readonly string[]): Promise<void> {
  if (names.length === 0) await review(page, title)
  for (const name of names) {
    await review(page, title)
    await sign(page, name)
  }
  await publish(page, title)
}

// ---- the client ----------------------------------------------------------------------------------------------------

export interface Served {
  /** The folder of the repository, and where it is served. */
  folder: string
  url: string
  /** A folder for what clients keep. */
  temporary: string
}

/** What tuf-js, from the first root on, gets for each path: "absent", "refused", or length and digest of the content. */
export async function peerSees(served: Served, paths: readonly string[]): Promise<Map<string, string>> {
  const seen = new Map<string, string>()
  for (const path of paths) seen.set(path, await sightOf(served, path))
  return seen
}

async function sightOf(served: Served, path: string): Promise<string> {
  // The peer says "does not know" of what is not listed; every other complaint is a client that stops.
  try {
    const { content = '' } = await freshPeer(served, path)
    const bytes = Buffer.from(content)
    return `${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`
  } catch (thrown) {
    return thrown instanceof Error && thrown.message === `the peer does not know ${path}` ? 'absent' : 'refused'
  }
}

/** A client that has nothing but the first root. */
export function freshPeer({ folder, url, temporary }: Served, path?: string): ReturnType<typeof refreshWithPeer> {
  const anchor = new Uint8Array(readFileSync(join(folder, 'metadata/1.root.json')))
  return refreshWithPeer(mkdtempSync(join(temporary, 'peer-')), anchor, url, path)
}

/** Before and after `act` the peer gets exactly what the preview says. */
export async function keepsPromise(served: Served, promised: Promised, act: () => Promise<void>): Promise<void> {
  const paths = [...promised.keys()]
  expect(paths).not.toEqual([])
  const want = (when: 'before' | 'after') => new Map([...promised].map(([path, sights]) => [path, sights[when]]))
  expect(await peerSees(served, paths)).toEqual(want('before'))
  await act()
  expect(await peerSees(served, paths)).toEqual(want('after'))
}

export interface Signed {
  version: number
  expires: string
  [field: string]: unknown
}

/** The signed part of a version that is published. */
export function publishedIn(folder: string, version: number, role: string): Signed {
  const name = join(folder, `metadata/${version}.${role}.json`)
  return (JSON.parse(readFileSync(name, 'utf8')) as { signed: Signed }).signed
}

export function isPublished(folder: string, version: number, role: string): boolean {
  return existsSync(join(folder, `metadata/${version}.${role}.json`))
}
