// A repository from the inside: the order of clients, who keeps what, troubles in their place, pages of artifacts, old versions.
import { beforeEach, describe, expect, test } from 'vitest'
import { approve, publish } from '../../src/core/approve.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { AppError } from '../../src/core/error.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { createRepository, type KeyHolder, type RepositoryPlan } from '../../src/core/systems/tuf/create.ts'
import { draftEdits } from '../../src/core/systems/tuf/drafting.ts'
import type { SubjectEdit } from '../../src/core/systems/tuf/edit/edit.ts'
import { tufKeyObject } from '../../src/core/systems/tuf/key.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { parseMetadata } from '../../src/core/systems/tuf/metadata.ts'
import { seenName } from '../../src/core/systems/tuf/projects/seen.ts'
import { belowTargets } from '../../src/core/systems/tuf/structure.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import { configurationFacts } from '../../src/node/configuration-view.ts'
import type { TufSource } from '../../src/node/desk.ts'
import { entryOf } from '../../src/node/known-keys.ts'
import { readHistory } from '../../src/node/repository-history.ts'
import { changeMark, openInside, readInside, readTargets } from '../../src/node/repository-view.ts'
import { findDelegation } from '../../src/node/repository-walk.ts'
import { holder, idOf, never, now, signed } from '../support/repository.ts'
import { codeOfPromise } from '../support/thrown.ts'

const hashes = { sha256: 'ab'.repeat(32) }

class Story {
  readonly ana: KeyHolder
  readonly mia: KeyHolder
  readonly online: KeyHolder
  transport = memoryTransport()
  system = tufSystem(plainLayout)

  constructor(ana: KeyHolder, mia: KeyHolder, online: KeyHolder) {
    this.ana = ana
    this.mia = mia
    this.online = online
  }

  async found(bits?: number): Promise<void> {
    const people = { holders: [this.ana], threshold: 1, expiryDays: 365 }
    const machine = { holders: [this.online], threshold: 1, expiryDays: 7 }
    const plan: RepositoryPlan = { root: people, targets: people, snapshot: machine, timestamp: machine }
    const structure =
      bits === undefined ? ({ kind: 'none' } as const) : ({ kind: 'succinct', bitLength: bits } as const)
    const below = belowTargets(structure, plan, now)
    this.transport = memoryTransport(await createRepository(plan, plainLayout, { now, signal: never }, below))
  }

  get source(): TufSource {
    const anchor = this.transport.files.get('metadata/1.root.json') ?? new Uint8Array()
    const pinned = { id: 'x', name: 'x', location: '/x', pinnedAt: '' }
    return {
      pinned,
      transport: this.transport,
      layout: plainLayout,
      system: this.system,
      trust: { anchor, memory: new Map() },
    }
  }

  get context() {
    return { anchor: this.source.trust.anchor, now, signal: never }
  }

  async make(subject: string, ...edits: readonly SubjectEdit[]): Promise<void> {
    const request = { subject, edits, defaultDays: 365 }
    const { files, proposal, along } = await draftEdits(request, plainLayout, this.transport, this.context)
    await this.transport.write(files, new Map(), '', never)
    for (const { id } of [proposal, ...along]) {
      for (const { signer } of [this.ana, this.mia]) {
        await approve(id, this.system, this.transport, this.transport, signer, this.context).catch(() => undefined)
      }
    }
    for (const { id, subject: one } of [proposal, ...along]) {
      const { proposals } = await this.system.pending(this.transport, this.context)
      if (!proposals.some((waiting) => waiting.subject === one)) continue
      await publish(id, this.system, this.transport, this.transport, [this.online.signer], this.context)
    }
  }

  delegate(name: string, ...more: string[]): Promise<void> {
    const keys = [entryOf({ key: this.mia.signer.key, owner: 'Mia', rehearsal: false })]
    const [before] = more
    const edit = { kind: 'delegation-add', name, keys, threshold: 1, paths: [`${name}/*`], terminating: false } as const
    return this.make('targets', before === undefined ? edit : { ...edit, before })
  }

  inside(maxRoles?: number) {
    return readInside(this.source, this.context, maxRoles)
  }
}

let story: Story
beforeEach(async () => {
  story = new Story(await holder('Ana'), await holder('Mia'), { signer: (await holder('Online')).signer })
  await story.found()
})

