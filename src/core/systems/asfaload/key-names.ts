// What the keys of quorums are called in a verdict: by who holds one where that is known, else by the key itself.
import { toHex } from '../../bytes.ts'
import { fingerprintOf } from '../../key.ts'
import { groupsOfFour, listOf } from '../../phrases.ts'
import type { Quorum, QuorumKey } from '../../proposal.ts'
import { inQuotes, visible } from '../../visible.ts'
import { distinctStarts } from './diff/words.ts'

/** As much of each as tells it from all others of these quorums. */
export function keyNames(quorums: readonly Quorum[]): (key: QuorumKey) => string {
  const fingerprints = quorums.flatMap(({ keys }) => keys.flatMap((one) => fingerprintIn(one) ?? []))
  const starts = distinctStarts(fingerprints)
  const short = new Map(fingerprints.map((text, at) => [text, starts[at] ?? text]))
  return (one) => {
    if (one.owner !== undefined) return visible(one.owner)
    const fingerprint = fingerprintIn(one)
    const known = fingerprint === undefined ? undefined : short.get(fingerprint)
    return known === undefined
      ? `${one.label} ${inQuotes(one.ids[0] ?? '')}`
      : `${one.label} · ${groupsOfFour(known).join(' ')}`
  }
}

/** Those whose signatures count. */
export function signedBy(quorums: readonly Quorum[]): string {
  const nameOf = keyNames(quorums)
  return listOf([...new Set(quorums.flatMap(({ keys }) => keys.filter(({ signed }) => signed)).map(nameOf))])
}

function fingerprintIn({ key }: QuorumKey): string | undefined {
  return key === undefined ? undefined : toHex(fingerprintOf(key))
}
