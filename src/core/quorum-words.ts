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

/** What must be met, and the ways to each: one, or several of which a single one is enough. All of a way are needed. */
export function waysOf<T extends { way?: Quorum['way'] }>(quorums: readonly T[]): T[][][] {
  const ends = new Map<string | T, Map<string, T[]>>()
  for (const quorum of quorums) {
    const { to, by } = quorum.way ?? { to: quorum, by: '' }
    const ways = ends.get(to) ?? new Map<string, T[]>()
    ends.set(to, ways.set(by, [...(ways.get(by) ?? []), quorum]))
  }
  return [...ends.values()].map((ways) => [...ways.values()])
}

export function agreeTitle(quorums: readonly { way?: Quorum['way'] }[]): string {
  const ends = waysOf(quorums).length
  if (ends < 2) return 'Who must agree'
  return ends === 2 ? 'Who must agree: both' : `Who must agree: all ${ends}`
}

export function missingNames(quorum: Counted): string[] {
  if (quorum.met) return []
  return quorum.keys.filter((key) => !key.signed).map(holderName)
}

/** A sentence for each that must agree; of several ways to one end a single one, of those that are left. */
export function missingSentences(quorums: readonly (Counted & { way?: Quorum['way'] })[]): string[] {
  return waysOf(quorums).flatMap((ways) => {
    const met = ways.find((way) => way.every((quorum) => quorum.met))
    if (met !== undefined) return met.map(missingSentence)
    const [way = []] = ways
    if (ways.length === 1) return way.map(missingSentence)
    return ways
      .map((one) =>
        one
          .filter((quorum) => !quorum.met)
          .map(missingSentence)
          .join(' '),
      )
      .join(' Or: ')
  })
}

/** "Root 14: one more signature needed, from Dana Ortiz or You." */
export function missingSentence(quorum: Counted): string {
  if (quorum.met) return `${quorum.name}: complete, with ${countOf(quorum.threshold, 'signature')}.`
  const short = quorum.threshold - quorum.signed
  const names = missingNames(quorum)
  if (names.length < short)
    return `${quorum.name}: ${countOf(short, 'more signature')} needed, and too few keys are left.`
  const who = names.length === short ? listOf(names) : `any ${short} of ${listOf(names)}`
  const choice = short === 1 && names.length > 1 ? listOf(names, 'or') : who
  return `${quorum.name}: ${countOf(short, 'more signature')} needed, from ${choice}.`
}

export function progressText(quorum: Counted): string {
  return quorum.signed > quorum.threshold
    ? `${quorum.signed} signed, ${quorum.threshold} needed`
    : `${quorum.signed} of ${quorum.threshold} signed`
}
