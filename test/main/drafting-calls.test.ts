// The calls of a window in which a change is made: keys chosen by name, files by the id of a look, a repository from the inside.
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { toPem } from '../../src/core/key.ts'
import type { CreateRequest, EditData, Notice } from '../../src/ipc/contract.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import { createKey, passphrase, type TestApp, testApp } from '../support/app-handlers.ts'
import { never, softwareSigner } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const codeOf = (run: () => unknown): Promise<string> => codeOfPromise((async () => run())())
const signer = (name: string) => ({ from: 'signer', signerId: `rehearsal:${name}` }) as const

async function rehearsalKeys(app: TestApp, ...names: readonly string[]): Promise<void> {
  for (const name of names) await createRehearsalKey(app.desk.workspace.rehearsal, name, 'ed25519', never)
}

function wish(changes: Partial<CreateRequest> = {}): CreateRequest {
  return {
    location: join(temporaryFolder(), 'packages'),
    name: 'Packages',
    holders: [signer('Ana'), signer('Ben')],
    threshold: 1,
    expiryDays: 365,
    signingDays: 60,
    online: signer('Online'),
    snapshotDays: 7,
    timestampDays: 1,
    structure: 'projects',
    ...changes,
  }
}

let app: TestApp
let sourceId: string
let folder: string
let heard: (notice: Notice) => void

beforeEach(async () => {
  heard = () => {}
  app = testApp({ hear: (notice) => heard(notice) })
  await rehearsalKeys(app, 'Ana', 'Ben', 'Cleo', 'Online')
  const request = wish()
  folder = request.location
  sourceId = (await app.calls['repository.create'](request)).id
})

async function propose(subject: string, ...edits: readonly EditData[]): Promise<readonly string[]> {
  const { digest } = await app.calls['drafts.preview']({ sourceId, subject, edits })
  return (await app.calls['drafts.propose']({ sourceId, digest, replace: 'no', sentence: '' })).proposalIds
}

async function sign(ids: readonly string[], ...names: readonly string[]): Promise<void> {
  for (const proposalId of ids) {
    for (const name of names) await app.calls['proposals.approve']({ proposalId, signerId: `rehearsal:${name}` })
  }
}

async function publishAll(ids: readonly string[]): Promise<void> {
  for (const proposalId of ids) {
    const { proposals } = await app.calls['proposals.list']()
    if (proposals.some(({ id }) => id === proposalId)) await app.calls['proposals.publish']({ proposalId })
  }
}

