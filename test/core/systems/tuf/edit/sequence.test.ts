// Two hundred random edits in a row: every document is read and told completely, and undoing them gives back the same signed part.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseUtf8 } from '../../../../../src/core/bytes.ts'
import { canonicalJson } from '../../../../../src/core/canonical.ts'
import { diffMetadata, explain } from '../../../../../src/core/systems/tuf/diff/diff.ts'
import type { Path } from '../../../../../src/core/systems/tuf/diff/difference.ts'
import { editedDocument } from '../../../../../src/core/systems/tuf/edit/document.ts'
import type { KeyEntry, TufEdit } from '../../../../../src/core/systems/tuf/edit/edit.ts'
import { type Metadata, parseMetadata } from '../../../../../src/core/systems/tuf/metadata.ts'
import { holder, now, testRepository } from '../../../../support/repository.ts'
import { RandomEdits, type Step, type Type } from './random-edits.ts'

const facts = { now, defaultDays: 90, keepVersion: false }
const stepCount = 200

/** What is signed, whatever its version and its date. */
function undated({ signed }: Metadata): string {
  return parseUtf8(canonicalJson({ ...signed.raw, version: 0, expires: '' }), 'signed')
}

function untold(before: Metadata, after: Metadata): string[] {
  const { facts: told, differences } = explain(before, after, { now })
  const startsWith = (path: Path, prefix: Path) =>
    prefix.length <= path.length && prefix.every((segment, i) => segment === path[i])
  return differences
    .filter(
      ({ path }) =>
        !told.some(
          (one) =>
            one.covers.some((cover) => startsWith(path, cover)) ||
            one.alsoExactly.some((exact) => exact.length === path.length && startsWith(path, exact)),
        ),
    )
    .map(({ path }) => path.join('/'))
}

test.each(['root', 'targets'] as const)('%s', { timeout: 120_000 }, async (type: Type) => {
  const repository = await testRepository()
  const fresh = await Promise.all(['Dana', 'Emil', 'Fay'].map((name) => holder(name)))
  const pool: KeyEntry[] = [...repository.holders, ...fresh].map(({ signer, owner }) => ({ key: signer.key, owner }))
  for (const { key } of repository.online) pool.push({ key })
  const first = repository.source.files.get(`metadata/1.${type}.json`) ?? new Uint8Array()
  const parse = (bytes: Uint8Array): Metadata => parseMetadata(bytes, type, type)
  const kinds = new Set<string>()
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
      const edits = new RandomEdits(pool, () => Number(numbers.next().value))
      const done: { step: Step; before: string }[] = []
      let current = parse(first)
      const made = (list: readonly TufEdit[]): Metadata => {
        const before = current
        const after = parse(editedDocument(before.bytes, type, list, facts))
        current = after
        expect(after.signed.version).toBe(before.signed.version + 1)
        expect(after.signatures).toEqual([])
        expect(diffMetadata(before, after, { now }).changes).not.toEqual([])
        expect(untold(before, after)).toEqual([])
        return after
      }
      while (done.length < stepCount) {
        const before = current
        const step = edits.step(type, before.signed.raw)
        if (step === undefined) continue
        for (const { kind } of step.edits) kinds.add(kind)
        done.push({ step, before: undated(before) })
        made(step.edits)
      }
      for (const { step, before } of done.reverse()) {
        const after = step.undo.reduce<Metadata | undefined>((_, edit) => made([edit]), undefined)
        expect(after === undefined ? '' : undated(after), JSON.stringify(step)).toBe(before)
      }
      expect(undated(current)).toBe(undated(parse(first)))
    }),
    { numRuns: 1 },
  )
  expect(kinds.size).toBeGreaterThan(type === 'root' ? 5 : 9)
})
