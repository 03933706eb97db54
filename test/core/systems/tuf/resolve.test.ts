// Who decides for a path: one case a row, over documents that only stand in memory, so that every shape of a tree is cheap.
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../../src/core/error.ts'
import type { Metadata, Targets } from '../../../../src/core/systems/tuf/metadata.ts'
import { type LoadRole, resolveTarget } from '../../../../src/core/systems/tuf/resolve.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { artifact, inDays, keyId, keyList, type Loose, metadata, role } from './diff/documents.ts'

const x = artifact('a')
const y = artifact('b')

function document(fields: Loose): Metadata<Targets> {
  const read = metadata(
    { _type: 'targets', spec_version: '1.0.34', version: 1, expires: inDays(9), targets: {}, ...fields },
    [],
    'targets',
  )
  if (read.signed.type !== 'targets') throw new Error('no targets document')
  return { ...read, signed: read.signed }
}

const lists = (targets: Loose): Loose => ({ targets })
const classic = (...roles: Loose[]): Loose => ({
  delegations: { keys: keyList('ana'), roles: roles.map((one) => ({ terminating: false, ...role(1, 'ana'), ...one })) },
})
const entry = (min: number, names: string[], rest: Loose = {}): Loose => ({
  name: names.join('-'),
  paths: ['lib/*'],
  terminating: false,
  min_roles_in_agreement: min,
  roleinfo: names.map((rolename) => ({ rolename, ...role(1, 'ana') })),
  ...rest,
})
const accepted = (...entries: Loose[]): Loose => ({
  delegations: { keys_for_delegations: keyList('ana'), delegations: entries },
})
const draft = (...entries: [string[], string[]][]): Loose => ({
  _type: 'Targets',
  keys: keyList('ana'),
  roles: Object.fromEntries(entries.flatMap(([, names]) => names.map((name) => [name, role(1, 'ana')]))),
  delegations: entries.map(([paths, roles]) => ({ paths, roles })),
})

type World = Record<string, Loose>

function loader(world: World, asked: string[] = []): LoadRole {
  return async ({ name }) => {
    asked.push(name)
    const fields = world[name]
    if (fields !== undefined) return document(fields)
    throw new AppError({ code: 'source/not-found', message: `no ${name}` })
  }
}

async function decided(path: string, world: World): Promise<string> {
  const found = await resolveTarget(path, document(world.targets), loader(world))
  if (found === undefined) return 'nobody'
  const which = found.file.hashes.get('sha256')?.startsWith('a') ? 'x' : 'y'
  return `${found.role} ${which}${found.agreed === undefined ? '' : ` agreed ${found.agreed.join(' ')}`}`
}