describe('a new repository', () => {
  test('is signed by keys that are here, pinned, and seen from the inside', async () => {
    const view = await app.calls['repository.get']({ sourceId })
    expect(view).toMatchObject({ sourceId, name: 'Packages', rehearsal: true, consistentSnapshot: true, omitted: 0 })
    expect(view.roles.map(({ name, keptBy, version }) => [name, keptBy, version])).toEqual([
      ['root', 'people', 1],
      ['timestamp', 'machine', 1],
      ['snapshot', 'machine', 1],
      ['targets', 'people', 1],
      ['projects', 'machine', 1],
    ])
    expect(view.roles.flatMap(({ name, registry }) => (registry ? [name] : []))).toEqual(['projects'])
    expect(view.edges.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'root timestamp',
      'root snapshot',
      'root targets',
      'targets projects',
    ])
    expect(readFileSync(join(folder, 'metadata/1.root.json'), 'utf8')).toContain('x-tuf-on-ci-signing-period')
  })

  test.each<[string, Partial<CreateRequest>, string]>([
    ['more signatures than keys', { threshold: 3 }, 'usage/invalid'],
    ['no key at all', { holders: [] }, 'usage/invalid'],
    ['one key twice', { holders: [signer('Ana'), signer('Ana')], threshold: 1 }, 'usage/invalid'],
    ['a key that is not here', { holders: [signer('Nobody')] }, 'signer/absent'],
    ['a public key', { holders: [{ from: 'pem', pem: 'x', owner: 'Dana' }] }, 'usage/invalid'],
    ['a web address', { location: 'https://example.org/' }, 'usage/invalid'],
  ])('%s is refused, and leaves nothing behind', async (_what, changes, code) => {
    const request = wish(changes)
    expect(await codeOf(() => app.calls['repository.create'](request))).toBe(code)
    expect(existsSync(join(request.location, 'metadata'))).toBe(false)
    expect(await app.calls['sources.list']()).toHaveLength(1)
  })

  test('practice keys and real keys do not found one together', async () => {
    app.person.replies.push(passphrase, passphrase)
    await createKey(app, 'dana')
    const mixed = wish({ holders: [signer('Ana'), { from: 'signer', signerId: 'file:dana' }] })
    expect(await codeOf(() => app.calls['repository.create'](mixed))).toBe('signer/unsupported')
  })

  test('what cannot be founded is refused before anybody is asked for a secret', async () => {
    app.person.replies.push(passphrase, passphrase)
    await createKey(app, 'dana')
    app.person.asked.length = 0
    const dana = { from: 'signer', signerId: 'file:dana' } as const
    const refused = wish({ holders: [dana], online: dana, threshold: 2 })
    expect(await codeOf(() => app.calls['repository.create'](refused))).toBe('usage/invalid')
    expect(app.person.asked).toEqual([])
  })

  test('a folder that is not empty is no place for one', async () => {
    expect(await codeOf(() => app.calls['repository.create'](wish({ location: folder })))).toBe('usage/invalid')
  })
})

describe('keys to choose from', () => {
  test('those that are here, with where they stand; of no repository only those', async () => {
    const all = await app.calls['drafts.keys']({ sourceId: '' })
    expect(all.map(({ signerId }) => signerId).sort()).toEqual(
      ['Ana', 'Ben', 'Cleo', 'Online'].map((name) => `rehearsal:${name}`),
    )
    const ana = (await app.calls['drafts.keys']({ sourceId })).find(({ owner }) => owner === 'Ana')
    expect(ana).toMatchObject({ usedIn: ['root', 'targets'], canBeOnline: true, rehearsal: true })
  })

  test('those that are only met in the repository may be chosen as well', async () => {
    const { key } = await softwareSigner('Dana')
    const pem = toPem(key)
    const ids = await propose('root', { kind: 'key-add', role: 'targets', key: { from: 'pem', pem, owner: 'Dana' } })
    await sign(ids, 'Ana')
    await publishAll(ids)
    const dana = (await app.calls['drafts.keys']({ sourceId })).find(({ owner }) => owner === 'Dana')
    expect(dana).toMatchObject({ canBeOnline: false, usedIn: ['targets'] })
    const edit = { kind: 'key-add', role: 'root', key: { from: 'signer', signerId: dana?.signerId ?? '' } } as const
    expect(await app.calls['drafts.preview']({ sourceId, subject: 'root', edits: [edit] })).toMatchObject({
      title: 'Root 3',
    })
  })

  test('one that nobody knows is refused', async () => {
    const edits = [{ kind: 'key-add', role: 'root', key: signer('Nobody') }] as const
    expect(await codeOf(() => app.calls['drafts.preview']({ sourceId, subject: 'root', edits }))).toBe('signer/absent')
  })
})

