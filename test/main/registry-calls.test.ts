// The calls of a window for a registry of logs, against one on loopback: what is watched, what a log is told to be, and a record from a
// file on this machine to the log, with approvals before the signature that publishes.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { digestOf } from '../../src/core/systems/warg/encoding/digest.ts'
import { type WargKey, wargKey } from '../../src/core/systems/warg/encoding/key.ts'
import type { RecordEntryData } from '../../src/ipc/contract.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import { pin, type TestApp, testApp } from '../support/app-handlers.ts'
import { folderRepository } from '../support/folder-repository.ts'
import { memoryKeychain } from '../support/keychain.ts'
import { holder, never, now } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'
import { type WargPackages, wargPackages } from '../support/warg/served/packages.ts'

const codeOf = (run: unknown): Promise<string> => codeOfPromise(Promise.resolve(run))
const key = (name: string) => ({ from: 'signer', signerId: `file:${name}` }) as const

let app: TestApp
let packages: WargPackages
let hello: string
let sourceId: string

beforeEach(async () => {
  packages = await wargPackages({ now: () => now })
  onTestFinished(() => packages.registry.close())
  hello = packages.hello
  app = testApp({ keychain: memoryKeychain() })
  sourceId = await pin(app, `warg+${packages.registry.url}`, 'Acme')
})

async function p256(...names: readonly string[]): Promise<WargKey[]> {
  for (const name of names)
    await app.calls['keys.create']({ name, scheme: 'ecdsa-p256-sha256', protection: 'keychain' })
  return Promise.all(names.map(async (name) => wargKey((await app.desk.signer(`file:${name}`, never)).key)))
}

/** Olga may do everything in acme:hello, by the word of whoever began it. */
async function withOlga(...others: readonly string[]): Promise<void> {
  const [olga] = await p256('Olga', ...others)
  if (olga === undefined) throw new Error('no key')
  await packages.registry.publish(hello, packages.ana, [{ kind: 'grant', key: olga, permissions: ['release', 'yank'] }])
  await app.calls['registry.watch']({ sourceId, name: hello })
}

const preview = (entries: readonly RecordEntryData[], more: { onto?: string; subject?: string } = {}) =>
  app.calls['drafts.preview']({ sourceId, subject: hello, edits: [{ kind: 'record', entries }], ...more })

async function propose(entries: readonly RecordEntryData[], sentence = '', subject = hello): Promise<string> {
  const { digest } = await preview(entries, { subject })
  const { proposalIds } = await app.calls['drafts.propose']({ sourceId, digest, replace: 'yes', sentence })
  return proposalIds[0] ?? ''
}

async function released(version: string, content: string): Promise<RecordEntryData> {
  const file = join(temporaryFolder(), 'hello.wasm')
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
  const { lookId, files } = await app.calls['files.look']({ path: file })
  return { kind: 'release', version, lookId, name: files[0]?.name ?? '' }
}

const namesIn = async (): Promise<string[]> =>
  (await app.calls['registry.get']({ sourceId })).packages.map(({ subject }) => subject)

test('a registry lists nothing: what a person names is looked at, and shown until they stop', async () => {
  const before = await app.calls['registry.get']({ sourceId })
  expect(before).toMatchObject({ lists: false, packages: [], operator: { records: 2 } })
  expect(before.operator.namespaces).toEqual([{ namespace: 'acme' }])
  expect(await app.calls['registry.watch']({ sourceId, name: 'acme:nothing' })).toEqual({ kind: 'absent' })
  expect(await app.calls['registry.watch']({ sourceId, name: hello })).toMatchObject({ kind: 'watched' })
  const like = { sourceId, name: 'acme:he11o' }
  expect(await app.calls['registry.watch'](like)).toEqual({ kind: 'look-alike', other: hello })
  expect(await app.calls['registry.watch']({ ...like, sure: true })).toEqual({ kind: 'absent' })
  expect(await codeOf(app.calls['registry.watch']({ sourceId, name: 'Hello' }))).toBe('format/malformed')
  await app.calls['registry.watch']({ sourceId, name: packages.tools })
  expect(await namesIn()).toEqual([hello, packages.tools])
  // What was seen is remembered, and goes with the wish to see it.
  await app.calls['sources.list']()
  await app.calls['registry.unwatch']({ sourceId, name: hello })
  await app.calls['sources.list']()
  expect(await namesIn()).toEqual([packages.tools])
  const [source] = await app.calls['sources.list']()
  expect(source).toMatchObject({ inside: false, registry: true })
  expect(source?.project).toBeUndefined()
})