const rows: [string, World, string, path?: string][] = [
  [
    'two of two agree',
    { targets: accepted(entry(2, ['a', 'b'])), a: lists({ 'lib/1': x }), b: lists({ 'lib/1': x }) },
    'a x agreed a b',
  ],
  [
    'two of two differ',
    { targets: accepted(entry(2, ['a', 'b'])), a: lists({ 'lib/1': x }), b: lists({ 'lib/1': y }) },
    'nobody',
  ],
  ['one of two has nothing', { targets: accepted(entry(2, ['a', 'b'])), a: lists({ 'lib/1': x }), b: {} }, 'nobody'],
  [
    'the same hash with another length is no agreement',
    { targets: accepted(entry(2, ['a', 'b'])), a: lists({ 'lib/1': x }), b: lists({ 'lib/1': artifact('a', 9) }) },
    'nobody',
  ],
  [
    'one hash more is no agreement',
    {
      targets: accepted(entry(2, ['a', 'b'])),
      a: lists({ 'lib/1': x }),
      b: lists({ 'lib/1': { ...x, hashes: { ...x.hashes, sha512: 'c'.repeat(128) } } }),
    },
    'nobody',
  ],
  [
    'data beside length and hashes is not compared, and is that of the first',
    {
      targets: accepted(entry(2, ['a', 'b'])),
      a: lists({ 'lib/1': { ...x, custom: { n: 1 } } }),
      b: lists({ 'lib/1': { ...x, custom: { n: 2 } } }),
    },
    'a x agreed a b',
  ],
  [
    'the first that are enough, in the order of the entry',
    {
      targets: accepted(entry(2, ['a', 'b', 'c', 'd', 'e'])),
      a: lists({ 'lib/1': x }),
      b: lists({ 'lib/1': y }),
      c: lists({ 'lib/1': y }),
      d: lists({ 'lib/1': x }),
      e: lists({ 'lib/1': x }),
    },
    'b y agreed b c',
  ],
  [
    'more entries: in their order',
    {
      targets: accepted(entry(2, ['a', 'b']), entry(1, ['c'])),
      a: lists({ 'lib/1': x }),
      b: lists({ 'lib/1': y }),
      c: lists({ 'lib/1': y }),
    },
    'c y agreed c',
  ],
  [
    'a terminating entry without agreement ends the search',
    {
      targets: accepted(entry(2, ['a', 'b'], { terminating: true }), entry(1, ['c'])),
      a: lists({ 'lib/1': x }),
      b: lists({ 'lib/1': y }),
      c: lists({ 'lib/1': y }),
    },
    'nobody',
  ],
  [
    'an entry for other paths, terminating or not, is not asked',
    {
      targets: accepted(entry(1, ['a'], { paths: ['doc/*'], terminating: true }), entry(1, ['c'])),
      a: lists({ 'lib/1': x }),
      c: lists({ 'lib/1': y }),
    },
    'c y agreed c',
  ],
  [
    'a role that said nothing in one entry is asked again in the next',
    {
      targets: accepted(entry(2, ['a', 'b']), entry(1, ['b'])),
      a: lists({ 'lib/1': x }),
      b: lists({ 'lib/1': y }),
    },
    'b y agreed b',
  ],
  [
    'each role is searched with what it delegates',
    {
      targets: accepted(entry(2, ['a', 'b'])),
      a: classic({ name: 'a1', paths: ['lib/*'] }),
      a1: lists({ 'lib/1': x }),
      b: classic({ name: 'b1', paths: ['doc/*'] }, { name: 'b2', paths: ['*/1'], terminating: true }),
      b1: lists({ 'lib/1': y }),
      b2: lists({ 'lib/1': x }),
    },
    'a1 x agreed a b',
  ],
  [
    'two roles that delegate to one and the same',
    {
      targets: accepted(entry(2, ['a', 'b'])),
      a: classic({ name: 'c', paths: ['lib/*'] }),
      b: classic({ name: 'c', paths: ['lib/*'] }),
      c: lists({ 'lib/1': x }),
    },
    'c x agreed a b',
  ],
  [
    'a terminating role below one of them ends only its own search',
    {
      targets: accepted(entry(1, ['a', 'b'])),
      a: classic({ name: 'a1', paths: ['lib/*'], terminating: true }, { name: 'a2', paths: ['lib/*'] }),
      a1: {},
      a2: lists({ 'lib/1': x }),
      b: lists({ 'lib/1': y }),
    },
    'b y agreed b',
  ],
  [
    'an entry below an entry',
    {
      targets: accepted(entry(2, ['a', 'b'])),
      a: accepted(entry(2, ['a1', 'a2'])),
      a1: lists({ 'lib/1': x }),
      a2: lists({ 'lib/1': x }),
      b: lists({ 'lib/1': x }),
    },
    'a1 x agreed a b',
  ],
  [
    'an entry below a delegation of the specification, and on after it',
    {
      targets: classic({ name: 'a', paths: ['lib/*'] }, { name: 'z', paths: ['lib/*'] }),
      a: accepted(entry(2, ['a1', 'a2'])),
      a1: lists({ 'lib/1': x }),
      a2: {},
      z: lists({ 'lib/1': y }),
    },
    'z y',
  ],
  [
    'circles end',
    {
      targets: accepted(entry(2, ['a', 'b'])),
      a: accepted(entry(1, ['b']), entry(1, ['a'])),
      b: accepted(entry(1, ['a']), entry(1, ['b'])),
    },
    'nobody',
  ],
  [
    'its own artifacts come first',
    { targets: { ...accepted(entry(1, ['a'])), ...lists({ 'lib/1': y }) }, a: lists({ 'lib/1': x }) },
    'targets y',
  ],
  [
    'a role without a document stops a client',
    { targets: accepted(entry(1, ['a', 'b'])), b: lists({ 'lib/1': x }) },
    'source/not-found',
  ],
  [
    'a role that is not needed any more is not asked',
    { targets: accepted(entry(1, ['a', 'b'])), a: lists({ 'lib/1': x }) },
    'a x agreed a',
  ],
  [
    'draft: all roles of an entry must agree',
    { targets: draft([['lib/*'], ['a', 'b']]), a: lists({ 'lib/1': x }), b: lists({ 'lib/1': x }) },
    'a x agreed a b',
  ],
  [
    'draft: no entry has the last word',
    {
      targets: draft([['lib/*'], ['a', 'b']], [['lib/*'], ['a', 'c']]),
      a: lists({ 'lib/1': x }),
      b: lists({ 'lib/1': y }),
      c: lists({ 'lib/1': x }),
    },
    'a x agreed a c',
  ],
  [
    'the last word below a delegation of the specification ends all of its search',
    {
      targets: classic({ name: 'a', paths: ['lib/*'] }, { name: 'z', paths: ['lib/*'] }),
      a: classic({ name: 'a1', paths: ['lib/*'], terminating: true }),
      a1: {},
      z: lists({ 'lib/1': y }),
    },
    'nobody',
  ],
  ['nothing matches', { targets: accepted(entry(1, ['a'])) }, 'nobody', 'doc/1'],
]