describe('a change', () => {
  test('is shown before anything is written, and waits once it is proposed', async () => {
    const edits = [{ kind: 'threshold', role: 'targets', threshold: 2 }] as const
    const view = await app.calls['drafts.preview']({ sourceId, subject: 'root', edits })
    expect(view).toMatchObject({ title: 'Root 2', along: [], effects: { asked: 0 } })
    expect(JSON.parse(view.text ?? '')).toMatchObject({ version: 2, roles: { targets: { threshold: 2 } } })
    expect(existsSync(join(folder, 'metadata/pending/root.json'))).toBe(false)
    const [id = ''] = await propose('root', ...edits)
    expect(await app.calls['proposals.get']({ proposalId: id })).toMatchObject({ title: 'Root 2' })
    const { roles } = await app.calls['repository.get']({ sourceId })
    expect(roles.find(({ name }) => name === 'root')?.pendingId).toBe(id)
    await app.calls['drafts.withdraw']({ proposalId: id })
    expect((await app.calls['proposals.list']()).proposals).toEqual([])
  })

  test('that locks everybody out asks for its sentence', async () => {
    const edits = [{ kind: 'threshold', role: 'root', threshold: 9 }] as const
    const { sentence = '', digest } = await app.calls['drafts.preview']({ sourceId, subject: 'root', edits })
    expect(sentence.length).toBeGreaterThan(10)
    expect(await codeOf(() => propose('root', ...edits))).toBe('usage/invalid')
    const request = { sourceId, digest, replace: 'no', sentence } as const
    expect((await app.calls['drafts.propose'](request)).proposalIds).toHaveLength(1)
  })

  test('what is written is what was shown: a stranger’s file in between changes nothing of it', async () => {
    const edits = [{ kind: 'expires', date: '2031-01-01T00:00:00Z' }] as const
    const shown = await app.calls['drafts.preview']({ sourceId, subject: 'root', edits })
    const [strange = ''] = await propose('root', { kind: 'field', path: ['x-strange'], value: 1 })
    const wanted = { sourceId, digest: shown.digest, replace: 'yes', sentence: '' } as const
    expect(await codeOf(() => app.calls['drafts.propose'](wanted))).toBe('source/conflict')
    await app.calls['drafts.withdraw']({ proposalId: strange })
    const { proposalIds } = await app.calls['drafts.propose'](wanted)
    expect(proposalIds[0]?.endsWith(shown.digest)).toBe(true)
    const unseen = { ...wanted, digest: '00'.repeat(32) }
    expect(await codeOf(() => app.calls['drafts.propose'](unseen))).toBe('trust/changed')
  })

  test('a whole document is saved to a new file, changed there, and taken from it', async () => {
    const path = join(temporaryFolder(), 'targets.json')
    const wanted = { sourceId, subject: 'targets', path }
    await app.calls['drafts.save'](wanted)
    expect(await codeOf(() => app.calls['drafts.save'](wanted))).toBe('usage/invalid')
    const signed = JSON.parse(readFileSync(path, 'utf8'))
    expect(signed._type).toBe('targets')
    writeFileSync(path, JSON.stringify({ signatures: [], signed: { ...signed, 'x-note': 'by hand' } }))
    const take = (file: string) =>
      app.calls['drafts.preview']({ sourceId, subject: 'targets', edits: [{ kind: 'document-file', path: file }] })
    const view = await take(path)
    expect(view.changes.map(({ path }) => path)).toContain('x-note')
    expect(await codeOf(() => take(join(temporaryFolder(), 'nothing.json')))).toBe('source/not-found')
    expect(await codeOf(() => take(join(app.dataDir, 'workspace.json')))).toBe('usage/invalid')
    const more = await app.calls['drafts.changes']({ sourceId, digest: view.digest, offset: 1, limit: 500 })
    expect(more).toEqual(view.changes.slice(1))
  })

  test('a change that waits is built upon when it is named, else given up on purpose', async () => {
    await propose('root', { kind: 'field', path: ['x-one'], value: 1 })
    const edits = [{ kind: 'field', path: ['x-two'], value: 2 }] as const
    const alone = await app.calls['drafts.preview']({ sourceId, subject: 'root', edits })
    expect(alone.changes.map(({ path }) => path)).not.toContain('x-one')
    const answer = { sourceId, digest: alone.digest, replace: 'no', sentence: '' } as const
    expect(await codeOf(() => app.calls['drafts.propose'](answer))).toBe('usage/invalid')
    const onto = alone.replaces?.digest ?? ''
    const both = await app.calls['drafts.preview']({ sourceId, subject: 'root', edits, onto })
    expect(both.changes.map(({ path }) => path)).toEqual(expect.arrayContaining(['x-one', 'x-two']))
    expect((await app.calls['drafts.propose']({ ...answer, digest: both.digest })).proposalIds).toHaveLength(1)
  })

  test('is edited as the text that the window was given', async () => {
    const { text, basedOn } = await app.calls['drafts.text']({ sourceId, subject: 'targets' })
    expect(basedOn).toEqual({ title: 'Targets 1', pending: false })
    const fields = JSON.parse(text) as Record<string, unknown>
    const edited = JSON.stringify({ ...fields, version: 2, 'x-note': 1 })
    const edits = [{ kind: 'document', text: edited, keepTargets: false }] as const
    const view = await app.calls['drafts.preview']({ sourceId, subject: 'targets', edits })
    expect(view.changes.map(({ path }) => path)).toContain('x-note')
  })

  test('of the configuration begins with every field and its default', async () => {
    const { fields } = await app.calls['drafts.configuration']({ sourceId })
    expect(fields.find(({ path }) => path === 'timestamp/every')).toMatchObject({ value: 60, isDefault: true })
    const ids = await propose('configuration', { kind: 'configure', values: { 'timestamp/every': 5 } })
    await sign(ids, 'Ben')
    await publishAll(ids)
    const after = await app.calls['drafts.configuration']({ sourceId })
    expect(after.unsigned).toBeUndefined()
    expect(after.fields.find(({ path }) => path === 'timestamp/every')).toMatchObject({ value: 5, isDefault: false })
  })

  test('of the configuration shows what holds when its people have changed, and what a signature brings back', async () => {
    const ids = await propose('configuration', { kind: 'configure', values: { 'timestamp/every': 5 } })
    await sign(ids, 'Ben')
    await publishAll(ids)
    const { roles } = await app.calls['repository.get']({ sourceId })
    const ben = roles[3]?.holders.find(({ owner }) => owner === 'Ben')
    const keyId = ben?.id ?? ''
    const options = await app.calls['drafts.keys']({ sourceId })
    expect(options.map(({ fingerprint }) => fingerprint)).toContain(ben?.fingerprint)
    const change = await propose('root', { kind: 'key-remove', role: 'targets', keyId })
    await sign(change, 'Ana')
    await publishAll(change)
    const { fields, unsigned } = await app.calls['drafts.configuration']({ sourceId })
    expect(unsigned).toBe(1)
    expect(fields.find(({ path }) => path === 'timestamp/every')).toMatchObject({ value: 60, isDefault: true })
    const edits = [{ kind: 'configure', values: { 'retention/keepDays': 9 } }] as const
    const view = await app.calls['drafts.preview']({ sourceId, subject: 'configuration', edits })
    expect(view.changes.map(({ path }) => path).sort()).toEqual(['retention/keepDays', 'timestamp/every', 'version'])
  })
})

