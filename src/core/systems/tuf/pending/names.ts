// Names that a change would add, against those that others wait to add and those that are there anywhere in the repository.

import { skeletonOf } from '../../../look-alike.ts'
import { type Finding, type Proposal, worstRisk } from '../../../proposal.ts'
import { quoted, someText } from '../diff/shown.ts'
import { topRoles } from '../metadata.ts'
import { type Trusted, takenNames } from '../trusted.ts'
import { namedRoles, subjectOf } from './delegator.ts'
import type { Delegator, Waiting } from './waiting.ts'

/** A document that adds more makes bins, which are named by a machine. */
const maxNames = 1000

export async function withNames(proposals: readonly Proposal[], waiting: Waiting, now: Trusted): Promise<Proposal[]> {
  const added = new Map<Proposal, readonly string[]>()
  for (const delegator of await waiting.delegators()) {
    const proposal = proposals.find(({ subject }) => subject === subjectOf(delegator))
    if (proposal !== undefined) added.set(proposal, await namesAdded(delegator, now))
  }
  if ([...added.values()].every((names) => names.length === 0)) return [...proposals]
  const there = bySkeleton([...topRoles, ...(await takenNames(now))])
  return proposals.map((proposal) => {
    const names = added.get(proposal) ?? []
    const others = [...added].filter(([other]) => other !== proposal)
    const findings = [...fromOthers(names, others), ...fromThere(names, there, proposal)]
    if (findings.length === 0) return proposal
    const risk = worstRisk([proposal.risk, ...findings.map((one) => one.risk)])
    return { ...proposal, risk, findings: [...findings, ...proposal.findings] }
  })
}

async function namesAdded(one: Delegator, now: Trusted): Promise<string[]> {
  if (one.kind === 'root') return []
  if (one.kind === 'keys') return one.rotate.version === 1 ? [one.rotate.role] : []
  const published = await now.targets(one.role)
  const before = published === undefined ? [] : namedRoles({ ...one, metadata: published })
  const known = new Set(before)
  const fresh = [...new Set(namedRoles(one))].filter((name) => !known.has(name))
  return fresh.length > maxNames ? [] : fresh
}

/** Either of the two may be the honest one: both are told. */
function fromOthers(names: readonly string[], others: readonly (readonly [Proposal, readonly string[]])[]): Finding[] {
  const pairs: string[] = []
  for (const [other, theirs] of others) {
    const known = bySkeleton(theirs)
    for (const name of names) {
      const twin = known.get(skeletonOf(name))
      if (twin === undefined) continue
      const what = twin === name ? 'is asked for' : `looks like ${quoted(twin)}, which is asked for`
      pairs.push(`${quoted(name)} ${what} by ${other.title} too`)
    }
  }
  if (pairs.length === 0) return []
  const sentence = `The name ${someText(pairs, 3)}, which waits; let only the one take effect that you know`
  return [{ code: 'waiting-look-alike', risk: 'dangerous', sentence }]
}

/** What the same document names already is told of by its own rule. */
function fromThere(names: readonly string[], there: ReadonlyMap<string, string>, { findings }: Proposal): Finding[] {
  if (findings.some(({ code }) => code.endsWith('look-alike'))) return []
  const pairs = names.flatMap((name) => {
    const twin = there.get(skeletonOf(name))
    return twin === undefined || twin === name ? [] : [`${quoted(name)} looks like ${quoted(twin)}`]
  })
  if (pairs.length === 0) return []
  const sentence = `The name ${someText(pairs, 3)}, which is there already; people will take one for the other`
  return [{ code: 'role-look-alike', risk: 'dangerous', sentence }]
}

function bySkeleton(names: Iterable<string>): Map<string, string> {
  const known = new Map<string, string>()
  for (const name of names) {
    const skeleton = skeletonOf(name)
    if (!known.has(skeleton)) known.set(skeleton, name)
  }
  return known
}
