// Who will speak for a role once a change that waits takes effect: the same document can then be signed for both, and no
// client is ever left with a role that its keys do not cover.
import { type Finding, isMet, type Quorum, signedCount } from '../../../proposal.ts'
import { type Authority, acceptsSameSignatures, authorityOf } from '../authority.ts'
import { rootQuorum } from '../client.ts'
import type { Envelope } from '../envelope.ts'
import type { Metadata } from '../metadata.ts'
import { titleOf } from '../names.ts'
import type { Trusted } from '../trusted.ts'
import { quorumOf } from '../verify.ts'
import { type Delegator, delegatedTo, type Waiting } from './waiting.ts'

export interface Future {
  /** Must sign too. */
  quorums: readonly Quorum[]
  /** Of changes that have begun and are not decided: told, and nobody is asked yet. */
  findings: readonly Finding[]
}

/**
 * A change asks of others only once it has the old threshold: before that a stranger’s file, or one key of many, could hold
 * up every other change. Only for a role that has no keys yet there is nothing to hold up.
 */
export async function futureOf(
  role: string,
  candidate: Metadata,
  current: Authority | undefined,
  waiting: Waiting,
  now: Trusted,
): Promise<Future> {
  const quorums: Quorum[] = []
  const findings: Finding[] = []
  for (const one of await waiting.delegators()) {
    if (quorums.length + findings.length === maxFuture) break
    const then = authorityIn(one, role)
    if (then === undefined || (current !== undefined && acceptsSameSignatures(current, then))) continue
    const stand = await standOf(one, now)
    if (stand === 'by nobody who may') continue
    // Where everything takes effect in one step, a change need not be decided to count.
    if (current !== undefined && !waiting.atOnce && stand !== 'decided') {
      if (stand === 'begun') findings.push(undecided(one))
      continue
    }
    const title = `${titleOf(role, candidate.signed.version)}, after ${nameOf(one)}`
    quorums.push(await quorumOf(title, candidate, then.keys, then.role))
  }
  return { quorums, findings }
}

function undecided(one: Delegator): Finding {
  const name = nameOf(one)
  const sentence = `${name.charAt(0).toUpperCase()}${name.slice(1)} waits and would change who signs this; too few have signed that one to ask anybody else`
  return { code: 'signers-may-change', risk: 'routine', sentence }
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

type Stand = 'decided' | 'begun' | 'not yet' | 'by nobody who may'
const known = new WeakMap<Delegator, Promise<Stand>>()

/** How far those who may have signed it; a folder full of strangers’ files is judged once, not once a role. */
function standOf(one: Delegator, now: Trusted): Promise<Stand> {
  const before = known.get(one) ?? judge(one, now)
  known.set(one, before)
  return before
}

async function judge(one: Delegator, now: Trusted): Promise<Stand> {
  const said = (quorum: Quorum): Stand => {
    if (isMet(quorum)) return 'decided'
    return signedCount(quorum) > 0 ? 'begun' : 'not yet'
  }
  if (one.kind === 'root') return said(await rootQuorum(await now.root(), one.metadata))
  const by = await now.authority(one.kind === 'keys' ? one.rotate.role : one.role)
  // The first keys of a project vouch for themselves, where nobody speaks for the name yet.
  if (one.kind === 'keys' && one.rotate.version === 1) {
    if (by !== undefined) return 'by nobody who may'
    return said(await quorumOf('', one.rotate, one.rotate.keys, one.rotate))
  }
  const envelope: Envelope = one.kind === 'keys' ? one.rotate : one.metadata
  return by === undefined ? 'by nobody who may' : said(await quorumOf('', envelope, by.keys, by.role))
}
