// Findings about the keys of a role together: thresholds that cannot be met or mean little, machines' keys among people's.
import type { Finding } from '../../../proposal.ts'
import { type Holder, holdersOf, isUsable, namesOf } from '../diff/holder.ts'
import { hasSameOnlineKeys } from '../diff/root.ts'
import { ownerText } from '../diff/shown.ts'
import type { NamedRole, Root, Signed } from '../metadata.ts'
import { findings as found } from './finding.ts'
import { keysOf, rolesOf } from './scope.ts'

export function roleFindings(signed: Signed): Finding[] {
  const list = rolesOf(signed).flatMap((role) => {
    const holders = [...holdersOf(keysOf(signed), role).values()]
    const usable = holders.filter(isUsable)
    return [
      ...countFindings(role, holders, usable),
      ...rehearsalFindings(role.name, usable),
      ...personFindings(role, usable),
    ]
  })
  return signed.type === 'root' ? [...list, ...onlineFindings(signed)] : list
}

function countFindings(role: NamedRole, holders: readonly Holder[], usable: readonly Holder[]): Finding[] {
  const { name, threshold } = role
  const list = holders
    .filter(({ key }) => key === undefined)
    .map(({ ids }) => found['role-key-missing']({ role: name, id: ids[0] ?? '' }))
  if (usable.length < threshold)
    return [...list, found['threshold-above-keys']({ role: name, threshold, usable: usable.length })]
  if (name === 'root' && threshold === 1 && usable.length > 1)
    list.push(found['root-threshold-one']({ of: usable.length, names: namesOf(usable) }))
  // Snapshot, timestamp and delegated roles usually have one key, and the roles above them can give them another.
  if (name !== 'root' && name !== 'targets') return list
  if (usable.length === threshold) list.push(found['no-spare-key-holder']({ role: name, threshold }))
  if (usable.length === threshold + 1)
    list.push(found['one-spare-key-holder']({ role: name, threshold, of: usable.length }))
  return list
}

function rehearsalFindings(role: string, usable: readonly Holder[]): Finding[] {
  const rehearsal = usable.filter(({ key }) => key?.rehearsal === true)
  if (rehearsal.length === 0 || rehearsal.length === usable.length) return []
  return [found['rehearsal-mixed']({ role, names: namesOf(rehearsal) })]
}

/** A threshold counts keys; when one person holds enough of them, it is no threshold. */
function personFindings({ name, threshold }: NamedRole, usable: readonly Holder[]): Finding[] {
  if (threshold < 2) return []
  const counts = new Map<string, number>()
  for (const { key } of usable) if (key?.owner !== undefined) counts.set(key.owner, (counts.get(key.owner) ?? 0) + 1)
  return [...counts].flatMap(([owner, keys]) =>
    keys < threshold ? [] : [found['one-person-suffices']({ role: name, who: ownerText(owner), keys, threshold })],
  )
}

const addressFields = ['x-tuf-on-ci-online-uri', 'x-rstuf-online-key-uri', 'x-playground-online-uri']

/** Specification 6.1: keys of root and targets are kept offline, those of snapshot and timestamp cannot be. */
function onlineFindings(root: Root): Finding[] {
  const list = hasSameOnlineKeys(root) ? [] : [found['online-keys-differ']({})]
  const online = new Set(
    ['snapshot', 'timestamp'].flatMap((name) => [...holdersOf(root.keys, roleNamed(root, name)).keys()]),
  )
  for (const name of ['root', 'targets']) {
    const role = roleNamed(root, name)
    const holders = [...holdersOf(root.keys, role).values()]
    const addressed = holders.filter(({ key }) => addressFields.some((field) => typeof key?.raw[field] === 'string'))
    const shared = holders.filter((holder) => online.has(holder.identity) && !addressed.includes(holder))
    const suffices = addressed.length + shared.length >= (role?.threshold ?? 0)
    if (addressed.length > 0)
      list.push(found['offline-key-online']({ role: name, names: namesOf(addressed), suffices, why: 'address' }))
    if (shared.length > 0)
      list.push(found['offline-key-online']({ role: name, names: namesOf(shared), suffices, why: 'shared' }))
  }
  return list
}

function roleNamed(root: Root, name: string): NamedRole | undefined {
  return rolesOf(root).find((role) => role.name === name)
}
