// The calls of a window in which a project of an Asfaload mirror is begun, changed, and files are held against it.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { verdictLines } from '../../src/core/systems/asfaload/verdict-words.ts'
import type { EditData } from '../../src/ipc/contract.ts'
import { projectAt } from '../../src/node/asfaload/listing.ts'
import { verifyReleasedFile } from '../../src/node/asfaload/verify.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import { createKey, pin, type TestApp, testApp } from '../support/app-handlers.ts'
import { serveFolder } from '../support/file-server.ts'
import { memoryKeychain } from '../support/keychain.ts'
import { never } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const key = (name: string) => ({ from: 'signer', signerId: `file:${name}` }) as const
const subject = 'release/releases/v1/asfaload.index.json'

const codeOf = (run: unknown): Promise<string> => codeOfPromise(Promise.resolve(run))

let app: TestApp
let folder: string
let sourceId: string

beforeEach(async () => {
  app = testApp({ keychain: memoryKeychain() })
  for (const name of ['Ana', 'Ben', 'Cleo']) await createKey(app, name, 'keychain')
  folder = join(temporaryFolder(), 'loom')
  const made = await app.calls['project.create']({
    location: folder,
    name: 'Loom',
    keys: [key('Ana'), key('Ben')],
    threshold: 1,
  })
  sourceId = made.id
  expect(made).toMatchObject({ inside: false, project: true, state: { anchorTitle: 'First signers' } })
})

const waiting = (): string => join(folder, 'asfaload.signers.pending/index.json')

async function carryOut(proposalId: string, ...names: readonly string[]): Promise<void> {
  for (const name of names) await app.calls['proposals.approve']({ proposalId, signerId: `file:${name}` })
  await app.calls['proposals.publish']({ proposalId })
}

async function firstInForce(): Promise<void> {
  const [first] = (await app.calls['proposals.list']()).proposals
  await carryOut(first?.id ?? '', 'Ana', 'Ben')
}

async function propose(of: string, edit: EditData, replace: 'yes' | 'no' = 'no'): Promise<string> {
  const { digest } = await app.calls['drafts.preview']({ sourceId, subject: of, edits: [edit] })
  const { proposalIds } = await app.calls['drafts.propose']({ sourceId, digest, replace, sentence: '' })
  return proposalIds[0] ?? ''
}

function filesIn(...names: readonly string[]): string {
  const place = join(temporaryFolder(), 'built')
  for (const name of names) {
    mkdirSync(dirname(join(place, name)), { recursive: true })
    writeFileSync(join(place, name), name)
  }
  return place
}

async function released(): Promise<string> {
  const built = filesIn('loom.zip')
  const { lookId } = await app.calls['files.look']({ path: built, of: 'project' })
  await carryOut(await propose(subject, { kind: 'index', lookId, source: 'https://example.org/v1' }), 'Ana')
  return join(built, 'loom.zip')
}

test('signers change by all three conditions, and are named as this machine knows them', async () => {
  await firstInForce()
  const edits = [{ kind: 'key-add', group: 'artifact', of: 1, key: key('Cleo') }] as const
  const before = await app.calls['project.get']({ sourceId })
  expect(before).toMatchObject({
    title: 'Signers 1',
    groups: [{ group: 'artifact', of: 1, threshold: 1 }],
    releases: [],
  })
  const { quorums, text } = await app.calls['drafts.preview']({
    ...{ sourceId, subject: 'signers' },
    edits: [{ kind: 'signers', edits }],
  })
  expect(quorums.map(({ keys }) => keys.map(({ owner }) => owner))).toEqual([
    ['Ana', 'Ben'],
    ['Ana', 'Ben', 'Cleo'],
    ['Cleo'],
  ])
  expect(text).toContain('asfaload-pub:')
  expect(before.missing.map(({ group }) => group)).toEqual(['admin', 'master', 'revocation'])
  // Nobody was named for it, so the signers of releases stand in.
  expect(before.revokers.map(({ owner }) => owner)).toEqual(['Ana', 'Ben'])
  await carryOut(await propose('signers', { kind: 'signers', edits }), 'Ana', 'Cleo')
  const after = await app.calls['project.get']({ sourceId })
  expect(after.groups[0]?.holders.map(({ owner }) => owner)).toEqual(['Ana', 'Ben', 'Cleo'])
  const gone = after.groups[0]?.holders[0]?.id ?? ''
  const out = [{ kind: 'key-remove', group: 'artifact', of: 1, key: gone }] as const
  const without = { sourceId, subject: 'signers', edits: [{ kind: 'signers', edits: out }] } as const
  expect((await app.calls['drafts.preview'](without)).quorums.map(({ keys }) => keys.length)).toEqual([3, 2])
})

