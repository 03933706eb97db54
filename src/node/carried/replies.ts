// Replies, put in place: in any order, from any channel. Each goes the way of every signature, and each that does not count is
// told with its reason.
import { accept } from '../../core/approve.ts'
import { AppError, isVerdict } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
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
  /** Changes that signatures are for which count, also those that were there already; as they stand now. */
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
  const done = [...touched].flatMap((subject) => waiting.get(subject) ?? [])
  return { outcomes, proposals: done.length > 1 ? await asTheyStand(done, source, desk, signal) : done }
}

/** What was said of the first one holds no more: another one, which it waited for, may have been signed after it. */
async function asTheyStand(
  done: readonly Proposal[],
  source: OpenSource,
  desk: Desk,
  signal: AbortSignal,
): Promise<readonly Proposal[]> {
  try {
    const { proposals } = await desk.pending(source, signal)
    return done.map((one) => proposals.find(({ id }) => id === one.id) ?? one)
  } catch {
    // The signatures are in place: that they cannot be looked at again now is no failure of that.
    return done
  }
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
  const who = entry?.owner ?? entry?.label ?? key
  try {
    const given = { key, signature }
    const context = desk.context(source, signal)
    const approval = await accept(proposal.id, source.system, source.transport, given, context)
    return { said: { who, outcome: approval.files.length === 0 ? 'known' : 'added' }, proposal: approval.proposal }
  } catch (thrown) {
    // That the place cannot be written to is no fault of the reply.
    const isOfTheKey = thrown instanceof AppError && thrown.code.startsWith('signer/')
    if (!isOfTheKey && !isVerdict(thrown)) throw thrown
    return { said: { who, outcome: 'refused', reason: thrown.message } }
  }
}
