// Whether a next version stands where it says in history: right behind the one in force, by true links, and not over already.
import { Reading } from './blocks.ts'
import type { Candidate, Signable } from './candidates.ts'
import { isRoot, isTargets } from './candidates.ts'
import type { Document, Root } from './document.ts'
import { fault } from './fault.ts'
import { inForce } from './in-force.ts'
import { lastOf } from './last.ts'
import { verifyLinks } from './next.ts'
import type { Repository } from './repository.ts'
import { verifyRootDescent } from './roots.ts'
import { titleOf } from './title.ts'

const anew = 'make it anew from what is published'

/** `pinned`: the root that clients may still start from. */
export async function checkPlace(
  { subject, document }: Candidate,
  repository: Repository | undefined,
  pinned: Document<Root> | undefined,
  now: Date,
): Promise<void> {
  const title = titleOf({ subject, document })
  const { height, expires } = document.signed
  const before = inForce(subject, repository) ?? (await lastOf(subject, repository))
  const expected = before === undefined ? 0 : before.signed.height + 1
  if (height !== expected) {
    const why = `${title} is of height ${height}, the next version is of height ${expected}`
    throw fault('bad-height', 'trust/changed', why, { role: subject, hint: anew })
  }
  if (before !== undefined && repository !== undefined) {
    await checkPrevious(subject, document, before, repository, pinned)
    if (isTargets(document)) await verifyLinks(repository.blocks, document, subject)
  }
  if (now.getTime() < expires.getTime()) return
  const why = `${title} has expired at ${expires.toISOString()}`
  throw fault('expired', 'trust/expired', why, { role: subject, hint: 'propose it again with a later date' })
}

/** Another block of the same version is as good, for only its signatures differ; of a root these must suffice. */
async function checkPrevious(
  subject: string,
  { cid, signed: { previous } }: Signable,
  before: Signable,
  { blocks }: Repository,
  pinned: Document<Root> | undefined,
): Promise<void> {
  if (previous?.cid === before.cid) return
  const reading = new Reading(blocks)
  const found = previous === undefined ? undefined : await reading.document(previous, before.signed.type, subject)
  if (found?.pid !== before.pid) {
    throw fault('forked', 'trust/changed', `this version of ${subject} follows another one than is in force`, {
      role: subject,
      blocks: [cid, before.cid],
      hint: anew,
    })
  }
  // Clients stop for ever at a root on their way whose block has too few signatures.
  if (found !== undefined && isRoot(found)) await verifyRootDescent(reading, found, pinned ?? found, undefined)
}
