import { visible } from '../../../visible.ts'
import type { RoleKeys } from '../metadata.ts'
import type { Path } from './difference.ts'
import { type Fact, fact } from './fact.ts'
import { identityOf, idsByIdentity, type Keys } from './holder.ts'
import {
  addressFacts,
  carriedFields,
  detailFacts,
  reasonsOf,
  rehearsalFacts,
  toldParts,
  unknownTypeFacts,
  writingFacts,
} from './key-entry.ts'
import { keySentences as say } from './sentence-keys.ts'
import { groupsText, holderText, idText, keyOfText, keyText } from './shown.ts'

export interface RoleUse extends RoleKeys {
  name: string
  /** Where its threshold and its key ids stand. */
  at: Path
}

/** One list of keys and the roles that draw on it: root's, or the delegations of one targets role. */
export interface KeyScope {
  /** Where the list of keys stands. */
  at: Path
  before: Keys
  after: Keys
  rolesBefore: readonly RoleUse[]
  rolesAfter: readonly RoleUse[]
  /** Ids that stand in both documents, for different keys. */
  swapped: ReadonlySet<string>
  idsBefore: ReadonlyMap<string, readonly string[]>
  idsAfter: ReadonlyMap<string, readonly string[]>
}

/** Everything is looked up once: a document may name thousands of keys and roles. */
export function keyScope(
  lists: Pick<KeyScope, 'at' | 'rolesBefore' | 'rolesAfter'> & { before: Keys | undefined; after: Keys | undefined },
): KeyScope {
  const [before, after]: [Keys, Keys] = [lists.before ?? new Map(), lists.after ?? new Map()]
  const swapped = [...before].filter(([id, key]) => {
    const other = after.get(id)
    return other !== undefined && identityOf(other) !== identityOf(key)
  })
  return {
    ...lists,
    before,
    after,
    swapped: new Set(swapped.map(([id]) => id)),
    idsBefore: idsByIdentity(before),
    idsAfter: idsByIdentity(after),
  }
}

interface Uses {
  before: ReadonlyMap<string, readonly RoleUse[]>
  after: ReadonlyMap<string, readonly RoleUse[]>
}

export function keyFacts(scope: KeyScope): Fact[] {
  const { swapped, idsBefore, idsAfter } = scope
  const uses: Uses = { before: usesOf(scope.rolesBefore), after: usesOf(scope.rolesAfter) }
  const facts: Fact[] = []
  for (const id of swapped)
    facts.push(
      ...swapFacts(
        scope,
        id,
        (uses.after.get(id) ?? []).map(({ name }) => name),
      ),
    )
  for (const identity of new Set([...idsBefore.keys(), ...idsAfter.keys()])) {
    const was = (idsBefore.get(identity) ?? []).filter((id) => !swapped.has(id))
    const is = (idsAfter.get(identity) ?? []).filter((id) => !swapped.has(id))
    const isUsedBefore = (idsBefore.get(identity) ?? []).some((id) => uses.before.has(id))
    const isUsedAfter = (idsAfter.get(identity) ?? []).some((id) => uses.after.has(id))
    // The id under which a role uses the key comes first: the role's own fact tells that entry.
    if (was.length === 0 && is.length > 0)
      facts.push(
        ...addedFacts(
          scope,
          [...is].sort((a, b) => Number(uses.after.has(b)) - Number(uses.after.has(a))),
          isUsedAfter,
        ),
      )
    else if (is.length === 0 && was.length > 0) facts.push(...removedFacts(scope, was, isUsedBefore))
    else if (was.length > 0) facts.push(...keptFacts(scope, uses, was, is, isUsedBefore && !isUsedAfter))
  }
  return facts
}

function usesOf(roles: readonly RoleUse[]): Map<string, RoleUse[]> {
  const uses = new Map<string, RoleUse[]>()
  for (const role of roles) {
    for (const id of role.keyids) {
      const known = uses.get(id)
      if (known === undefined) uses.set(id, [role])
      else known.push(role)
    }
  }
  return uses
}

function swapFacts(scope: KeyScope, id: string, roles: readonly string[]): Fact[] {
  const [was, is] = [scope.before.get(id), scope.after.get(id)]
  if (was === undefined || is === undefined) return []
  const who = holderText(was, id)
  const at = [...scope.at, id]
  const covers: Path[] = [
    [...at, 'keyval', 'public'],
    [...at, 'keytype'],
    [...at, 'scheme'],
  ]
  return [
    fact(
      say.keyBytesChanged({ who, id: idText(id), roles }),
      at,
      { before: keyText(was, id), after: keyText(is, id) },
      covers,
    ),
    ...unknownTypeFacts(scope.at, id, is),
    ...detailFacts(at, id, was, is),
  ]
}

