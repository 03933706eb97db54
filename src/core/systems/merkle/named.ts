// Keys of quorums by what this machine calls their holders: keys in blocks have no names.
import { toHex } from '../../bytes.ts'
import type { Quorum } from '../../proposal.ts'
import type { Context } from '../../system.ts'

export function namedQuorums(quorums: readonly Quorum[], { names }: Pick<Context, 'names'>): Quorum[] {
  return quorums.map((quorum) => ({
    ...quorum,
    keys: quorum.keys.map((entry) => {
      const owner = entry.key === undefined ? undefined : names?.get(toHex(entry.key.spki))
      return owner === undefined ? entry : { ...entry, owner }
    }),
  }))
}
