// What clients will see is what clients see: effects compared with the client itself, before and after the change is published.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { AppError, toErrorData } from '../../../../src/core/error.ts'
import type { JsonObject } from '../../../../src/core/json.ts'
import type { Signer } from '../../../../src/core/signer.ts'
import type { ClientOptions } from '../../../../src/core/systems/tuf/check.ts'
import { refresh, type TrustedSet } from '../../../../src/core/systems/tuf/client.ts'
import { findTarget } from '../../../../src/core/systems/tuf/delegation.ts'
import type { Effects } from '../../../../src/core/systems/tuf/effect.ts'
import { effectsOf } from '../../../../src/core/systems/tuf/effects.ts'
import { encodeMetadata } from '../../../../src/core/systems/tuf/encode.ts'
import { keyIdOf, tufKeyObject } from '../../../../src/core/systems/tuf/key.ts'
import { type Metadata, parseMetadata, type Targets } from '../../../../src/core/systems/tuf/metadata.ts'
import { sampleOf } from '../../../../src/core/systems/tuf/sample.ts'
import { memoryTransport, type Transport, within } from '../../../../src/core/transport.ts'
import {
  days,
  idOf,
  never,
  now,
  signed,
  signedOf,
  softwareSigner,
  type TestRepository,
  testRepository,
} from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { hex, type Loose } from './diff/documents.ts'

const options: ClientOptions = { now, signal: never, expired: 'refuse' }

/** By role: its artifacts and delegations. A role that is not there has no document. */
type World = Record<string, Loose>

let repository: TestRepository
let stranger: { id: string; raw: JsonObject; signer: Signer }
let holder: { id: string; raw: JsonObject }

beforeAll(async () => {
  repository = await testRepository(['Ana'], 1)
  const signer = await softwareSigner('other')
  const other = tufKeyObject(signer.key)
  stranger = { id: keyIdOf(other), raw: other, signer }
  const root = signedOf(repository, '1.root.json', 'root')
  const ana = repository.holders[0]
  if (ana === undefined) throw new Error('nobody')
  holder = { id: idOf(ana), raw: (root.keys as Record<string, JsonObject>)[idOf(ana)] ?? {} }
})

const file = (digit: string): Loose => ({ length: 3, hashes: { sha256: hex(digit) } })
const keys = (): Loose => ({ [holder.id]: holder.raw, [stranger.id]: stranger.raw })
const keysOf = (by: 'holder' | 'stranger' = 'holder'): Loose => ({
  keyids: [by === 'holder' ? holder.id : stranger.id],
  threshold: 1,
})

interface Delegation {
  name: string
  paths: string[]
  terminating?: boolean
  by?: 'holder' | 'stranger'
}

const roles = (...list: Delegation[]): Loose => ({
  keys: keys(),
  roles: list.map(({ by, ...one }) => ({ terminating: false, ...keysOf(by), ...one })),
})
const agreement = (name: string, paths: string[], min: number, names: string[], terminating = false): Loose => ({
  name,
  paths,
  terminating,
  min_roles_in_agreement: min,
  roleinfo: names.map((rolename) => ({ rolename, ...keysOf() })),
})
const agreements = (...delegations: Loose[]): Loose => ({ keys_for_delegations: keys(), delegations })
const bins = (): Loose => ({ keys: keys(), succinct_roles: { ...keysOf(), bit_length: 1, name_prefix: 'bin' } })

function fields(version: number, { targets = {}, delegations }: Loose): JsonObject {
  const document = { _type: 'targets', spec_version: '1.0.34', version, expires: days(30), targets }
  return delegations === undefined ? document : { ...document, delegations }
}

interface Published {
  set: TrustedSet
  remote: Transport
}