describe('roles', () => {
  test('come in the order in which clients ask them, with who keeps them', async () => {
    await story.delegate('late')
    await story.delegate('early', 'late')
    const { roles, edges, omitted } = await story.inside()
    expect(roles.map(({ name, keptBy }) => [name, keptBy])).toEqual([
      ['root', 'people'],
      ['timestamp', 'machine'],
      ['snapshot', 'machine'],
      ['targets', 'people'],
      ['early', 'people'],
      ['late', 'people'],
    ])
    expect(edges.map(({ from, to, isFirst }) => [from, to, isFirst])).toEqual([
      ['targets', 'early', true],
      ['targets', 'late', false],
    ])
    expect(omitted).toBe(0)
    expect(roles[4]?.quorum.keys.map(({ owner, signed }) => [owner, signed])).toEqual([['Mia', true]])
  })

  test('one that does not verify says so, and hides no other', async () => {
    await story.delegate('one')
    await story.delegate('two')
    const file = 'metadata/1.one.json'
    const text = new TextDecoder().decode(story.transport.files.get(file))
    story.transport.files.set(file, utf8(text.replace('"version": 1', '"version": 1,\n  "x-evil": 1')))
    const { roles } = await story.inside()
    expect(roles.find(({ name }) => name === 'one')?.problem?.code).toBe('trust/bad-signature')
    expect(roles.find(({ name }) => name === 'one')?.quorum.keys.map(({ owner }) => owner)).toEqual(['Mia'])
    expect(roles.find(({ name }) => name === 'two')?.problem).toBeUndefined()
  })

  test('beyond the limit are counted, bins as well', async () => {
    await story.found(4)
    const all = await story.inside()
    expect(all.roles.filter(({ name }) => name.startsWith('bins-'))).toHaveLength(16)
    expect(all.roles.at(-1)).toMatchObject({ name: 'bins-f', keptBy: 'machine', version: 1 })
    const some = await story.inside(10)
    expect([some.roles.length, some.omitted, some.edges.length]).toEqual([10, 10, 6])
  })

  test('a role that blocks says so', async () => {
    await story.delegate('tools')
    const keys = [entryOf({ key: story.ana.signer.key, owner: 'Ana', rehearsal: false })]
    await story.make('targets', { kind: 'block', name: 'blocked', keys, threshold: 1, paths: ['tools/x'] })
    const { roles } = await story.inside()
    expect(roles.filter(({ blocks }) => blocks).map(({ name }) => name)).toEqual(['blocked'])
  })

  test('a mark is another one after every change', async () => {
    const before = await changeMark(story.source, story.context)
    expect(await changeMark(story.source, story.context)).toBe(before)
    await story.delegate('tools')
    const delegated = await changeMark(story.source, story.context)
    expect(delegated).not.toBe(before)
    await story.make('root', { kind: 'period', expiryDays: 100 })
    expect(await changeMark(story.source, story.context)).not.toBe(delegated)
  })
})

describe('a project that was seen', () => {
  const seen = (project: string) => {
    const digests = JSON.stringify({ [project]: ['ab'.repeat(32)] })
    return { ...story.context, memory: new Map([[seenName, utf8(digests)]]) }
  }

  test('and is nowhere any more is listed, with what is wrong', async () => {
    const { roles } = await readInside(story.source, seen('loom'))
    expect(roles.find(({ name }) => name === 'loom')).toMatchObject({
      version: 0,
      project: { changes: 0, problem: { code: 'trust/rollback' } },
    })
    const history = await readHistory('loom', await openInside(story.source, seen('loom')))
    expect([history.keyProblem?.code, history.versions, history.gone]).toEqual(['trust/rollback', [], true])
    expect((await story.inside()).roles.some(({ name }) => name === 'loom')).toBe(false)
  })

  test('is told also where the list ends before it', async () => {
    const { roles, omitted } = await readInside(story.source, seen('loom'), 4)
    expect([roles.at(-1)?.name, roles.at(-1)?.project?.problem?.code, omitted]).toEqual(['loom', 'trust/rollback', 0])
  })

  test('what cannot be reached is no repository without projects', async () => {
    await story.delegate('projects')
    const out = new AppError({ code: 'source/unreachable', message: 'the line is cut' })
    const cut = { ...story.transport, read: story.transport.read.bind(story.transport) }
    const source = { ...story.source, transport: cut }
    const { trusted } = await openInside(source, story.context)
    cut.read = () => Promise.reject(out)
    expect(await codeOfPromise(trusted.registries())).toBe('source/unreachable')
    expect(await codeOfPromise(trusted.keyChains())).toBe('source/unreachable')
  })
})

