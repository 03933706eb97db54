// Keys of quorums by the names that this machine knows their holders by: signers files hold no names.
import { toHex } from '../../bytes.ts'
import type { Quorum } from '../../proposal.ts'
import type { Names } from './diff/words.ts'

export function namedQuorums(quorums: readonly Quorum[], names: Names): Quorum[] {
  if (names.size === 0) return [...quorums]
  return quorums.map((quorum) => ({
    ...quorum,
    keys: quorum.keys.map((entry) => {
      const owner = entry.key === undefined ? undefined : names.get(toHex(entry.key.spki))
      return owner === undefined ? entry : { ...entry, owner }
    }),
  }))
}
