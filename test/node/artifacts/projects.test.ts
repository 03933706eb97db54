// Somebody has the repository's online key, and signs with it whatever they like: of a project whose people did not agree to
// it nothing is offered, downloaded or believed, and the other projects go on.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/core/json.ts'
import { holderKey } from '../../../src/core/systems/tuf/create.ts'
import type { SubjectEdit } from '../../../src/core/systems/tuf/edit/edit.ts'
import { plainLayout } from '../../../src/core/systems/tuf/layouts/plain.ts'
import { readSeen } from '../../../src/core/systems/tuf/projects/seen.ts'
import { tufSystem } from '../../../src/core/systems/tuf/system.ts'
import type { Files } from '../../../src/core/transport.ts'
import { download } from '../../../src/node/artifacts/download.ts'
import { releases } from '../../../src/node/artifacts/releases.ts'
import { verifyFile } from '../../../src/node/artifacts/verify-file.ts'
import type { TufSource } from '../../../src/node/desk.ts'
import { openLocation } from '../../../src/node/location.ts'
import { type Office, openOffice } from '../../support/office.ts'
import { never, now, signed, signedOf } from '../../support/repository.ts'
import { everythingIn, temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'
import { sha256 } from './shop.ts'

const call = { now, signal: never }
const path = 'loom/1.0/loom.tgz'
const listed = (content: string) => ({ length: content.length, hashes: { sha256: sha256(content) } })
let office: Office

/** Its one maintainer, and one release of the content "good". */
async function reserve(project: string, who: string): Promise<void> {
  const keys = [await office.entry(who)]
  await office.propose(`keys:${project}`, { kind: 'project-keys', keys, keepIds: [], threshold: 1 })
  await office.sign(`keys:${project}`, who)
  await office.sign(project, who)
  await office.publish(`keys:${project}`)
  const release = { kind: 'target-set', path: `${project}/1.0/${project}.tgz`, replace: false } as const
  await office.change(project, [who], { ...release, ...listed(`good ${project}`) })
}

beforeEach(async () => {
  office = await openOffice()
  const registry = { name: 'projects', paths: ['*/*', '*/*/*', '*/*/*/*'], terminating: false, threshold: 1 }
  const edit: SubjectEdit = { kind: 'delegation-add', ...registry, keys: [await office.entry('online')] }
  await office.change('targets', ['Ana', 'Ben'], edit)
  await reserve('loom', 'Dana')
  await reserve('mill', 'Mia')
})

type Fields = JsonObject & { version: number }

function fieldsOf(role: string): Fields {
  const names = [...office.repository.source.files.keys()]
  const versions = names.flatMap((name) =>
    Number(new RegExp(`^metadata/(\\d+)\\.${role}\\.json$`).exec(name)?.[1] ?? 0),
  )
  const type = role === 'snapshot' ? 'snapshot' : 'targets'
  return signedOf(office.repository, `${Math.max(...versions)}.${role}.json`, type) as Fields
}

/** What the online key alone can do: other versions of roles, and a snapshot and timestamp that name them. */
async function steal(changed: Readonly<Record<string, { fields: Fields; by: string; owner?: string }>>): Promise<void> {
  const { files } = office.repository.source
  const online = await office.person('online')
  const { id } = holderKey({ signer: online })
  const snapshot = fieldsOf('snapshot')
  const meta = snapshot.meta as Record<string, JsonObject>
  for (const [role, { fields, by, owner }] of Object.entries(changed)) {
    fields.version++
    meta[`${role}.json`] = { version: fields.version }
    const signer = await office.person(by)
    const held = holderKey(owner === undefined ? { signer } : { signer, owner })
    const ids = role === 'projects' ? registryIds() : [held.id]
    const bytes = await signed(
      fields,
      'targets',
      ids.map((one) => ({ id: one, signer })),
    )
    files.set(`metadata/${fields.version}.${role}.json`, bytes)
  }
  snapshot.version++
  files.set(`metadata/${snapshot.version}.snapshot.json`, await signed(snapshot, 'snapshot', [{ id, signer: online }]))
  const timestamp = signedOf(office.repository, 'timestamp.json', 'timestamp') as unknown as Fields
  const next = {
    ...timestamp,
    version: timestamp.version + 1,
    meta: { 'snapshot.json': { version: snapshot.version } },
  }
  files.set('metadata/timestamp.json', await signed(next, 'timestamp', [{ id, signer: online }]))
}

interface Delegations {
  keys: Record<string, JsonObject>
  roles: { name: string; keyids: string[] }[]
}

function registryIds(): string[] {
  const { delegations } = fieldsOf('targets') as unknown as { delegations: Delegations }
  return delegations.roles.find(({ name }) => name === 'projects')?.keyids ?? []
}

/** The registry with another key for loom. */
async function swapped(who: string, owner: string): Promise<Fields> {
  const fields = fieldsOf('projects')
  const { keys, roles } = (fields as unknown as { delegations: Delegations }).delegations
  const { id, raw } = holderKey({ signer: await office.person(who), owner })
  keys[id] = raw
  for (const role of roles) if (role.name === 'loom') role.keyids = [id]
  return fields
}

/** loom's keys are the thief's, who calls himself Dana; and loom is something else. */
async function stolen(): Promise<void> {
  const loom = { ...fieldsOf('loom'), targets: { [path]: listed('evil') } }
  await steal({
    projects: { fields: await swapped('Thief', 'Dana'), by: 'online' },
    loom: { fields: loom, by: 'Thief', owner: 'Dana' },
  })
}

function pinned(memory: Files = new Map()): TufSource {
  const folder = temporaryFolder()
  const contents = ['good loom', 'good mill', 'evil'].flatMap((content) =>
    ['loom', 'mill'].map((project) => [`targets/${project}/1.0/${sha256(content)}.${project}.tgz`, content] as const),
  )
  for (const [name, content] of [...office.repository.source.files, ...contents]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return {
    pinned: { id: '0123456789abcdef', name: 'packages', location: folder, pinnedAt: '2026-03-01T12:00:00Z' },
    transport: openLocation(folder),
    layout: plainLayout,
    system: tufSystem(plainLayout),
    trust: { anchor: office.repository.anchor, memory },
  }
}

function fileOf(content: string, name = 'loom.tgz'): string {
  const file = join(temporaryFolder(), name)
  writeFileSync(file, content)
  return file
}

test('as long as its own people decide, a project is offered, downloaded and known by their names', async () => {
  const source = pinned()
  expect((await releases(source, call)).map(({ project, problem }) => [project, problem])).toEqual([
    ['loom', undefined],
    ['mill', undefined],
  ])
  const to = temporaryFolder()
  await download(source, path, to, call)
  expect(everythingIn(to)).toEqual({ 'loom.tgz': 'good loom' })
  expect(await verifyFile(source, fileOf('good loom'), call)).toMatchObject({
    kind: 'listed',
    path,
    signedBy: ['Dana'],
  })
})

test('a swapped key: nothing of the project is offered, downloaded or believed; others go on', async () => {
  await stolen()
  const source = pinned()
  const [loom, mill, ...more] = await releases(source, call)
  expect(loom).toMatchObject({ project: 'loom', releases: [], problem: { code: 'trust/changed' } })
  expect(loom?.problem?.data).toEqual({ fault: 'swapped-key', version: 1, project: 'loom' })
  expect([mill?.project, mill?.problem, mill?.releases.length, more]).toEqual(['mill', undefined, 1, []])
  const to = temporaryFolder()
  expect(await codeOfPromise(download(source, path, to, call))).toBe('trust/changed')
  expect(everythingIn(to)).toEqual({})
  expect(await codeOfPromise(verifyFile(source, fileOf('evil'), call))).toBe('trust/changed')
  await download(source, 'mill/1.0/mill.tgz', to, call)
  expect(await verifyFile(source, fileOf('good mill'), call)).toMatchObject({ signedBy: ['Mia'] })
})

test('an artifact that the registry itself lists in the folder of a project is nobody’s', async () => {
  const fields = fieldsOf('projects')
  await steal({ projects: { fields: { ...fields, targets: { [path]: listed('evil') } }, by: 'online' } })
  const source = pinned()
  expect(await codeOfPromise(download(source, path, temporaryFolder(), call))).toBe('trust/changed')
  expect(await codeOfPromise(verifyFile(source, fileOf('evil'), call))).toBe('trust/changed')
  expect((await releases(source, call))[0]).toMatchObject({ project: 'loom', releases: [] })
})

test('a maintainer is called what the project calls them, not what the repository writes beside the key', async () => {
  const loom = { ...fieldsOf('loom') }
  await steal({
    projects: { fields: await swapped('Dana', 'Somebody Else'), by: 'online' },
    loom: { fields: loom, by: 'Dana', owner: 'Somebody Else' },
  })
  expect(await verifyFile(pinned(), fileOf('good loom'), call)).toMatchObject({ kind: 'listed', signedBy: ['Dana'] })
})

test('of content that is listed twice only what can be believed is named', async () => {
  await stolen()
  const mill = { ...fieldsOf('mill'), targets: { 'mill/1.0/mill.tgz': listed('evil') } }
  await steal({ mill: { fields: mill, by: 'Mia', owner: 'Mia' } })
  const verdict = await verifyFile(pinned(), fileOf('evil', 'mill.tgz'), call)
  expect(verdict).toMatchObject({ kind: 'listed', path: 'mill/1.0/mill.tgz', also: [] })
})

test.each(['list', 'download', 'verify'])('what was seen by %s must still be there the next time', async (how) => {
  let memory: Files = new Map()
  const remember = async (trusted: { memory: Files }): Promise<void> => {
    memory = new Map(trusted.memory)
  }
  const source = pinned()
  if (how === 'list') await releases(source, { ...call, remember })
  else if (how === 'download') await download(source, path, temporaryFolder(), { ...call, remember })
  else await verifyFile(source, fileOf('good loom'), { ...call, remember })
  expect(readSeen(memory).get('loom')).toHaveLength(1)
  // A history of the thief's own would be right for whoever comes for the first time.
  const own = new Map([...memory, ['x-countersign-project-keys.json', Buffer.from(`{"loom":["${'ab'.repeat(32)}"]}`)]])
  expect(await codeOfPromise(download(pinned(own), path, temporaryFolder(), call))).toBe('trust/changed')
  expect((await releases(pinned(own), call))[0]).toMatchObject({ problem: { data: { fault: 'rewritten-step' } } })
})

test('where there are only bins, one artifact costs one of them', async () => {
  office = await openOffice()
  const keys = [await office.entry('online')]
  const bins: SubjectEdit = { kind: 'bins', form: 'prefixes', name: 'bins', bitLength: 5, keys, threshold: 1 }
  await office.change('targets', ['Ana', 'Ben'], bins)
  const { delegations } = fieldsOf('targets') as unknown as { delegations: Delegations }
  // The first five bits of the path's hash.
  const bin = delegations.roles[Number.parseInt(sha256(path).slice(0, 2), 16) >> 3]?.name ?? ''
  await office.change(bin, ['online'], { kind: 'target-set', path, replace: false, ...listed('good loom') })
  const source = pinned()
  const read: string[] = []
  const transport = {
    ...source.transport,
    read: (...args: Parameters<typeof source.transport.read>) => {
      read.push(args[0])
      return source.transport.read(...args)
    },
  }
  expect(await download({ ...source, transport }, path, temporaryFolder(), call)).toMatchObject({ role: bin })
  expect(read.filter((name) => /bins/.test(name))).toHaveLength(1)
})