test('a log is told from its first record to its newest, by who is known here', async () => {
  await withOlga()
  const log = await app.calls['registry.log']({ sourceId, subject: hello })
  expect(log).toMatchObject({ kind: 'package', length: 4, watched: true, permissions: ['release', 'yank'] })
  expect(log.records.map(({ number }) => number)).toEqual([4, 3, 2, 1])
  expect(log.releases.map(({ version, yanked }) => [version, yanked?.record])).toEqual([
    ['1.1.0', undefined],
    ['1.0.0', 3],
  ])
  expect(log.holders.at(-1)).toMatchObject({ owner: 'Olga', holdings: [{ from: 4 }, { from: 4 }] })
  // When each was stands beside it, and is no change on the time line.
  expect(log.records.flatMap(({ changes }) => changes).filter(({ path }) => path === 'time')).toEqual([])
  expect(await codeOf(app.calls['registry.log']({ sourceId, subject: 'acme:nothing' }))).toBe('source/not-found')
  const operator = await app.calls['registry.log']({ sourceId, subject: 'operator' })
  expect(operator).toMatchObject({ kind: 'operator', watched: false, length: 2 })
})

test('a log that cannot be verified hides no other', async () => {
  await app.calls['registry.watch']({ sourceId, name: hello })
  await app.calls['registry.watch']({ sourceId, name: packages.tools })
  packages.registry.lie('beyond-length', hello)
  const { packages: seen } = await app.calls['registry.get']({ sourceId })
  expect(seen.map(({ subject, problem }) => [subject, problem === undefined])).toEqual([
    [hello, false],
    [packages.tools, true],
  ])
})

test('a file is released: kept here, approved by two, signed last, and then the registry has both', async () => {
  await withOlga('Ana', 'Ben')
  const approvers = { sourceId, subject: hello, threshold: 2, keys: [key('Ana'), key('Ben')], keepIds: [] }
  await app.calls['registry.approvers'](approvers)
  const entry = await released('2.0.0', 'warp and weft')
  const draft = await preview([entry])
  expect(draft.quorums.map(({ name, after }) => [name, after])).toEqual([
    ['Approvals', undefined],
    ['Who may sign this record', 'Approvals'],
  ])
  const proposalId = await propose([entry])
  const digest = digestOf(utf8('warp and weft'))
  const content = join(app.dataDir, 'content')
  expect(readdirSync(content)).toEqual([digest.replace('sha256:', '')])
  expect(readFileSync(join(content, readdirSync(content)[0] ?? ''), 'utf8')).toBe('warp and weft')

  const first = await app.calls['proposals.get']({ proposalId })
  expect(first.signers.map(({ id }) => id)).toEqual(['file:Ana', 'file:Ben'])
  await app.calls['proposals.approve']({ proposalId, signerId: 'file:Ana' })
  await app.desk.keys.delete('Ben', never)
  // Nobody else is here but the one whose turn has not come.
  const between = await app.calls['proposals.get']({ proposalId })
  expect(between).toMatchObject({ signers: [], mine: false, later: { after: 'Approvals' } })
  expect(await codeOf(app.calls['proposals.approve']({ proposalId, signerId: 'file:Olga' }))).toBe('trust/threshold')
  expect((await app.calls['registry.log']({ sourceId, subject: hello })).pendingId).toBe(proposalId)
})

