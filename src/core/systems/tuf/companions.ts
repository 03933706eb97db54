// What must be signed together with a change, so that no client is left with a role that its keys do not cover: the first
// document of a new role, and the next one of a role that gets other keys.
import type { Proposal } from '../../proposal.ts'
import { editedDocument } from './edit/document.ts'
import type { RoleEntry, SubjectEdit } from './edit/edit.ts'
import { delegatorOf, namedRoles, uncoveredRoles } from './pending/delegator.ts'
import type { Trusted } from './trusted.ts'

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
  const delegator = delegatorOf(subject, document)
  const documents = new Map<string, Uint8Array>()
  if (delegator === undefined) return documents
  const facts = { now: now.options.now, defaultDays, keepVersion: false }
  const roles = [...namedRoles(delegator), ...(delegator.kind === 'targets' ? edits.flatMap(rolesIn) : [])]
  for (const { role, there } of await uncoveredRoles(delegator, roles, now)) {
    if (waiting.some((one) => one.subject === role)) continue
    const first = there === undefined ? { firstVersion: (await now.lastVersion(role)) + 1 } : {}
    documents.set(role, editedDocument(there?.bytes, role, [], { ...facts, ...first }))
  }
  return documents
}

function rolesIn(edit: SubjectEdit): string[] {
  if (edit.kind === 'delegation-add' || edit.kind === 'block') return [edit.name]
  if (edit.kind === 'agreement-add') return edit.roles.map(({ name }: RoleEntry) => name)
  return []
}
