// A change that says who may sign for other roles, and those of them that clients could not read after it.
import { isMet } from '../../../proposal.ts'
import { type Authority, acceptsSameSignatures } from '../authority.ts'
import { isKeptByAny } from '../machine-roles.ts'
import type { Metadata, Root, Targets } from '../metadata.ts'
import { typeOf } from '../names.ts'
import type { ParseMetadata } from '../parsed.ts'
import { parseRotate } from '../projects/rotate.ts'
import { keysSubject, parseSubject } from '../subject.ts'
import type { Trusted } from '../trusted.ts'
import { quorumOf } from '../verify.ts'
import { authorityIn } from './future.ts'
import type { Delegator } from './waiting.ts'

export function delegatorOf(
  subject: string,
  document: Uint8Array,
  parseMetadata: ParseMetadata,
): Delegator | undefined {
  const about = parseSubject(subject)
  if (about.kind === 'keys') return { kind: 'keys', rotate: parseRotate(document, subject) }
  if (about.kind === 'configuration') return undefined
  const type = typeOf(subject)
  if (type === 'root') return { kind: 'root', metadata: parseMetadata(document, 'root', subject) }
  if (type !== 'targets') return undefined
  return { kind: 'targets', role: subject, metadata: parseMetadata(document, 'targets', subject) }
}

export function subjectOf(one: Delegator): string {
  if (one.kind === 'root') return 'root'
  return one.kind === 'keys' ? keysSubject(one.rotate.role) : one.role
}

/** Bins may be thousands, and are the repository's own: of roles by name only. */
export function namedRoles(one: Delegator): string[] {
  if (one.kind === 'root') return ['targets']
  if (one.kind === 'keys') return [one.rotate.role]
  const { delegations } = one.metadata.signed
  const inAgreements = (delegations?.agreements ?? []).flatMap(({ roles }) => roles)
  return [...(delegations?.roles ?? []), ...inAgreements].map(({ name }) => name)
}

export interface Uncovered {
  role: string
  /** Who speaks for it then. */
  then: Authority
  /** What is published of it, which they have not signed. */
  there?: Metadata<Targets>
}

/** `roots`: the one in force, and those that wait. Of these roles, those without a document, or with one that the keys of this change do not cover. */
export async function uncoveredRoles(
  one: Delegator,
  roles: Iterable<string>,
  roots: readonly Metadata<Root>[],
  now: Trusted,
): Promise<Uncovered[]> {
  const inForce = await publishedDelegator(one, now)
  const found: Uncovered[] = []
  for (const role of new Set(roles)) {
    const then = authorityIn(one, role)
    const before = inForce === undefined ? undefined : authorityIn(inForce, role)
    if (then === undefined || (before !== undefined && acceptsSameSignatures(before, then))) continue
    // The repository makes the documents of roles that its own keys keep when it publishes the delegation.
    if (isKeptByAny(then, roots)) continue
    const there = await now.targets(role)
    if (there === undefined) found.push({ role, then })
    else if (!isMet(await quorumOf(role, there, then.keys, then.role))) found.push({ role, then, there })
  }
  return found
}

/** The same as it is now; a project's keys are compared with nothing: a change of them is one. */
async function publishedDelegator(one: Delegator, now: Trusted): Promise<Delegator | undefined> {
  if (one.kind === 'keys') return undefined
  if (one.kind === 'root') return { kind: 'root', metadata: await now.root() }
  const metadata = await now.targets(one.role)
  return metadata === undefined ? undefined : { ...one, metadata }
}
