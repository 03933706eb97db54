// The calls of a window for a repository of blocks: its inside, the picture of its versions, a client that is asked, and files of both.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { contract } from '../../src/ipc/contract.ts'
import { called, pin, type TestApp, testApp } from '../support/app-handlers.ts'
import { folderRepository } from '../support/folder-repository.ts'
import { type BlockFolder, blockFolder } from '../support/merkle-folder.ts'
import { holder } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const codeOf = (run: unknown): Promise<string> => codeOfPromise(Promise.resolve(run))

let app: TestApp
let blocks: BlockFolder
let sourceId: string

beforeEach(async () => {
  app = testApp()
  blocks = await blockFolder(temporaryFolder())
  sourceId = await pin(app, blocks.folder, 'Weavery')
  // Looked at once: what was accepted is remembered.
  await app.calls['sources.list']()
})

test('it can be looked into as any repository, and says that its versions have links', async () => {
  const view = await app.calls['repository.get']({ sourceId })
  expect(view).toMatchObject({ links: true, rehearsal: false, omitted: 0 })
  expect(view.roles.map(({ name, pendingId }) => [name, pendingId !== undefined])).toEqual([
    ...['root', 'timestamp', 'snapshot', 'targets'].map((name) => [name, false]),
    ['loom', true],
    ['docs', false],
  ])
  const page = await app.calls['repository.targets']({ sourceId, role: 'loom', query: '', offset: 0, limit: 50 })
  expect(page.targets.map(({ path, cid }) => [path, cid?.slice(0, 7)])).toEqual([['loom/loom.tar.gz', 'bafkrei']])
  const { versions } = await app.calls['repository.history']({ sourceId, role: 'loom' })
  expect(versions.map(({ version }) => version)).toEqual([7, 6, 5, 4, 3, 2, 1])
  const [source] = await app.calls['sources.list']()
  expect(source).toMatchObject({ inside: true })
})

test('every block that is drawn is told in full, and its links lead to others', async () => {
  const { layout, blocks: told, choices, text } = await app.calls['versions.get']({ sourceId })
  expect(told.map(({ id }) => id).sort()).toEqual(layout.nodes.map(({ id }) => id).sort())
  const newest = told.find(({ title }) => title === 'Snapshot 7')
  expect(newest).toMatchObject({ inForce: true, signatures: 1, previous: { title: 'Snapshot 6' } })
  expect(newest?.links.map(({ title }) => title)).toContain('loom 7')
  expect(told.find(({ title }) => title === 'Snapshot 1')?.previous).toBeUndefined()
  expect([choices[0]?.id, choices.length]).toEqual(['held', 8])
  expect(text.length).toBeGreaterThan(5)
})

test('an older client says what it would do, and a head of another history is refused', async () => {
  const older = { sourceId, choice: blocks.snapshots[1] ?? '' }
  const yes = await app.calls['versions.ask'](older)
  expect([yes.accepted, yes.proof]).toEqual([true, []])
  expect(yes.reads.map(({ role }) => role)).toContain('loom')
  expect(yes.way.length).toBeGreaterThan(0)
  expect(await codeOf(app.calls['versions.ask']({ sourceId, choice: 'nothing' }))).toBe('source/not-found')
  await blocks.fork()
  expect(await codeOf(app.calls['repository.get']({ sourceId }))).toBe('trust/changed')
  const no = await app.calls['versions.ask']({ sourceId, choice: 'held' })
  expect([no.accepted, no.error?.data?.fault, no.role]).toEqual([false, 'forked', 'snapshot'])
  expect(no.proof.length).toBeGreaterThan(1)
  expect(new Set(no.proof.map(({ title }) => title)).size).toBe(no.proof.length)
})

test('the picture and the archive are new files of their kind', async () => {
  const folder = temporaryFolder()
  const svg = join(folder, 'weavery.svg')
  const choice = blocks.snapshots[1] ?? ''
  expect(await app.calls['versions.save']({ sourceId, choice, path: svg })).toEqual({ path: svg })
  expect(readFileSync(svg, 'utf8')).toContain('Accepted: snapshot goes from 2 to 7')
  expect(await codeOf(app.calls['versions.save']({ sourceId, path: join(folder, 'x.txt') }))).toBe('usage/invalid')
  const archive = join(folder, 'weavery.car')
  await app.calls['versions.archive']({ sourceId, path: archive })
  expect(statSync(archive).size).toBeGreaterThan(1_000)
  expect(await codeOf(app.calls['versions.archive']({ sourceId, path: archive }))).not.toBe('internal/bug')
  expect(await codeOf(app.calls['versions.archive']({ sourceId, path: join(folder, 'a.zip') }))).toBe('usage/invalid')
})

test('a repository of files has no such picture', async () => {
  const files = await folderRepository([await holder('Ana')])
  const other = await pin(app, files.folder, 'Files')
  expect(await codeOf(app.calls['versions.get']({ sourceId: other }))).toBe('usage/invalid')
  expect((await app.calls['repository.get']({ sourceId: other })).links).toBeUndefined()
})

test('every such call of the contract was made here, and each answer was plain data', () => {
  const names = Object.keys(contract).filter((name) => name.startsWith('versions.'))
  expect([...called].filter((name) => names.includes(name)).sort()).toEqual(names.sort())
})
