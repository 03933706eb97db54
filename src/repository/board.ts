// What waits here, as the developer API lists it: facts about each candidate, never a judgement that a reader could not repeat.
import { type ErrorData, isVerdict, toErrorData } from '../core/error.ts'
import { type Proposal, signedCount } from '../core/proposal.ts'
import { parseEnvelope } from '../core/systems/tuf/envelope.ts'
import type { NamedContent } from '../core/systems/tuf/named-content.ts'
import { missingContent } from './contents.ts'
import { type Look, sha256Hex, type Waits } from './ground.ts'
import type { Nonces } from './nonces.ts'

export interface CandidateView {
  subject: string
  /** sha256 of the bytes as they lie here, which is their ETag. */
  digest: string
  /** sha256 of what is signed. */
  payload: string
  /** To be named by whoever withdraws it. */
  nonce: string
  title?: string
  headline?: string
  quorums: readonly { name: string; threshold: number; signed: number; signedBy: readonly string[] }[]
  /** Why nobody can sign or publish it. */
  problem?: ErrorData
  /** Enough keys have signed, and still it is not published. */
  held?: ErrorData
  /** Content that it names and that has not arrived. */
  missing?: MissingContent
}

export interface MissingContent {
  files: number
  bytes: number
  /** The first of them. */
  paths: readonly string[]
}

const mostPaths = 20

export async function boardOf(
  look: Look,
  nonces: Nonces,
  held: ReadonlyMap<string, ErrorData>,
): Promise<CandidateView[]> {
  const { proposals, problems } = look.pending
  const subjects = new Set([...proposals, ...problems].map(({ subject }) => subject))
  const views: CandidateView[] = []
  for (const subject of [...subjects].sort()) {
    const waits = await look.waiting(subject)
    const payload = waits === undefined ? undefined : payloadOf(waits)
    // A file that is no candidate at all is the folder's own affair.
    if (waits === undefined || payload === undefined) continue
    const problem = waits.proposal?.blocked ?? problems.find((one) => one.subject === subject)?.error
    const why = waits.proposal === undefined ? undefined : held.get(waits.proposal.id)
    views.push({
      ...{ subject, digest: waits.digest, payload, nonce: nonces.of(subject, payload) },
      ...(waits.proposal === undefined ? { quorums: [] } : factsOf(waits.proposal)),
      ...(problem === undefined ? {} : { problem: toErrorDataOf(problem) }),
      ...(why === undefined ? {} : { held: why }),
    })
  }
  nonces.keep(views)
  return views
}

/** Of those that are told of only: a release may name thousands of files, and each is looked for on the disk. */
export async function withMissing(
  views: readonly CandidateView[],
  look: Look,
  folder: string,
): Promise<CandidateView[]> {
  const found: CandidateView[] = []
  for (const view of views) {
    const proposal = look.pending.proposals.find(
      ({ subject, digest }) => subject === view.subject && digest === view.payload,
    )
    // Under a name that no content may have it can never arrive; why such a change is not published stands in `held`.
    const missing =
      proposal === undefined
        ? []
        : await missingContent(proposal, folder, look.now.parse).catch((thrown: unknown) => {
            if (isVerdict(thrown)) return []
            throw thrown
          })
    found.push(missing.length === 0 ? view : { ...view, missing: toldOf(missing) })
  }
  return found
}

function toldOf(missing: readonly NamedContent[]): MissingContent {
  return {
    files: missing.length,
    bytes: missing.reduce((sum, { file }) => sum + file.length, 0),
    paths: missing.slice(0, mostPaths).map(({ path }) => path),
  }
}

function payloadOf({ bytes, proposal }: Waits): string | undefined {
  if (proposal !== undefined) return proposal.digest
  try {
    return sha256Hex(parseEnvelope(bytes, 'a candidate').payload)
  } catch {
    // No document at all: nothing that could be signed, withdrawn or fetched as one.
    return undefined
  }
}

function factsOf({ title, headline, quorums }: Proposal) {
  return {
    title,
    headline,
    quorums: quorums.map((quorum) => ({
      name: quorum.name,
      threshold: quorum.threshold,
      signed: signedCount(quorum),
      signedBy: quorum.keys.filter(({ signed }) => signed).map(({ owner, ids, label }) => owner ?? ids[0] ?? label),
    })),
  }
}

function toErrorDataOf(problem: ErrorData | Error): ErrorData {
  return problem instanceof Error ? toErrorData(problem) : problem
}
