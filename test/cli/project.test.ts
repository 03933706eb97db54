// Maintainers on the command line: a name reserved, keys changed by themselves, releases added and removed, and a change
// made by another maintainer signed; nothing of it is signed by an admin.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerOf, runCli } from '../support/cli.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { Changing, type Drafted } from './changing.ts'

const stage = new Changing()
beforeAll(async () => {
  await stage.found(['Ana'], '--structure', 'projects')
  await stage.people('Mia', 'Max', 'Lou')
})
beforeEach(() => stage.restore())

interface Shown {
  holders: string[]
  threshold: number
  changes: { version: number; signedBy: string[] }[]
  problem?: { fault: string; code: string }
}

function show(project = 'loom'): Promise<Shown> {
  return answerOf<Shown>(['project', stage.repository, 'show', project], stage.options)
}

async function reserved(name = 'loom', ...keys: readonly string[]): Promise<Drafted> {
  const named = keys.flatMap((key) => ['--key', key])
  const draft = await stage.draft('project', 'add', name, ...named, '--threshold', '1')
  await stage.sign(draft.digest, ...keys)
  // The first, empty version of the role comes with the name: without it clients would stop at it.
  for (const { subject } of draft.along) await stage.sign(subject, keys[0] ?? '')
  return draft
}

/** The first artifact of loom, by Mia; its path and the draft that brings it. */
async function released(version: string, content = `loom ${version}\n`): Promise<[path: string, draft: Drafted]> {
  const folder = stage.files({ [`${version}/loom.tgz`]: content })
  const draft = await stage.draft('release', 'loom', 'add', folder, '--custom', `{"version":"${version}"}`)
  return [`loom/${version}/loom.tgz`, draft]
}

describe('add a new project', () => {
  test('a name is reserved by its maintainers’ keys; the repository’s own key publishes it', async () => {
    const draft = await reserved('loom', 'Mia', 'Max')
    expect(draft.subject).toBe('keys:loom')
    expect(draft.quorums.flatMap(({ keys }) => keys.map(({ owner }) => owner))).not.toContain('Ana')
    await stage.publish()
    expect(await show()).toMatchObject({ holders: ['Mia', 'Max'], threshold: 1, changes: [{ version: 1 }] })
    expect(await stage.peerSees(['loom/none'])).toEqual(new Map([['loom/none', 'absent']]))
    await stage.refused('usage/invalid', ['project', stage.repository, 'add', 'loom', '--key', 'Lou'])
  })

  test.each(['Loom', 'l00m', 'targets', 'a/b', ''])('the name %j is refused beside loom', async (name) => {
    await reserved('loom', 'Mia')
    await stage.publish()
    await stage.refused('usage/invalid', ['project', stage.repository, 'add', name, '--key', 'Lou'])
  })

  test('whoever gives the name up is told that the first version of its role goes with it', async () => {
    const draft = await reserved('loom', 'Mia')
    const { code, out } = await runCli(['withdraw', stage.repository, 'keys:loom', '--yes'], stage.options)
    expect(code).toBe(0)
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(/^gave up .+, and with it Role loom 1, which would stand for nothing/)
    expect(draft.along.map(({ subject }) => subject)).toEqual(['loom'])
    await stage.refused('source/not-found', ['review', stage.repository])
  })

  test('without a signature by every new key nothing is published', async () => {
    const draft = await stage.draft('project', 'add', 'loom', '--key', 'Mia', '--key', 'Max', '--threshold', '1')
    await stage.sign(draft.digest, 'Mia')
    await stage.refused('trust/threshold', ['publish', stage.repository])
  })
})

