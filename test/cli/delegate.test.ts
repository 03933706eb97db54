// Admins on the command line: delegations in their order, blocks with the way back, bins, and roles that must agree.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerOf } from '../support/cli.ts'
import { Changing, type Drafted } from './changing.ts'

const stage = new Changing()
beforeAll(async () => {
  await stage.found(['Ana'])
  await stage.people('Mia', 'Max')
  await delegated('tools', ['tools/*'], 'Mia')
  const folder = stage.files({ 'a.txt': 'a', 'b.txt': 'bb' })
  // Where its only pattern leads: nobody has to say the folder.
  const draft = await stage.draft('release', 'tools', 'add', folder)
  await stage.sign(draft.digest, 'Mia')
  await stage.publish()
  stage.keep()
})
beforeEach(() => stage.restore())

async function publish(draft: Drafted, ...keys: readonly string[]): Promise<void> {
  await stage.sign(draft.digest, 'Ana')
  for (const { subject } of draft.along) await stage.sign(subject, ...keys)
  await stage.publish()
}

async function delegated(name: string, paths: readonly string[], key: string, ...more: string[]): Promise<Drafted> {
  const named = paths.flatMap((path) => ['--path', path])
  const draft = await stage.draft('delegate', 'add', name, ...named, '--key', key, ...more)
  await publish(draft, key)
  return draft
}

interface State {
  roles: { name: string; blocks: boolean; targets: number }[]
  edges: { from: string; to: string; paths: string[]; terminating: boolean }[]
}
const state = (): Promise<State> => answerOf<State>(['state', stage.repository], stage.options)

describe('delegations', () => {
  test('are added where they are wanted, changed, and removed', async () => {
    await delegated('early', ['tools/a.txt', 'x/*'], 'Max', '--before', 'tools', '--terminating', 'yes')
    expect((await state()).edges.map(({ to, terminating }) => [to, terminating])).toEqual([
      ['early', true],
      ['tools', false],
    ])
    const change = await stage.draft('delegate', 'change', 'early', '--path', 'x/*', '--terminating', 'no')
    expect(change.effects.shown.map(({ path }) => path)).toEqual(['tools/a.txt'])
    await stage.keepsPromise(change, () => publish(change))
    const gone = await stage.draft('delegate', 'remove', 'tools')
    expect(gone.effects.changed).toBe(2)
    await stage.keepsPromise(gone, () => publish(gone))
    expect((await state()).roles.map(({ name }) => name)).not.toContain('tools')
  })

  test.each([
    [['add', 'Tools', '--path', 'x/*', '--key', 'Max']],
    [['add', 'more', '--key', 'Max']],
    [['add', 'more', '--path', 'x/*']],
    [['add', 'targets', '--path', 'x/*', '--key', 'Max']],
    [['change', 'nothing', '--terminating', 'yes']],
    [['change', 'tools', '--terminating', 'perhaps']],
    [['remove', 'nothing']],
    [['bins', 'bins', '--bits', '4', '--key', 'Online']],
    [['bins', 'bins', '--key', 'Online']],
    [['agree', 'both', '--path', 'x/*', '--role', 'one=Max']],
    [['undo', 'tools']],
  ])('delegate %j is refused', async (args) => {
    await stage.refused('usage/invalid', ['delegate', stage.repository, ...args])
  })
})

describe('block a delegation', () => {
  test('chosen targets, with what clients see shown before, and a way back', async () => {
    const block = await stage.draft('delegate', 'block', '--path', 'tools/a.txt')
    expect(block.effects.shown).toMatchObject([{ path: 'tools/a.txt', after: { kind: 'absent' } }])
    await stage.keepsPromise(block, () => publish(block, 'Ana'))
    const seen = await stage.peerSees(['tools/a.txt', 'tools/b.txt'])
    expect([seen.get('tools/a.txt'), seen.get('tools/b.txt')]).toEqual(['absent', expect.stringMatching(/^2 /)])
    expect((await state()).roles.find(({ name }) => name === 'blocked')).toMatchObject({ blocks: true, targets: 0 })
    const more = await stage.draft('delegate', 'block', '--path', 'tools/b.txt')
    await stage.keepsPromise(more, () => publish(more))
    const back = await stage.draft('delegate', 'unblock', 'blocked')
    expect(back.effects.changed).toBe(2)
    await stage.keepsPromise(back, () => publish(back))
    expect((await stage.peerSees(['tools/a.txt'])).get('tools/a.txt')).toMatch(/^1 /)
  })

  test('a whole role is stopped', async () => {
    const block = await stage.draft('delegate', 'block', 'stopped', '--role', 'tools')
    expect(block.effects).toMatchObject({ asked: 2, changed: 2 })
    await stage.keepsPromise(block, () => publish(block, 'Ana'))
    await stage.refused('source/not-found', ['delegate', stage.repository, 'block', '--role', 'nothing'])
  })
})

describe('roles that must agree (TAP 3)', () => {
  test('are drafted, signed and published, and taken back', async () => {
    const gone = await stage.draft('delegate', 'remove', 'tools')
    await publish(gone)
    const roles = ['--role', 'one=Mia', '--role', 'two=Mia,Max@1']
    const draft = await stage.draft('delegate', 'agree', 'both', '--path', 'lib/*', ...roles, '--agree', '2')
    expect(draft.findings.map(({ code }) => code)).toContain('tap3')
    await publish(draft, 'Mia')
    const { edges } = await state()
    expect(edges.map(({ to, paths }) => [to, paths])).toEqual([
      ['one', ['lib/*']],
      ['two', ['lib/*']],
    ])
    const back = await stage.draft('delegate', 'disagree', 'both')
    await publish(back)
    expect((await state()).edges).toEqual([])
  })
})

describe('initialize repository', () => {
  test.each(['succinct', 'prefixes'])('with %s bins, which the repository’s own key signs', async (structure) => {
    const born = new Changing()
    await born.found(['Ana'], '--structure', structure, '--bits', '2', '--signing', '30', '--online-days', '9')
    const { roles } = await answerOf<{ roles: { name: string; keptBy: string; version: number }[] }>(
      ['state', born.repository],
      born.options,
    )
    const bins = roles.filter(({ name }) => name.startsWith('bins-'))
    expect(bins.map(({ keptBy, version }) => [keptBy, version])).toEqual(
      Array.from({ length: 4 }, () => ['machine', 1]),
    )
    const { signed } = born.read('metadata/1.root.json')
    expect(signed['x-tuf-on-ci-signing-period']).toBe(30)
    expect(signed.roles).toMatchObject({ snapshot: { 'x-tuf-on-ci-expiry-period': 9 } })
    expect(await born.peerSees(['anything'])).toEqual(new Map([['anything', 'absent']]))
  })

  test('with bins from the start, or later by a change', async () => {
    const later = new Changing()
    await later.found(['Ana'])
    const draft = await later.draft('delegate', 'bins', 'bins', '--bits', '1', '--key', 'Online', '--form', 'prefixes')
    await later.sign(draft.digest, 'Ana')
    await later.publish()
    const { edges } = await answerOf<State>(['state', later.repository], later.options)
    expect(edges.map(({ to }) => to)).toEqual(['bins-0', 'bins-1'])
  })

  test.each([
    [['--structure', 'shelves']],
    [['--structure', 'projects', '--bits', '3']],
    [['--structure', 'succinct', '--bits', '17']],
    [['--signing', '500']],
  ])('init %j is refused and leaves nothing behind', async (args) => {
    const none = new Changing()
    await expect(none.found(['Ana'], ...args)).rejects.toThrow()
    const error = await answerOf(['status', none.repository], none.options).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
  })
})
