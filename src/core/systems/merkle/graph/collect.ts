// What a head leads to, as lanes of versions: bounded, and as far as it can be read. Nothing is judged here; where history breaks
// off, its lane says why, and the others go on.
import { isVerdict, toErrorData } from '../../../error.ts'
import { parseHead } from '../accept.ts'
import type { BlockSource } from '../blocks.ts'
import type { Link } from '../cid.ts'
import type { Document, Snapshot } from '../document.ts'
import { choicesOf } from './choices.ts'
import { linksOf } from './links.ts'
import type { Graph, Lane, LaneKind, Version } from './types.ts'
import { Budget, laneOf, parseAny, versionOf } from './version.ts'
import { Walk } from './walk.ts'

export interface Bounds {
  /** The newest ones of each lane. */
  versions: number
  blocks: number
  /** Of roles. */
  lanes: number
}

const usual: Bounds = { versions: 60, blocks: 4_096, lanes: 64 }

/** Throws where the head is none, or the source cannot be reached. */
export async function collectGraph(
  head: Uint8Array,
  source: BlockSource,
  bounds: Partial<Bounds> = {},
): Promise<Graph> {
  const { versions, blocks, lanes } = { ...usual, ...bounds }
  const budget = new Budget(source, blocks)
  const timestamp = parseHead(head)
  const snapshots = new Walk({ kind: 'snapshot', name: 'snapshot' }, timestamp.signed.snapshot, versions)
  await walkAll(budget, [snapshots])
  await snapshots.landmarks(budget)

  const roles = rolesOf(snapshots.snapshots)
  const walks = roles.slice(0, lanes).map(([role, link]) => new Walk(role, link, versions))
  await walkAll(budget, walks)
  for (const walk of walks) await readNamed(budget, walk, snapshots.snapshots)

  const all = [...walks, snapshots]
  const top = versionOf(timestamp, 'timestamp', 'name', true)
  const names = (walk: Walk) => namesOf(walk, snapshots.snapshots)
  const drawn: Lane[] = [
    ...all.map((walk) => walk.lane(names(walk))),
    { id: 'timestamp', kind: 'timestamp', name: 'timestamp', versions: [top], older: 0 },
  ]
  return {
    head: timestamp.cid,
    lanes: drawn,
    links: linksOf(all, timestamp),
    choices: choicesOf(snapshots.snapshots),
    readBlocks: budget.reads,
    cut: budget.spent && all.some((walk) => walk.next !== undefined),
    lanesLeftOut: Math.max(0, roles.length - lanes),
  }
}

/** One version of each lane at a time, so that a long history does not leave the others without any. */
async function walkAll(budget: Budget, walks: readonly Walk[]): Promise<void> {
  for (;;) {
    const open = walks.filter((walk) => walk.next !== undefined).slice(0, budget.left)
    if (open.length === 0) return
    await Promise.all(open.map((walk) => walk.step(budget)))
  }
}

/** Of the head first, then those that only older snapshots still know: the newest snapshot first. */
function rolesOf(snapshots: readonly Document<Snapshot>[]): [{ kind: LaneKind; name: string }, Link][] {
  const [newest] = snapshots
  if (newest === undefined) return []
  const { root, targets, delegated, retired } = newest.signed
  const found = new Map<string, [{ kind: LaneKind; name: string }, Link]>()
  const add = (kind: LaneKind, names: ReadonlyMap<string, Link>) => {
    for (const [name, link] of names) if (!found.has(name)) found.set(name, [{ kind, name }, link])
  }
  add('delegated', delegated)
  add('retired', retired)
  for (const { signed } of snapshots) {
    add('dropped', signed.delegated)
    add('dropped', signed.retired)
  }
  return [[{ kind: 'root', name: 'root' }, root], [{ kind: 'targets', name: 'targets' }, targets], ...found.values()]
}

/** What snapshots name and no step led to: other histories, other envelopes, and what is older than all that is shown. */
async function readNamed(budget: Budget, walk: Walk, snapshots: readonly Document<Snapshot>[]): Promise<void> {
  for (const { signed } of snapshots) {
    for (const link of linksInto(walk, signed)) {
      if (walk.knows(link.cid) || budget.spent) continue
      try {
        const bytes = await budget.read(link.cid)
        if (bytes === undefined) continue
        const document = parseAny(link.cid, bytes)
        if (laneOf(document.signed.type, walk.name) === walk.id) walk.addNamed(document)
      } catch (error) {
        // It belongs to an older snapshot; of what clients are shown today it says nothing, and its line is left out.
        if (!isVerdict(error)) throw error
        walk.unreadable.set(link.cid, toErrorData(error))
      }
    }
  }
}

function linksInto({ id, name }: Walk, { root, targets, delegated, retired }: Snapshot): Link[] {
  if (id === 'root') return [root]
  if (id === 'targets') return [targets]
  return [delegated.get(name), retired.get(name)].filter((link) => link !== undefined)
}

/** By the id of a version. */
function namesOf(walk: Walk, snapshots: readonly Document<Snapshot>[]): Map<string, NonNullable<Version['named']>> {
  const found = new Map<string, NonNullable<Version['named']>>()
  if (walk.id === 'snapshot') return found
  for (const { signed } of snapshots) {
    for (const link of linksInto(walk, signed)) {
      const version = walk.find(link.cid)
      if (version === undefined) continue
      const at = signed.height + 1
      const { first, last } = found.get(version.id) ?? { first: at, last: at }
      found.set(version.id, { first: Math.min(first, at), last: Math.max(last, at) })
    }
  }
  return found
}