test('a role with two delegators is looked for in the order of clients, by core and here', async () => {
  // As others may have made it: nobody is led into this by what is made here.
  const keys = { Ana: story.ana.signer, Mia: story.mia.signer }
  const by = (name: keyof typeof keys) => [{ id: idOf({ signer: keys[name] }), signer: keys[name] }]
  const role = (name: string, holder: keyof typeof keys, path: string): JsonObject => ({
    ...{ name, keyids: [idOf({ signer: keys[holder] })], threshold: 1, terminating: false, paths: [path] },
  })
  const all = Object.fromEntries(Object.values(keys).map((signer) => [idOf({ signer }), tufKeyObject(signer.key)]))
  const opened = async () => {
    const { set, ...rest } = await openInside(story.source, story.context)
    const raw = { ...set.targets.signed.raw }
    const parse = async (roles: JsonObject[], holder: keyof typeof keys) => {
      const bytes = await signed({ ...raw, version: 1, delegations: { keys: all, roles } }, 'targets', by(holder))
      return parseMetadata(bytes, 'targets', 'one')
    }
    const targets = await parse([role('one', 'Mia', '*/*'), role('two', 'Mia', 'two/*')], 'Ana')
    const one = await parse([role('two', 'Ana', 'two/*')], isBroken ? 'Ana' : 'Mia')
    const meta = new Map(['one', 'two'].map((name) => [name, { version: 1 }]))
    story.transport.files.set('metadata/1.one.json', one.bytes)
    const snapshot = { ...set.snapshot, signed: { ...set.snapshot.signed, meta } }
    return { ...rest, set: { ...set, targets, snapshot } as typeof set }
  }
  let isBroken = false
  const holder = async (from?: string): Promise<unknown> => {
    const found = await findDelegation('two', await opened(), from)
    return [found?.from, found?.role.keyids[0] === idOf({ signer: keys.Ana }) ? 'Ana' : 'Mia', found?.paths]
  }
  expect(await holder()).toEqual(['one', 'Ana', ['two/*']])
  expect(await holder('targets')).toEqual(['targets', 'Mia', ['two/*']])
  isBroken = true
  expect(await holder()).toEqual(['targets', 'Mia', ['two/*']])
})

test('a configuration that its people have not signed since they changed shows what holds instead', async () => {
  await story.make('configuration', { kind: 'configure', values: { 'timestamp/every': 5 } })
  const every = async () => {
    const { fields, version, isSigned } = await configurationFacts(await openInside(story.source, story.context))
    return [version, isSigned, fields.find(({ path }) => path === 'timestamp/every')?.value]
  }
  expect(await every()).toEqual([1, true, 5])
  const mia = entryOf({ key: story.mia.signer.key, owner: 'Mia', rehearsal: false })
  await story.make('root', { kind: 'key-add', role: 'targets', entry: mia })
  await story.make('targets', { kind: 'period', expiryDays: 50 })
  const keyId = idOf(story.ana)
  await story.make('root', { kind: 'key-remove', role: 'targets', keyId })
  expect(await every()).toEqual([1, false, 60])
  // A signature under the next one brings back what this one says: it is shown.
  const edits = [{ kind: 'configure', values: { 'retention/keepDays': 9 } }] as const
  const request = { subject: 'configuration', edits, defaultDays: 365 }
  const { proposal } = await draftEdits(request, plainLayout, story.transport, story.context)
  expect(proposal.changes.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['retention/keepDays', 'timestamp/every']),
  )
  await story.make('configuration', ...edits)
  expect(await every()).toEqual([2, true, 5])
})