/** As a repository that clients can read: first versions signed by the holder, later ones also by the stranger. */
async function publish(world: World, versions: Record<string, number> = {}): Promise<Published> {
  const ana = repository.holders.map((one) => ({ id: idOf(one), signer: one.signer }))
  const online = repository.online.map((signer) => ({ id: idOf({ signer }), signer }))
  const remote = memoryTransport(repository.source.files)
  const meta: Record<string, JsonObject> = {}
  for (const [role, document] of Object.entries(world)) {
    const version = versions[role] ?? 1
    meta[`${role}.json`] = { version }
    remote.files.set(
      `metadata/${version}.${role}.json`,
      await signed(fields(version, document), 'targets', version > 1 ? [...ana, stranger] : ana),
    )
  }
  const snapshot = { ...signedOf(repository, '1.snapshot.json', 'snapshot'), version: 2, meta }
  const timestamp = {
    ...signedOf(repository, 'timestamp.json', 'timestamp'),
    version: 2,
    meta: { 'snapshot.json': { version: 2 } },
  }
  remote.files.set('metadata/2.snapshot.json', await signed(snapshot, 'snapshot', online))
  remote.files.set('metadata/timestamp.json', await signed(timestamp, 'timestamp', online))
  const store = memoryTransport(new Map([['root.json', repository.anchor]]))
  const metadata = within(remote, 'metadata/')
  return { set: await refresh(metadata, store, options), remote: metadata }
}

/** The candidates, not signed by anyone. */
function candidates(before: World, after: World): Map<string, Metadata<Targets> | undefined> {
  const changed = new Map<string, Metadata<Targets> | undefined>()
  for (const role of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (JSON.stringify(before[role]) === JSON.stringify(after[role])) continue
    const document = after[role]
    changed.set(
      role,
      document === undefined ? undefined : parseMetadata(encodeMetadata(fields(2, document)), 'targets', role),
    )
  }
  return changed
}

async function effects(before: World, after: World): Promise<Effects> {
  return effectsOf({ ...(await publish(before)), options, changed: candidates(before, after) })
}

const told = ({ shown }: Effects): string[] =>
  shown.map(({ path, before, after }) => {
    const text = (one: typeof before): string =>
      one.kind === 'found'
        ? `${one.role} ${one.hashes.sha256?.[0]}`
        : one.kind === 'refused'
          ? one.error.code
          : one.kind
    return `${path}: ${text(before)} -> ${text(after)}`
  })

const base = (): World => ({
  targets: {
    targets: { 'tool/1': file('a') },
    delegations: roles({ name: 'a', paths: ['lib/*'] }, { name: 'b', paths: ['lib/*', 'doc/*'] }),
  },
  a: { targets: { 'lib/1': file('1') } },
  b: { targets: { 'lib/1': file('2'), 'lib/2': file('3'), 'doc/1': file('4') } },
})

describe('one change a row', () => {
  const rows: [string, (copy: World) => void, string[]][] = [
    ['added', (copy) => (copy.b.targets['doc/2'] = file('5')), ['doc/2: absent -> b 5']],
    ['replaced', (copy) => (copy.targets.targets['tool/1'] = file('b')), ['tool/1: targets a -> targets b']],
    ['removed', (copy) => delete copy.b.targets['doc/1'], ['doc/1: b 4 -> absent']],
    ['removed where another role has it too', (copy) => delete copy.a.targets['lib/1'], ['lib/1: a 1 -> b 2']],
    [
      'added behind another that is asked first',
      (copy) => (copy.b.targets['lib/1'] = file('6')),
      ['lib/1: a 1 -> a 1'],
    ],
    [
      'blocked: one artifact',
      (copy) => {
        copy.targets.delegations.roles.unshift({ name: 'block', terminating: true, paths: ['lib/1'], ...keysOf() })
        copy.block = {}
      },
      ['lib/1: a 1 -> absent'],
    ],
    [
      'blocked: a whole folder',
      (copy) => {
        copy.targets.delegations.roles.unshift({ name: 'block', terminating: true, paths: ['lib/*'], ...keysOf() })
        copy.block = {}
      },
      ['lib/1: a 1 -> absent', 'lib/2: b 3 -> absent'],
    ],
    [
      'blocked by a role without a document',
      (copy) =>
        copy.targets.delegations.roles.unshift({
          name: 'block',
          terminating: true,
          paths: ['lib/1', 'new/1'],
          ...keysOf(),
        }),
      ['lib/1: a 1 -> source/not-found', 'new/1: absent -> source/not-found'],
    ],
    ['undelegated', (copy) => copy.targets.delegations.roles.shift(), ['lib/1: a 1 -> b 2', 'lib/2: b 3 -> b 3']],
    [
      'reordered',
      (copy) => copy.targets.delegations.roles.reverse(),
      ['lib/1: a 1 -> b 2', 'doc/1: b 4 -> b 4', 'lib/2: b 3 -> b 3'],
    ],
    [
      'fewer paths',
      (copy) => copy.targets.delegations.roles[1].paths.pop(),
      ['doc/1: b 4 -> absent', 'lib/1: a 1 -> a 1', 'lib/2: b 3 -> b 3'],
    ],
    [
      'the last word',
      (copy) => (copy.targets.delegations.roles[0].terminating = true),
      ['lib/2: b 3 -> absent', 'lib/1: a 1 -> a 1'],
    ],
    [
      'keys by which nothing is signed yet',
      (copy) => Object.assign(copy.targets.delegations.roles[0], keysOf('stranger')),
      ['lib/1: a 1 -> trust/threshold', 'lib/2: b 3 -> trust/threshold'],
    ],
    [
      'a role loses its document: clients stop also where others list an artifact',
      (copy) => delete copy.a,
      ['lib/1: a 1 -> source/not-found', 'lib/2: b 3 -> source/not-found'],
    ],
    [
      'delegated below a role, with the last word over its neighbour',
      (copy) => {
        copy.a.delegations = roles({ name: 'deep', paths: ['lib/2'], terminating: true })
        copy.deep = {}
      },
      ['lib/2: b 3 -> absent'],
    ],
    [
      'an agreement instead',
      (copy) => {
        copy.targets.delegations = agreements(agreement('all', ['lib/*'], 2, ['a', 'b']))
        copy.a.targets['lib/2'] = file('3')
      },
      ['lib/2: b 3 -> a 3', 'lib/1: a 1 -> absent', 'doc/1: b 4 -> absent'],
    ],
  ]

  test.each(rows)('%s', async (_, change, expected) => {
    const after = base()
    change(after)
    const found = await effects(base(), after)
    expect(told(found)).toEqual(expected)
    expect([found.asked, found.tried]).toEqual([expected.length, expected.length])
    expect(found.changed).toBe(expected.filter((line) => !/: (.*) -> \1$/.test(line)).length)
  })
})