test('with the approvals there, the last signature is offered, and publishing sends it', async () => {
  await withOlga('Ana')
  await app.calls['registry.approvers']({ sourceId, subject: hello, threshold: 1, keys: [key('Ana')], keepIds: [] })
  const proposalId = await propose([await released('2.0.0', 'warp')])
  await app.calls['proposals.approve']({ proposalId, signerId: 'file:Ana' })
  const { signers, wouldComplete, later } = await app.calls['proposals.get']({ proposalId })
  expect([signers.map(({ id }) => id), wouldComplete, later]).toEqual([['file:Olga'], true, undefined])
  await app.calls['proposals.approve']({ proposalId, signerId: 'file:Olga' })
  const receipt = await app.calls['proposals.publish']({ proposalId })
  expect(receipt).toMatchObject({ kind: 'published', registry: true, sentTo: `warg+${packages.registry.url}` })
  const log = await app.calls['registry.log']({ sourceId, subject: hello })
  expect(log.releases[0]).toMatchObject({ version: '2.0.0', digest: digestOf(utf8('warp')) })
  expect(log.pendingId).toBeUndefined()
  expect(packages.registry.taking.contents.get(digestOf(utf8('warp')))).toEqual(utf8('warp'))
})

test('what a registry only says that it published is told as that, and waits on', async () => {
  await withOlga()
  const { taking } = packages.registry
  taking.stateOf = async (_, recordId) => ({ recordId, state: 'published', registryIndex: 3 })
  const proposalId = await propose([{ kind: 'yank', version: '1.1.0' }], `yank 1.1.0 of ${hello} for ever`)
  await app.calls['proposals.approve']({ proposalId, signerId: 'file:Olga' })
  const receipt = await app.calls['proposals.publish']({ proposalId })
  expect([receipt.kind, typeof receipt.remark]).toEqual(['published', 'string'])
  expect((await app.calls['registry.log']({ sourceId, subject: hello })).pendingId).toBe(proposalId)
})

test('what is for ever is typed first, and a name that is claimed is watched', async () => {
  await withOlga()
  const yank = [{ kind: 'yank', version: '1.1.0' }] as const
  expect(await preview(yank)).toMatchObject({ sentence: `yank 1.1.0 of ${hello} for ever`, forEver: true })
  expect(await codeOf(propose(yank))).toBe('usage/invalid')
  const init = [{ kind: 'init', key: key('Olga') }] as const
  const proposalId = await propose(init, 'claim acme:cloth for ever', 'acme:cloth')
  const { packages: seen } = await app.calls['registry.get']({ sourceId })
  expect(seen.find(({ subject }) => subject === 'acme:cloth')).toMatchObject({ records: 0, holders: [] })
  await app.calls['proposals.approve']({ proposalId, signerId: 'file:Olga' })
  await app.calls['proposals.publish']({ proposalId })
  expect((await app.calls['registry.log']({ sourceId, subject: 'acme:cloth' })).length).toBe(1)
})

test('what is lost for ever is named, and to take every permission from everybody is another sentence', async () => {
  await withOlga()
  const { holders } = await app.calls['registry.log']({ sourceId, subject: hello })
  const entries = holders.map(({ id }) => ({ kind: 'revoke', keyId: id, permissions: ['yank'] }) as const)
  const draft = await preview(entries.toReversed())
  expect([draft.sentence, draft.forEver]).toEqual([`let nobody yank ${hello} any more`, true])
  const all = holders.map(({ id, holdings }) => {
    const permissions = holdings.flatMap(({ permission, until }) => (until === undefined ? [permission] : []))
    return { kind: 'revoke', keyId: id, permissions } as const
  })
  const whole = await preview(all.toReversed())
  expect([whole.sentence, whole.forEver]).toEqual([`lock everybody out of ${hello}`, undefined])
})

