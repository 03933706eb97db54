// Who must agree to a change of a project's keys: those who hold it now, those who will hold it, and every key that comes.
import type { Quorum } from '../../../proposal.ts'
import { identityOf } from '../diff/holder.ts'
import type { TufKey } from '../key.ts'
import { quorumOf } from '../verify.ts'
import type { RotateFile } from './rotate.ts'

/** Which of the three a quorum is. */
export type Side = 'before' | 'after' | 'new'

export interface SidedQuorum extends Quorum {
  side: Side
}

/** All of them must be met. Without keys before, the first keys vouch for themselves alone. */
export async function rotateQuorums(before: RotateFile | undefined, after: RotateFile): Promise<SidedQuorum[]> {
  const project = after.role
  const quorums: SidedQuorum[] = []
  if (before !== undefined) {
    const now = await quorumOf(`Maintainers of ${project} now`, after, before.keys, before)
    quorums.push({ ...now, side: 'before' })
  }
  const then = await quorumOf(`Maintainers of ${project} after this`, after, after.keys, after)
  quorums.push({ ...then, side: 'after' })
  const fresh = newKeys(before, after)
  if (fresh.length > 0) {
    // Whoever brings a key shows that they have it: nobody can be made to vouch with a key that is not theirs.
    const threshold = new Set(fresh.map(identityOf)).size
    const role = { keyids: fresh.map(({ id }) => id), threshold, raw: {} }
    quorums.push({ ...(await quorumOf('Every new key', after, after.keys, role)), side: 'new' })
  }
  const known = new Set(quorums.flatMap(({ keys }) => keys.flatMap(({ ids }) => ids)))
  return quorums.map((one) => ({ ...one, strangers: one.strangers.filter(({ id }) => !known.has(id)) }))
}

/** Keys that the change before did not name: by what they are, whatever their ids. */
function newKeys(before: RotateFile | undefined, after: RotateFile): TufKey[] {
  const old = new Set([...(before?.keys.values() ?? [])].map(identityOf))
  return [...after.keys.values()].filter((key) => !old.has(identityOf(key)))
}
