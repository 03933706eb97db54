// What must be signed together with a change, so that no client is left with a role that its keys do not cover: the first
// document of a new role, and the next one of a role that gets other keys.
import { isMet, type Proposal } from '../../proposal.ts'
import { acceptsSameSignatures, isMachineKept } from './authority.ts'
import { editedDocument } from './edit/document.ts'
import type { RoleEntry, SubjectEdit } from './edit/edit.ts'
import { parseMetadata } from './metadata.ts'
import { typeOf } from './names.ts'
import { authorityIn } from './pending/future.ts'
import type { Delegator } from './pending/waiting.ts'
import { parseRotate } from './projects/rotate.ts'
import { parseSubject } from './subject.ts'
import type { Trusted } from './trusted.ts'
import { quorumOf } from './verify.ts'

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
  const inForce = await publishedDelegator(delegator, now)
  const facts = { now: now.options.now, defaultDays, keepVersion: false }
  for (const role of affected(delegator, edits)) {
    const then = authorityIn(delegator, role)
    // The repository makes the documents of roles that its own keys keep when it publishes the delegation.
    const before = inForce === undefined ? undefined : authorityIn(inForce, role)
    if (then === undefined || (before !== undefined && acceptsSameSignatures(before, then))) continue
    if (waiting.some((one) => one.subject === role)) continue
    const there = await now.targets(role)
    if (there === undefined) {
      if (isMachineKept(then, (await now.set()).root)) continue
      const firstVersion = (await now.lastVersion(role)) + 1
      documents.set(role, editedDocument(undefined, role, [], { ...facts, firstVersion }))
    } else if (!isMet(await quorumOf(role, there, then.keys, then.role))) {
      documents.set(role, editedDocument(there.bytes, role, [], facts))
    }
  }
  return documents
}

/** What a document says of who may sign others; undefined when it is of a kind that says nothing. */
export function delegatorOf(subject: string, document: Uint8Array): Delegator | undefined {
  const about = parseSubject(subject)
  if (about.kind === 'keys') return { kind: 'keys', rotate: parseRotate(document, subject) }
  if (about.kind === 'configuration') return undefined
  const type = typeOf(subject)
  if (type === 'root') return { kind: 'root', metadata: parseMetadata(document, 'root', subject) }
  if (type !== 'targets') return undefined
  return { kind: 'targets', role: subject, metadata: parseMetadata(document, 'targets', subject) }
}

/** The same as it is now; a project's keys are compared with nothing: a change of them is one. */
async function publishedDelegator(one: Delegator, now: Trusted): Promise<Delegator | undefined> {
  if (one.kind === 'keys') return undefined
  if (one.kind === 'root') return { kind: 'root', metadata: await now.root() }
  const metadata = await now.targets(one.role)
  return metadata === undefined ? undefined : { ...one, metadata }
}

/** Bins may be thousands: of those only what an edit names. */
function affected(delegator: Delegator, edits: readonly SubjectEdit[]): ReadonlySet<string> {
  if (delegator.kind === 'root') return new Set(['targets'])
  if (delegator.kind === 'keys') return new Set([delegator.rotate.role])
  const { delegations } = delegator.metadata.signed
  const inAgreements = (delegations?.agreements ?? []).flatMap(({ roles }) => roles)
  const named = [...(delegations?.roles ?? []), ...inAgreements].map(({ name }) => name)
  return new Set([...named, ...edits.flatMap(rolesIn)])
}

function rolesIn(edit: SubjectEdit): string[] {
  if (edit.kind === 'delegation-add' || edit.kind === 'block') return [edit.name]
  if (edit.kind === 'agreement-add') return edit.roles.map(({ name }: RoleEntry) => name)
  return []
}
