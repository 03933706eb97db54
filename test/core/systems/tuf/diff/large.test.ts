// A hundred thousand artifacts change at once: the work grows with the number of changes, counted in steps and not in time.
import { expect, test } from 'vitest'
import { diffMetadata } from '../../../../../src/core/systems/tuf/diff/diff.ts'
import type { Metadata, Targets } from '../../../../../src/core/systems/tuf/metadata.ts'
import { hex, type Loose, metadata, now, snapshot, targets } from './documents.ts'

function many(version: number, count: number, digit: string): Loose {
  const files = Array.from({ length: count }, (_, i) => [`f/${i}`, { length: i, hashes: { sha256: hex(digit) } }])
  return { ...targets(), version, targets: Object.fromEntries(files) }
}

/** The same document, which counts how often an entry is asked for. */
function counted(document: Metadata, steps: { count: number }): Metadata {
  const signed = document.signed as Targets
  const target = (path: string) => {
    steps.count++
    return signed.target(path)
  }
  return { ...document, signed: { ...signed, target } }
}

test('100,000 replaced artifacts are 100,000 changes, each looked at once', () => {
  const steps = { count: 0 }
  const [before, after] = [many(1, 100_000, 'a'), many(2, 100_000, 'b')].map((one) => counted(metadata(one), steps))
  if (before === undefined || after === undefined) throw new Error('no documents')
  const diff = diffMetadata(before, after, { now })
  expect(diff.changes.length).toBe(100_001)
  expect(diff.headline).toBe('Replaces 100,000 artifacts')
  expect(steps.count).toBe(200_000)
})

test('one changed artifact among 100,000 is the only one that is looked at', () => {
  const steps = { count: 0 }
  const next = many(2, 100_000, 'a')
  next.targets['f/77'].hashes.sha256 = hex('c')
  const diff = diffMetadata(counted(metadata(many(1, 100_000, 'a')), steps), counted(metadata(next), steps), { now })
  expect(diff.changes.map(({ path }) => path)).toEqual(['targets/f~177', 'version'])
  expect(steps.count).toBe(2)
})

test('100,000 unknown fields, lists and roles do not slow each other down', () => {
  const fields = (value: unknown) => Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`x${i}`, value]))
  const [before, after] = [
    { ...snapshot(), 'x-fields': fields({}) },
    { ...snapshot(), version: 2, 'x-fields': fields({ a: 1 }) },
  ]
  const diff = diffMetadata(metadata(before), metadata(after), { now })
  expect(diff.changes.length).toBe(100_001)
})