describe('a project and its release', () => {
  const project = { kind: 'project-keys', keys: [signer('Cleo')], keepIds: [], threshold: 1 } as const

  async function reserve(): Promise<void> {
    const ids = await propose('keys:loom', project)
    await sign(ids, 'Cleo')
    await publishAll(ids)
  }

  test('a download is stopped from the window, and goes on from what was kept', async () => {
    await reserve()
    const files = temporaryFolder()
    const content = Buffer.alloc(40_000, 'loom')
    writeFileSync(join(files, 'loom.bin'), content)
    const { lookId } = await app.calls['files.look']({ path: files })
    const ids = await propose('loom', { kind: 'files', lookId, folder: 'loom/', replace: false })
    await sign(ids, 'Cleo')
    await publishAll(ids)
    const to = temporaryFolder()
    const wanted = { sourceId, path: 'loom/loom.bin', folder: to }
    heard = ({ kind }) => {
      if (kind === 'progress') void app.calls['proposals.cancel']()
    }
    expect(await codeOf(() => app.calls['releases.download'](wanted))).toBe('user/cancelled')
    heard = () => {}
    expect(existsSync(join(to, '.loom.bin.part'))).toBe(true)
    writeFileSync(join(to, '.loom.bin.part'), content.subarray(0, 1000))
    const { file, resumedFrom } = await app.calls['releases.download'](wanted)
    expect(resumedFrom).toBe(1000)
    expect(readFileSync(file).equals(content)).toBe(true)
  })

  test('files that were looked at become artifacts, found by page, by project and by content', async () => {
    await reserve()
    const before = await app.calls['repository.get']({ sourceId })
    expect(before.roles.find(({ name }) => name === 'loom')).toMatchObject({
      ...{ targets: 0, version: 1, registry: false, folder: 'loom/' },
    })
    const files = temporaryFolder()
    mkdirSync(join(files, '1.0'))
    writeFileSync(join(files, '1.0', 'loom.tgz'), 'loom')
    writeFileSync(join(files, '1.0', '.key'), 'secret')
    symlinkSync('loom.tgz', join(files, '1.0', 'latest'))
    const { lookId, totalBytes, leftOut } = await app.calls['files.look']({ path: files })
    expect(totalBytes).toBe(4)
    expect(leftOut.map(({ name }) => name)).toEqual(['1.0/.key', '1.0/latest'])
    const release = { kind: 'files', lookId, folder: 'loom/', custom: { version: '1.0' }, replace: false } as const
    const view = await app.calls['drafts.preview']({ sourceId, subject: 'loom', edits: [release] })
    expect(view.effects).toMatchObject({ changed: 1, shown: [{ path: 'loom/1.0/loom.tgz' }] })
    const outside = { ...release, folder: 'other/' }
    const request = { sourceId, subject: 'loom', edits: [outside] }
    expect(await codeOf(() => app.calls['drafts.preview'](request))).toBe('usage/invalid')
    const ids = await propose('loom', release)
    await sign(ids, 'Cleo')
    await publishAll(ids)
    const query = { sourceId, role: 'loom', query: 'LOOM', offset: 0, limit: 10 }
    const page = await app.calls['repository.targets'](query)
    expect(page).toMatchObject({
      total: 1,
      matching: 1,
      targets: [{ path: 'loom/1.0/loom.tgz', length: 4, role: 'loom' }],
    })
    expect(await app.calls['repository.targets']({ ...query, role: '*', query: 'none' })).toMatchObject({
      total: 1,
      matching: 0,
    })
    expect(await app.calls['releases.list']({ sourceId })).toMatchObject([{ project: 'loom' }])
    const file = join(files, '1.0', 'loom.tgz')
    expect(await app.calls['releases.verify']({ sourceId, file })).toMatchObject({ kind: 'listed', signedBy: ['Cleo'] })
    const to = temporaryFolder()
    const got = await app.calls['releases.download']({ sourceId, path: 'loom/1.0/loom.tgz', folder: to })
    expect(readFileSync(got.file, 'utf8')).toBe('loom')
    const history = await app.calls['repository.history']({ sourceId, role: 'loom' })
    expect(history).toMatchObject({ role: 'loom', gone: false, keyChanges: [{ signedBy: ['Cleo'] }] })
    expect(history.versions.map(({ version, signedBy }) => [version, signedBy[0]?.owner])).toEqual([
      [2, 'Cleo'],
      [1, 'Cleo'],
    ])
    const { roles } = await app.calls['repository.get']({ sourceId })
    expect(roles.find(({ name }) => name === 'loom')).toMatchObject({ targets: 1, project: { changes: 0 } })
  })

  test('a look that was forgotten, or a file that was not in it, is refused', async () => {
    const files = temporaryFolder()
    writeFileSync(join(files, 'a.txt'), 'a')
    const { lookId } = await app.calls['files.look']({ path: join(files, 'a.txt') })
    const preview = (edit: EditData) =>
      codeOf(() => app.calls['drafts.preview']({ sourceId, subject: 'targets', edits: [edit] }))
    const release = { kind: 'files', lookId, folder: '', replace: false } as const
    expect(await preview({ ...release, lookId: 'none' })).toBe('usage/invalid')
    expect(await preview({ ...release, names: ['b.txt'] })).toBe('usage/invalid')
    expect(await preview({ ...release, folder: 'x' })).toBe('usage/invalid')
    expect(await preview({ ...release, custom: [1] })).toBe('usage/invalid')
    for (let more = 0; more < 8; more++) await app.calls['files.look']({ path: join(files, 'a.txt') })
    expect(await preview(release)).toBe('usage/invalid')
  })
})

