// Whether a candidate goes on from what is in force: by the version that it links to, and by every link that it has. Who signs it
// vouches for all of them.

import { checkNextVersion } from '../../tuf/pending/assemble.ts'
import { Reading } from '../blocks.ts'
import type { Document, Root } from '../document.ts'
import { fault } from '../fault.ts'
import { verifyLinks } from '../next.ts'
import { versionOf } from '../plain.ts'
import { verifyRootDescent } from '../roots.ts'
import { isRoot, isTargets, type Standing, type Version } from '../standing.ts'
import type { Candidate } from './candidates.ts'

/** `anchor`: the root that a person pinned, which clients may still start from. */
export async function checkFollows(
  { subject, name, document }: Candidate,
  before: Version | undefined,
  { blocks }: Standing,
  anchor: Document<Root> | undefined,
): Promise<void> {
  checkNextVersion(name, before === undefined ? 0 : versionOf(before), versionOf(document))
  const { previous } = document.signed
  // The parser lets none be without one but the first.
  if (before === undefined || previous === undefined) return
  const reading = new Reading(blocks)
  const linked = await reading.document(previous, before.signed.type, subject)
  if (linked.pid !== before.pid) {
    const why = `${name} follows another version ${versionOf(before)} of ${subject} than the one in force`
    throw fault('forked', 'trust/changed', why, {
      hint: 'do not sign this; make it again on top of what is published',
      role: subject,
      blocks: [document.cid, linked.cid, before.cid],
    })
  }
  if (isRoot(linked)) {
    // Another envelope of the root in force may lack signatures: clients would stop there for ever.
    if (linked.cid !== before.cid) await verifyRootDescent(reading, linked, anchor ?? linked, undefined)
  } else if (isTargets(document)) await verifyLinks(blocks, document, subject)
}
