// A complete change takes effect: the blocks of all that belongs to it, a snapshot that lists them, and last the head that leads
// there. A change is published as the block that it is then: a signature that comes later makes another block of the same version,
// which no client takes for another version, and which nothing here leads to.
import { isEqualBytes } from '../../../bytes.ts'
import { AppError } from '../../../error.ts'
import type { Proposal } from '../../../proposal.ts'
import type { Signer } from '../../../signer.ts'
import type { Context } from '../../../system.ts'
import { type Files, overlay, type Transport } from '../../../transport.ts'
import { type ClientState, judgeHead } from '../accept.ts'
import type { Link } from '../cid.ts'
import { blockName, headName, maxBytes, pendingName } from '../files.ts'
import { blocksIn, parseAnchor, type Repository } from '../repository.ts'
import { standing } from '../standing.ts'
import { type Candidate, parseCandidate, readWaiting } from '../waiting/candidates.ts'
import { pendingProposals } from '../waiting/pending.ts'
import { type InForce, type Machine, type MerkleOptions, nextSnapshot, nextTimestamp } from './online.ts'
import { alongside, needsError, needsOf, publishable, titleIn } from './together.ts'

export async function publishedFiles(
  proposal: Proposal,
  online: readonly Signer[],
  source: Transport,
  context: Context,
  options: MerkleOptions = {},
): Promise<Files> {
  const { subject, after } = proposal
  const change = parseCandidate(after, subject)
  const now = await standing(source, context)
  const { proposals, problems } = await pendingProposals(source, context)
  const problem = problems.find((one) => one.subject === subject)
  if (problem !== undefined) throw problem.error
  const there = proposals.find((one) => one.subject === subject)
  checkWaits(change, there)
  if (there?.blocked !== undefined) throw new AppError(there.blocked)
  const waiting = publishable(proposals, (await readWaiting(source, context)).candidates)
  waiting.set(subject, change)
  const needs = await needsOf(change, waiting, now, context)
  if (needs.length > 0) throw needsError(change, needs)
  const { taken, view } = await alongside(change, waiting, now)
  const { repository } = now
  const { root, targets, delegated } = view ?? {}
  if (root === undefined || targets === undefined || delegated === undefined) {
    throw new AppError({ code: 'internal/bug', message: 'a change without needs leads to no repository' })
  }
  const files = new Map<string, Uint8Array | null>()
  for (const { document, bytes } of taken.values()) files.set(blockName(document.cid), bytes)
  await keepPinned(root.link, files, source, context)
  const machine = { online, context, options }
  await placeHead({ root, targets, delegated }, repository, files, source, machine)
  await verifyPublished(files, stateBefore(repository, root.link, context), source, context)
  for (const subject of taken.keys()) files.set(pendingName(subject), null)
  return files
}

/** What was looked at must be what lies there: another change under its name is not the one that was meant. */
function checkWaits(change: Candidate, there: Proposal | undefined): void {
  if (there !== undefined && isEqualBytes(there.payload, change.document.payload)) return
  const why = there === undefined ? 'it was taken away' : 'another change has its place'
  throw new AppError({
    code: 'trust/changed',
    message: `${titleIn(change)} does not wait any more: ${why}`,
    hint: 'look at what waits now',
    data: { subject: change.subject },
  })
}

/** The root that people have pinned need not lie there, and everybody who comes anew begins with it. */
async function keepPinned(
  root: Link,
  files: Map<string, Uint8Array | null>,
  source: Transport,
  { anchor, signal }: Context,
): Promise<void> {
  if (anchor.length === 0) return
  const { cid } = parseAnchor(anchor).link
  if (cid === root.cid || (await source.read(blockName(cid), maxBytes.block, signal)) !== undefined) return
  files.set(blockName(cid), anchor)
}

async function placeHead(
  next: InForce,
  repository: Repository | undefined,
  files: Map<string, Uint8Array | null>,
  source: Transport,
  machine: Machine,
): Promise<void> {
  const blocks = blocksIn(overlay(source, files), machine.context)
  const snapshot = await nextSnapshot(next, repository?.valid.snapshot, blocks, machine)
  files.set(blockName(snapshot.link.cid), snapshot.bytes)
  files.set(headName, (await nextTimestamp(snapshot.link, next.root, machine)).bytes)
}

/** Where nothing was published yet, clients begin with the pinned root, or with this one. */
function stateBefore(repository: Repository | undefined, root: Link, { anchor }: Context): ClientState {
  if (repository !== undefined) return repository.state
  return { root: anchor.length === 0 ? root : parseAnchor(anchor).link, gone: new Map() }
}

/** What a client would refuse is not published: neither one that has followed so far, nor one that comes anew. */
export async function verifyPublished(
  files: Files,
  state: ClientState,
  source: Transport,
  context: Context,
): Promise<void> {
  const head = files.get(headName)
  if (head === undefined || head === null) throw new AppError({ code: 'internal/bug', message: 'no head was made' })
  const question = { source: blocksIn(overlay(source, files), context), now: context.now }
  const pinned = context.anchor.length === 0 ? state.root : parseAnchor(context.anchor).link
  for (const one of [state, { root: pinned, gone: new Map() }]) {
    // What has expired and is not part of this change is renewed by whoever signs it.
    const verdict = await judgeHead(head, one, { ...question, expired: 'overlook' })
    if (!verdict.accepted) throw verdict.error
  }
}