test('a change that waits is taken away, and what is in force stays', async () => {
  await firstInForce()
  const edits = [{ kind: 'key-add', group: 'artifact', of: 1, key: key('Cleo') }] as const
  const proposalId = await propose('signers', { kind: 'signers', edits })
  expect((await app.calls['proposals.get']({ proposalId })).withdrawable).toBe(true)
  await app.calls['drafts.withdraw']({ proposalId })
  expect((await app.calls['proposals.list']()).proposals).toEqual([])
  expect((await app.calls['project.get']({ sourceId })).title).toBe('Signers 1')
})

test('first signers that wait are changed further, and stay pinned; others in their place are refused', async () => {
  const edits = [{ kind: 'key-add', group: 'artifact', of: 1, key: key('Cleo') }] as const
  const wanted = { sourceId, subject: 'signers', edits: [{ kind: 'signers', edits }] } as const
  const first = readFileSync(waiting())
  const { replaces, quorums } = await app.calls['drafts.preview'](wanted)
  expect([replaces?.signedBy, quorums.map(({ keys }) => keys.map(({ owner }) => owner))]).toEqual([
    [],
    [['Ana', 'Ben', 'Cleo']],
  ])
  await propose('signers', wanted.edits[0], 'yes')
  expect((await app.calls['sources.list']()).map(({ id, problem }) => [id, problem])).toEqual([[sourceId, undefined]])
  const second = readFileSync(waiting())
  writeFileSync(waiting(), first)
  expect(await codeOf(app.calls['drafts.preview'](wanted))).toBe('trust/changed')
  writeFileSync(waiting(), second)
  const [made] = (await app.calls['proposals.list']()).proposals
  await carryOut(made?.id ?? '', 'Ana', 'Ben', 'Cleo')
  const { title, groups } = await app.calls['project.get']({ sourceId })
  expect([title, groups[0]?.holders.length]).toEqual(['Signers 1', 3])
})

test('a file is listed once its release is signed, and revoked once that is', async () => {
  await firstInForce()
  const file = await released()
  const verdict = await app.calls['releases.verify']({ sourceId, file })
  expect(verdict).toMatchObject({ kind: 'listed', signedBy: ['Ana'] })
  const project = await app.calls['project.get']({ sourceId })
  expect(project.releases).toMatchObject([{ path: 'releases/v1/asfaload.index.json', standing: 'signed' }])
  const by = project.groups[0]?.holders.find(({ owner }) => owner === 'Ben')?.id ?? ''
  const of = subject.replace('release/', 'revocation/')
  const proposalId = await propose(of, { kind: 'revocation', by })
  expect((await app.calls['project.get']({ sourceId })).releases).toMatchObject([{ revocationWaits: true }])
  await carryOut(proposalId, 'Ben')
  expect((await app.calls['project.get']({ sourceId })).releases).toMatchObject([{ standing: 'revoked' }])
  expect(await app.calls['releases.verify']({ sourceId, file })).toMatchObject({ kind: 'revoked', by: 'Ben' })
  writeFileSync(file, 'moths')
  expect(await app.calls['releases.verify']({ sourceId, file })).toMatchObject({ kind: 'unknown' })
})

test('an index of the window is that of the command line: plain files by SHA-512, and where they are fetched', async () => {
  await firstInForce()
  const built = filesIn('loom.zip', 'docs/page.html', 'asfaload.index.json')
  const { lookId, files, leftOut } = await app.calls['files.look']({ path: built, of: 'project' })
  expect([files.map(({ name }) => name), leftOut.map(({ name }) => name)]).toEqual([
    ['loom.zip'],
    ['asfaload.index.json', 'docs/page.html'],
  ])
  const edits = [{ kind: 'index', lookId, source: '' }] as const
  const { text = '' } = await app.calls['drafts.preview']({ sourceId, subject, edits })
  const hash = createHash('sha512').update('loom.zip').digest('hex')
  expect(JSON.parse(text)).toMatchObject({ publishedFiles: [{ fileName: 'loom.zip', algo: 'Sha512', hash }] })
  const own = { path: join(built, 'asfaload.index.json'), of: 'project' } as const
  expect((await app.calls['files.look'](own)).files).toEqual([])
  const { lookId: whole } = await app.calls['files.look']({ path: built })
  const wrong = { sourceId, subject, edits: [{ kind: 'index', lookId: whole, source: '' }] } as const
  expect(await codeOf(app.calls['drafts.preview'](wrong))).toBe('usage/invalid')
})