describe('a change behind more artifacts than are tried', () => {
  const crowd = (folder: string, count = 5000): Loose =>
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`${folder}/${String(at).padStart(5, '0')}`, file('c')]),
    )

  test('is found behind those that no client is led to', async () => {
    const after = base()
    after.b.targets = { ...crowd('a'), ...after.b.targets, 'doc/9': file('9'), ...crowd('x') }
    const found = await effects(base(), after)
    expect(told(found)[0]).toBe('doc/9: absent -> b 9')
    expect(found).toMatchObject({ asked: 10_001, tried: 2000, changed: 1 })
  })

  test('is found when the same change leads clients there', async () => {
    const after = base()
    after.targets.delegations.roles.push({ name: 'fresh', terminating: false, paths: ['new/*'], ...keysOf() })
    after.fresh = { targets: { ...crowd('a'), 'new/1': file('1') } }
    expect(told(await effects(base(), after))[0]).toBe('new/1: absent -> fresh 1')
  })

  test('is found behind what another role lists beyond its folder', async () => {
    const [before, after] = [base(), base()]
    for (const one of [before, after]) {
      one.targets.delegations.roles.unshift({
        name: 'decoy',
        terminating: false,
        paths: ['decoy/*', 'lib/'],
        ...keysOf(),
      })
      one.decoy = { targets: crowd('lib') }
    }
    after.targets.delegations.roles.unshift({
      name: 'block',
      terminating: true,
      paths: ['lib/*', 'decoy/*'],
      ...keysOf(),
    })
    after.block = {}
    const found = await effects(before, after)
    expect(told(found).slice(0, 2).sort()).toEqual(['lib/1: a 1 -> absent', 'lib/2: b 3 -> absent'])
    expect(found.tried).toBe(2000)
  })

  test('is counted as what it is where clients are led to all of them', async () => {
    const after = base()
    after.b.targets = { ...after.b.targets, ...crowd('doc') }
    expect(await effects(base(), after)).toMatchObject({ asked: 5000, tried: 2000, changed: 2000 })
  })
})

test('a sample: small groups as a whole, large ones at equal distances', () => {
  const [few, many] = [['a', 'b'], Array.from({ length: 100 }, (_, at) => String(at))]
  expect(sampleOf([many, few], 6)).toEqual(['0', '25', '50', '75', 'a', 'b'])
  expect(sampleOf([many, [], many], 4)).toEqual(['0', '50', '0', '50'])
  expect(sampleOf([few, [], few], 9)).toEqual(['a', 'b', 'a', 'b'])
  expect(sampleOf([[], few], 1)).toEqual(['a'])
})

