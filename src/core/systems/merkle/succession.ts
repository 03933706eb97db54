// A <=* B: whether a valid snapshot may follow what a client holds. Each role goes forward along its own history, unless its keys
// were changed so that its version of before would not verify any more: that is the way out of a fork that stolen keys have made.
import { inQuotes } from '../../visible.ts'
import type { Reading } from './blocks.ts'
import type { Link } from './cid.ts'
import { type Step, verifyDescent } from './descent.ts'
import type { Document, Snapshot } from './document.ts'
import { compareHint, fault } from './fault.ts'
import type { Authority } from './keys.ts'
import { authorityOf } from './roots.ts'
import { isSigned, type Verify } from './signed-by.ts'
import type { ValidSnapshot } from './valid.ts'

export interface Held {
  /** The snapshot that was accepted last. */
  snapshot: Document<Snapshot>
  /** Roles that are gone: the last version of each that this client has accepted. */
  gone: ReadonlyMap<string, Link>
}

/** That the root follows is verified before. */
export async function verifySuccession(
  reading: Reading,
  next: ValidSnapshot,
  held: Held,
  verify: Verify | undefined,
): Promise<void> {
  const { root, snapshot, targets, delegated } = next
  const before = held.snapshot.signed
  const sameSnapshotKeys = await isSigned(held.snapshot, authorityOf(root, 'snapshot'), verify)
  if (sameSnapshotKeys) await verifyDescent(reading, snapshot, held.snapshot, 'snapshot')

  await follow(reading, targets, before.targets, [authorityOf(root, 'targets')], 'targets', verify)

  const names = new Set([...before.delegated.keys(), ...before.retired.keys(), ...held.gone.keys()])
  for (const name of names) {
    const now = delegated.get(name)
    if (now !== undefined) {
      for (const link of linesOf(name, held)) await follow(reading, now.document, link, now.by, name, verify)
    } else if (sameSnapshotKeys) {
      const last = before.delegated.get(name) ?? before.retired.get(name)
      if (last !== undefined) await verifyTombstone(reading, snapshot, name, last)
    }
  }
}

/** Below none of these may a role go. */
function linesOf(name: string, { snapshot: { signed }, gone }: Held): Link[] {
  return [signed.delegated.get(name), signed.retired.get(name), gone.get(name)].filter((link) => link !== undefined)
}

/** SAME: one of those who delegate to it now would still take the version of before. */
async function follow(
  reading: Reading,
  now: Step,
  before: Link,
  by: readonly Authority[],
  role: string,
  verify: Verify | undefined,
): Promise<void> {
  if (before.cid === now.cid) return
  const old = await reading.document(before, 'targets', role)
  for (const authority of by) {
    if (await isSigned(old, authority, verify)) return verifyDescent(reading, now, old, role)
  }
}

async function verifyTombstone(
  reading: Reading,
  snapshot: Document<Snapshot>,
  name: string,
  last: Link,
): Promise<void> {
  const stone = snapshot.signed.retired.get(name)
  if (stone === undefined) {
    const why = `the role “${inQuotes(name.slice(0, 40))}” is gone without a word in retired`
    throw fault('role-dropped', 'trust/rollback', why, {
      role: name,
      hint: compareHint,
      blocks: [snapshot.cid, last.cid],
    })
  }
  if (stone.cid === last.cid) return
  const [from, to] = [await reading.document(stone, 'targets', name), await reading.document(last, 'targets', name)]
  await verifyDescent(reading, from, to, name)
}