describe('artifacts', () => {
  test('come by pages, by role or all, searched without regard to capitals', async () => {
    await story.delegate('tools')
    const set = (path: string): SubjectEdit => ({ kind: 'target-set', path, length: 3, hashes, replace: false })
    await story.make('targets', set('Alpha'), set('beta'))
    await story.make('tools', set('tools/alpha'), { ...set('tools/c'), custom: { version: '1' } } as SubjectEdit)
    const inside = await story.inside()
    const ask = (role: string, query: string, offset = 0, limit = 10) =>
      readTargets(inside, { role, query, offset, limit })
    const all = ask('*', 'ALPHA')
    expect([all.total, all.matching, all.targets.map(({ path, role }) => [path, role])]).toEqual([
      4,
      2,
      [
        ['Alpha', 'targets'],
        ['tools/alpha', 'tools'],
      ],
    ])
    const page = ask('*', '', 1, 2)
    expect([page.matching, page.targets.map(({ path }) => path)]).toEqual([4, ['beta', 'tools/alpha']])
    expect(ask('tools', 'tools/c').targets[0]).toMatchObject({ length: 3, custom: '{\n "version": "1"\n}' })
    expect(await codeOfPromise((async () => ask('none', ''))())).toBe('source/not-found')
  })
})

describe('history', () => {
  const history = async (role: string) => readHistory(role, await openInside(story.source, story.context))

  test('of root: each version by the keys of the one before it', async () => {
    await story.make('root', { kind: 'period', expiryDays: 100 })
    await story.make('root', { kind: 'period', expiryDays: 200 })
    const { versions, gone, more } = await history('root')
    expect([versions.map(({ version }) => version), gone, more]).toEqual([[3, 2, 1], false, false])
    expect(versions.every(({ problem, signedBy }) => problem === undefined && signedBy[0]?.owner === 'Ana')).toBe(true)
    story.transport.files.delete('metadata/1.root.json')
    expect(await codeOfPromise(history('root'))).not.toBe('ok')
  })

  test('of a role whose keys have changed: the old versions cannot be judged, and say so', async () => {
    await story.delegate('tools')
    const entry = entryOf({ key: story.ana.signer.key, owner: 'Ana', rehearsal: false })
    await story.make('targets', { kind: 'key-add', role: 'tools', entry })
    await story.make('tools', { kind: 'target-set', path: 'tools/x', length: 3, hashes, replace: false })
    expect((await history('tools')).versions.map(({ problem }) => problem)).toEqual([undefined, undefined])
    const { set } = await openInside(story.source, story.context)
    const mia = [...(set.targets.signed.delegations?.keys.values() ?? [])].find(({ owner }) => owner === 'Mia')
    await story.make('targets', { kind: 'key-remove', role: 'tools', keyId: mia?.id ?? '' })
    const { versions } = await history('tools')
    expect(versions.map(({ problem, signedBy }) => [problem?.code, signedBy.map(({ owner }) => owner)])).toEqual([
      [undefined, ['Ana']],
      ['trust/threshold', []],
    ])
  })

  test('of a top-level role by the keys that root named then', async () => {
    const mia = entryOf({ key: story.mia.signer.key, owner: 'Mia', rehearsal: false })
    await story.make('root', { kind: 'key-add', role: 'targets', entry: mia })
    const { keys, role } = await openInside(story.source, story.context).then(({ set }) => ({
      keys: set.root.signed.keys,
      role: set.root.signed.roles.get('targets'),
    }))
    const keyId = role?.keyids.find((id) => keys.get(id)?.owner === 'Ana') ?? ''
    await story.make('targets', { kind: 'period', expiryDays: 50 })
    await story.make('root', { kind: 'key-remove', role: 'targets', keyId })
    const { versions } = await history('targets')
    expect(versions.map(({ version, problem }) => [version, problem])).toEqual([
      [2, undefined],
      [1, undefined],
    ])
  })

  test('that the repository keeps no more, and a role that is none', async () => {
    await story.make('targets', { kind: 'period', expiryDays: 50 })
    await story.make('targets', { kind: 'period', expiryDays: 60 })
    story.transport.files.delete('metadata/1.targets.json')
    const { versions, gone } = await history('targets')
    expect([versions.map(({ version }) => version), gone]).toEqual([[3, 2], true])
    expect((await history('timestamp')).gone).toBe(true)
    expect(await codeOfPromise(history('nothing'))).toBe('source/not-found')
  })
})