describe('files that the window names', () => {
  test('a text is saved as a new file, never over another, of harmless kinds, in no hidden folder', async () => {
    const place = temporaryFolder()
    const path = join(place, 'map.svg')
    expect(await app.calls['files.save']({ path, text: '<svg/>' })).toEqual({ path })
    expect(readFileSync(path, 'utf8')).toBe('<svg/>')
    for (const other of [
      path,
      join(place, 'run.sh'),
      join(place, 'paper.pdf'),
      join(place, '.config', 'a.svg'),
      join(place, '.a.svg'),
    ]) {
      expect(await codeOf(() => app.calls['files.save']({ path: other, text: 'x' }))).toBe('usage/invalid')
    }
    expect(readFileSync(path, 'utf8')).toBe('<svg/>')
    expect(await codeOf(() => app.calls['files.look']({ path: join(place, '.ssh') }))).toBe('usage/invalid')
  })

  test('several files and folders are one release, each under a name of its own', async () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()]
    for (const folder of [one, two]) writeFileSync(join(folder, 'a.txt'), folder)
    writeFileSync(join(two, 'b.txt'), 'b')
    const { files } = await app.calls['files.look']({ path: two, more: [] })
    expect(files.map(({ name }) => name)).toEqual(['a.txt', 'b.txt'])
    const both = await app.calls['files.look']({ path: join(two, 'b.txt'), more: [one] })
    expect(both.files.map(({ name }) => name)).toEqual(['a.txt', 'b.txt'])
    expect(await codeOf(() => app.calls['files.look']({ path: one, more: [two] }))).toBe('usage/invalid')
    expect(await codeOf(() => app.calls['files.look']({ path: one, more: [join(two, '.ssh')] }))).toBe('usage/invalid')
  })

  test('a folder or files are picked by the shell', async () => {
    const picking = testApp({ picks: '/somewhere' })
    expect(await picking.calls['files.pick']({ what: 'folder' })).toEqual({ paths: ['/somewhere'] })
    expect(await picking.calls['files.pick']({ what: 'files' })).toEqual({ paths: ['/somewhere', '/somewhere-too'] })
    expect(await testApp().calls['files.pick']({ what: 'files' })).toEqual({ paths: [] })
  })
})

test('the next signer is told what clients will see, as the proposer was', async () => {
  const online = { from: 'signer', signerId: 'rehearsal:Ben' } as const
  const ids = await propose('targets', {
    ...{ kind: 'delegation-add', name: 'loom', paths: ['loom/*'], terminating: true, keys: [online], threshold: 1 },
  })
  for (const proposalId of ids) {
    const effects = await app.calls['proposals.effects']({ proposalId })
    expect(effects.shown.map(({ path }) => path)).toEqual([])
  }
  await sign(ids, 'Ben')
  await publishAll(ids)
  const [id = ''] = await propose('targets', { kind: 'field', path: ['targets', 'a'], value: file })
  const effects = await app.calls['proposals.effects']({ proposalId: id })
  expect(effects.shown.map(({ path, before, after }) => [path, before.kind, after.kind])).toEqual([
    ['a', 'absent', 'found'],
  ])
})

const file = { length: 1, hashes: { sha256: 'ab'.repeat(32) } }
