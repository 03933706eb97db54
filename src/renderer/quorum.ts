// What a quorum still needs, in words. Pure views of what main verified; nothing is counted here that main did not count.
import type { ProposalSummary, QuorumKeyView, QuorumView, Receipt } from '../ipc/contract.ts'
import { countOf, listOf } from './format.ts'

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

/** Can be published: everything that goes along with it is signed, too. */
export function isReady({ complete, needs = [] }: Pick<ProposalSummary | Receipt, 'complete' | 'needs'>): boolean {
  return complete && needs.length === 0
}

export type Standing = 'signed' | 'invalid' | 'mine' | 'missing'

export function standingOf(key: QuorumKeyView): Standing {
  if (key.signed) return 'signed'
  if (key.signerIds.length > 0) return 'mine'
  return key.reason === undefined ? 'missing' : 'invalid'
}

export function missingNames(quorum: QuorumView): string[] {
  if (quorum.met) return []
  return quorum.keys.filter((key) => !key.signed).map(holderName)
}

/** Everybody whose signature counts somewhere, each once. */
export function signedNames(quorums: readonly QuorumView[]): string[] {
  return [...new Set(quorums.flatMap(({ keys }) => keys.filter((key) => key.signed).map(holderName)))]
}

/** "Root 14 needs one more signature: Dana Ortiz or You." */
export function missingSentence(quorum: QuorumView): string {
  if (quorum.met) return `${quorum.name} has the ${countOf(quorum.threshold, 'signature')} it needs.`
  const short = quorum.threshold - quorum.signed
  const names = missingNames(quorum)
  if (names.length < short)
    return `${quorum.name} needs ${countOf(short, 'more signature')}, and too few keys are left.`
  const who = names.length === short ? listOf(names) : `any ${short} of ${listOf(names)}`
  const choice = short === 1 && names.length > 1 ? listOf(names, 'or') : who
  return `${quorum.name} needs ${countOf(short, 'more signature', 'more signatures')}: ${choice}.`
}

export function progressText(quorum: QuorumView): string {
  return quorum.signed > quorum.threshold
    ? `${quorum.signed} signed, ${quorum.threshold} needed`
    : `${quorum.signed} of ${quorum.threshold} signed`
}

/** Of a change that was sent, and neither waits nor is in force. */
export const goneSentence =
  'It does not wait there any more, and is not in force: somebody withdrew it, or a later change took its place.'
