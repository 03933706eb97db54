// What giving up a change takes away: its candidate, and the first documents of roles that nothing leads to without it.
import { findProposal } from '../core/approve.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Context } from '../core/system.ts'
import { withdrawnFiles } from '../core/systems/tuf/layout.ts'
import { overlay, snapshot } from '../core/transport.ts'
import type { OpenSource } from './desk.ts'
import type { Prepared } from './prepared.ts'

export interface Withdrawing {
  prepared: Prepared
  /** Other changes that wait and go with it. */
  along: readonly Proposal[]
}

export async function prepareWithdrawing(
  proposalId: string,
  { layout, system, transport }: OpenSource,
  context: Context,
): Promise<Withdrawing> {
  const read = snapshot(transport)
  const { subject, title } = await findProposal(proposalId, system, read, context)
  const files = new Map(await withdrawnFiles(layout, subject, read, context.signal))
  const before = await system.pending(read, context)
  const after = await system.pending(overlay(read, files), context)
  const isLeft = (one: Proposal): boolean => after.proposals.some((other) => other.subject === one.subject)
  const gone = before.proposals.filter((one) => !isLeft(one))
  for (const one of gone) {
    for (const [name, bytes] of await withdrawnFiles(layout, one.subject, read, context.signal)) files.set(name, bytes)
  }
  const prepared = { files, base: read.seen(files.keys()), note: `withdraw ${title}`, uploads: [], ids: [] }
  return { prepared, along: gone.filter((one) => one.subject !== subject) }
}
