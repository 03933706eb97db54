// From plain TUF to blocks and back: what is the same, what is dropped, what is refused by its name, and what is found different.
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../../../../../src/core/bytes.ts'
import type { JsonObject } from '../../../../../src/core/json.ts'
import { compareDocuments } from '../../../../../src/core/systems/merkle/bridge/compare.ts'
import { type Documents, documentsWaiting } from '../../../../../src/core/systems/merkle/bridge/documents.ts'
import { fromTuf } from '../../../../../src/core/systems/merkle/bridge/from-tuf.ts'
import { toTuf } from '../../../../../src/core/systems/merkle/bridge/to-tuf.ts'
import { linkOf } from '../../../../../src/core/systems/merkle/cid.ts'
import { parseMetadata } from '../../../../../src/core/systems/tuf/metadata.ts'
import { resolveTarget } from '../../../../../src/core/systems/tuf/resolve.ts'
import { hasSigstoreRoots, sigstoreRoot } from '../../../../support/sigstore.ts'
import { codeOfCall, faultOfCall } from '../../../../support/thrown.ts'
import { expires, keysOf, type PlainKey, plainKeys, plainRoot, repositories, role, target, targetsOf } from './plain.ts'

let keys: PlainKey[]
beforeAll(async () => {
  keys = await plainKeys()
})

function inBlocks(documents: Documents): Documents {
  const found = documentsWaiting(fromTuf(documents).files)
  if (found === undefined) throw new Error('no root or no targets was made')
  return found
}

const documents = (targets = targetsOf({}), delegated: Documents['delegated'] = new Map()): Documents => ({
  ...{ root: plainRoot(keys), targets, delegated },
})

/** With each key id as the key that it names, so that other ids of the same keys are no difference. */
function byKeys(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return ids.get(value) ?? value
  if (Array.isArray(value)) return value.map((one) => byKeys(one, ids))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => [ids.get(name) ?? name, byKeys(member, ids)])
  return Object.fromEntries(members)
}

function comparable({ version: _version, spec_version: _spec, ...raw }: JsonObject, ids: ReadonlyMap<string, string>) {
  const kept = Object.fromEntries(Object.entries(raw).filter(([name]) => !name.startsWith('x-')))
  const text = JSON.stringify(byKeys(kept, ids)).replaceAll(',"x-tuf-on-ci-keyowner":"@somebody"', '')
  return JSON.parse(text) as unknown
}

test('there and back again: the same documents, but for versions, dropped members and ids of keys', async () => {
  const all = await plainKeys()
  keys = all
  let dropped = 0
  fc.assert(
    fc.property(repositories(all), (before) => {
      const { files, correspondence } = fromTuf(before)
      const blocks = documentsWaiting(files)
      if (blocks === undefined) return false
      expect(compareDocuments(before, blocks)).toEqual([])
      const after = toTuf(blocks).files
      expect(after.size).toBe(files.size)
      const { pairs } = correspondence
      dropped += pairs.filter((pair) => pair.dropped.length > 0).length
      const ids = new Map(pairs.flatMap(({ keyIds }) => keyIds.map((one) => [one.before, one.after])))
      for (const [subject, document] of [
        ['root', before.root],
        ['targets', before.targets],
        ...before.delegated,
      ] as const) {
        const name = `metadata/pending/${encodeURIComponent(subject)}.json`
        const made = parseMetadata(after.get(name) ?? new Uint8Array(), document.signed.type, subject)
        expect(made.signed.version).toBe(1)
        expect(made.signatures).toEqual([])
        expect(comparable(made.signed.raw, ids)).toEqual(comparable(document.signed.raw, ids))
      }
      return true
    }),
    { numRuns: 25 },
  )
  expect(dropped).toBeGreaterThan(0)
})