/** Artifacts and patterns that meet in every way. */
const paths = ['x/1', 'x/2', 'y/1', 'z']
const patterns = ['x/*', '*/1', 'y/*', 'z', 'x/1', '*', 'x/[12]', '?/2']
const names = ['a', 'b', 'c', 'd']

const artifacts = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...paths), fc.constantFrom('1', '2')), {
    selector: ([path]) => path,
    maxLength: 3,
  })
  .map((list) => Object.fromEntries(list.map(([path, digit]) => [path, file(digit)])))
const somePaths = fc.uniqueArray(fc.constantFrom(...patterns), { minLength: 1, maxLength: 2 })
const someNames = (minLength: number) => fc.uniqueArray(fc.constantFrom(...names), { minLength, maxLength: 3 })
const delegation = fc.record({
  paths: somePaths,
  terminating: fc.boolean(),
  by: fc.constantFrom('holder', 'holder', 'stranger'),
})
const classic = someNames(0).chain((list) =>
  fc
    .tuple(...list.map(() => delegation))
    .map((all) => () => roles(...all.map((one, i) => ({ ...one, name: list[i] ?? '' }) as Delegation))),
)
const agreed = fc
  .array(fc.tuple(somePaths, someNames(1), fc.boolean(), fc.nat(2)), { maxLength: 2 })
  .map(
    (list) => () =>
      agreements(
        ...list.map(([own, who, last, min], i) => agreement(`${i}`, own, Math.min(min + 1, who.length), who, last)),
      ),
  )
const delegated = fc.oneof(
  { weight: 4, arbitrary: classic },
  { weight: 2, arbitrary: agreed },
  { weight: 1, arbitrary: fc.constant(bins) },
)
const document = fc.record({ targets: artifacts, delegations: fc.option(delegated, { nil: undefined }) })
const top = fc.record({ targets: artifacts, delegations: delegated })
const world = fc.record(
  { targets: top, a: document, b: document, c: document, d: document, 'bin-0': document, 'bin-1': document },
  { requiredKeys: ['targets', 'a', 'b'] },
)

/** The keys are made anew in every run, so delegations are made when they are needed. */
const built = (one: Record<string, { targets: Loose; delegations?: (() => Loose) | undefined } | undefined>): World =>
  Object.fromEntries(
    Object.entries(one).flatMap(([role, fields]) =>
      fields === undefined
        ? []
        : [
            [
              role,
              {
                targets: fields.targets,
                ...(fields.delegations === undefined ? {} : { delegations: fields.delegations() }),
              },
            ],
          ],
    ),
  )

/** Whether every delegation to these roles names the same keys. */
function hasOneAuthority(one: World, changed: readonly string[]): boolean {
  const stated = new Map<string, string>()
  return Object.values(one).every((fields) => {
    const { roles: named = [], delegations: entries = [] } = fields.delegations ?? {}
    const all = [...named, ...entries.flatMap((entry: Loose) => entry.roleinfo)]
    return all.every(({ name, rolename, keyids }: Loose) => {
      const role = name ?? rolename
      const known = stated.get(role) ?? String(keyids)
      stated.set(role, known)
      return !changed.includes(role) || known === String(keyids)
    })
  })
}

async function seen(path: string, { set, remote }: Published): Promise<string> {
  try {
    const found = await findTarget(path, set, remote, options)
    return found === undefined
      ? 'absent'
      : `${found.role} ${found.file.hashes.get('sha256')?.[0]} ${found.agreed ?? ''}`
  } catch (thrown) {
    return toErrorData(thrown).code
  }
}

const spelled = (one: Effects['shown'][number]['before']): string =>
  one.kind === 'absent'
    ? 'absent'
    : one.kind === 'refused'
      ? one.error.code
      : `${one.role} ${one.hashes.sha256?.[0]} ${one.agreed ?? ''}`

