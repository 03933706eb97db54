// The stories of who downloads, on the command line: list the versions, download one or the newest, verify a file.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerOf, refusalOf, runCli, typeCli } from '../support/cli.ts'
import { serveFolder } from '../support/file-server.ts'
import { refreshWithPeer } from '../support/peer-client.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { Stage } from './stage.ts'

const stage = new Stage()
const contents: Readonly<Record<string, string>> = {
  'loom/1.9.0/loom.zip': 'nine',
  'loom/1.10.0/loom.zip': 'ten',
  'loom/1.10.0/notes.md': 'what is new',
  'loom/2.0.0-rc.1/loom.zip': 'soon',
  'abc/abc-0.1.tar.gz': 'abc',
  'tool/1.0.0/linux/tool': 'for linux',
  'tool/1.0.0/mac/tool': 'for mac',
}
const to = join(stage.folder, 'downloads')
const ask = <T>(...args: readonly string[]): Promise<T> => answerOf<T>(args, stage.options)

interface Files {
  project: string
  version: string
  files: { path: string; file: string; already: boolean; role: string }[]
}

beforeAll(async () => {
  await stage.create()
  const targets: Record<string, object> = {}
  for (const [path, content] of Object.entries(contents)) {
    const sha256 = createHash('sha256').update(content).digest('hex')
    const slash = path.lastIndexOf('/') + 1
    stage.write(`targets/${path.slice(0, slash)}${sha256}.${path.slice(slash)}`, content)
    targets[path] = { length: content.length, hashes: { sha256 } }
  }
  await stage.propose('targets', stage.next('metadata/1.targets.json', { targets }))
  await stage.sign('targets', 'Ana', 'Ben')
  await ask('publish', stage.repository, 'targets')
  stage.keep()
})

beforeEach(() => {
  stage.restore()
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to)
})

const got = (name: string): string => readFileSync(join(to, name), 'utf8')

test('list: all projects, each with the version that is downloaded when none is named', async () => {
  const { projects } = await ask<{ projects: { project: string; latest: string; releases: object[] }[] }>('list')
  expect(projects.map(({ project, latest, releases }) => [project, latest, releases.length])).toEqual([
    ['abc', '0.1', 1],
    ['loom', '1.10.0', 3],
    ['tool', '1.0.0', 1],
  ])
  const { out } = await runCli(['list'], stage.options)
  expect(out).toMatch(/abc +0\.1[\s\S]+loom +1\.10\.0 \(3 releases\)/)
})

test('List ABC release versions: newest first, with every file', async () => {
  const { releases } = await ask<{ releases: { version: string; artifacts: { path: string }[] }[] }>('list', 'loom')
  expect(releases.map(({ version, artifacts }) => [version, artifacts.map(({ path }) => path)])).toEqual([
    ['2.0.0-rc.1', ['loom/2.0.0-rc.1/loom.zip']],
    ['1.10.0', ['loom/1.10.0/loom.zip', 'loom/1.10.0/notes.md']],
    ['1.9.0', ['loom/1.9.0/loom.zip']],
  ])
})

test('Download latest ABC release: all its files, no prerelease', async () => {
  const { project, version, files } = await ask<Files>('download', 'loom', '--to', to)
  expect([project, version, files.map(({ path }) => path)]).toEqual([
    'loom',
    '1.10.0',
    ['loom/1.10.0/loom.zip', 'loom/1.10.0/notes.md'],
  ])
  expect([got('loom.zip'), got('notes.md')]).toEqual(['ten', 'what is new'])
  const again = await ask<Files>('download', 'loom', '--to', to)
  expect(again.files.map(({ already }) => already)).toEqual([true, true])
})

test('Download ABC release X.Y.Z: one version, also with a v; one file of it; one artifact by its path', async () => {
  await ask('download', 'loom', 'v1.9.0', '--to', to)
  expect(got('loom.zip')).toBe('nine')
  rmSync(join(to, 'loom.zip'))
  await ask('download', 'loom', '1.10.0', '--file', 'notes.md', '--to', to)
  expect([existsSync(join(to, 'loom.zip')), got('notes.md')]).toEqual([false, 'what is new'])
  await ask('download', 'tool', '--file', 'tool/1.0.0/mac/tool', '--to', to)
  expect(got('tool')).toBe('for mac')
  await ask('download', 'loom/2.0.0-rc.1/loom.zip', '--to', to)
  expect(got('loom.zip')).toBe('soon')
})

