// VALID S: one snapshot by itself. Everything that it names is signed by whom its root and its delegations say; nothing that is
// delegated is missing, and nothing is there that nobody delegated.
import { inQuotes } from '../../visible.ts'
import type { Reading } from './blocks.ts'
import type { Document, Root, Snapshot, Targets } from './document.ts'
import { type Fault, fault } from './fault.ts'
import type { Authority } from './keys.ts'
import { authorityOf } from './roots.ts'
import { type Verify, verifySigned } from './signed-by.ts'

const maxEdges = 16_384

export interface ValidSnapshot {
  snapshot: Document<Snapshot>
  root: Document<Root>
  targets: Document<Targets>
  /** By name: every delegated role, and on whose word. */
  delegated: ReadonlyMap<string, { document: Document<Targets>; by: readonly Authority[] }>
}

/** The root was verified before. */
export async function verifySnapshot(
  reading: Reading,
  snapshot: Document<Snapshot>,
  root: Document<Root>,
  verify: Verify | undefined,
): Promise<ValidSnapshot> {
  const { delegated: listed, retired } = snapshot.signed
  await verifySigned(snapshot, authorityOf(root, 'snapshot'), verify, {
    fault: 'snapshot-threshold',
    role: 'snapshot',
    by: 'root',
  })
  const targets = await reading.document(snapshot.signed.targets, 'targets', 'targets')
  await verifySigned(targets, authorityOf(root, 'targets'), verify, {
    fault: 'targets-threshold',
    role: 'targets',
    by: 'root',
  })
  const both = [...listed.keys()].find((name) => retired.has(name))
  if (both !== undefined) throw refused('retired-and-listed', snapshot, both, 'is retired and listed at once')

  const delegated = new Map<string, { document: Document<Targets>; by: Authority[] }>()
  const waiting: [string, Document<Targets>][] = [['targets', targets]]
  let edges = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [delegator, { signed }] = next
    for (const role of signed.delegations) {
      if (++edges > maxEdges) throw refused('too-many-roles', snapshot, role.name, `is beyond ${maxEdges} delegations`)
      const link = listed.get(role.name)
      if (link === undefined) throw refused('role-missing', snapshot, role.name, 'is delegated and not listed')
      const known = delegated.get(role.name)
      const document = known?.document ?? (await reading.document(link, 'targets', role.name))
      const authority = { keys: signed.keys, role }
      await verifySigned(document, authority, verify, { fault: 'role-threshold', role: role.name, by: delegator })
      if (known === undefined) {
        delegated.set(role.name, { document, by: [authority] })
        waiting.push([role.name, document])
      } else known.by.push(authority)
    }
  }
  const stray = [...listed.keys()].find((name) => !delegated.has(name))
  if (stray !== undefined) throw refused('role-unreachable', snapshot, stray, 'is listed and nobody delegates to it')
  return { snapshot, root, targets, delegated }
}

function refused(name: Fault, snapshot: Document<Snapshot>, role: string, why: string): Error {
  const text = `in the snapshot of height ${snapshot.signed.height} the role “${inQuotes(role.slice(0, 40))}” ${why}`
  return fault(name, 'trust/changed', text, { role, blocks: [snapshot.cid] })
}