describe('modify keys or threshold', () => {
  test('by the old ones, the new ones, and every key that comes', async () => {
    await reserved('loom', 'Mia')
    await stage.publish()
    const draft = await stage.draft('project', 'keys', 'loom', '--add', 'Max', '--threshold', '2')
    await stage.sign(draft.digest, 'Max')
    await stage.refused('trust/threshold', ['publish', stage.repository])
    await stage.sign(draft.digest, 'Mia')
    // One signature was enough for the version in force, and would be too few from now on.
    await stage.refused('trust/threshold', ['publish', stage.repository])
    const role = await stage.draft('edit', 'loom')
    await stage.sign(role.digest, 'Mia', 'Max')
    await stage.publish()
    expect(await show()).toMatchObject({ holders: ['Mia', 'Max'], threshold: 2 })
    const less = await stage.draft('project', 'keys', 'loom', '--remove', 'Mia', '--threshold', '1')
    await stage.sign(less.digest, 'Mia', 'Max')
    await stage.publish()
    const { holders, changes, problem } = await show()
    expect(holders).toEqual(['Max'])
    expect(changes.map(({ version, signedBy }) => [version, [...signedBy].sort()])).toEqual([
      [3, ['Max', 'Mia']],
      [2, ['Max', 'Mia']],
      [1, ['Mia']],
    ])
    expect(problem).toBeUndefined()
    expect(await stage.peerSees([])).toEqual(new Map())
  })

  test('a key that the repository swapped is named, with the exit code for it', async () => {
    await reserved('loom', 'Mia')
    await stage.publish()
    // What somebody with the online key can do alone: the registry names another key.
    const { signed } = stage.read('metadata/2.projects.json')
    const text = JSON.stringify(signed)
    const other = await answerOf<{ roles: { name: string; holders: { ids: string[] }[] }[] }>(
      ['state', stage.repository],
      stage.options,
    )
    const ana = other.roles.find(({ name }) => name === 'root')?.holders[0]?.ids[0] ?? ''
    const root = stage.read('metadata/1.root.json').signed as unknown as { keys: Record<string, unknown> }
    const mia = Object.keys((JSON.parse(text) as { delegations: { keys: object } }).delegations.keys)[0] ?? ''
    const swapped = JSON.parse(text.replaceAll(mia, ana)) as { version: number; delegations: { keys: object } }
    swapped.version = 3
    swapped.delegations.keys = { [ana]: root.keys[ana] }
    const file = `${stage.folder}/swapped.json`
    writeFileSync(file, JSON.stringify({ signatures: [], signed: swapped }))
    const draft = await answerOf<Drafted>(['propose', stage.repository, 'projects', file], stage.options)
    await stage.sign(draft.digest, 'Online')
    // The role itself is no longer signed by who may sign it, so the thief signs it too.
    const role = stage.read('metadata/1.loom.json').signed
    writeFileSync(file, JSON.stringify({ signatures: [], signed: { ...role, version: 2 } }))
    await runCli(['propose', stage.repository, 'loom', file], stage.options)
    await runCli(['sign', stage.repository, 'loom', '--key', 'Ana'], stage.options)
    await runCli(['publish', stage.repository], stage.options)
    const { code, json } = await runCli(['project', stage.repository, 'show', 'loom', '--json'], stage.options)
    expect(json).toMatchObject({ problem: { fault: 'swapped-key' } })
    expect(code).toBe(5)
  })
})

test('a project that was seen and is nowhere any more is named, and its name is not free', async () => {
  const anchor = Object.keys(everythingIn(stage.home)).find((name) => name.endsWith('anchor')) ?? ''
  const memory = join(stage.home, dirname(anchor), 'memory')
  mkdirSync(memory, { recursive: true })
  writeFileSync(join(memory, 'x-countersign-project-keys.json'), JSON.stringify({ loom: ['ab'.repeat(32)] }))
  const shown = await runCli(['project', stage.repository, 'show', 'loom', '--json'], stage.options)
  expect([shown.code, shown.json]).toMatchObject([5, { problem: { fault: 'hidden-step' } }])
  await stage.refused('usage/invalid', ['project', stage.repository, 'add', 'loom', '--key', 'Mia'])
  await stage.refused('trust/rollback', ['project', stage.repository, 'keys', 'loom', '--add', 'Mia'])
  const state = await answerOf<{ roles: { name: string; project?: { problem?: { code: string } } }[] }>(
    ['state', stage.repository],
    stage.options,
  )
  expect(state.roles.find(({ name }) => name === 'loom')?.project?.problem?.code).toBe('trust/rollback')
})

