// What a candidate changes, as facts in words: complete, because every differing leaf of what is signed must be told by some fact,
// and what no rule tells is told as an unknown field.
import { AppError } from '../../../error.ts'
import type { JsonObject } from '../../../json.ts'
import { byRisk, type Change, type Risk, worstRisk } from '../../../proposal.ts'
import type { Metadata, Signed } from '../metadata.ts'
import { alignedTargets, unaligned } from './aligned.ts'
import { commonFacts, type DiffContext, periodFacts } from './common.ts'
import { delegationFacts } from './delegations.ts'
import {
  type Differences,
  isEmptyContainer,
  type LeafDifference,
  leafDifferences,
  PathTree,
  pathText,
} from './difference.ts'
import { type Fact, fact } from './fact.ts'
import { headlineOf } from './headline.ts'
import { snapshotFacts, timestampFacts } from './rest.ts'
import { rootFacts } from './root.ts'
import { sentences as say } from './sentence.ts'
import { pairText } from './shown.ts'
import { artifactFacts } from './targets.ts'

export interface MetadataDiff {
  changes: Change[]
  /** Leaves of the signed part that stay as they are. */
  unchanged: number
  headline: string
  risk: Risk
}

export type { DiffContext } from './common.ts'

/** `role` names a delegated role; top-level documents say themselves which they are. */
export function diffMetadata(
  before: Metadata | undefined,
  after: Metadata,
  context: DiffContext & { role?: string },
): MetadataDiff {
  const { facts, unchanged } = explain(before, after, context)
  const changes = facts.map((one) => one.change).sort(byRisk)
  const headline = headlineOf(context.role ?? after.signed.type, before?.signed, after.signed, facts)
  return { changes, unchanged, headline, risk: worstRisk(changes.map((change) => change.risk)) }
}

export interface Explanation {
  facts: Fact[]
  differences: LeafDifference[]
  unchanged: number
}

/** The facts with the leaves that each accounts for; `differences` are the leaves of `alignedSigned`. */
export function explain(
  before: Metadata | undefined,
  after: Metadata,
  context: DiffContext & { role?: string },
): Explanation {
  if (before !== undefined && before.signed.type !== after.signed.type) {
    throw new AppError({
      code: 'internal/bug',
      message: `a ${before.signed.type} document was compared with a ${after.signed.type} document`,
    })
  }
  const { differences, unchanged } = signedDifferences(before?.signed, after.signed)
  if (differences.length === 0) return { facts: [], differences, unchanged }
  const role = context.role ?? after.signed.type
  const told = [
    ...commonFacts(role, before?.signed, after.signed, context),
    ...typeFacts(before?.signed, after.signed, differences),
    ...periodFacts(role, [], before?.signed.raw ?? {}, after.signed.raw),
  ]
  return { facts: [...told, ...untoldFacts(told, differences)], differences, unchanged }
}

/** The same two documents are compared for a preview, a list, a review and what clients see: once, where they are at hand. */
const compared = new WeakMap<Signed, { before: Signed | undefined; found: Differences }>()

function signedDifferences(before: Signed | undefined, after: Signed): Differences {
  const known = compared.get(after)
  if (known !== undefined && known.before === before) return known.found
  const found = leafDifferences(before === undefined ? undefined : alignedSigned(before), alignedSigned(after))
  compared.set(after, { before, found })
  return found
}

export function alignedSigned(signed: Signed): JsonObject {
  return signed.type === 'targets' ? alignedTargets(signed.raw) : signed.raw
}

function typeFacts(before: Signed | undefined, after: Signed, differences: readonly LeafDifference[]): Fact[] {
  switch (after.type) {
    case 'root':
      return rootFacts(before?.type === 'root' ? before : undefined, after)
    case 'timestamp':
      return timestampFacts(before?.type === 'timestamp' ? before : undefined, after, differences)
    case 'snapshot':
      return snapshotFacts(before?.type === 'snapshot' ? before : undefined, after, differences)
    case 'targets': {
      const old = before?.type === 'targets' ? before : undefined
      return [...artifactFacts(old, after, differences), ...delegationFacts(old?.delegations, after.delegations)]
    }
  }
}

/** What no fact accounts for yet, leaf by leaf. Facts that account for a list also take its having been empty. */
export function untoldFacts(told: Fact[], differences: readonly LeafDifference[]): Fact[] {
  const owners = new PathTree<Fact>()
  for (const one of told) for (const path of one.covers) owners.set(path, one)
  const untold = differences.filter(({ path }) => owners.above(path) === undefined)
  if (untold.length === 0) return []
  const empties = untold.filter(isEmptied)
  const facts = untold.filter((leaf) => !isEmptied(leaf)).map(unknownFact)
  if (empties.length === 0) return facts
  for (const one of facts) for (const path of one.covers) owners.set(path, one)
  const leaves = new PathTree<LeafDifference>()
  for (const leaf of differences) leaves.set(leaf.path, leaf)
  for (const leaf of empties) {
    // A list that is filled, or emptied: what came or went in it is told, and this goes with it.
    const member = leaves.below(leaf.path, Array.isArray(leaf.before ?? leaf.after) ? 'number' : 'string')
    const owner = member === undefined ? undefined : owners.above(member.path)
    if (owner !== undefined) owner.alsoExactly.push(leaf.path)
    else facts.push(emptyFact(leaf))
  }
  return facts
}

/** An empty list or object on one side only. */
function isEmptied(leaf: LeafDifference): boolean {
  return leaf.before === undefined
    ? isEmptyContainer(leaf.after)
    : leaf.after === undefined && isEmptyContainer(leaf.before)
}

const lists: ReadonlyMap<string, string> = new Map([
  ['keys', 'keys'],
  ['targets', 'artifacts'],
  ['meta', 'roles'],
  ['delegations/keys', 'keys of delegated roles'],
  ['delegations/roles', 'delegated roles'],
  ['delegations/keys_for_delegations', 'keys of delegated roles'],
  ['delegations/delegations', 'roles that must agree'],
  ['delegations', 'roles that must agree'],
  ['roles', 'delegated roles'],
])

function emptyFact(leaf: LeafDifference): Fact {
  const path = unaligned(leaf.path)
  const list = lists.get(path.join('/'))
  if (list === undefined) return unknownFact(leaf)
  return fact(say.listEmpty({ list, isEmpty: leaf.after !== undefined }), path, {}, [leaf.path])
}

function unknownFact(leaf: LeafDifference): Fact {
  const at = unaligned(leaf.path)
  const path = pathText(at)
  const { before, after } = leaf
  const telling =
    before === undefined
      ? say.unknownAdded({ path })
      : after === undefined
        ? say.unknownRemoved({ path })
        : say.unknownChanged({ path })
  return fact(telling, at, pairText(before, after), [leaf.path])
}
