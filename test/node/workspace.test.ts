// The workspace: private, all or nothing, and never guessing at what is damaged.
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isEqualBytes, utf8 } from '../../src/core/bytes.ts'
import type { Files } from '../../src/core/transport.ts'
import { dataDirectory, openWorkspace } from '../../src/node/workspace.ts'
import { faultyFileSystem } from '../support/faulty-file-system.ts'
import { everythingIn, temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfCall, codeOfPromise } from '../support/thrown.ts'

const memory: Files = new Map([
  ['root.json', utf8('r1')],
  ['roles/a%2Fb.json', utf8('d1')],
])

test('sources are added, listed and removed', async () => {
  const folder = join(temporaryFolder(), 'home')
  const workspace = openWorkspace(folder)
  expect(await workspace.sources()).toEqual([])
  const added = await workspace.add({ name: 'Example Packages', location: '/srv/example' }, utf8('anchor'))
  expect(await workspace.add({ name: 'Other', location: 'https://example.com/' }, utf8('other'))).toMatchObject({
    name: 'Other',
  })
  expect(await openWorkspace(folder).sources()).toMatchObject([added, { location: 'https://example.com/' }])
  expect(await codeOfPromise(workspace.add({ name: 'Again', location: '/srv/example' }, utf8('evil')))).toBe(
    'usage/invalid',
  )
  expect(await workspace.trust(added.id)).toEqual({ anchor: utf8('anchor'), memory: new Map() })
  await workspace.remove(added.id)
  expect((await workspace.sources()).map((source) => source.name)).toEqual(['Other'])
  expect(Object.keys(everythingIn(folder)).filter((name) => name.includes(added.id) && !name.endsWith('/'))).toEqual([])
  expect(await codeOfPromise(workspace.trust(added.id))).toBe('source/not-found')
  expect(await codeOfPromise(workspace.remove(added.id))).toBe('source/not-found')
})

test('what was trusted is remembered, replaced as a whole, and written only when it differs', async () => {
  const folder = temporaryFolder()
  const workspace = openWorkspace(folder)
  const { id } = await workspace.add({ name: 'A', location: '/a' }, utf8('anchor'))
  await workspace.remember(id, { successor: utf8('root 2'), memory })
  expect(await openWorkspace(folder).trust(id)).toEqual({ anchor: utf8('anchor'), successor: utf8('root 2'), memory })
  const file = join(folder, 'sources', id, 'memory/root.json')
  const { ino } = statSync(file)
  await workspace.remember(id, { successor: utf8('root 2'), memory })
  expect(statSync(file).ino).toBe(ino)
  const next: Files = new Map([
    ['root.json', utf8('r2')],
    ['never', null],
  ])
  await workspace.remember(id, { successor: utf8('root 3'), memory: next })
  expect(await workspace.trust(id)).toEqual({
    anchor: utf8('anchor'),
    successor: utf8('root 3'),
    memory: new Map([['root.json', utf8('r2')]]),
  })
  expect(await codeOfPromise(workspace.remember('0123456789abcdef', { successor: utf8(''), memory }))).toBe(
    'source/not-found',
  )
})

test('another anchor takes the place of the pinned one in one step: whenever the program dies, one of the two is pinned', async () => {
  const other = { location: '/b', name: 'B' }
  const first = temporaryFolder()
  const before = openWorkspace(first)
  const { id } = await before.add({ name: 'A', location: '/a', system: 'asfaload' }, utf8('first'))
  await before.add(other, utf8('theirs'))
  await before.remember(id, { successor: utf8('led to by the first'), memory })
  let times = 0
  for (let at = 0; ; at++) {
    const folder = temporaryFolder()
    cpSync(first, folder, { recursive: true })
    const fs = faultyFileSystem(at, { kind: 'death', when: at % 2 === 0 ? 'before' : 'after' })
    const repinned = openWorkspace(folder, { fs }).repin(id, 'A2', utf8('second'))
    const isDone = await repinned.then(
      () => true,
      () => false,
    )
    const after = openWorkspace(folder)
    const { anchor, successor } = await after.trust(id)
    const [source] = await after.sources()
    const isNew = isEqualBytes(anchor, utf8('second'))
    expect(source).toMatchObject({ id, name: isNew ? 'A2' : 'A', location: '/a', system: 'asfaload' })
    expect(isNew ? successor : anchor).toEqual(isNew ? undefined : utf8('first'))
    expect((await after.sources())[1]).toMatchObject(other)
    if (!fs.struck) {
      expect([isDone, isNew]).toEqual([true, true])
      break
    }
    times += 1
  }
  expect(times).toBeGreaterThan(10)
  expect(await codeOfPromise(openWorkspace(temporaryFolder()).repin('0'.repeat(16), 'A', utf8('x')))).toBe(
    'source/not-found',
  )
})

