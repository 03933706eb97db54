// What a reviewer of a change of a project's keys should know besides the change: lock-outs, hand-overs, names that deceive.

import { lookAlike } from '../../../look-alike.ts'
import type { Finding, Quorum } from '../../../proposal.ts'
import { type Holder, holdersOf, isUsable, namesOf } from '../diff/holder.ts'
import { keyOfText, listText, ownerText, quoted } from '../diff/shown.ts'
import { findings as found } from '../lint/finding.ts'
import { signatureFindings } from '../lint/lint.ts'
import { deceiving } from '../lint/names.ts'
import type { RotateFile } from './rotate.ts'

/** `names`: those of projects and roles that there are already. */
export function rotateFindings(
  before: RotateFile | undefined,
  after: RotateFile,
  names: Iterable<string>,
  quorums: readonly Quorum[],
): Finding[] {
  const { role, threshold } = after
  const holders = [...holdersOf(after.keys, after).values()]
  const usable = holders.filter(isUsable)
  return [
    ...(usable.length < threshold ? [found['threshold-above-keys']({ role, threshold, usable: usable.length })] : []),
    ...quorumFindings(quorums),
    ...keyFindings(after, holders),
    ...personFindings(after, usable),
    ...handOver(before, after, holders),
    ...nameFindings(before, after, names),
    ...signatureFindings(quorums),
  ]
}

function quorumFindings(quorums: readonly Quorum[]): Finding[] {
  return quorums.flatMap(({ name, threshold, keys }) => {
    const usable = keys.filter(({ key }) => key !== undefined).length
    return usable < threshold ? [found['threshold-unreachable']({ name, threshold, usable })] : []
  })
}

function keyFindings(after: RotateFile, holders: readonly Holder[]): Finding[] {
  const list = holders.flatMap(({ ids, key }): Finding[] => {
    const who = keyOfText(key, ids[0] ?? '')
    return [
      ...(key === undefined || key.key !== undefined
        ? []
        : [found['unusable-key']({ who, why: key.unusable ?? 'its value cannot be read' })]),
      ...(ids.length < 2 ? [] : [found['same-key-two-ids']({ who, ids, where: 'role', role: after.role })]),
    ]
  })
  const rehearsal = holders.filter(({ key }) => key?.rehearsal === true)
  if (rehearsal.length > 0 && rehearsal.length < holders.length)
    list.push(found['rehearsal-mixed']({ role: after.role, names: namesOf(rehearsal) }))
  return list
}

function personFindings({ role, threshold }: RotateFile, usable: readonly Holder[]): Finding[] {
  if (usable.length === threshold) {
    return [
      {
        code: 'project-no-spare-key',
        risk: 'notable',
        sentence: `There is no spare key holder: ${quoted(role)} needs ${threshold === 1 ? 'its only key' : `all ${threshold} of its keys`}, so when one is lost its maintainers can never change its keys again without the repository admins`,
      },
    ]
  }
  if (threshold < 2) return []
  const counts = new Map<string, number>()
  for (const { key } of usable) if (key?.owner !== undefined) counts.set(key.owner, (counts.get(key.owner) ?? 0) + 1)
  return [...counts].flatMap(([owner, keys]) =>
    keys < threshold ? [] : [found['one-person-suffices']({ role, who: ownerText(owner), keys, threshold })],
  )
}

/** By names, which anyone can write: that nobody stays is worth a question, that somebody stays is no proof. */
function handOver(before: RotateFile | undefined, after: RotateFile, holders: readonly Holder[]): Finding[] {
  if (before === undefined) return []
  const old = [...holdersOf(before.keys, before).values()]
  const owners = new Set(old.map(({ key }) => key?.owner))
  const stays = holders.some(
    ({ identity, key }) =>
      old.some((one) => one.identity === identity) || (key?.owner !== undefined && owners.has(key.owner)),
  )
  if (stays) return []
  const sentence = `Nobody who holds project ${quoted(after.role)} now (${listText(namesOf(old))}) will hold it after this; ask them by another way whether they mean it`
  return [{ code: 'project-no-holder-stays', risk: 'dangerous', sentence }]
}

function nameFindings(before: RotateFile | undefined, after: RotateFile, names: Iterable<string>): Finding[] {
  const owners = [...after.keys.values()].flatMap(({ owner }) => owner ?? [])
  const list = [...deceiving('project', [after.role]), ...deceiving('key holder', owners)]
  if (before !== undefined) return list
  const existing = [...names].filter((name) => name !== after.role)
  const other = lookAlike(after.role, existing)
  if (other === undefined) return list
  const sentence = `The name ${quoted(after.role)} looks like ${quoted(other)}, which is there already; people will take one for the other`
  return [...list, { code: 'project-look-alike', risk: 'dangerous', sentence }]
}
