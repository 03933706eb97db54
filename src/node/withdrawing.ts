// Giving up a change, shown before it is done.
import { findProposal } from '../core/approve.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Context } from '../core/system.ts'
import { givingUp } from '../core/systems/tuf/giving-up.ts'
import { snapshot, type Transport } from '../core/transport.ts'
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
  const pending = (source: Transport) => system.pending(source, context)
  const { files, along } = await givingUp(subject, layout, read, pending, context.signal)
  const prepared = { files, base: read.seen(files.keys()), note: `withdraw ${title}`, uploads: [], ids: [] }
  return { prepared, along }
}
