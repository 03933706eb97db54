// What changes in snapshot and timestamp: which version of each role clients will use.

import type { MetaFile, Snapshot, Timestamp } from '../metadata.ts'
import type { LeafDifference } from './difference.ts'
import { type Fact, fact } from './fact.ts'
import { targetsSentences as say } from './sentence-targets.ts'
import { metaFileText } from './shown.ts'

/** Only roles whose entry differs are looked at: a snapshot may list many thousand. */
export function snapshotFacts(
  before: Snapshot | undefined,
  after: Snapshot,
  differences: readonly LeafDifference[],
): Fact[] {
  return changedRoles(differences).flatMap((name) => entryFacts(name, before?.meta.get(name), after.meta.get(name)))
}

export function timestampFacts(
  before: Timestamp | undefined,
  after: Timestamp,
  differences: readonly LeafDifference[],
): Fact[] {
  // A timestamp knows one file; what else stands in its list is told as unknown.
  const isChanged = changedRoles(differences).includes('snapshot')
  return isChanged ? entryFacts('snapshot', before?.snapshot, after.snapshot) : []
}

const toldFields = ['version', 'length', 'hashes']

function changedRoles(differences: readonly LeafDifference[]): string[] {
  const names = new Set<string>()
  for (const { path } of differences) {
    const [list, file, field] = path
    if (list === 'meta' && typeof file === 'string' && toldFields.includes(String(field)))
      names.add(file.slice(0, -'.json'.length))
  }
  return [...names]
}

function entryFacts(role: string, before: MetaFile | undefined, after: MetaFile | undefined): Fact[] {
  const at = ['meta', `${role}.json`]
  const covers = toldFields.map((field) => [...at, field])
  const shown = {
    before: before === undefined ? undefined : metaFileText(before),
    after: after === undefined ? undefined : metaFileText(after),
  }
  if (after === undefined) return before === undefined ? [] : [fact(say.listedRemoved({ role }), at, shown, covers)]
  if (before === undefined) return [fact(say.listedAdded({ role, version: after.version }), at, shown, covers)]
  const versions = { role, from: before.version, to: after.version }
  if (after.version > before.version) return [fact(say.listedForward(versions), at, shown, covers)]
  if (after.version < before.version) return [fact(say.listedBack(versions), at, shown, covers)]
  if (isContradicted(before, after))
    return [fact(say.listedContent({ role, version: after.version }), at, shown, covers)]
  return [fact(say.listedDetail({ role, version: after.version }), at, shown, covers)]
}

/** Something that both state is different. */
function isContradicted(before: MetaFile, after: MetaFile): boolean {
  if (before.length !== undefined && after.length !== undefined && before.length !== after.length) return true
  for (const [algorithm, digest] of before.hashes ?? []) {
    const other = after.hashes?.get(algorithm)
    if (other !== undefined && other !== digest) return true
  }
  return false
}
