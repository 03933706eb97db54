// Candidates that wait, as proposals: each must go on from what is in force, and is told in the words of plain TUF.
import type { AppError } from '../../../error.ts'
import type { Finding, Proposal } from '../../../proposal.ts'
import type { Context, Pending } from '../../../system.ts'
import type { Transport } from '../../../transport.ts'
import { holdersOf } from '../../tuf/diff/holder.ts'
import { lintMetadata } from '../../tuf/lint/lint.ts'
import { titleOf } from '../../tuf/names.ts'
import { assemble } from '../../tuf/pending/assemble.ts'
import { blockedBy } from '../../tuf/pending/role.ts'
import { fault } from '../fault.ts'
import { pendingName } from '../files.ts'
import { namedQuorums } from '../named.ts'
import { versionOf } from '../plain.ts'
import { memoryOf, parseAnchor } from '../repository.ts'
import { authorityOf } from '../roots.ts'
import { type Standing, standing } from '../standing.ts'
import { askedFor } from './asked.ts'
import { type Candidate, problemOf, readWaiting } from './candidates.ts'
import { checkFollows } from './follows.ts'
import { toldOf } from './told.ts'

export interface PendingOptions {
  /** This subject, and no other becomes a proposal. */
  only?: string
  /** What must take effect together with each; it changes nothing else of a proposal. */
  needs?: (proposals: readonly Proposal[], candidates: readonly Candidate[], now: Standing) => Promise<Proposal[]>
}

export async function pendingProposals(
  source: Transport,
  context: Context,
  { only, needs = async (proposals) => [...proposals] }: PendingOptions = {},
): Promise<Pending> {
  const now = await standing(source, context)
  const waiting = await readWaiting(source, context)
  const isAsked = ({ subject }: { subject: string }): boolean => only === undefined || subject === only
  const proposals: Proposal[] = []
  const problems: { subject: string; error: AppError }[] = waiting.problems.filter(isAsked)
  for (const candidate of waiting.candidates.filter(isAsked)) {
    try {
      proposals.push(await readProposal(candidate, waiting.candidates, now, context))
    } catch (thrown) {
      problems.push({ subject: candidate.subject, error: problemOf(thrown) })
    }
  }
  const { repository } = now
  return {
    proposals: await needs(proposals, waiting.candidates, now),
    problems,
    ...(repository === undefined ? {} : { memory: memoryOf(repository.state) }),
  }
}

async function readProposal(
  candidate: Candidate,
  candidates: readonly Candidate[],
  now: Standing,
  context: Context,
): Promise<Proposal> {
  const { subject, bytes, document } = candidate
  if (now.repository === undefined && subject === 'root') checkIsPinned(candidate, now)
  const [before, last] = [now.inForce(subject), await now.last(subject)]
  await checkFollows(candidate, last, now, context.anchor.length === 0 ? undefined : parseAnchor(context.anchor))
  const { quorums, findings: notes } = await askedFor(candidate, candidates, now)
  const told = toldOf(subject, before, document, context, last)
  const named = namedQuorums(quorums, context)
  const lint = lintMetadata({
    role: subject,
    after: told.after,
    quorums: named,
    now: context.now,
    online: onlineOf(now),
    ...(told.before === undefined ? {} : { before: told.before }),
  })
  const findings = [...lint.filter(isOfBlocks), ...notes]
  return assemble({
    system: 'merkle',
    subject,
    title: titleOf(subject, versionOf(document)),
    before: before === undefined ? undefined : await blockOf(before.link.cid, now),
    after: { bytes, payload: document.payload },
    diff: told.diff,
    findings,
    quorums: named,
    blocked: blockedBy(subject, told.after, findings, context.now),
  })
}

/** Ids of keys are counted in another way here, and verified on reading; what certain clients of TUF make of a file is no matter. */
function isOfBlocks({ code, clients }: Finding): boolean {
  return clients === undefined && code !== 'key-id-mismatch' && code !== 'key-id-bare'
}

function onlineOf({ root }: Standing): Set<string> {
  const { keys, role } = authorityOf(root, 'snapshot')
  return new Set(holdersOf(keys, role).keys())
}

async function blockOf(cid: string, { blocks }: Standing): Promise<Uint8Array | undefined> {
  return blocks.read(cid)
}

/** What a person compared is the root that is signed here, and no other. */
function checkIsPinned({ subject, document }: Candidate, { root }: Standing): void {
  if (document.pid === root.pid) return
  throw fault('forked', 'trust/changed', `${pendingName(subject)} is not the first root that is pinned here`, {
    hint: 'do not sign it; ask who replaced it',
    role: 'root',
    blocks: [document.cid, root.cid],
  })
}