test.each(rows)('%s', async (_, world, expected, path = 'lib/1') => {
  const result = decided(path, world)
  if (/^[a-z]+\//.test(expected)) expect(await codeOfPromise(result)).toBe(expected)
  else expect(await result).toBe(expected)
})

test('data beside the hashes is that of the role that speaks', async () => {
  const world: World = {
    targets: accepted(entry(2, ['a', 'b'])),
    a: lists({ 'lib/1': { ...x, custom: { n: 1 } } }),
    b: lists({ 'lib/1': { ...x, custom: { n: 2 } } }),
  }
  const found = await resolveTarget('lib/1', document(world.targets), loader(world))
  expect(found?.file.raw.custom).toEqual({ n: 1 })
})

describe('a hostile tree', () => {
  test('no role is asked again below itself', async () => {
    const world: World = {
      targets: accepted(entry(2, ['a', 'b'])),
      a: accepted(entry(1, ['b']), entry(1, ['a'])),
      b: accepted(entry(1, ['a']), entry(1, ['b'])),
    }
    const asked: string[] = []
    await resolveTarget('lib/1', document(world.targets), loader(world, asked))
    expect(asked).toEqual(['a', 'b', 'b', 'a'])
  })

  test('never costs more than 32 documents, whatever entries stand below entries', async () => {
    const names = Array.from({ length: 32 }, (_, i) => `r${i}`)
    const world = Object.fromEntries(
      ['targets', ...names].map((name) => [name, accepted(entry(2, names), entry(1, names, { name: 'more' }))]),
    )
    const asked: string[] = []
    expect(await resolveTarget('lib/1', document(world.targets), loader(world, asked))).toBeUndefined()
    expect(asked.length).toBe(31)
  })

  test('a role that is asked for by another key list is loaded with that list', async () => {
    const world: World = {
      targets: accepted(entry(1, ['a'], { roleinfo: [{ rolename: 'a', ...role(1, 'ana') }] }), {
        ...entry(1, ['a'], { name: 'again' }),
        roleinfo: [{ rolename: 'a', keyids: [keyId('ana')], threshold: 1, 'x-second': true }],
      }),
      a: {},
    }
    const seen: boolean[] = []
    const load: LoadRole = async (step) => {
      seen.push(step.role.raw['x-second'] === true)
      return document(world[step.name])
    }
    await resolveTarget('lib/1', document(world.targets), load)
    expect(seen).toEqual([false, true])
  })
})