test('what is promised is what clients see, and nothing that they lose or find otherwise is left out', async () => {
  let changes = 0
  await fc.assert(
    fc.asyncProperty(
      world,
      world,
      fc.uniqueArray(fc.constantFrom('targets', ...names), { minLength: 1, maxLength: 3 }),
      async (first, second, which) => {
        const [before, other] = [built(first), built(second)]
        const after: World = { ...before }
        for (const role of which) {
          if (other[role] !== undefined) after[role] = other[role]
          else if (role !== 'targets') delete after[role]
        }
        const changed = candidates(before, after)
        const [old, next] = [
          await publish(before),
          await publish(after, Object.fromEntries([...changed.keys()].map((role) => [role, 2]))),
        ]
        const found = await effectsOf({ ...old, options, changed })
        const shown = new Map(found.shown.map((one) => [one.path, one]))
        expect(found.asked).toBe(shown.size)
        for (const path of new Set([...paths, ...shown.keys()])) {
          const truth = [await seen(path, old), await seen(path, next)]
          const promise = shown.get(path)
          if (promise !== undefined)
            expect([path, spelled(promise.before), spelled(promise.after)]).toEqual([path, ...truth])
          // A role with two sets of keys is found by the first.
          else if (!hasOneAuthority(before, [...changed.keys()])) continue
          // Where nobody lists an artifact, or nobody could get at it, clients can only meet one error in the place of another.
          else if (truth.some((one) => one.includes(' '))) expect([path, truth[1]]).toEqual([path, truth[0]])
          if (truth[0] !== truth[1]) changes++
        }
      },
    ),
    { numRuns: 150 },
  )
  expect(changes).toBeGreaterThan(100)
})

test('a role that clients refuse until now shows all that it has, once it is signed with the right keys', async () => {
  const before = base()
  Object.assign(before.targets.delegations.roles[0], keysOf('stranger'))
  const after = { ...before, a: { targets: { ...before.a.targets, 'lib/3': file('3') } } }
  expect(told(await effects(before, after))).toEqual([
    ...['lib/1: trust/threshold -> a 1', 'lib/3: trust/threshold -> a 3', 'lib/2: trust/threshold -> b 3'],
  ])
})

describe('bounds', () => {
  const many = (count: number, digit: string): Loose =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`lib/${i}`, file(digit)]))

  test('2,000 artifacts are looked at, 50 shown, all counted', async () => {
    const [before, after] = [base(), base()]
    before.a.targets = many(2500, '1')
    after.a.targets = many(2500, '2')
    const found = await effects(before, after)
    expect([found.asked, found.changed, found.shown.length]).toEqual([2500, 2000, 50])
  })

  test('what changes is shown before what stays', async () => {
    const [before, after] = [base(), base()]
    before.b.targets = { ...many(100, '1'), 'lib/zz': file('1') }
    after.b.targets = { ...many(100, '1'), 'lib/zz': file('1') }
    before.a.targets = many(100, '2')
    after.a.targets = many(100, '2')
    after.targets.delegations.roles.reverse()
    delete before.a.targets['lib/99']
    const found = await effects(before, after)
    expect([found.asked, found.changed, found.shown.length]).toEqual([101, 99, 50])
  })

  test('a document that is expired is what clients refuse, now and then', async () => {
    const { set, remote } = await publish(base())
    const late = parseMetadata(encodeMetadata({ ...fields(2, {}), expires: days(-1) }), 'targets', 'late')
    const input = { set, remote, changed: new Map([['a', late]]) }
    expect(told(await effectsOf({ ...input, options }))).toEqual(['lib/1: a 1 -> trust/expired'])
    expect(told(await effectsOf({ ...input, options: { ...options, expired: 'report' } }))).toEqual([
      'lib/1: a 1 -> b 2',
    ])
  })

  test('a network that fails says nothing about what clients see, and a person may stop', async () => {
    const { set, remote } = await publish(base())
    const changed = candidates(base(), { ...base(), a: { targets: {} } })
    const broken: Transport = {
      ...remote,
      read: async () => {
        throw new AppError({ code: 'source/unreachable', message: 'gone' })
      },
    }
    expect(await codeOfPromise(effectsOf({ set, remote: broken, options, changed }))).toBe('source/unreachable')
    const stopped = { ...options, signal: AbortSignal.abort() }
    expect(await codeOfPromise(effectsOf({ set, remote, options: stopped, changed }))).not.toBe('ok')
  })

  test('each document is read once for all artifacts', async () => {
    const [before, after] = [base(), base()]
    before.a.targets = many(50, '1')
    after.a.targets = many(49, '1')
    after.targets.delegations.roles.reverse()
    const { set, remote } = await publish(before)
    const read: string[] = []
    const counted: Transport = {
      ...remote,
      read: (name, ...rest) => {
        read.push(name)
        return remote.read(name, ...rest)
      },
    }
    await effectsOf({ set, remote: counted, options, changed: candidates(before, after) })
    expect(read.sort()).toEqual(['1.a.json', '1.b.json'])
  })
})
