// Who will speak for a role once a change that waits takes effect: the same document can then be signed for both, and no
// client is ever left with a role that its keys do not cover.
import { type Quorum, signedCount } from '../../../proposal.ts'
import { type Authority, acceptsSameSignatures, authorityOf } from '../authority.ts'
import { rootQuorum } from '../client.ts'
import type { Envelope } from '../envelope.ts'
import type { Metadata } from '../metadata.ts'
import { titleOf } from '../names.ts'
import type { Trusted } from '../trusted.ts'
import { quorumOf } from '../verify.ts'
import { type Delegator, delegatedTo, type Waiting } from './waiting.ts'

/**
 * A change that nobody entitled has signed asks nothing of anybody, or a stranger's file could hold up every other
 * change; only for a role that has no keys yet there is nothing to hold up.
 */
export async function futureQuorums(
  role: string,
  candidate: Metadata,
  current: Authority | undefined,
  waiting: Waiting,
  now: Trusted,
): Promise<Quorum[]> {
  const quorums: Quorum[] = []
  for (const one of await waiting.delegators()) {
    if (quorums.length === maxFuture) break
    const then = authorityIn(one, role)
    if (then === undefined || (current !== undefined && acceptsSameSignatures(current, then))) continue
    const begun = await isBegun(one, now)
    if (begun === 'by nobody who may' || (current !== undefined && begun === 'not yet')) continue
    const title = `${titleOf(role, candidate.signed.version)}, after ${nameOf(one)}`
    quorums.push(await quorumOf(title, candidate, then.keys, then.role))
  }
  return quorums
}

/** Who speaks for a role by this change; undefined when it says nothing of it. */
export function authorityIn(one: Delegator, role: string): Authority | undefined {
  switch (one.kind) {
    case 'root':
      return role === 'targets' ? authorityOf(one.metadata, 'targets') : undefined
    case 'targets':
      return one.role === role ? undefined : delegatedTo(one.metadata, role)
    case 'keys':
      return one.rotate.role === role ? { keys: one.rotate.keys, role: one.rotate } : undefined
  }
}

function nameOf(one: Delegator): string {
  if (one.kind === 'keys') return `the change of its keys (${one.rotate.version})`
  return titleOf(one.kind === 'root' ? 'root' : one.role, one.metadata.signed.version)
}

/** More changes at once of who speaks for one role are no plan of anybody. */
const maxFuture = 8

type Begun = 'begun' | 'not yet' | 'by nobody who may'
const known = new WeakMap<Delegator, Promise<Begun>>()

/** Whether somebody who may has signed it; a folder full of strangers’ files is judged once, not once a role. */
function isBegun(one: Delegator, now: Trusted): Promise<Begun> {
  const before = known.get(one) ?? judge(one, now)
  known.set(one, before)
  return before
}

async function judge(one: Delegator, now: Trusted): Promise<Begun> {
  const said = (count: number): Begun => (count > 0 ? 'begun' : 'not yet')
  if (one.kind === 'root') return said(signedCount(await rootQuorum(await now.root(), one.metadata)))
  const by = await now.authority(one.kind === 'keys' ? one.rotate.role : one.role)
  // The first keys of a project vouch for themselves, where nobody speaks for the name yet.
  if (one.kind === 'keys' && one.rotate.version === 1) {
    if (by !== undefined) return 'by nobody who may'
    return said(signedCount(await quorumOf('', one.rotate, one.rotate.keys, one.rotate)))
  }
  const envelope: Envelope = one.kind === 'keys' ? one.rotate : one.metadata
  return by === undefined ? 'by nobody who may' : said(signedCount(await quorumOf('', envelope, by.keys, by.role)))
}