describe('add and remove a release', () => {
  test('what the preview says is what a client that nobody here wrote then gets', async () => {
    await reserved('loom', 'Mia', 'Max')
    await stage.publish()
    const [path, draft] = await released('1.0')
    expect(draft.effects).toMatchObject({ asked: 1, changed: 1, shown: [{ path, before: { kind: 'absent' } }] })
    await stage.keepsPromise(draft, async () => {
      // Made by Mia, signed by another maintainer.
      await stage.sign(draft.digest, 'Max')
      await stage.publish()
    })
    const again = stage.files({ '1.0/loom.tgz': 'something else\n' })
    await stage.refused('usage/invalid', ['release', stage.repository, 'loom', 'add', again])
    const replaced = await stage.draft('release', 'loom', 'add', again, '--replace-content')
    await stage.keepsPromise(replaced, async () => {
      await stage.sign(replaced.digest, 'Mia')
      await stage.publish()
    })
    const removed = await stage.draft('release', 'loom', 'remove', path)
    expect(removed.effects.shown).toMatchObject([{ path, after: { kind: 'absent' } }])
    await stage.keepsPromise(removed, async () => {
      await stage.sign(removed.digest, 'Mia')
      await stage.publish()
    })
    await stage.refused('usage/invalid', ['release', stage.repository, 'loom', 'remove', path])
  })

  test('a first release goes out together with the name', async () => {
    const name = await stage.draft('project', 'add', 'loom', '--key', 'Mia')
    await stage.sign(name.digest, 'Mia')
    const [path, draft] = await released('1.0')
    await stage.sign(draft.digest, 'Mia')
    await stage.publish()
    expect((await stage.peerSees([path])).get(path)).toMatch(/^9 /)
  })

  test('the content is there before the candidate, and clients are undisturbed until it is published', async () => {
    await reserved('loom', 'Mia')
    await stage.publish()
    const [path, draft] = await released('1.0')
    const after = draft.effects.shown[0]?.after
    const sha256 = after?.kind === 'found' ? after.hashes.sha256 : undefined
    const content = readFileSync(stage.path(`targets/loom/1.0/${sha256}.loom.tgz`), 'utf8')
    expect(content).toBe('loom 1.0\n')
    expect((await stage.peerSees([path])).get(path)).toBe('absent')
  })

  test.each([
    [['add', '/nonexistent/file'], 'source/not-found'],
    [['add', 'FILE', '--under', 'other/'], 'usage/invalid'],
    [['add', 'FILE', '--under', '../loom'], 'usage/invalid'],
    [['add', 'FILE', '--custom', '[1]'], 'usage/invalid'],
    [['remove', 'loom/none.tgz'], 'usage/invalid'],
    [['mend', 'x'], 'usage/invalid'],
  ])('release loom %j is refused with %s', async (args, code) => {
    await reserved('loom', 'Mia')
    await stage.publish()
    const folder = stage.files({ 'a.txt': 'a' })
    await stage.refused(code, [
      'release',
      stage.repository,
      'loom',
      ...args.map((one) => (one === 'FILE' ? folder : one)),
    ])
  })
})

test('the state of a project: artifacts, maintainers, expiry, and its history', async () => {
  await reserved('loom', 'Mia', 'Max')
  await stage.publish()
  const [path, draft] = await released('1.0')
  await stage.sign(draft.digest, 'Mia')
  await stage.publish()
  interface Role {
    version: number
    keptBy: string
    threshold: number
    holders: { owner: string; signed: boolean }[]
    project: { changes: number }
    targets: { path: string; length: number }[]
  }
  const state = await answerOf<Role>(['state', stage.repository, 'loom'], stage.options)
  expect(state).toMatchObject({
    keptBy: 'people',
    threshold: 1,
    project: { changes: 0 },
    targets: [{ path, length: 9 }],
  })
  expect(state.holders.map(({ owner, signed }) => [owner, signed])).toEqual([
    ['Mia', true],
    ['Max', false],
  ])
  const none = await answerOf<{ matching: number; total: number }>(
    ['state', stage.repository, 'loom', '--search', 'nothing'],
    stage.options,
  )
  expect(none).toMatchObject({ matching: 0, total: 1 })
  const history = await answerOf<{ versions: { signedBy: { owner: string }[] }[]; keyChanges: object[] }>(
    ['history', stage.repository, 'loom'],
    stage.options,
  )
  expect(history.versions[0]?.signedBy.map(({ owner }) => owner)).toEqual(['Mia'])
  expect(history.keyChanges).toHaveLength(1)
  await stage.refused('usage/invalid', ['roles', stage.repository, 'add-key', 'loom', 'Lou'])
})
