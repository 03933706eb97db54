// Who will speak for a role once a change that waits takes effect: the same document can then be signed for both, and no
// client is ever left with a role that its keys do not cover.
import { toHex } from '../../../bytes.ts'
import { type Quorum, signedCount } from '../../../proposal.ts'
import { roleOf, rootQuorum } from '../client.ts'
import type { Envelope } from '../envelope.ts'
import type { Metadata } from '../metadata.ts'
import { titleOf } from '../names.ts'
import type { Authority, Trusted } from '../trusted.ts'
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
    const then = authorityIn(one, role)
    if (then === undefined || (current !== undefined && isSameAuthority(current, then))) continue
    if (current !== undefined && !(await isBegun(one, now))) continue
    const title = `${titleOf(role, candidate.signed.version)}, after ${nameOf(one)}`
    quorums.push(await quorumOf(title, candidate, then.keys, then.role))
  }
  return quorums
}

/** Who speaks for a role by this change; undefined when it says nothing of it. */
export function authorityIn(one: Delegator, role: string): Authority | undefined {
  switch (one.kind) {
    case 'root':
      return role === 'targets' ? { keys: one.metadata.signed.keys, role: roleOf(one.metadata, 'targets') } : undefined
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

/** Somebody who may has signed it. */
async function isBegun(one: Delegator, now: Trusted): Promise<boolean> {
  if (one.kind === 'root') return signedCount(await rootQuorum(await now.root(), one.metadata)) > 0
  const by = await now.authority(one.kind === 'keys' ? one.rotate.role : one.role)
  const envelope: Envelope = one.kind === 'keys' ? one.rotate : one.metadata
  return by !== undefined && signedCount(await quorumOf('', envelope, by.keys, by.role)) > 0
}

/** The same keys by material, and the same number of them. */
export function isSameAuthority(a: Authority, b: Authority): boolean {
  return identity(a) === identity(b)
}

function identity({ keys, role }: Authority): string {
  const all = role.keyids.map((id) => `${id} ${toHex(keys.get(id)?.key?.spki ?? new Uint8Array())}`)
  return `${role.threshold} ${all.sort().join()}`
}
