// What is trusted now: the root in force, and every role by its version, its date, and those who sign for it.

import type { Finding, Quorum } from '../../proposal.ts'
import type { Context, Due, TrustedRole, TrustedState } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { formatDate } from '../tuf/expiry.ts'
import { nobodyVouches } from '../tuf/first.ts'
import { titleOf } from '../tuf/names.ts'
import { defaultPeriodDays } from '../tuf/online.ts'
import { quorumOf } from '../tuf/verify.ts'
import { digestOf } from './digest.ts'
import type { Document, Root, Signed } from './document.ts'
import { maxBytes, pendingName } from './files.ts'
import { namedQuorums } from './named.ts'
import { versionOf } from './plain.ts'
import { memoryOf, type Repository } from './repository.ts'
import { authorityOf } from './roots.ts'
import { type Edge, isRoot, type Standing, standing } from './standing.ts'
import { parseCandidate } from './waiting/candidates.ts'

export async function trustedState(source: Transport, context: Context): Promise<TrustedState> {
  const now = await standing(source, context)
  const { repository } = now
  if (repository === undefined) return waitingState(now, source, context)
  const { valid, state } = repository
  const roles = await rolesOf(now, repository, context)
  return {
    system: 'merkle',
    anchor: { ...rootFacts(valid.root), bytes: (await now.blocks.read(valid.root.cid)) ?? context.anchor },
    roles,
    findings: expiredFindings(roles, context),
    memory: memoryOf(state),
    rehearsal: false,
  }
}

function rootFacts(root: Document<Root>) {
  const version = versionOf(root)
  return { title: titleOf('root', version), version, digest: digestOf(root) }
}

async function rolesOf(now: Standing, { timestamp, valid }: Repository, context: Context): Promise<TrustedRole[]> {
  const { root, snapshot, targets, delegated } = valid
  const of = (role: 'root' | 'snapshot' | 'timestamp'): Edge => ({ by: 'root', authority: authorityOf(root, role) })
  // A timestamp has no version of its own; what it leads to has.
  const { height } = snapshot.signed
  return (
    await Promise.all([
      roleOf('root', root, versionOf(root), [of('root')], context),
      roleOf('timestamp', timestamp, height + 1, [of('timestamp')], context),
      roleOf('snapshot', snapshot, height + 1, [of('snapshot')], context),
      roleOf('targets', targets, versionOf(targets), now.edges('targets'), context),
      ...[...delegated].map(([name, { document }]) =>
        roleOf(name, document, versionOf(document), now.edges(name), context),
      ),
    ])
  ).flat()
}

async function roleOf(
  name: string,
  document: Document,
  version: number,
  edges: readonly Edge[],
  context: Context,
): Promise<TrustedRole[]> {
  const quorums: Quorum[] = []
  for (const { by, authority } of edges) {
    const called = edges.length > 1 ? `${name} by ${by}` : name
    quorums.push(await quorumOf(called, document, authority.keys, authority.role))
  }
  const at = document.signed.expires
  const expires = { text: formatDate(at), at }
  const due = dueOf(document.signed, context.now)
  return namedQuorums(quorums, context).map((quorum) => ({ name: quorum.name, version, expires, due, quorum }))
}

const dayMs = 86_400_000
/** As TUF: documents of people last a year, and a ceremony can still be called together in two weeks. */
const people = { lasts: 365, window: 45, late: 14 }

export function dueOf({ type, expires }: Signed, now: Date): Due {
  const left = (expires.getTime() - now.getTime()) / dayMs
  if (left <= 0) return 'late'
  if (type === 'snapshot' || type === 'timestamp') {
    const lasts = defaultPeriodDays[type]
    if (left >= lasts / 3) return 'later'
    return left >= lasts / 6 ? 'now' : 'late'
  }
  if (left >= people.window) return 'later'
  return left >= people.late ? 'now' : 'late'
}

function expiredFindings(roles: readonly TrustedRole[], { now }: Context): Finding[] {
  return roles.flatMap(({ name, version, expires }) => {
    if (expires === undefined || expires.at.getTime() > now.getTime()) return []
    const sentence = `${titleOf(name, version)} expired at ${expires.text}: clients refuse the repository until it is renewed`
    return [{ code: 'expired', risk: 'dangerous', sentence }]
  })
}

/** Pinned by a person, and not in force before it is signed and something is published under it. */
async function waitingState({ root }: Standing, source: Transport, context: Context): Promise<TrustedState> {
  const waiting = await source.read(pendingName('root'), maxBytes.candidate, context.signal)
  const candidate = waiting === undefined ? undefined : parseCandidate(waiting, 'root').document
  // Signatures of another root say nothing of the pinned one.
  const signed = candidate !== undefined && isRoot(candidate) && candidate.pid === root.pid ? candidate : root
  const facts = rootFacts(root)
  return {
    system: 'merkle',
    anchor: { ...facts, bytes: context.anchor },
    roles: await roleOf('root', signed, facts.version, [{ by: 'root', authority: authorityOf(root, 'root') }], context),
    findings: [nobodyVouches(facts.title), notInForce],
    memory: new Map(),
    rehearsal: false,
  }
}

const notInForce: Finding = {
  code: 'first-waits',
  risk: 'notable',
  sentence: 'This first root is not in force yet: it has to be signed, and published with a first version of targets',
}
