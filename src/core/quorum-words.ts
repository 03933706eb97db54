// What a quorum has and what it still needs, in words; nothing is counted here.
import { countOf, listOf } from './phrases.ts'
import { openAmong, type Quorum } from './proposal.ts'

interface Named {
  owner?: string
  label: string
  id: string
  fingerprint?: string
}

/** Nobody's name stands with it: then the start of its fingerprint does. */
export function holderName(holder: Named): string {
  const { owner, label, fingerprint, id } = holder
  return owner ?? `${label} key ${fingerprint?.slice(0, 9) ?? `id ${id.slice(0, 8)}`}`
}

/** What people compare a key by, the same on every screen; of one that cannot be read there is only its id. */
export function keyName({ fingerprint, id }: Named): string {
  return fingerprint ?? `id ${id.slice(0, 16)}`
}

interface Counted {
  name: string
  threshold: number
  /** How many signatures count. */
  signed: number
  met: boolean
  keys: readonly (Named & { signed: boolean })[]
}

/** Whose signatures are still waited for; one of several ways is not when another is complete. */
export function waitedFor<T extends { met: boolean; way?: Quorum['way'] }>(quorums: readonly T[]): T[] {
  return openAmong(quorums, ({ met }) => met)
}

export function agreeTitle(quorums: number): string {
  if (quorums === 1) return 'Who must agree'
  return quorums === 2 ? 'Who must agree: both' : `Who must agree: all ${quorums}`
}

export function missingNames(quorum: Counted): string[] {
  if (quorum.met) return []
  return quorum.keys.filter((key) => !key.signed).map(holderName)
}

/** "Root 14 needs one more signature: Dana Ortiz or You." */
export function missingSentence(quorum: Counted): string {
  if (quorum.met) return `${quorum.name} has the ${countOf(quorum.threshold, 'signature')} it needs.`
  const short = quorum.threshold - quorum.signed
  const names = missingNames(quorum)
  if (names.length < short)
    return `${quorum.name} needs ${countOf(short, 'more signature')}, and too few keys are left.`
  const who = names.length === short ? listOf(names) : `any ${short} of ${listOf(names)}`
  const choice = short === 1 && names.length > 1 ? listOf(names, 'or') : who
  return `${quorum.name} needs ${countOf(short, 'more signature', 'more signatures')}: ${choice}.`
}

export function progressText(quorum: Counted): string {
  return quorum.signed > quorum.threshold
    ? `${quorum.signed} signed, ${quorum.threshold} needed`
    : `${quorum.signed} of ${quorum.threshold} signed`
}
