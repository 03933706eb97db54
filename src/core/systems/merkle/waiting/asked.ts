// Who must sign a candidate: those who speak for it now, and those who will, once changes that wait take effect. All of them, for
// a snapshot is valid only where everybody who delegates to a role is content with it.
import { type Finding, isMet, type Quorum, signedCount } from '../../../proposal.ts'
import { acceptsSameSignatures } from '../../tuf/authority.ts'
import { nobodyVouches } from '../../tuf/first.ts'
import { titleOf } from '../../tuf/names.ts'
import { withoutKnown } from '../../tuf/pending/role.ts'
import { noAuthority } from '../../tuf/trusted.ts'
import { quorumOf } from '../../tuf/verify.ts'
import type { Document, Root } from '../document.ts'
import type { Authority } from '../keys.ts'
import { versionOf } from '../plain.ts'
import { authorityOf } from '../roots.ts'
import { delegatedIn, type Edge, isRoot, isTargets, type Standing, type Version } from '../standing.ts'
import type { Candidate } from './candidates.ts'

export interface Asked {
  quorums: readonly Quorum[]
  findings: readonly Finding[]
}

export async function askedFor(candidate: Candidate, candidates: readonly Candidate[], now: Standing): Promise<Asked> {
  const { subject, document } = candidate
  if (isRoot(document)) return askedForRoot(document, now)
  const title = titleOf(subject, versionOf(document))
  const edges = now.edges(subject)
  const several = edges.length > 1
  const current = await Promise.all(
    edges.map(({ by, authority }) => quorum(several ? `${title} by ${by}` : title, document, authority)),
  )
  const future = await futureOf(candidate, edges, candidates, now)
  if (current.length + future.quorums.length === 0) throw noAuthority(subject)
  return { quorums: withoutKnown([...current, ...future.quorums]), findings: future.findings }
}

/** Signed by the old keys and by the new ones. */
async function askedForRoot(document: Document<Root>, { repository, root }: Standing): Promise<Asked> {
  const judged = (by: Document<Root>): Promise<Quorum> =>
    quorum(titleOf('root', versionOf(by)), document, authorityOf(by, 'root'))
  if (repository === undefined)
    return { quorums: [await judged(document)], findings: [nobodyVouches(titleOf('root', versionOf(document)))] }
  return { quorums: withoutKnown([await judged(root), await judged(document)]), findings: [] }
}

/** More changes at once of who speaks for one role are no plan of anybody. */
const maxFuture = 8

/**
 * A change asks of others only once those who may have signed it: before that a stranger's file could hold up every other change.
 * Only for a role that has no keys yet there is nothing to hold up.
 */
async function futureOf(
  { subject, document }: Candidate,
  edges: readonly Edge[],
  candidates: readonly Candidate[],
  now: Standing,
): Promise<Asked> {
  const quorums: Quorum[] = []
  const findings: Finding[] = []
  for (const one of candidates) {
    if (quorums.length + findings.length === maxFuture) break
    const then = authorityIn(one, subject)
    const before = edges.find(({ by }) => by === one.subject)?.authority
    if (then === undefined || (before !== undefined && acceptsSameSignatures(before, then))) continue
    const stand = await standOf(one, now)
    if (stand === 'by nobody who may') continue
    const name = titleOf(one.subject, versionOf(one.document))
    if (edges.length > 0 && stand !== 'decided') {
      if (stand === 'begun') findings.push(undecided(name))
      continue
    }
    const title = `${titleOf(subject, versionOf(document))}, after ${name}`
    quorums.push(await quorum(title, document, then))
  }
  return { quorums, findings }
}

/** Who speaks for a role by what waits; undefined where that says nothing of it. */
export function authorityIn({ subject, document }: Candidate, role: string): Authority | undefined {
  if (isRoot(document)) return role === 'targets' ? authorityOf(document, 'targets') : undefined
  return subject === role || !isTargets(document) ? undefined : delegatedIn(document, role)
}

function undecided(name: string): Finding {
  const sentence = `${name} waits and would change who signs this; too few have signed that one to ask anybody else`
  return { code: 'signers-may-change', risk: 'routine', sentence }
}

type Stand = 'decided' | 'begun' | 'not yet' | 'by nobody who may'

async function standOf({ subject, document }: Candidate, now: Standing): Promise<Stand> {
  const authorities = isRoot(document)
    ? [authorityOf(now.root, 'root')]
    : now.edges(subject).map(({ authority }) => authority)
  if (authorities.length === 0) return 'by nobody who may'
  const said = await Promise.all(authorities.map((authority) => quorum('', document, authority)))
  if (said.every(isMet)) return 'decided'
  return said.some((one) => signedCount(one) > 0) ? 'begun' : 'not yet'
}

function quorum(name: string, document: Version, { keys, role }: Authority): Promise<Quorum> {
  return quorumOf(name, document, keys, role)
}
