// A <-* B, for everything but roots: from a version down to one that was trusted, by the longest links that do not lead below it.
// No signature is looked at on the way: whoever signed A vouches for all that its hash covers.
import type { Reading } from './blocks.ts'
import type { Document, Snapshot, Targets } from './document.ts'
import { compareHint, fault, olderHint } from './fault.ts'
import { longestLink } from './skip.ts'

export type Step = Document<Targets | Snapshot>

/** Throws unless `to` is this version or one before it. */
export async function verifyDescent(reading: Reading, from: Step, to: Step, role: string): Promise<void> {
  if (from.signed.height < to.signed.height) throw rolledBack(from, to, role)
  let at = from
  while (at.signed.height > to.signed.height) at = await stepDown(reading, at, to, role)
  if (at.pid === to.pid) return
  const why = `the history of ${role} has another version ${to.signed.height + 1} than the one that was trusted`
  throw fault('forked', 'trust/changed', why, { role, hint: compareHint, blocks: [from.cid, at.cid, to.cid] })
}

async function stepDown(reading: Reading, at: Step, to: Step, role: string): Promise<Step> {
  const k = longestLink(at.signed.height, to.signed.height)
  const link = k === 0 ? at.signed.previous : at.signed.skip[k - 1]
  if (link === undefined) throw heightLies(at, undefined, role)
  reading.way.push({ role, from: at.cid, to: link.cid, k })
  // The version that was trusted is at hand; of another type it cannot be.
  const below = link.cid === to.cid ? to : await reading.passing(link, at.signed.type, role)
  if (below.signed.height === at.signed.height - 2 ** k) return below
  throw heightLies(at, below, role)
}

function heightLies(at: Step, below: Step | undefined, role: string): Error {
  const led = below === undefined ? 'nowhere' : `to one of height ${below.signed.height}`
  const why = `a link of ${role} from height ${at.signed.height} leads ${led}`
  const blocks = below === undefined ? [at.cid] : [at.cid, below.cid]
  return fault('height-lies', 'trust/changed', why, { role, hint: compareHint, blocks })
}

export function rolledBack(
  from: { cid: string; signed: { height: number } },
  to: { cid: string; signed: { height: number } },
  role: string,
): Error {
  const versions = `${from.signed.height + 1}, where ${to.signed.height + 1} was trusted`
  const details = { role, hint: olderHint, blocks: [from.cid, to.cid] }
  return fault('rolled-back', 'trust/rollback', `${role} is version ${versions}`, details)
}
