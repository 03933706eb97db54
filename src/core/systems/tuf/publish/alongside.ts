// What must take effect together with a change: documents of roles whose keys it changes, and first documents of new roles.

import { AppError } from '../../../error.ts'
import { isMet } from '../../../proposal.ts'
import type { Signer } from '../../../signer.ts'
import type { Context } from '../../../system.ts'
import type { Transport } from '../../../transport.ts'
import { specVersion } from '../create.ts'
import { binName } from '../delegation.ts'
import type { Layout } from '../layouts/plain.ts'
import { type Delegations, parseMetadata, type Targets } from '../metadata.ts'
import { canSign, expiryPeriodField, type Listed, signByMachine } from '../online.ts'
import { authorityIn, isSameAuthority } from '../pending/future.ts'
import type { Delegator } from '../pending/waiting.ts'
import { pendingProposals } from '../pending.ts'
import type { Authority, Trusted } from '../trusted.ts'
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
  const { proposals } = await pendingProposals(layout, source, context)
  for (const { subject, blocked, after, title } of proposals) {
    const then = blocked === undefined ? authorityIn(delegator, subject) : undefined
    if (then === undefined) continue
    const current = await now.authority(subject)
    if (current !== undefined && isSameAuthority(current, then)) continue
    const metadata = parseMetadata(after, 'targets', title)
    if (!isMet(await quorumOf(title, metadata, then.keys, then.role))) {
      if (current === undefined) throw incomplete(title)
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
const maxNewRoles = 4096

/** Roles that the repository keeps by itself begin empty, so that clients never meet a role without a document. */
export async function firstDocuments(
  signed: Targets,
  known: ReadonlySet<string>,
  online: readonly Signer[],
  days: number,
  context: Context,
): Promise<Listed[]> {
  const { delegations } = signed
  if (delegations === undefined) return []
  const fresh = rolesOf(delegations).filter(({ name, authority }) => !known.has(name) && canSign(authority, online))
  const documents: Listed[] = []
  for (const { name, authority } of fresh) {
    const fields = {
      _type: 'targets',
      spec_version: specVersion,
      version: 1,
      targets: {},
      [expiryPeriodField]: days,
    }
    const bytes = await signByMachine(name, 'targets', authority, fields, online, context, days)
    documents.push({ name, version: 1, bytes })
  }
  return documents
}

function rolesOf(delegations: Delegations): { name: string; authority: Authority }[] {
  const { keys, succinct } = delegations
  if (succinct !== undefined && 2 ** succinct.bitLength <= maxNewRoles) {
    const names = Array.from({ length: 2 ** succinct.bitLength }, (_, bin) => binName(succinct, bin))
    return names.map((name) => ({ name, authority: { keys, role: succinct } }))
  }
  const agreeing = (delegations.agreements ?? []).flatMap((entry) => entry.roles)
  const named = new Map([...(delegations.roles ?? []), ...agreeing].map((role) => [role.name, role]))
  return [...named.values()].slice(0, maxNewRoles).map((role) => ({ name: role.name, authority: { keys, role } }))
}
