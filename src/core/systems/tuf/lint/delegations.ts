// Findings about delegations: names that are taken for each other, and agreements that are less than they look.

import { skeletonOf } from '../../../look-alike.ts'
import type { Finding } from '../../../proposal.ts'
import { type Holder, holdersOf, isUsable, nameOf } from '../diff/holder.ts'
import { ownerText } from '../diff/shown.ts'
import { type Agreement, type DelegatedRole, type Delegations, type Signed, topRoles } from '../metadata.ts'
import { mayOverlap, scopeOf } from '../overlap.ts'
import { registryName } from '../projects/registry.ts'
import { findings as found } from './finding.ts'
import { rolesOf } from './scope.ts'

/** `online`: who signs snapshot, by what their keys are; no person is asked for what they can sign. */
export function delegationFindings(
  before: Signed | undefined,
  after: Signed,
  online: ReadonlySet<string> = new Set(),
): Finding[] {
  if (after.type !== 'targets' || after.delegations === undefined) return []
  const old = before?.type === 'targets' ? before.delegations : undefined
  const { agreements = [] } = after.delegations
  return [
    ...tap3Findings(old, after.delegations),
    ...agreements.flatMap((entry) => personFindings(entry, after.delegations)),
    ...twoListFindings(after),
    ...onlineAheadFindings(old, after.delegations, online),
    ...lookAlikeFindings(before, after),
  ]
}

function tap3Findings(before: Delegations | undefined, { form, agreements }: Delegations): Finding[] {
  if (agreements === undefined) return []
  return [found.tap3({ isDraft: form === 'tap3-draft', isNew: before?.agreements === undefined })]
}

/** Roles agree, not people: whoever can sign for enough of them agrees with himself. */
function personFindings(entry: Agreement, delegations: Delegations | undefined): Finding[] {
  if (entry.minRoles < 2) return []
  const people = new Map<string, { who: string; roles: number }>()
  for (const role of entry.roles) {
    const holders = [...holdersOf(delegations?.keys ?? new Map(), role).values()].filter(isUsable)
    for (const [person, { who, keys }] of byPerson(holders)) {
      if (keys < role.threshold) continue
      people.set(person, { who, roles: (people.get(person)?.roles ?? 0) + 1 })
    }
  }
  return [...people.values()].flatMap(({ who, roles }) =>
    roles < entry.minRoles ? [] : [found['agreement-one-person']({ who, entry: entry.name, roles })],
  )
}

function byPerson(holders: readonly Holder[]): Map<string, { who: string; keys: number }> {
  const people = new Map<string, { who: string; keys: number }>()
  for (const holder of holders) {
    const owner = holder.key?.owner
    const person = owner === undefined ? `key ${holder.identity}` : `owner ${owner}`
    const who = owner === undefined ? nameOf(holder) : ownerText(owner)
    people.set(person, { who, keys: (people.get(person)?.keys ?? 0) + 1 })
  }
  return people
}

/** One document of a role is judged by every delegation that leads to it. */
function twoListFindings(after: Signed): Finding[] {
  const [seen, told] = [new Set<string>(), new Set<string>()]
  for (const { name } of rolesOf(after)) (seen.has(name) ? told : seen).add(name)
  return [...told].map((role) => found['role-two-key-lists']({ role }))
}

/**
 * What clients ask first decides. Where that is a role of the machine, whoever breaks into the machine decides for what people,
 * or the people of a project, sign below it; a block by such a role can be lifted by the machine, and filled.
 */
function onlineAheadFindings(
  before: Delegations | undefined,
  after: Delegations,
  online: ReadonlySet<string>,
): Finding[] {
  const { roles = [] } = after
  const isOnline = (one: DelegatedRole, list: Delegations): boolean =>
    [...holdersOf(list.keys, one).values()].filter(({ identity }) => online.has(identity)).length >= one.threshold
  return roles.flatMap((role, at) => {
    if (role.name === registryName || !isOnline(role, after)) return []
    const scope = scopeOf(role.paths, role.pathHashPrefixes)
    const behind = roles
      .slice(at + 1)
      .filter((one) => one.name === registryName || !isOnline(one, after))
      .filter((one) => mayOverlap(scope, scopeOf(one.paths, one.pathHashPrefixes)))
    if (behind.length === 0) return []
    const was = before?.roles?.find(({ name }) => name === role.name)
    const isNew = before === undefined || was === undefined || !isOnline(was, before)
    return [found['online-ahead']({ role: role.name, behind: behind.map(({ name }) => name), isNew })]
  })
}

/** Only names that are new: the others were looked at when they came. */
function lookAlikeFindings(before: Signed | undefined, after: Signed): Finding[] {
  const [old, now] = [before === undefined ? [] : namesOf(before), namesOf(after)]
  const known = new Map<string, string>()
  for (const name of [...topRoles, ...old]) known.set(skeletonOf(name), name)
  const there = new Set(old)
  const pairs: [string, string][] = []
  for (const name of now) {
    if (there.has(name)) continue
    const skeleton = skeletonOf(name)
    const other = known.get(skeleton)
    if (other === undefined) known.set(skeleton, name)
    else if (other !== name) pairs.push([name, other])
  }
  return pairs.length === 0 ? [] : [found['role-look-alike']({ pairs })]
}

function namesOf(signed: Signed): string[] {
  if (signed.type !== 'targets') return []
  return [...new Set([...rolesOf(signed), ...(signed.delegations?.agreements ?? [])].map(({ name }) => name))]
}
