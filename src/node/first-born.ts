// A repository whose first root was signed before, where its holders met: what follows from it is signed by keys that are here,
// in an empty folder, and the root is pinned.

import { AppError } from '../core/error.ts'
import type { Signer } from '../core/signer.ts'
import { carriedForms } from '../core/systems/carried-forms.ts'
import { authorityOf } from '../core/systems/tuf/authority.ts'
import { rootQuorum } from '../core/systems/tuf/client.ts'
import { type KeyHolder, type RepositoryPlan, repositoryUnder } from '../core/systems/tuf/create.ts'
import { isExpired } from '../core/systems/tuf/expiry.ts'
import { carriedLayout } from '../core/systems/tuf/layouts/carried.ts'
import { plainLayout } from '../core/systems/tuf/layouts/plain.ts'
import { type Metadata, parseMetadata, type Root } from '../core/systems/tuf/metadata.ts'
import { defaultPeriodDays, signersFor } from '../core/systems/tuf/online.ts'
import { belowTargets, type Structure } from '../core/systems/tuf/structure.ts'
import { verifyQuorum } from '../core/systems/tuf/verify.ts'
import { transferKind } from '../core/transfer/kind.ts'
import { isFirstRequest, parseRequest } from '../core/transfer/request.ts'
import type { Desk } from './desk.ts'
import { type Place, settle } from './founding.ts'
import type { PinnedSource } from './workspace.ts'

export interface Birth {
  name: string
  root: Metadata<Root>
  /** Who is here of those that the root names for targets, and for snapshot and timestamp. */
  targets: readonly Signer[]
  online: Signer
  /** Of targets; how long the others last, the root says. */
  expiryDays: number
  signingDays?: number
  structure: Structure
}

/** The file of the root, or a request that enough have signed. Refused unless a client could begin with it. */
export async function readFirstRoot(bytes: Uint8Array, what: string, now: Date): Promise<Metadata<Root>> {
  const root = parseMetadata(rootIn(bytes, what), 'root', what)
  const { version, expires } = root.signed
  if (version !== 1) throw notFirst(`${what} holds root ${version}`)
  verifyQuorum(await rootQuorum(root, root), what)
  if (!isExpired(expires, now, 'root')) return root
  throw new AppError({
    code: 'trust/expired',
    message: `${what} expired at ${expires}`,
    hint: 'check this machine’s clock; if it is right, have a first root signed anew',
  })
}

export async function foundUnder(
  desk: Desk,
  place: Place,
  birth: Birth,
  now: Date,
  signal: AbortSignal,
): Promise<{ pinned: PinnedSource; files: readonly string[] }> {
  const plan = planOf(birth)
  const below = belowTargets(birth.structure, plan, now)
  const files = await repositoryUnder(birth.root, plan, plainLayout, { now, signal }, below)
  return settle(desk, place, birth.name, files, signal)
}

function rootIn(bytes: Uint8Array, what: string): Uint8Array {
  if (transferKind(bytes) !== 'request') return bytes
  const request = parseRequest(bytes, what, carriedForms)
  const root = request.files.get(carriedLayout.candidateName('root'))
  if (root === undefined || !isFirstRequest(request)) throw notFirst(`${what} is a request for a later change`)
  return root
}

function planOf({ root, targets, online, expiryDays, signingDays }: Birth): Omit<RepositoryPlan, 'root'> {
  const days = { expiryDays, ...(signingDays === undefined ? {} : { signingDays }) }
  const machine = (role: 'snapshot' | 'timestamp') => ({
    ...{ holders: heldBy(root, role, [online]), expiryDays: defaultPeriodDays[role] },
    threshold: thresholdOf(root, role),
  })
  return {
    targets: { holders: heldBy(root, 'targets', targets), threshold: thresholdOf(root, 'targets'), ...days },
    snapshot: machine('snapshot'),
    timestamp: machine('timestamp'),
  }
}

function thresholdOf(root: Metadata<Root>, role: BornRole): number {
  return authorityOf(root, role).role.threshold
}

type BornRole = 'targets' | 'snapshot' | 'timestamp'

/** Those who are here, as the root names them; all of them stand there, and they are enough. */
function heldBy(root: Metadata<Root>, role: BornRole, here: readonly Signer[]): KeyHolder[] {
  const authority = authorityOf(root, role)
  const holders = here.map((signer): KeyHolder => {
    const [id] = signersFor(authority, [signer]).keys()
    if (id === undefined) throw notNamed(signer, role)
    const owner = authority.keys.get(id)?.owner
    return { signer, ...(owner === undefined ? {} : { owner }) }
  })
  const { threshold } = authority.role
  if (holders.length >= threshold) return holders
  throw new AppError({
    code: 'signer/absent',
    message: `${role} 1 asks for ${threshold} of the keys that the root names, and ${holders.length} ${holders.length === 1 ? 'is' : 'are'} here`,
    hint: 'name more of them with --key, with their tokens plugged in',
    data: { role, threshold, here: holders.length },
  })
}

function notNamed({ label }: Signer, role: BornRole): AppError {
  return new AppError({
    code: 'signer/wrong-key',
    message: `${label} is not one of the keys that the root names for ${role}`,
    hint: `name keys of ${role} that are here; see which: countersign inspect FILE of the request`,
  })
}

function notFirst(what: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${what}, and a repository begins with root 1`,
    hint: 'give the first root, signed by enough of its keys',
  })
}
