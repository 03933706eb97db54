// The diff is total: every differing leaf of what is signed is told by some change, and what is told makes the new document.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isEqualBytes } from '../../../../../src/core/bytes.ts'
import { AppError } from '../../../../../src/core/error.ts'
import type { JsonValue } from '../../../../../src/core/json.ts'
import { unaligned } from '../../../../../src/core/systems/tuf/diff/aligned.ts'
import { alignedSigned, diffMetadata, explain } from '../../../../../src/core/systems/tuf/diff/diff.ts'
import { leafDifferences, leavesOf, type Path, pathText } from '../../../../../src/core/systems/tuf/diff/difference.ts'
import type { Fact } from '../../../../../src/core/systems/tuf/diff/fact.ts'
import type { Metadata, RoleType } from '../../../../../src/core/systems/tuf/metadata.ts'
import {
  agreements,
  draftAgreements,
  keyId,
  type Loose,
  metadata,
  now,
  root,
  snapshot,
  succinct,
  targets,
  timestamp,
} from './documents.ts'

const extras = { 'x-rule': { deep: [1, { deeper: 'yes' }], none: {}, '10': true, 'a/b~c': null } }
const owned = { 'x-tuf-on-ci-online-uri': 'kms:1', keyid_hash_algorithms: ['sha256', 'sha512'], 'x-more': { n: 1 } }

function withExtras(document: Loose, keys: Loose): Loose {
  for (const key of Object.values(keys)) Object.assign(key as Loose, structuredClone(owned))
  return { ...document, ...structuredClone(extras) }
}

const documents: [string, Loose][] = [
  ['root', withExtras(...pair(root(), (one) => one.keys))],
  ['targets', withExtras(...pair(targets(), (one) => one.delegations.keys))],
  ['targets with bins', withExtras(...pair(succinct(), (one) => one.delegations.keys))],
  ['targets with agreements', withExtras(...pair(agreements(), (one) => one.delegations.keys_for_delegations))],
  ['targets with the draft of agreements', withExtras(...pair(draftAgreements(), (one) => one.keys))],
  ['snapshot', { ...snapshot(), ...extras }],
  ['timestamp', { ...timestamp(), ...extras }],
]

function pair(document: Loose, keys: (one: Loose) => Loose): [Loose, Loose] {
  return [document, keys(document)]
}

function parsed(signed: JsonValue, type: RoleType): Metadata | undefined {
  try {
    return metadata(signed, [], type)
  } catch (error) {
    // What the parser refuses never reaches the diff.
    if (error instanceof AppError && error.code.startsWith('format/')) return undefined
    throw error
  }
}

const startsWith = (path: Path, prefix: Path): boolean =>
  prefix.length <= path.length && prefix.every((segment, i) => segment === path[i])
const isClaimed = (facts: readonly Fact[], path: Path): boolean =>
  facts.some(
    (one) =>
      one.covers.some((cover) => startsWith(path, cover)) ||
      one.alsoExactly.some((exact) => exact.length === path.length && startsWith(path, exact)),
  )
const spelled = (path: Path): string => path.map((segment) => `${typeof segment} ${segment}`).join('\n')

/** The leaves of `before` with the claimed differences applied. */
function applied(before: JsonValue | undefined, after: JsonValue, facts: readonly Fact[]): Map<string, string> {
  const leaves = new Map<string, string>()
  if (before !== undefined)
    for (const { path, value } of leavesOf(before)) leaves.set(spelled(path), JSON.stringify(value))
  const claimed = leafDifferences(before, after).differences.filter(({ path }) => isClaimed(facts, path))
  for (const one of claimed) if (one.before !== undefined) leaves.delete(spelled(one.path))
  for (const one of claimed) if (one.after !== undefined) leaves.set(spelled(one.path), JSON.stringify(one.after))
  return leaves
}

function leavesByPath(value: JsonValue): Map<string, string> {
  return new Map([...leavesOf(value)].map((leaf) => [spelled(leaf.path), JSON.stringify(leaf.value)]))
}

