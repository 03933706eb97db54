// What a complete change does to clients, found out before it is published: each root from the pinned one on is taken as the one
// that a client begins with. Of everything else the snapshot is not there yet: its history is followed, and whoever must be content
// with it was asked.
import { AppError } from '../../error.ts'
import { isMet, type Proposal, type Quorum, signedCount } from '../../proposal.ts'
import type { Context, Proof, Walk } from '../../system.ts'
import { overlay, type Transport } from '../../transport.ts'
import { titleOf } from '../tuf/names.ts'
import { Reading } from './blocks.ts'
import { verifyDescent } from './descent.ts'
import { digestOf } from './digest.ts'
import type { Document, Root } from './document.ts'
import { blockName } from './files.ts'
import { versionOf } from './plain.ts'
import { needsError, withNeeds } from './publish/together.ts'
import { blocksIn, parseAnchor } from './repository.ts'
import { verifyRoot, verifyRootDescent } from './roots.ts'
import { isRoot, isTargets, standing, type Version } from './standing.ts'
import { parseCandidate } from './waiting/candidates.ts'
import { pendingProposals } from './waiting/pending.ts'

export async function provenChange(proposal: Proposal, source: Transport, context: Context): Promise<Proof> {
  const { subject, title } = proposal
  const { proposals, problems } = await pendingProposals(source, context, { needs: withNeeds(context) })
  const found = proposals.find(({ id }) => id === proposal.id)
  if (found === undefined) throw problems.find((one) => one.subject === subject)?.error ?? otherWaits(proposal)
  if (found.blocked !== undefined) throw new AppError(found.blocked)
  checkComplete(found)
  const change = parseCandidate(found.after, subject)
  // By itself no client would take it.
  if (found.needs !== undefined) throw needsError(change, found.needs)
  const { document } = change
  const files = new Map([[blockName(document.cid), found.after]])
  const blocks = blocksIn(overlay(source, files), context)
  const now = await standing(source, context)
  const reading = new Reading(blocks)
  const quorums = found.quorums.map((one) => ({ name: one.name, threshold: one.threshold, signed: signedCount(one) }))
  if (isRoot(document)) {
    const first = now.repository === undefined
    const walks = first ? [await firstWalk(document)] : await rootWalks(document, reading, context)
    return { quorums, client: rootSentence(title, walks), walks, files }
  }
  const before = await now.last(subject)
  if (before === undefined || !isTargets(before) || !isTargets(document)) {
    const client = `${title} is the first of its history, signed by the keys of everybody who delegates to it`
    return { quorums, client, walks: [], files }
  }
  await verifyDescent(reading, document, before, subject)
  const from = fromOf(subject, before)
  const client = `whoever holds ${from.title} is led to ${title}, which is signed by the keys of everybody who delegates to it`
  return { quorums, client, walks: [{ from, steps: [versionOf(document)] }], files }
}

async function firstWalk(root: Document<Root>): Promise<Walk> {
  await verifyRoot(root, undefined)
  return { from: fromOf('root', root), steps: [] }
}

/** From the pinned root on, each root that somebody may hold; the oldest first. */
async function rootWalks(root: Document<Root>, reading: Reading, { anchor }: Context): Promise<Walk[]> {
  const pinned = parseAnchor(anchor)
  const starts: Document<Root>[] = []
  for (let at = root; at.signed.height > pinned.signed.height; ) {
    const { previous } = at.signed
    if (previous === undefined) break
    at = await reading.document(previous, 'root', 'root')
    starts.unshift(at)
  }
  const walks: Walk[] = []
  for (const start of starts) {
    await verifyRootDescent(reading, root, start, undefined)
    const steps = root.signed.height - start.signed.height
    const first = versionOf(start) + 1
    walks.push({ from: fromOf('root', start), steps: Array.from({ length: steps }, (_, at) => first + at) })
  }
  // What people compared is what they begin with, whichever envelope of it lies there.
  await verifyRootDescent(reading, root, pinned, undefined)
  return walks
}

function fromOf(subject: string, version: Version): Walk['from'] {
  return { title: titleOf(subject, versionOf(version)), version: versionOf(version), digest: digestOf(version) }
}

function rootSentence(title: string, walks: readonly Walk[]): string {
  const from = walks.filter(({ steps }) => steps.length > 0).map(({ from: { version } }) => version)
  const [first = 0] = from
  const last = from.at(-1) ?? 0
  if (from.length === 0) return `a client that begins with ${title} accepts its own signatures`
  if (from.length === 1) return `a client reached ${title} from root ${first}`
  return `a client reached ${title} from each of the roots ${first} to ${last}`
}

function checkComplete({ title, quorums }: Proposal): void {
  if (quorums.every(isMet)) return
  const count = (one: Quorum): string => `${one.name} has ${signedCount(one)} of ${one.threshold}`
  throw new AppError({
    code: 'trust/threshold',
    message: `${title} is not signed by enough keys yet: ${quorums.map(count).join(', ')}`,
    hint: 'ask those who have not signed',
  })
}

function otherWaits({ title }: Proposal): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `${title} does not wait here any more`,
    hint: 'look again what waits',
  })
}
