// What must take effect together with a change: documents of roles whose keys it changes, and first documents of new roles.

import { AppError } from '../../../error.ts'
import { isMet } from '../../../proposal.ts'
import type { Signer } from '../../../signer.ts'
import type { Context } from '../../../system.ts'
import type { Transport } from '../../../transport.ts'
import { type Authority, acceptsSameSignatures, isMachineKept } from '../authority.ts'
import { specVersion } from '../create.ts'
import type { Layout } from '../layout.ts'
import { followsRoot, rolesSignedAnew } from '../machine-roles.ts'
import { type Delegations, type Metadata, parseMetadata, type RoleKeys, type Root, type Targets } from '../metadata.ts'
import { canSign, expiryPeriodField, type Listed, signByMachine } from '../online.ts'
import { authorityIn } from '../pending/future.ts'
import type { Delegator } from '../pending/waiting.ts'
import { pendingProposals } from '../pending.ts'
import { binName } from '../resolve.ts'
import type { Trusted } from '../trusted.ts'
import { quorumOf } from '../verify.ts'

export interface Alongside {
  listed: readonly Listed[]
  /** Candidates that are used up. */
  subjects: readonly string[]
}

/** Candidates that wait and are signed for the time after this change, of roles that it makes, or gives other keys. */
export async function candidatesAlongside(
  delegator: Delegator,
  layout: Layout,
  source: Transport,
  context: Context,
  now: Trusted,
): Promise<Alongside> {
  const listed: Listed[] = []
  const subjects: string[] = []
  const { proposals } = await pendingProposals(layout, source, context, now)
  for (const { subject, blocked, after, title } of proposals) {
    const then = blocked === undefined ? authorityIn(delegator, subject) : undefined
    if (then === undefined) continue
    const current = await now.authority(subject)
    const metadata = parseMetadata(after, 'targets', title)
    const isFollowing = delegator.kind === 'root' && followsRoot(metadata.signed, await now.root(), delegator.metadata)
    if (current !== undefined && acceptsSameSignatures(current, then) && !isFollowing) continue
    if (!isMet(await quorumOf(title, metadata, then.keys, then.role))) {
      if (current === undefined || isFollowing) throw incomplete(title)
      continue
    }
    listed.push({ name: subject, version: metadata.signed.version, bytes: after })
    subjects.push(subject)
  }
  return { listed, subjects }
}

/** Clients would stop at a role that has no document. */
function incomplete(title: string): AppError {
  return new AppError({
    code: 'trust/threshold',
    message: `${title} belongs to this change, and is not signed by enough keys yet`,
    hint: 'have it signed too, then publish both; or withdraw it first',
  })
}

/** More bins than this are a mistake rather than a plan. */
const maxNewRoles = 16_384

/** Roles that the repository keeps by itself begin empty, so that clients never meet a role without a document. */
export async function firstDocuments(
  signed: Targets,
  known: ReadonlySet<string>,
  root: Metadata<Root>,
  online: readonly Signer[],
  days: number,
  context: Context,
): Promise<Listed[]> {
  const documents: Listed[] = []
  // Empty documents do not say which of them they are: one signature is good for all of the same keys.
  const signedBy = new Map<RoleKeys, Uint8Array>()
  for (const { name, authority } of delegatedRoles(signed.delegations)) {
    // What a person keeps is signed by that person, also where their key file lies on this machine.
    if (known.has(name) || !isMachineKept(authority, root) || !canSign(authority, online)) continue
    const fields = { _type: 'targets', spec_version: specVersion, version: 1, targets: {}, [expiryPeriodField]: days }
    const bytes =
      signedBy.get(authority.role) ?? (await signByMachine(name, 'targets', authority, fields, online, context, days))
    signedBy.set(authority.role, bytes)
    documents.push({ name, version: 1, bytes })
  }
  return documents
}

/** Roles that the repository keeps by itself, and to which `signed` gives other keys of its own: what they hold, signed anew. */
export async function remadeDocuments(
  signed: Targets,
  root: Metadata<Root>,
  now: Trusted,
  online: readonly Signer[],
  days: number,
  context: Context,
): Promise<Listed[]> {
  const documents: Listed[] = []
  for await (const { name, authority, there } of rolesSignedAnew(signed, [root], now)) {
    const version = there.signed.version + 1
    const fields = { ...there.signed.raw, version }
    const bytes = await signByMachine(name, 'targets', authority, fields, online, context, days)
    documents.push({ name, version, bytes })
  }
  return documents
}

/** Nothing is published that would lead clients to a role without a document; what was so before is not made worse. */
export function checkCovered(signed: Targets, before: Targets | undefined, listed: ReadonlySet<string>): void {
  const old = new Set(namesOf(before?.delegations))
  const bare = namesOf(signed.delegations).filter((name) => !listed.has(name) && !old.has(name))
  const [first] = bare
  if (first === undefined) return
  throw new AppError({
    code: 'trust/threshold',
    message: `${bare.length === 1 ? first : `${bare.length} roles, ${first} among them,`} would have no document: clients would stop there`,
    hint: 'propose the first version too, and have it signed: both are published together',
    data: { roles: bare.length, first },
  })
}

function namesOf(delegations: Delegations | undefined): string[] {
  return delegatedRoles(delegations).map(({ name }) => name)
}

export function delegatedRoles(delegations: Delegations | undefined): { name: string; authority: Authority }[] {
  if (delegations === undefined) return []
  const { keys, succinct } = delegations
  const agreeing = (delegations.agreements ?? []).flatMap((entry) => entry.roles)
  const named = new Map([...(delegations.roles ?? []), ...agreeing].map((role) => [role.name, role]))
  const count = succinct === undefined ? named.size : 2 ** succinct.bitLength
  if (count > maxNewRoles) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${count} delegated roles in one document are more than the ${maxNewRoles} that can be published here`,
      hint: 'use fewer bins, or publish with the tool that made them',
    })
  }
  if (succinct === undefined) return [...named.values()].map((role) => ({ name: role.name, authority: { keys, role } }))
  const names = Array.from({ length: count }, (_, bin) => binName(succinct, bin))
  return names.map((name) => ({ name, authority: { keys, role: succinct } }))
}
