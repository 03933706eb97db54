// What must be signed together with a change, so that no client is left with a role that its keys do not cover: the first
// document of a new role, the next one of a role that gets other keys, and targets where the repository's own keys change.
import type { Proposal } from '../../proposal.ts'
import { authorityOf, isMachineKept } from './authority.ts'
import { editedDocument } from './edit/document.ts'
import type { RoleEntry, SubjectEdit, TufEdit } from './edit/edit.ts'
import { followingEdits } from './machine-roles.ts'
import type { Metadata, Root } from './metadata.ts'
import { delegatorOf, namedRoles, uncoveredRoles } from './pending/delegator.ts'
import { readableOr, type Trusted } from './trusted.ts'

export interface Companion {
  subject: string
  edits: readonly SubjectEdit[]
  defaultDays: number
}

/** By role; those that somebody has proposed already are left to them. */
export async function companionDocuments(
  { subject, edits, defaultDays }: Companion,
  document: Uint8Array,
  waiting: readonly Proposal[],
  now: Trusted,
): Promise<Map<string, Uint8Array>> {
  const delegator = delegatorOf(subject, document, now.parse)
  const documents = new Map<string, Uint8Array>()
  if (delegator === undefined) return documents
  const facts = { now: now.options.now, defaultDays, keepVersion: false, parse: now.parse }
  const roles = [...namedRoles(delegator), ...(delegator.kind === 'targets' ? edits.flatMap(rolesIn) : [])]
  const moves = delegator.kind === 'root' ? await followers(delegator.metadata, now) : []
  for (const { role, there } of await uncoveredRoles(delegator, roles, [await now.root()], now)) {
    if (waiting.some((one) => one.subject === role)) continue
    const first = there === undefined ? { firstVersion: ((await now.lastVersion(role)) ?? 0) + 1 } : {}
    documents.set(role, editedDocument(there?.bytes, role, role === 'targets' ? moves : [], { ...facts, ...first }))
  }
  if (moves.length > 0 && !documents.has('targets') && !waiting.some((one) => one.subject === 'targets'))
    documents.set('targets', editedDocument((await now.set()).targets.bytes, 'targets', moves, facts))
  return documents
}

/** Of a root that gives the repository other keys: what makes the roles that it keeps by itself follow. */
async function followers(next: Metadata<Root>, now: Trusted): Promise<TufEdit[]> {
  const current = await now.root()
  if (isMachineKept(authorityOf(current, 'snapshot'), next)) return []
  const read = now.set().then(({ targets }) => followingEdits(targets.signed, current, next))
  // A root must be changeable when everything below it is expired or gone.
  return readableOr([], read)
}

function rolesIn(edit: SubjectEdit): string[] {
  if (edit.kind === 'delegation-add' || edit.kind === 'block') return [edit.name]
  if (edit.kind === 'agreement-add') return edit.roles.map(({ name }: RoleEntry) => name)
  return []
}