describe('the correspondence', () => {
  test('names versions, digests, ids of keys, what was dropped, and the link of each file', () => {
    const file = utf8('hello')
    const raw = { length: 5, hashes: { sha256: toHex(sha256(file)), sha512: '00'.repeat(64) } }
    const before = { ...documents(targetsOf({ 'a/b': raw })), root: plainRoot(keys, { 'x-other': 1 }) }
    const [root, targets] = fromTuf(before).correspondence.pairs
    expect(root).toMatchObject({ role: 'root', tuf: { version: 5 }, height: 0, content: [] })
    expect(root?.dropped).toEqual([`x-other`, `keys/${keys[2]?.id}/x-tuf-on-ci-keyowner`])
    expect(root?.keyIds.map((one) => one.before).sort()).toEqual([keys[1]?.id, keys[2]?.id, keys[3]?.id].sort())
    expect(targets).toMatchObject({ role: 'targets', tuf: { version: 3 }, dropped: ['targets/a/b/hashes/sha512'] })
    expect(targets?.content).toEqual([{ path: 'a/b', sha256: toHex(sha256(file)), cid: linkOf(file, 0x55).cid }])
  })

  test('dates of other forms are spelled anew, and all may be set', () => {
    const root = plainRoot(keys, { expires: '2027-06-01T02:00:00.123+02:00' })
    const pairs = fromTuf({ ...documents(), root }).correspondence.pairs
    expect(pairs.map((pair) => pair.expires)).toEqual([
      { before: '2027-06-01T02:00:00.123+02:00', after: expires },
      undefined,
    ])
    const later = fromTuf(documents(), { expires: new Date('2028-01-01T00:00:00Z') }).correspondence.pairs
    expect(later.map((pair) => pair.expires?.after)).toEqual(['2028-01-01T00:00:00Z', '2028-01-01T00:00:00Z'])
  })

  test('a role that has no document begins with an empty one', () => {
    const delegations = { keys: keysOf(keys), roles: [{ name: 'p', ...role(keys), terminating: true, paths: ['*'] }] }
    const before = documents(targetsOf({}, delegations))
    const pairs = fromTuf(before).correspondence.pairs
    expect(pairs.map((pair) => [pair.role, pair.tuf?.version])).toEqual([
      ['root', 5],
      ['targets', 3],
      ['p', undefined],
    ])
    expect(compareDocuments(before, inBlocks(before))).toEqual([])
  })

  test('bins in one line become a delegation a bin, and every path falls into the same one', async () => {
    for (const bits of [1, 3, 4, 5]) {
      const succinct = { ...role(keys), bit_length: bits, name_prefix: 'bin' }
      const before = documents(targetsOf({}, { keys: keysOf(keys), succinct_roles: succinct }))
      const after = inBlocks(before)
      expect(fromTuf(before).correspondence.pairs[1]?.bins).toBe(2 ** bits)
      expect(after.delegated.size).toBe(2 ** bits)
      expect(compareDocuments(before, after)).toEqual([])
      for (let i = 0; i < 40; i++) {
        const asked: string[][] = [[], []]
        for (const [at, { targets }] of [before, after].entries()) {
          await resolveTarget(`file-${i}`, targets, async ({ name }) => {
            asked[at]?.push(name)
            return targetsOf({})
          })
        }
        expect(asked[1]).toEqual(asked[0])
        expect(asked[0]).toHaveLength(1)
      }
    }
  })
})

describe('refused', () => {
  const refusal = (targets: JsonObject, delegations?: JsonObject) =>
    faultOfCall(() => fromTuf(documents(targetsOf(targets, delegations))))

  test('what would mean something and has no place', () => {
    const bins = { ...role(keys), name_prefix: 'bin' }
    expect([
      refusal({ a: { length: 1, hashes: { sha512: '00'.repeat(64) } } }),
      refusal({ a: target(1, 1, { content: linkOf(utf8('x'), 0x70).cid }) }),
      refusal({ a: target(1, 1, { size: 4 }) }),
      refusal({}, { keys: keysOf(keys), roles: [], rules: 1 }),
      refusal({}, { keys: keysOf(keys), succinct_roles: { ...bins, bit_length: 14 } }),
      refusal({}, { keys: keysOf(keys), succinct_roles: { ...bins, bit_length: 2, deep: true } }),
      refusal({}, { keys_for_delegations: keysOf(keys), delegations: [agreement()] }),
      codeOfCall(() => fromTuf({ ...documents(), root: plainRoot(keys, { mirrors: [] }) })),
    ]).toEqual(Array.from({ length: 8 }, () => 'format/unsupported'))
    expect(refusal({ a: target(1) })).toBe('ok')
    expect(refusal({}, { keys: keysOf(keys), succinct_roles: { ...bins, bit_length: 2 } })).toBe('ok')
  })

  test('a document that is larger than a block, with its signatures', () => {
    const long = (size: number) =>
      fromTuf(documents(targetsOf({ a: target(1, 1, { custom: { note: 'x'.repeat(size) } }) })))
    expect(faultOfCall(() => long(1_033_000))).toBe('block-too-large')
    expect(faultOfCall(() => long(1_030_000))).toBe('ok')
  })

  test('thresholds that are never reached', () => {
    expect(faultOfCall(() => fromTuf({ ...documents(), root: plainRoot(keys, { roles: rolesOf(5) }) }))).toBe(
      'bad-threshold',
    )
    expect(faultOfCall(() => fromTuf({ ...documents(), root: plainRoot(keys, { roles: rolesOf(4) }) }))).toBe('ok')
  })

  test('a threshold that counts one key twice, or a key that nobody can use', () => {
    const [first] = keys
    if (first === undefined) throw new Error('no keys')
    const upper = String((first.raw.keyval as JsonObject).public).toUpperCase()
    const again = { id: 'aa', raw: { ...first.raw, keyval: { public: upper } } }
    const strange = { id: 'bb', raw: { ...first.raw, scheme: 'of-tomorrow' } }
    const root = (held: PlainKey[], threshold: number) =>
      faultOfCall(() => fromTuf({ ...documents(), root: plainRoot(held, { roles: rolesOf(threshold, held) }) }))
    expect([root([first, again], 2), root([first, strange], 2)]).toEqual(['bad-threshold', 'bad-threshold'])
    expect([root([first, again], 1), root([first, strange], 1)]).toEqual(['ok', 'ok'])
  })

  test('on the way back, what is named by a tree of blocks', () => {
    const blocks = documents(targetsOf({ a: target(1, 1, { content: linkOf(utf8('x'), 0x70).cid }) }))
    expect(codeOfCall(() => toTuf(blocks))).toBe('format/unsupported')
  })

  function agreement(): JsonObject {
    return {
      name: 'both',
      paths: ['*'],
      terminating: false,
      min_roles_in_agreement: 1,
      roleinfo: [{ rolename: 'p', ...role(keys) }],
    }
  }

  function rolesOf(threshold: number, of: readonly PlainKey[] = keys): JsonObject {
    const held = role(of, threshold)
    return { root: held, targets: held, snapshot: held, timestamp: held }
  }
})