test('into this folder when no other is named; what lies there is not lost', async () => {
  const here = { ...stage.options, cwd: to }
  await answerOf(['download', 'abc'], here)
  expect(got('abc-0.1.tar.gz')).toBe('abc')
  writeFileSync(join(to, 'abc-0.1.tar.gz'), 'mine')
  expect((await refusalOf(['download', 'abc'], here)).code).toBe('source/conflict')
  expect(got('abc-0.1.tar.gz')).toBe('mine')
  await answerOf(['download', 'abc', '--replace'], here)
  expect(got('abc-0.1.tar.gz')).toBe('abc')
})

test('from the web, what came before is not fetched again, and the peer gets the same', async () => {
  const server = await serveFolder(stage.repository)
  try {
    writeFileSync(join(to, '.loom.zip.part'), 'ni')
    const root = stage.path('metadata/1.root.json')
    const from = ['--from', server.url, '--root', root]
    await ask('download', 'loom', '1.9.0', '--to', to, ...from)
    const peer = await refreshWithPeer(stage.folder, readFileSync(root), server.url, 'loom/1.9.0/loom.zip')
    expect([got('loom.zip'), peer.content]).toEqual(['nine', 'nine'])
  } finally {
    await server.end()
  }
})

test('verify: which artifact a file is and who signed for it; anything else ends with 5', async () => {
  const file = join(to, 'renamed.bin')
  writeFileSync(file, 'ten')
  expect(await ask('verify', file)).toMatchObject({
    kind: 'listed',
    path: 'loom/1.10.0/loom.zip',
    role: 'targets',
    signedBy: ['Ana', 'Ben'],
  })
  writeFileSync(join(to, 'loom.zip'), 'forged')
  const { code, json } = await runCli(['verify', join(to, 'loom.zip'), '--json'], stage.options)
  expect([code, json]).toMatchObject([
    5,
    { kind: 'unknown', sameName: expect.arrayContaining(['loom/1.9.0/loom.zip']) },
  ])
  const shown = await runCli(['verify', join(to, 'loom.zip')], stage.options)
  expect(shown.code).toBe(5)
  expect(shown.out).toContain('NOT VERIFIED')
})

/** As somebody who saw another history of loom's keys before. */
function seenOtherwise(): void {
  const anchor = Object.keys(everythingIn(stage.home)).find((name) => name.endsWith('anchor')) ?? ''
  const memory = join(stage.home, dirname(anchor), 'memory')
  mkdirSync(memory, { recursive: true })
  writeFileSync(join(memory, 'x-countersign-project-keys.json'), JSON.stringify({ loom: ['ab'.repeat(32)] }))
}

test('a project whose keys are not its people’s: named in the list, and nothing of it is downloaded or believed', async () => {
  seenOtherwise()
  const { projects, refused } = await ask<{
    projects: { project: string }[]
    refused: { project: string; error: { code: string } }[]
  }>('list')
  expect(projects.map(({ project }) => project)).toEqual(['abc', 'tool'])
  expect(refused).toMatchObject([{ project: 'loom', error: { code: 'trust/rollback' } }])
  expect((await runCli(['list'], stage.options)).out).toMatch(/^! .*loom/m)
  writeFileSync(join(to, 'ten'), 'ten')
  for (const args of [
    ['list', 'loom'],
    ['download', 'loom', '--to', to],
    ['download', 'loom/1.9.0/loom.zip', '--to', to],
    ['verify', join(to, 'ten')],
  ]) {
    const { code, json } = await runCli([...args, '--json'], stage.options)
    expect([code, json], args.join(' ')).toMatchObject([5, { error: { code: 'trust/rollback' } }])
  }
  expect(existsSync(join(to, 'loom.zip'))).toBe(false)
  await ask('download', 'abc', '--to', to)
})

test('a release with a hidden file is not downloaded whole; what is named and not hidden is', async () => {
  const sha256 = createHash('sha256').update('sh').digest('hex')
  const { targets } = stage.read('metadata/2.targets.json').signed
  const file = { length: 2, hashes: { sha256 } }
  stage.write(`targets/abc/${sha256}..envrc`, 'sh')
  const more = { ...(targets as object), 'abc/.envrc': { ...file, custom: { version: '0.1' } } }
  await stage.propose('targets', stage.next('metadata/2.targets.json', { targets: more }))
  await stage.sign('targets', 'Ana', 'Ben')
  await ask('publish', stage.repository, 'targets')
  const whole = await refusalOf(['download', 'abc', '--to', to], stage.options)
  expect([whole.code, whole.hint]).toEqual(['source/rejected', expect.stringContaining('--file abc/abc-0.1.tar.gz')])
  const one = await refusalOf(['download', 'abc', '--file', '.envrc', '--to', to], stage.options)
  expect(one.code).toBe('source/rejected')
  expect(everythingIn(to)).toEqual({})
  await ask('download', 'abc', '--file', 'abc/abc-0.1.tar.gz', '--to', to)
  expect(everythingIn(to)).toEqual({ 'abc-0.1.tar.gz': 'abc' })
})

