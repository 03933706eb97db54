// What a quorum still needs, in words. Pure views of what main verified; nothing is counted here that main did not count.
import { holderName } from '../core/quorum-words.ts'
import type { ProposalSummary, QuorumKeyView, QuorumView, Receipt } from '../ipc/contract.ts'

export {
  agreeTitle,
  holderName,
  keyName,
  missingSentences,
  progressText,
  waitedFor,
  waysOf,
} from '../core/quorum-words.ts'

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

/** Everybody whose signature counts somewhere, each once. */
export function signedNames(quorums: readonly QuorumView[]): string[] {
  return [...new Set(quorums.flatMap(({ keys }) => keys.filter((key) => key.signed).map(holderName)))]
}

/** Of a change that was sent, and neither waits nor is in force. */
export const goneSentence =
  'It does not wait there any more, and is not in force: somebody withdrew it, or a later change took its place.'
