// Replies, put in place: in any order, from any channel. Each goes the way of every signature, and each that does not count is
// told with its reason.
import { approve, openEntries } from '../../core/approve.ts'
import { AppError, isVerdict } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import { givenSigner } from '../../core/transfer/given-signer.ts'
import type { ReplySignature, TransferReply } from '../../core/transfer/reply.ts'
import { inQuotes } from '../../core/visible.ts'
import type { Desk, OpenSource } from '../desk.ts'
import { stewardOf } from '../steward.ts'

export interface ReplyOutcome {
  /** What it was called by who brought it. */
  name: string
  reply: TransferReply
  /** Of each signature: whose it is, and what became of it. */
  signatures: readonly { who: string; outcome: 'added' | 'known' | 'refused'; reason?: string }[]
}

export interface Combined {
  outcomes: readonly ReplyOutcome[]
  /** Changes that got a signature, as they stand now. */
  proposals: readonly Proposal[]
}

export async function combine(
  replies: readonly { name: string; reply: TransferReply }[],
  source: OpenSource,
  desk: Desk,
  signal: AbortSignal,
): Promise<Combined> {
  await stewardOf(source).beforeSigning(signal)
  const { proposals, problems } = await desk.pending(source, signal)
  const waiting = new Map(proposals.map((one) => [one.subject, one]))
  const touched = new Set<string>()
  const outcomes: ReplyOutcome[] = []
  for (const { name, reply } of replies) {
    const signatures: ReplyOutcome['signatures'][number][] = []
    for (const given of reply.signatures) {
      const proposal = waiting.get(reply.subject)
      const refused = notFor(reply, proposal, problems.find(({ subject }) => subject === reply.subject)?.error)
      if (proposal === undefined || refused !== undefined) {
        signatures.push({ who: given.key, outcome: 'refused', reason: refused ?? 'nothing waits' })
        continue
      }
      const result = await place(given, proposal, source, desk, signal)
      signatures.push(result.said)
      if (result.proposal === undefined) continue
      waiting.set(reply.subject, result.proposal)
      touched.add(reply.subject)
    }
    outcomes.push({ name, reply, signatures })
  }
  return { outcomes, proposals: [...touched].flatMap((subject) => waiting.get(subject) ?? []) }
}

function notFor(
  { subject, digest }: TransferReply,
  proposal: Proposal | undefined,
  problem: AppError | undefined,
): string | undefined {
  if (problem !== undefined) return problem.message
  if (proposal === undefined)
    return `no change of “${inQuotes(subject)}” waits here; it was published or given up since`
  if (proposal.digest === digest) return undefined
  return `it signs another change of ${subject}: ${digest}, and ${proposal.digest} waits here`
}

async function place(
  { key, signature }: ReplySignature,
  proposal: Proposal,
  source: OpenSource,
  desk: Desk,
  signal: AbortSignal,
): Promise<{ said: ReplyOutcome['signatures'][number]; proposal?: Proposal }> {
  const entry = proposal.quorums.flatMap(({ keys }) => keys).find(({ ids }) => ids.includes(key))
  if (entry === undefined)
    return { said: { who: key, outcome: 'refused', reason: `nobody who is asked for ${proposal.title} has this key` } }
  const who = entry.owner ?? entry.label
  if (entry.key !== undefined && openEntries(proposal, entry.key).length === 0)
    return { said: { who, outcome: 'known' } }
  try {
    const { system, transport } = source
    const signer = givenSigner(entry, signature)
    const context = desk.context(source, signal)
    const approval = await approve(proposal.id, system, transport, transport, signer, context)
    return { said: { who, outcome: 'added' }, proposal: approval.proposal }
  } catch (thrown) {
    // That the place cannot be written to is no fault of the reply.
    const isOfTheKey = thrown instanceof AppError && thrown.code.startsWith('signer/')
    if (!isOfTheKey && !isVerdict(thrown)) throw thrown
    return { said: { who, outcome: 'refused', reason: thrown.message } }
  }
}
