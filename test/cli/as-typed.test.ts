// What is typed nearly right: names, addresses and options that mean something else than they say, and hints that are typed as
// they stand.
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerOf, refusalOf, runCli } from '../support/cli.ts'
import { Stage } from './stage.ts'

const stage = new Stage()
beforeAll(() => stage.create())
beforeEach(() => stage.restore())

const rootFile = (): string => stage.path('metadata/1.root.json')
const rootDigest = async (): Promise<string> => {
  const { anchor } = await answerOf<{ anchor: { digest: string } }>(['status', stage.repository], stage.options)
  return anchor.digest
}

describe('a root that one has by another way', () => {
  test('is pinned, and what is wrong where it is pinned for is told at once', async () => {
    const digest = await rootDigest()
    const empty = join(stage.folder, 'empty')
    mkdirSync(empty, { recursive: true })
    const pin = ['pin', empty, '--root', rootFile(), '--digest', digest, '--name', 'Empty']
    expect(await answerOf(pin, stage.options)).toMatchObject({ name: 'Empty', warning: { code: 'source/not-found' } })
    await answerOf(['forget', 'Empty'], stage.options)
    expect((await runCli(pin, stage.options)).out).toMatch(/^pinned Root 1 of Empty\n! /)
    await answerOf(['forget', stage.repository], stage.options)
    const good = await answerOf<object>(
      ['pin', stage.repository, '--root', rootFile(), '--digest', digest],
      stage.options,
    )
    expect(Object.keys(good)).not.toContain('warning')
  })

  test('counts for one call where a pinned repository is named', async () => {
    const state = ['status', 'repository', '--root', rootFile()]
    const elsewhere = { ...stage.options, cwd: stage.home }
    expect(await answerOf(state, elsewhere)).toMatchObject({ anchor: { version: 1 } })
    expect((await refusalOf(['status', 'nowhere', '--root', rootFile()], elsewhere)).code).toBe('source/not-found')
  })
})

describe('a hint is typed as it stands', () => {
  test('to pin another root: forget takes no root file', async () => {
    const pin = ['pin', stage.repository, '--root', rootFile(), '--digest', await rootDigest()]
    const { hint } = await refusalOf(pin, stage.options)
    const [, forget = ''] = /countersign (forget [^,]*), then/.exec(hint) ?? []
    await answerOf(forget.split(' '), stage.options)
    const [, again = ''] = /then countersign (pin .*)$/.exec(hint) ?? []
    await answerOf([...again.split(' '), ...pin.slice(4)], stage.options)
  })

  test('status shows the digest of the root, for a script that pins it', async () => {
    expect((await runCli(['status', stage.repository], stage.options)).out).toContain(await rootDigest())
  })

  test('a unit behind a number is not called a text without quotes', async () => {
    const { code, hint } = await refusalOf(['configure', stage.repository, 'timestamp/every=30m'], stage.options)
    expect(code).toBe('usage/invalid')
    const [, configure = ''] = /countersign (configure .*)$/.exec(hint) ?? []
    await answerOf(configure.split(' '), stage.options)
  })
})

test.each([
  ['git@example.org:acme/root.git', 'git+ssh://git@example.org/acme/root.git'],
  ['localhost:8470', 'http://localhost:8470/'],
  ['127.0.0.1:8470/packages', 'http://127.0.0.1:8470/packages/'],
  ['tuf.example.org:8443', 'https://tuf.example.org:8443/'],
])('%s is no folder, and the address that was meant is named', async (typed, meant) => {
  const { code, hint } = await refusalOf(['status', typed], stage.options)
  expect(code).toBe('usage/invalid')
  expect(hint.split(/[ ;]/)).toContain(meant)
})

test('a repository that is not here: the hint names those that are', async () => {
  const { code, hint } = await refusalOf(['status', 'no-such-repository'], stage.options)
  expect(code).toBe('source/not-found')
  expect(hint).toContain(basename(stage.repository))
})

describe('a name that no role has is a slip of the finger', () => {
  test.each([
    ['edit', ['tragets', '--expires', '20']],
    ['release', ['tragets', 'add', '.']],
    ['propose', ['tragets', 'next.json']],
    ['roles', ['threshold', 'tragets', '1']],
    ['state', ['tragets']],
  ])('%s', async (command, words) => {
    stage.next('metadata/1.targets.json')
    const args = [command, stage.repository, ...words]
    const { code, hint } = await refusalOf(args, { ...stage.options, cwd: stage.folder })
    expect(code).toBe('usage/invalid')
    expect(hint).toMatch(/^did you mean targets\? .*root/)
  })
})

test.each([
  [[], 'role'],
  [['targets'], 'add or remove'],
  [['targets', 'add'], 'files'],
  [['targets', 'remove'], 'names'],
])('release %j says what is typed next', async (words, next) => {
  const { code, message } = await refusalOf(['release', stage.repository, ...words], stage.options)
  expect(code).toBe('usage/invalid')
  expect(message).toContain(next)
})

test('files that lie in no folder are not counted as projects', async () => {
  const at = (name: string): string => join(stage.folder, name)
  for (const name of ['notes.txt', 'readme.txt']) writeFileSync(at(name), name)
  await answerOf(['release', stage.repository, 'targets', 'add', at('notes.txt'), at('readme.txt')], stage.options)
  await stage.sign('targets', 'Ana', 'Ben')
  await answerOf(['publish', stage.repository, 'targets'], stage.options)
  const { out } = await runCli(['list', '--from', stage.repository], stage.options)
  expect(out).toMatch(/^repository: 2 files in no project\n/)
})
