// Who can sign for a role, and how many must: told by name, counted by key.

import type { Path } from './difference.ts'
import { type Fact, fact } from './fact.ts'
import { type Holder, holdersOf, type Keys, nameOf, namesOf, textOf } from './holder.ts'
import { toldParts } from './key-entry.ts'
import type { KeyScope, RoleUse } from './keys.ts'
import { sentences as say } from './sentence.ts'
import { countText, idText, keyOfText, listText } from './shown.ts'

/** A role that stands in both documents. */
export function roleFacts(scope: KeyScope, before: RoleUse, after: RoleUse): Fact[] {
  const [was, is] = [holdersOf(scope.before, before), holdersOf(scope.after, after)]
  return [...thresholdFacts(before, after, was.size, is.size), ...memberFacts(scope, before, after, was, is)]
}

/** "2 of 3: Dana, Lee and Priya" */
export function quorumText(keys: Keys, role: RoleUse): string {
  const holders = [...holdersOf(keys, role).values()]
  return `${role.threshold} of ${holders.length}${holders.length === 0 ? '' : `: ${listText(holders.map(textOf).sort())}`}`
}

/** What the first sight of a role tells of its keys: all of it, except fields that this program does not know. */
export function introducedParts(at: Path, keys: Keys, role: RoleUse): Path[] {
  const entries = role.keyids.flatMap((id) => toldParts(at, id, keys.get(id)))
  return [[...role.at, 'threshold'], [...role.at, 'keyids'], ...entries]
}

export function introduction(keys: Keys, role: RoleUse): { threshold: number; of: number; names: string[] } {
  const holders = holdersOf(keys, role)
  return { threshold: role.threshold, of: holders.size, names: namesOf(holders.values()) }
}

function thresholdFacts(before: RoleUse, after: RoleUse, was: number, is: number): Fact[] {
  if (before.threshold === after.threshold) return []
  const facts = { role: after.name, from: before.threshold, to: after.threshold, was, of: is }
  const telling = after.threshold < before.threshold ? say.thresholdLowered(facts) : say.thresholdRaised(facts)
  return [
    fact(telling, [...after.at, 'threshold'], {
      before: `${before.threshold} of ${was}`,
      after: `${after.threshold} of ${is}`,
    }),
  ]
}

function memberFacts(
  scope: KeyScope,
  before: RoleUse,
  after: RoleUse,
  was: ReadonlyMap<string, Holder>,
  is: ReadonlyMap<string, Holder>,
): Fact[] {
  const { swapped } = scope
  const [oldIds, newIds] = [new Set(before.keyids), new Set(after.keyids)]
  // An id that stays in the role but stands for another key is told where the key changes, not as a new member here.
  const isTold = (holder: Holder, other: ReadonlySet<string>): boolean =>
    holder.ids.every((id) => swapped.has(id) && other.has(id))
  const removed = [...was.values()].filter((holder) => !is.has(holder.identity) && !isTold(holder, newIds))
  const added = [...is.values()].filter((holder) => !was.has(holder.identity) && !isTold(holder, oldIds))
  const isSameList =
    before.keyids.length === after.keyids.length && before.keyids.every((id, i) => id === after.keyids[i])
  const facts = [...pairFacts(scope, after, removed, added)]
  if (isSameList) return facts
  facts.push(...otherIdFacts(scope, after, was, is))
  const isSameSet = oldIds.size === newIds.size && before.keyids.every((id) => newIds.has(id))
  if (isSameSet)
    facts.push(
      fact(say.keysReordered({ role: after.name }), [...after.at, 'keyids'], {
        before: idsText(before.keyids),
        after: idsText(after.keyids),
      }),
    )
  return facts
}

function idsText(ids: readonly string[]): string {
  return ids.map(idText).join(', ')
}

/** Who goes and who comes; one for one is told as one fact. */
function pairFacts(
  scope: KeyScope,
  { at, name: role }: RoleUse,
  removed: readonly Holder[],
  added: readonly Holder[],
): Fact[] {
  const covers = (gone: Holder | undefined, come: Holder | undefined): Path[] => [
    [...at, 'keyids'],
    // A key that goes takes every entry of it along; of one that comes, further entries are told as second ids.
    ...(gone === undefined ? [] : (scope.idsBefore.get(gone.identity) ?? [])).flatMap((id) =>
      toldParts(scope.at, id, scope.before.get(id)),
    ),
    ...(come?.ids ?? []).flatMap((id) => toldParts(scope.at, id, scope.after.get(id))),
  ]
  const path: Path = [...at, 'keyids']
  const facts: Fact[] = []
  const [left, come] = [[...removed], [...added]]
  for (const gone of removed) {
    const owner = gone.key?.owner
    const match = owner === undefined ? undefined : come.find((holder) => holder.key?.owner === owner)
    if (match === undefined) continue
    left.splice(left.indexOf(gone), 1)
    come.splice(come.indexOf(match), 1)
    facts.push(
      fact(
        say.signerNewKey({ role, who: nameOf(gone) }),
        path,
        { before: textOf(gone), after: textOf(match) },
        covers(gone, match),
      ),
    )
  }
  const [gone, next] = [left[0], come[0]]
  if (gone !== undefined && next !== undefined && left.length === 1 && come.length === 1) {
    const isOnline = role === 'snapshot' || role === 'timestamp'
    const telling =
      isOnline && gone.key?.owner === undefined && next.key?.owner === undefined
        ? say.onlineKeyReplaced
        : say.signerReplaced
    const shown = { before: textOf(gone), after: textOf(next) }
    return [...facts, fact(telling({ role, who: nameOf(gone), by: nameOf(next) }), path, shown, covers(gone, next))]
  }
  if (left.length > 0 && come.length > 0) {
    const shown = { before: listText(left.map(textOf).sort()), after: listText(come.map(textOf).sort()) }
    const all = [
      ...left.flatMap((holder) => covers(holder, undefined)),
      ...come.flatMap((holder) => covers(undefined, holder)),
    ]
    return [...facts, fact(say.signersChanged({ role, gone: namesOf(left), come: namesOf(come) }), path, shown, all)]
  }
  for (const holder of left)
    facts.push(
      fact(
        say.signerRemoved({ role, who: nameOf(holder) }),
        path,
        { before: textOf(holder) },
        covers(holder, undefined),
      ),
    )
  for (const holder of come)
    facts.push(
      fact(say.signerAdded({ role, who: nameOf(holder) }), path, { after: textOf(holder) }, covers(undefined, holder)),
    )
  return facts
}

/** Members that stay, under other ids. When the list of keys itself gives them the new id, it is told there. */
function otherIdFacts(
  scope: KeyScope,
  { at, name: role }: RoleUse,
  was: ReadonlyMap<string, Holder>,
  is: ReadonlyMap<string, Holder>,
): Fact[] {
  const facts: Fact[] = []
  for (const [identity, holder] of is) {
    const old = was.get(identity)
    if (old === undefined || sameIds(old.ids, holder.ids)) continue
    if (holder.ids.some((id) => !scope.before.has(id)) || old.ids.some((id) => !scope.after.has(id))) continue
    const who = keyOfText(holder.key, holder.ids[0] ?? '')
    const [from, to] = [idsWords(old.ids), idsWords(holder.ids)]
    const shown = { before: idsText(old.ids), after: idsText(holder.ids) }
    facts.push(fact(say.roleOtherId({ role, who, from, to }), [...at, 'keyids'], shown))
  }
  return facts
}

function idsWords(ids: readonly string[]): string {
  return ids.length === 1 ? `the id ${idText(ids[0] ?? '')}` : countText(ids.length, 'id')
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id))
}