test('a record is built upon the one that waits only while it is that one, and is taken away', async () => {
  await withOlga('Ben')
  const first = await propose([await released('2.0.0', 'warp')])
  const grant = [{ kind: 'grant', key: key('Ben'), permissions: ['release'] }] as const
  const { replaces } = await preview(grant)
  const built = await preview(grant, { onto: replaces?.digest ?? '' })
  expect(built.changes.map(({ path }) => path.split('/')[0])).toEqual(
    expect.arrayContaining(['releases', 'permissions']),
  )
  expect(await codeOf(preview(grant, { onto: '0'.repeat(64) }))).toBe('trust/changed')
  expect((await app.calls['proposals.get']({ proposalId: first })).withdrawable).toBe(true)
  await app.calls['drafts.withdraw']({ proposalId: first })
  expect((await app.calls['proposals.list']()).proposals).toEqual([])
})

test('refused: keys that no log should hold, a list that leaves nobody to publish, and what is no registry', async () => {
  await withOlga()
  await app.calls['keys.create']({ name: 'Edda', scheme: 'ed25519', protection: 'keychain' })
  await createRehearsalKey(app.desk.workspace.rehearsal, 'drill', 'ecdsa-p256-sha256', never)
  const grant = (choice: RecordEntryData & { kind: 'grant' }) => codeOf(preview([choice]))
  expect(await grant({ kind: 'grant', key: key('Edda'), permissions: ['release'] })).toBe('signer/unsupported')
  const drill = { from: 'signer', signerId: 'rehearsal:drill' } as const
  expect(await grant({ kind: 'grant', key: drill, permissions: ['release'] })).toBe('signer/unsupported')
  const pasted = { from: 'pem', pem: 'ecdsa-p256:AAAA', owner: 'Lee' } as const
  expect(await grant({ kind: 'grant', key: pasted, permissions: ['release'] })).toBe('format/malformed')
  const whole = { from: 'pem', pem: packages.bo.text, owner: 'Bo' } as const
  expect((await preview([{ kind: 'grant', key: whole, permissions: ['release'] }])).quorums).toHaveLength(1)
  const all = [{ from: 'pem', pem: packages.ana.text, owner: 'Ana' } as const, key('Olga')]
  const approvers = { sourceId, subject: hello, threshold: 1, keys: all, keepIds: [] }
  expect(await codeOf(app.calls['registry.approvers'](approvers))).toBe('usage/invalid')
  const { folder } = await folderRepository([await holder('Ana')])
  const other = await pin(app, folder)
  expect(await codeOf(app.calls['registry.get']({ sourceId: other }))).toBe('usage/invalid')
})

test('approvers are kept, some of them taken out, and at last all of them', async () => {
  await withOlga('Ana', 'Ben')
  const base = { sourceId, subject: hello }
  await app.calls['registry.approvers']({ ...base, threshold: 2, keys: [key('Ana'), key('Ben')], keepIds: [] })
  const { approvers } = await app.calls['registry.log'](base)
  expect([approvers?.threshold, approvers?.holders.map(({ owner }) => owner)]).toEqual([2, ['Ana', 'Ben']])
  const keepIds = [approvers?.holders[1]?.id ?? '']
  await app.calls['registry.approvers']({ ...base, threshold: 1, keys: [], keepIds })
  expect((await app.calls['registry.log'](base)).approvers?.holders.map(({ owner }) => owner)).toEqual(['Ben'])
  expect(await codeOf(app.calls['registry.approvers']({ ...base, threshold: 3, keys: [], keepIds }))).toMatch(
    /^(format|usage)/,
  )
  await app.calls['registry.approvers']({ ...base, threshold: 0, keys: [], keepIds: [] })
  expect((await app.calls['registry.log'](base)).approvers).toBeUndefined()
})