describe('comparing', () => {
  test('names each difference', () => {
    const delegation = (name: string, more: JsonObject = {}) => ({
      name,
      ...role(keys),
      terminating: false,
      paths: ['*'],
      ...more,
    })
    const make = (roles: JsonObject[], targets: JsonObject = { a: target(1), b: target(2) }) =>
      documents(
        targetsOf(targets, { keys: keysOf(keys), roles }),
        new Map(roles.map((one) => [String(one.name), targetsOf({})])),
      )
    const first = make([delegation('p'), delegation('q')])
    const places = (second: Documents) => compareDocuments(first, second).map(({ role: of, at }) => `${of}: ${at}`)
    expect(places(make([delegation('p'), delegation('q')]))).toEqual([])
    expect(places(make([delegation('q'), delegation('p')]))).toEqual(['targets: delegations'])
    expect(places(make([delegation('p', role(keys.slice(1))), delegation('q', { terminating: true })]))).toEqual([
      'targets: delegations/p/keys',
      'targets: delegations/q/terminating',
    ])
    expect(places(make([delegation('p', { paths: ['a'] }), delegation('q', role(keys, 2))]))).toEqual([
      'targets: delegations/p/paths',
      'targets: delegations/q/threshold',
    ])
    const changed = { a: target(3), b: target(2, 6), c: target(1) }
    expect(places(make([delegation('p'), delegation('q')], changed))).toEqual([
      'targets: targets/a',
      'targets: targets/b',
      'targets: targets/c',
    ])
    const held = role(keys)
    const roles = { root: role(keys, 2), targets: held, snapshot: role(keys.slice(2)), timestamp: held }
    expect(places({ ...first, root: plainRoot(keys, { roles }) })).toEqual([
      'root: roles/root/threshold',
      'root: roles/snapshot/keys',
    ])
    expect(places({ ...first, delegated: new Map([['p', targetsOf({ x: target(1) })]]) })).toEqual(['p: targets/x'])
  })
})

test('what a plain repository says already stays; the rest goes on from its versions', () => {
  const before = documents(targetsOf({ a: target(1) }))
  const after = inBlocks(documents(targetsOf({ a: target(2) })))
  const { files, pairs } = toTuf(after, before)
  expect([...files.keys()]).toEqual(['metadata/pending/targets.json'])
  expect(pairs.map((pair) => [pair.role, pair.version, pair.tuf.version, pair.same])).toEqual([
    ['root', 1, 5, true],
    ['targets', 1, 4, false],
  ])
})

test.runIf(hasSigstoreRoots)('all roots of sigstore have their place in blocks', () => {
  for (let version = 1; version <= 15; version++) {
    const root = parseMetadata(sigstoreRoot(version), 'root', 'root')
    const before = { root, targets: targetsOf({}), delegated: new Map() }
    expect([version, codeOfCall(() => compareDocuments(before, inBlocks(before)))]).toEqual([version, 'ok'])
    expect(compareDocuments(before, inBlocks(before))).toEqual([])
  }
})