test('two programs that add at once both succeed or one is told', async () => {
  const folder = temporaryFolder()
  const codes = await Promise.all(
    ['/a', '/b'].map((location) =>
      codeOfPromise(openWorkspace(folder).add({ name: location, location }, utf8(location))),
    ),
  )
  const listed = await openWorkspace(folder).sources()
  expect(listed.length).toBe(codes.filter((code) => code === 'ok').length)
  expect(codes.every((code) => code === 'ok' || code === 'source/conflict')).toBe(true)
})

test('only this user can read it', async () => {
  const folder = join(temporaryFolder(), 'home')
  const workspace = openWorkspace(folder)
  const { id } = await workspace.add({ name: 'A', location: '/a' }, utf8('anchor'))
  await workspace.remember(id, { successor: utf8('root 2'), memory })
  for (const [name, text] of Object.entries(everythingIn(folder))) {
    expect(statSync(join(folder, name)).mode & 0o777, name).toBe(text === '' && name.endsWith('/') ? 0o700 : 0o600)
  }
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})

test.each([
  ['cut off', (text: string) => text.slice(0, 40)],
  ['empty', () => ''],
  ['no list', (text: string) => text.replace('[', '{').replace(']', '}')],
  ['an id that is a path', (text: string) => text.replace(/"id": "[0-9a-f]+"/, '"id": "../../../x"')],
  ['a field more', (text: string) => text.replace('"id"', '"more": 1, "id"')],
  ['a field less', (text: string) => text.replace(/"pinnedAt": "[^"]*",/, '')],
])('a list that is damaged (%s) is refused and stays as it is', async (_, damage) => {
  const folder = temporaryFolder()
  const workspace = openWorkspace(folder)
  const { id } = await workspace.add({ name: 'A', location: '/a' }, utf8('anchor'))
  const path = join(folder, 'workspace.json')
  writeFileSync(path, damage(readFileSync(path, 'utf8')))
  const before = everythingIn(folder)
  expect(await codeOfPromise(workspace.sources())).toBe('format/malformed')
  expect(await codeOfPromise(workspace.add({ name: 'B', location: '/b' }, utf8('b')))).toBe('format/malformed')
  expect(await codeOfPromise(workspace.remove(id))).toBe('format/malformed')
  expect(await codeOfPromise(workspace.remember(id, { successor: utf8('x'), memory }))).toBe('format/malformed')
  expect(everythingIn(folder)).toEqual(before)
})

test('a pinned anchor that changed or vanished is refused', async () => {
  const folder = temporaryFolder()
  const workspace = openWorkspace(folder)
  const { id } = await workspace.add({ name: 'A', location: '/a' }, utf8('anchor'))
  const path = join(folder, 'sources', id, 'anchor')
  writeFileSync(path, 'anchoR')
  expect(await codeOfPromise(workspace.trust(id))).toBe('format/malformed')
  rmSync(path)
  expect(await codeOfPromise(workspace.trust(id))).toBe('format/malformed')
})

test('the data folder of each system', () => {
  expect(dataDirectory({ COUNTERSIGN_HOME: '/x' }, 'darwin', '/h')).toBe('/x')
  expect(dataDirectory({ COUNTERSIGN_HOME: '' }, 'linux', '/h')).toBe('/h/.local/share/countersign')
  expect(dataDirectory({ XDG_DATA_HOME: '/data' }, 'linux', '/h')).toBe('/data/countersign')
  expect(dataDirectory({ XDG_DATA_HOME: 'relative' }, 'linux', '/h')).toBe('/h/.local/share/countersign')
  expect(dataDirectory({}, 'darwin', '/h')).toBe('/h/Library/Application Support/Countersign')
  expect(dataDirectory({ APPDATA: '/h/Roaming' }, 'win32', '/h')).toBe('/h/Roaming/Countersign')
  expect(codeOfCall(() => dataDirectory({ COUNTERSIGN_HOME: 'x' }, 'linux', '/h'))).toBe('usage/invalid')
})