test('a file of a release that not enough have signed is refused in the words of the terminal', async () => {
  await firstInForce()
  const built = filesIn('loom.zip')
  const { lookId } = await app.calls['files.look']({ path: built, of: 'project' })
  await propose(subject, { kind: 'index', lookId, source: 'https://example.org/v1' })
  const file = join(built, 'loom.zip')
  const verdict = await app.calls['releases.verify']({ sourceId, file })
  expect(verdict).toMatchObject({ kind: 'refused', path: 'releases/v1' })
  const source = await app.desk.open(sourceId)
  const asked = await projectAt(source, undefined, app.desk.context(source, never))
  const [first] = verdictLines((await verifyReleasedFile(asked, file)).verdict, file, 'Loom')
  expect(verdict).toMatchObject({ says: first })
  expect(first).toMatch(/^REFUSED: .*not signed by enough keys/)
})

test('an index that cannot be read is told, for the file may be in it', async () => {
  await firstInForce()
  const file = await released()
  const path = 'releases/v2/asfaload.index.json'
  mkdirSync(join(folder, 'releases/v2'))
  writeFileSync(join(folder, path), 'no index')
  writeFileSync(file, 'moths')
  expect(await app.calls['releases.verify']({ sourceId, file })).toMatchObject({
    ...{ kind: 'unknown', sameName: ['releases/v1'] },
    unread: [{ path, why: { code: 'format/malformed' } }],
  })
})

test('on the web, where nothing is listed, that is said, and a release is found by its name', async () => {
  await firstInForce()
  const file = await released()
  const server = await serveFolder(folder)
  const other = testApp()
  const web = await pin(other, server.url, 'Loom')
  const get = (release?: string) => other.calls['project.get']({ sourceId: web, release })
  const verify = (release?: string) => other.calls['releases.verify']({ sourceId: web, file, release })
  expect(await app.calls['project.get']({ sourceId })).toMatchObject({ sees: { kind: 'all' }, releases: [{}] })
  expect(await get()).toMatchObject({ sees: { kind: 'named' }, releases: [] })
  expect(await codeOf(verify())).toBe('usage/invalid')
  const path = 'releases/v1/asfaload.index.json'
  for (const name of ['releases/v1', 'releases/v1/', path]) {
    expect((await get(name)).releases).toMatchObject([{ path, standing: 'signed' }])
    expect(await verify(name)).toMatchObject({ kind: 'listed', path: 'releases/v1/loom.zip' })
  }
  for (const name of ['releases/v2', 'releases', 'v1'])
    expect([await codeOf(get(name)), await codeOf(verify(name))]).toEqual(['source/not-found', 'source/not-found'])
  expect(await codeOf(get('../v1'))).toBe('format/malformed')
  await server.end()
})

test('nothing is written that was not shown, and nothing signed is given up unasked', async () => {
  await firstInForce()
  const propose = (digest: string, replace: 'yes' | 'no') =>
    app.calls['drafts.propose']({ sourceId, digest, replace, sentence: '' })
  const shown = (threshold: number) =>
    app.calls['drafts.preview']({
      ...{ sourceId, subject: 'signers' },
      edits: [{ kind: 'signers', edits: [{ kind: 'threshold', group: 'artifact', of: 1, threshold }] }],
    })
  expect(await codeOf(propose('0'.repeat(64), 'no'))).toBe('trust/changed')
  expect(await codeOf(shown(3))).toBe('usage/invalid')
  const { digest } = await shown(2)
  const { proposalIds } = await propose(digest, 'no')
  await app.calls['proposals.approve']({ proposalId: proposalIds[0] ?? '', signerId: 'file:Ben' })
  const again = await app.calls['drafts.preview']({
    ...{ sourceId, subject: 'signers' },
    edits: [{ kind: 'signers', edits: [{ kind: 'key-add', group: 'artifact', of: 1, key: key('Cleo') }] }],
  })
  expect(again.replaces).toMatchObject({ signedBy: ['Ben'] })
  expect(await codeOf(propose(again.digest, 'no'))).toBe('usage/invalid')
  const before = readFileSync(waiting(), 'utf8')
  await propose(again.digest, 'yes')
  expect(readFileSync(waiting(), 'utf8')).not.toBe(before)
})

test('keys that nobody could tell from real ones, and kinds that the format does not know, are refused', async () => {
  await createRehearsalKey(app.desk.workspace.rehearsal, 'Play', 'ed25519', never)
  await app.calls['keys.create']({ name: 'Other', scheme: 'ecdsa-p256-sha256', protection: 'keychain' })
  const found = (signerId: string, location: string) =>
    app.calls['project.create']({ location, name: 'x', keys: [{ from: 'signer', signerId }], threshold: 1 })
  const place = join(temporaryFolder(), 'project')
  expect(await codeOf(found('rehearsal:Play', place))).toBe('signer/unsupported')
  expect(await codeOf(found('file:Other', place))).toBe('signer/unsupported')
  expect(existsSync(place)).toBe(false)
  expect(await codeOf(found('file:Ana', folder))).toBe('usage/invalid')
  expect(await codeOf(app.calls['repository.get']({ sourceId }))).toBe('usage/invalid')
})
