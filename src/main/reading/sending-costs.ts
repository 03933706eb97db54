// A signature goes to a backend in a question that the same key signs: said beside the key, before it signs.
import type { Proposal } from '../../core/proposal.ts'
import type { KnownSigner } from '../../core/signer.ts'
import type { ProposalView } from '../../ipc/contract.ts'
import { sendingCost } from '../../node/asfaload/asking.ts'
import type { OpenSource } from '../../node/desk.ts'

export async function withSendingCosts(
  view: ProposalView,
  source: OpenSource,
  proposal: Proposal,
  signers: readonly KnownSigner[],
  signal: AbortSignal,
): Promise<ProposalView> {
  const told = view.signers.map(async (one) => {
    const signer = signers.find(({ id }) => id === one.id)
    const cost = signer === undefined ? undefined : await sendingCost(source, proposal, signer, signal)
    return cost === undefined ? one : { ...one, often: one.often === undefined ? cost : `${one.often}; ${cost}` }
  })
  return { ...view, signers: await Promise.all(told) }
}