describe('refused', () => {
  test.each([
    ['a project that is not there', ['download', 'lom'], 'source/not-found', 'loom'],
    ['a version that is not there', ['download', 'loom', '1.1.0'], 'source/not-found', '1.10.0'],
    ['a file that is not in it', ['download', 'loom', '--file', 'loom.exe'], 'usage/invalid', 'notes.md'],
    ['two files that would be one', ['download', 'tool'], 'usage/invalid', '--file'],
    ['a file name that two have', ['download', 'tool', '--file', 'tool'], 'usage/invalid', 'mac'],
    ['a path that is not there', ['download', 'loom/9.9.9/loom.zip'], 'source/not-found', ''],
    ['a path with a version', ['download', 'abc/abc-0.1.tar.gz', '0.1'], 'usage/invalid', ''],
    ['a folder that is not there', ['download', 'abc', '--to', 'nowhere'], 'source/not-found', 'nowhere'],
    ['a repository that is not pinned', ['list', '--from', 'other'], 'source/not-found', ''],
    ['a root without a place', ['list', '--root', 'root.json'], 'usage/invalid', '--from'],
    ['no project', ['download'], 'usage/invalid', ''],
    ['a file that is not there', ['verify', 'nothing.zip'], 'source/not-found', 'nothing.zip'],
  ])('%s', async (_, args, code, word) => {
    const error = await refusalOf(args, { ...stage.options, cwd: to })
    expect(error.code).toBe(code)
    expect(`${error.message} ${error.hint}`).toContain(word)
  })

  test('content that was tampered with, and metadata that was', async () => {
    const sha256 = createHash('sha256').update('abc').digest('hex')
    stage.write(`targets/abc/${sha256}.abc-0.1.tar.gz`, 'xyz')
    expect((await refusalOf(['download', 'abc', '--to', to], stage.options)).code).toBe('trust/changed')
    expect(existsSync(join(to, 'abc-0.1.tar.gz'))).toBe(false)
    const file = stage.path('metadata/2.targets.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace(sha256, createHash('sha256').update('xyz').digest('hex')))
    expect((await refusalOf(['download', 'abc', '--to', to], stage.options)).code).toMatch(/^trust\//)
  })

  test('a repository that went back to an older state', async () => {
    await ask('list')
    const old = readFileSync(join(stage.folder, 'kept/repository/metadata/timestamp.json'), 'utf8')
    const version = (JSON.parse(old) as { signed: { version: number } }).signed.version
    expect(version).toBe(2)
    // The first timestamp is gone; a published root 2 makes one more, and the copy from before is then the older one.
    await stage.sign('root', 'Ana', 'Ben')
    await ask('publish', stage.repository, 'root')
    await ask('renew', stage.repository)
    await ask('list')
    writeFileSync(stage.path('metadata/timestamp.json'), old)
    expect((await refusalOf(['list'], stage.options)).code).toBe('trust/rollback')
  })

  test('nothing is pinned, or two are and none is named', async () => {
    const home = join(stage.folder, 'empty-home')
    mkdirSync(home, { recursive: true })
    expect((await refusalOf(['list'], { home })).code).toBe('source/not-found')
    const other = join(stage.folder, 'other')
    rmSync(other, { recursive: true, force: true })
    await ask('init', other, '--rehearsal', '--key', 'Ana')
    const error = await refusalOf(['list'], stage.options)
    expect([error.code, error.hint]).toEqual(['usage/invalid', expect.stringContaining('--from')])
    expect((await ask<{ projects: object[] }>('list', '--from', 'other')).projects).toEqual([])
    expect((await ask<{ project: string }>('list', 'abc', '--from', stage.repository)).project).toBe('abc')
  })
})

test('on a terminal nothing of the progress stays', async () => {
  const { code, screen } = await typeCli(['download', 'abc', '--to', to, '--home', stage.home], [], stage.home)
  expect(code).toBe(0)
  expect(screen).toContain('downloaded and verified')
})