function expectTotal(before: Metadata | undefined, after: Metadata): void {
  const { facts, differences } = explain(before, after, { now })
  const isEqual = before !== undefined && isEqualBytes(before.payload, after.payload)
  expect(facts.length === 0).toBe(isEqual)
  const lost = differences.filter(({ path }) => !isClaimed(facts, path)).map(({ path }) => pathText(path))
  expect(lost).toEqual([])
  const from = before === undefined ? undefined : alignedSigned(before.signed)
  const to = alignedSigned(after.signed)
  expect(applied(from, to, facts)).toEqual(leavesByPath(to))
  for (const one of facts) {
    const { change } = one
    // A version that stays the same is a fact without a difference; every other fact shows two values that differ.
    const tells = differences.some(({ path }) => isClaimed([one], path))
    expect(change.sentence).toMatch(/^[^\s!][^!]*$/)
    if (tells && change.before !== undefined) expect(change.before, change.sentence).not.toBe(change.after)
    expect(change.sentence).not.toMatch(/undefined|NaN|\[object/)
  }
}

function changedValue(value: JsonValue): JsonValue {
  if (typeof value === 'number') return value + 1
  if (typeof value === 'boolean') return !value
  if (typeof value !== 'string') return 'something'
  return /^[0-9a-f]{2,}$/.test(value) ? `${value.startsWith('f') ? 'e' : 'f'}${value.slice(1)}` : `${value}x`
}

function replaced(document: Loose, path: Path, value: JsonValue): Loose {
  const copy = structuredClone(document)
  let at = copy
  for (const segment of path.slice(0, -1)) at = at[segment]
  at[path.at(-1) ?? ''] = value
  return copy
}

test.each(documents)('%s: whichever single leaf differs, a change leads to it', (_, document) => {
  const before = metadata(document)
  let looked = 0
  for (const { path, value } of leavesOf(document)) {
    const after = parsed(replaced(document, path, changedValue(value)), document._type.toLowerCase())
    if (after === undefined) continue
    looked++
    expectTotal(before, after)
    const { differences } = explain(before, after, { now })
    if (differences.length !== 1) continue
    const leaf = `${pathText(unaligned(differences[0]?.path ?? []))}/`
    const paths = diffMetadata(before, after, { now }).changes.map((change) => `${change.path}/`)
    expect(
      paths.filter((one) => leaf.startsWith(one)),
      leaf,
    ).not.toEqual([])
  }
  expect(looked).toBeGreaterThan(8)
})

test.each(documents)('%s: as a first version everything in it is told', (_, document) => {
  expectTotal(undefined, metadata(document))
})

test.each(documents)('%s: the same document in another order is no change', (_, document) => {
  const turned = (value: JsonValue): JsonValue =>
    value === null || typeof value !== 'object'
      ? value
      : Array.isArray(value)
        ? value.map(turned)
        : Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([name, member]) => [name, turned(member)]),
          )
  const diff = diffMetadata(metadata(document), metadata(turned(document)), { now })
  expect(diff.changes).toEqual([])
  expect(diff.headline).toBe('Nothing changes')
  expect(diff.unchanged).toBe([...leavesOf(alignedSigned(metadata(document).signed))].length)
})

/** Values that collide with others in the documents, so that ids, keys and names change places. */
const pool: JsonValue[] = [
  ...['ana', 'ben', 'cleo', 'dana', 'emil'].map((name) => keyId(name)),
  'docs',
  'bins',
  'docs/*',
  'lib/*',
  'build',
  'audit',
  'tool/1.0.tar',
  '00',
  '__proto__',
  'constructor',
  '',
  'x'.repeat(400),
  'ana',
  'ben',
  1,
  2,
  3,
  0,
  true,
  false,
  null,
  {},
  [],
  [[]],
  { a: {} },
  { a: { b: 1 } },
  ['ana'],
  '2',
  '\u202e',
  '/~',
]

type Mutation = { at: number; kind: number; value: number; name: number }

function mutated(document: Loose, { at, kind, value, name }: Mutation): Loose {
  const copy = structuredClone(document)
  const places: { parent: Loose; key: string | number }[] = []
  const visit = (node: Loose): void => {
    if (node === null || typeof node !== 'object') return
    for (const key of Array.isArray(node) ? node.keys() : Object.keys(node)) {
      places.push({ parent: node, key })
      visit(node[key])
    }
  }
  visit(copy)
  const place = places[at % places.length]
  if (place === undefined) return copy
  const { parent, key } = place
  const other = structuredClone(pool[value % pool.length] ?? null)
  const second = places[name % places.length]
  if (kind === 0) parent[key] = other
  else if (kind === 1 && Array.isArray(parent)) parent.splice(Number(key), 1)
  else if (kind === 1) delete parent[key]
  else if (kind === 2 && Array.isArray(parent)) parent.splice(Number(key), 0, other)
  else if (kind === 2) parent[`x-${name % 7}`] = other
  else if (kind === 3 && Array.isArray(parent)) parent.reverse()
  else if (kind === 3 && second !== undefined && typeof second.key === 'string' && !Array.isArray(parent)) {
    parent[second.key] = structuredClone(parent[key])
    delete parent[key]
  } else if (second !== undefined) parent[key] = structuredClone(second.parent[second.key])
  return copy
}

const mutation = fc.record({ at: fc.nat(), kind: fc.nat(4), value: fc.nat(), name: fc.nat() })

test.each(documents)('%s: any edits are told completely, in both directions', (_, document) => {
  const before = metadata(document)
  let compared = 0
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 5 }), (mutations) => {
      let after: Metadata | undefined = before
      let draft = document
      // Steps that the parser refuses are left out, so that several good ones add up.
      for (const one of mutations) {
        const next = mutated(draft, one)
        const read = parsed(next, document._type.toLowerCase())
        if (read !== undefined) [draft, after] = [next, read]
      }
      if (after === before) return
      compared++
      expectTotal(before, after)
      expectTotal(after, before)
    }),
    { numRuns: 400 },
  )
  expect(compared).toBeGreaterThan(150)
})

test('leaves make the document: nothing else is in it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), (a, b) => {
      const [before, after] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))]
      const { differences, unchanged } = leafDifferences(before, after)
      const everything = [{ covers: [[]], alsoExactly: [] }] as unknown as Fact[]
      expect(applied(before, after, everything)).toEqual(leavesByPath(after))
      expect(differences.length === 0).toBe(JSON.stringify(sorted(before)) === JSON.stringify(sorted(after)))
      expect(unchanged + differences.filter((one) => one.after !== undefined).length).toBe([...leavesOf(after)].length)
    }),
  )
})

function sorted(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  )
}
