// How paths name projects and versions, and which release is the one to take.
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { type Artifact, nameOf, projectsIn } from '../../src/core/release.ts'

const artifact = (path: string, custom?: JsonObject, role = 'targets'): Artifact => ({
  ...{ path, length: 1, role },
  ...(custom === undefined ? {} : { custom }),
})

test.each([
  // PROJECT/VERSION/FILE
  ['loom/1.4.0/loom.zip', 'loom', '1.4.0'],
  ['loom/v1.4.0/linux/x64/loom', 'loom', '1.4.0'],
  ['loom/2.0.0-rc.1/loom-1.0.0.zip', 'loom', '2.0.0-rc.1'],
  ['loom/1.4.0+build/loom', 'loom', '1.4.0+build'],
  // PROJECT/FILE-VERSION.EXT
  ['loom/loom-1.4.0.tar.gz', 'loom', '1.4.0'],
  ['loom/loom_1.4.0_amd64.deb', 'loom', '1.4.0'],
  ['loom/loom-v2.zip', 'loom', '2'],
  ['loom/loom-1.4.0-linux-x64.tar.gz', 'loom', '1.4.0'],
  ['loom/loom-1.4.0-rc.1-linux-x64.tar.gz', 'loom', '1.4.0-rc.1'],
  ['loom/loom-1.4.0-beta2.zip', 'loom', '1.4.0-beta2'],
  ['loom/loom-1.4.0-betamax.zip', 'loom', '1.4.0'],
  ['loom/loom-tools-1.4.0.json', 'loom', '1.4.0'],
  ['loom/loom-1.4.0-py3-none-any.whl', 'loom', '1.4.0'],
  ['loom/nightly-20260301.zip', 'loom', '20260301'],
  ['loom/linux/loom-1.4.0', 'loom', '1.4.0'],
  // FILE-VERSION.EXT
  ['abc-1.2.tar.gz', 'abc', '1.2'],
  // No version
  ['trusted_root.json', 'trusted_root.json', undefined],
  ['loom/readme.md', 'loom', undefined],
  ['loom/sha-256.txt', 'loom', undefined],
  ['loom/docs/logo.png', 'loom', undefined],
  ['loom/-1.0.0.zip', 'loom', undefined],
  ['', '', undefined],
  ['/', '', undefined],
  ['__proto__/1.0.0/x', '__proto__', '1.0.0'],
])('%s', (path, project, version) => {
  expect(nameOf(path)).toEqual({ project, ...(version === undefined ? {} : { version }) })
})

test('what the metadata says of the version wins, when it is a text', () => {
  const of = (version: JsonObject[string]) => nameOf('loom/1.0.0/loom-2.0.0.zip', { version }).version
  expect([of('3.0.0'), of('v3.0.0'), of('bookworm'), of(''), of(3), of(null), of('x'.repeat(300))]).toEqual([
    ...['3.0.0', '3.0.0', 'bookworm'],
    ...Array.from({ length: 4 }, () => '1.0.0'),
  ])
})

test('a hostile name costs no more time than its length', () => {
  const names = [
    '-'.repeat(200_000),
    `a${'-1'.repeat(100_000)}`,
    `a-1.0${'.0'.repeat(100_000)}-rc${'.1'.repeat(99_999)}`,
  ]
  const began = performance.now()
  for (const name of names) for (const path of [name, `loom/${name}`, `loom/${name}/x`, `${name}/x`]) nameOf(path)
  nameOf('x', { version: '1'.repeat(1_000_000) })
  projectsIn(Array.from({ length: 2000 }, (_, i) => artifact(`loom/${'1'.repeat(200)}${i}.${'0.'.repeat(20)}/x`)))
  expect(performance.now() - began).toBeLessThan(2000)
})

const latestOf = (artifacts: readonly Artifact[], named?: Parameters<typeof projectsIn>[1]) =>
  projectsIn(artifacts, named)[0]?.latest

const some = ['loom/1.9.0/a', 'loom/1.10.0/a', 'loom/2.0.0-rc.1/a', 'loom/3-odd/x'].map((path) => artifact(path))

test('newest is by number, and no prerelease', () => {
  expect(latestOf(some)).toBe('1.10.0')
  expect(projectsIn(some)[0]?.releases.map(({ version }) => version)).toEqual([
    '2.0.0-rc.1',
    '1.10.0',
    '1.9.0',
    '3-odd',
  ])
})

test('where there are only prereleases, or no semantic versions, the newest of them', () => {
  expect(latestOf(['loom/1.0.0-rc.1/a', 'loom/1.0.0-rc.10/a', 'loom/2024.01.02/a'].map((path) => artifact(path)))).toBe(
    '1.0.0-rc.10',
  )
  expect(latestOf(['loom/2024.01.02/a', 'loom/2024.01.10/a'].map((path) => artifact(path)))).toBe('2024.01.10')
  expect(latestOf([artifact('loom/readme.md')])).toBe(undefined)
})

test('the repository may say otherwise: by a mark on an artifact, or by a role', () => {
  const marked = [...some, artifact('loom/1.9.0/b', { latest: true })]
  expect(latestOf(marked)).toBe('1.9.0')
  for (const other of [false, 'true', 1, null])
    expect(latestOf([...some, artifact('loom/1.9.0/b', { latest: other })])).toBe('1.10.0')
  expect(latestOf(marked, () => ({ loom: 'v2.0.0-rc.1' }))).toBe('2.0.0-rc.1')
  expect(latestOf(some, () => ({ loom: '7.7.7', abc: '1.9.0' }))).toBe('1.10.0')
  for (const odd of [null, 'loom', ['1.9.0'], { loom: 1 }, { loom: null }])
    expect(latestOf(some, () => odd)).toBe('1.10.0')
})

test('a role speaks only for releases of its own', () => {
  const two = [artifact('loom/1.0.0/a', undefined, 'one'), artifact('loom/2.0.0/a', undefined, 'two')]
  expect(latestOf(two, (role) => (role === 'two' ? { loom: '1.0.0' } : undefined))).toBe('2.0.0')
  expect(latestOf(two, (role) => (role === 'one' ? { loom: '1.0.0' } : undefined))).toBe('1.0.0')
})

test('files of one version belong together however it is written; what has no version comes last', () => {
  const [loom, other] = projectsIn(
    ['loom/v1.0.0/a', 'loom/notes.md', 'loom/loom-1.0.0.zip', 'loom/0.1.0/a', 'abc/a']
      .map((path) => artifact(path))
      .reverse(),
  ).reverse()
  expect(loom?.releases.map(({ version, artifacts }) => [version, artifacts.map(({ path }) => path)])).toEqual([
    ['1.0.0', ['loom/loom-1.0.0.zip', 'loom/v1.0.0/a']],
    ['0.1.0', ['loom/0.1.0/a']],
    [undefined, ['loom/notes.md']],
  ])
  expect(other?.name).toBe('abc')
})
