// What the frame asks once for all screens: the repositories and what is pending in them.
import type { AnswerOf, Contract } from '../ipc/contract.ts'

export type Inbox = AnswerOf<Contract['proposals.list']>

export function waitingForMe(inbox: Inbox): number {
  return inbox.proposals.filter((proposal) => proposal.mine && !proposal.complete).length
}