function addedFacts(scope: KeyScope, ids: readonly string[], isUsed: boolean): Fact[] {
  const facts: Fact[] = []
  for (const [i, id] of ids.entries()) {
    const key = scope.after.get(id)
    if (key === undefined) continue
    const at = [...scope.at, id]
    const [shown, told] = [{ after: keyText(key, id) }, toldParts(scope.at, id, key)]
    if (i > 0) facts.push(fact(say.keySecondId({ who: keyOfText(key, id), count: ids.length }), at, shown, told))
    else if (!isUsed) facts.push(fact(say.keyUnusedAdded({ who: keyOfText(key, id) }), at, shown, told))
    facts.push(...unknownTypeFacts(scope.at, id, key), ...addressFacts(at, id, undefined, key))
  }
  return facts
}

function removedFacts(scope: KeyScope, ids: readonly string[], wasUsed: boolean): Fact[] {
  const keys = ids.flatMap((id) => scope.before.get(id) ?? [])
  const first = keys[0]
  if (first === undefined) return []
  const told = keys.flatMap((key) => toldParts(scope.at, key.id, key))
  const facts = keys.flatMap((key) => addressFacts([...scope.at, key.id], key.id, key, undefined))
  if (wasUsed) return facts
  const at = [...scope.at, first.id]
  return [
    fact(say.keyUnusedRemoved({ who: keyOfText(first, first.id) }), at, { before: keyText(first, first.id) }, told),
    ...facts,
  ]
}

/** The same key in both: perhaps under other ids, perhaps described in another way. */
function keptFacts(
  scope: KeyScope,
  uses: Uses,
  was: readonly string[],
  is: readonly string[],
  isLeft: boolean,
): Fact[] {
  const facts: Fact[] = []
  const gone = was.filter((id) => !scope.after.has(id))
  const come = is.filter((id) => !scope.before.has(id))
  for (const id of is) {
    const [old, key] = [scope.before.get(id), scope.after.get(id)]
    if (old === undefined || key === undefined) continue
    facts.push(...writingFacts([...scope.at, id], id, old, key), ...detailFacts([...scope.at, id], id, old, key))
  }
  for (let i = 0; i < Math.max(gone.length, come.length); i++)
    facts.push(...otherIdFacts(scope, uses, gone[i], come[i], was, is))
  const id = is[0] ?? ''
  if (isLeft)
    facts.push(fact(say.keyLeftUnused({ who: keyOfText(scope.after.get(id), id) }), [...scope.at, id], {}, []))
  return facts
}

function otherIdFacts(
  scope: KeyScope,
  uses: Uses,
  from: string | undefined,
  to: string | undefined,
  was: readonly string[],
  is: readonly string[],
): Fact[] {
  const old = scope.before.get(from ?? was[0] ?? '')
  const key = scope.after.get(to ?? is[0] ?? '')
  if (old === undefined || key === undefined) return []
  const who = keyOfText(old, old.id)
  const shown = {
    ...(from === undefined ? {} : { before: `id ${groupsText(visible(from))}` }),
    ...(to === undefined ? {} : { after: `id ${groupsText(visible(to))}` }),
  }
  const covers = [
    ...(from === undefined ? [] : toldParts(scope.at, from, old)),
    ...(to === undefined ? [] : toldParts(scope.at, to, key)),
    // The lists in which the id stands change with it.
    ...[...(uses.before.get(from ?? '') ?? []), ...(uses.after.get(to ?? '') ?? [])].map((role) => [
      ...role.at,
      'keyids',
    ]),
  ]
  if (to === undefined)
    return [fact(say.keyFewerIds({ who, count: is.length }), [...scope.at, from ?? ''], shown, covers)]
  const at = [...scope.at, to]
  if (from === undefined)
    return [
      fact(say.keySecondId({ who: keyOfText(key, to), count: is.length }), at, shown, covers),
      ...addressFacts(at, to, undefined, key),
    ]
  const carried = carriedFields(scope.at, old, key)
  return [
    fact(say.keyIdChanged({ who, also: reasonsOf(old, key) }), at, shown, [...covers, ...carried.covers]),
    ...addressFacts(at, to, old, key, [[...scope.at, from]]),
    ...rehearsalFacts(at, to, old, key, [[...scope.at, from]]),
    ...carried.facts,
  ]
}
