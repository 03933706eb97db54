// What the frame asks once for all screens: the repositories and what is pending in them.
import type { AnswerOf, Contract } from '../ipc/contract.ts'

export type Inbox = AnswerOf<Contract['proposals.list']>

export function waitingForMe(inbox: Inbox): number {
  const mine = inbox.proposals.filter((proposal) => proposal.mine && !proposal.complete)
  return mine.length + inbox.invitations.filter(({ known }) => known).length
}
