// Giving up a change, shown before it is done.
import { createHash } from 'node:crypto'
import { findProposal } from '../core/approve.ts'
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Context } from '../core/system.ts'
import { givingUp } from '../core/systems/tuf/giving-up.ts'
import { withdrawnFiles } from '../core/systems/tuf/layout.ts'
import { maxBytes } from '../core/systems/tuf/names.ts'
import { type Files, type Snapshot, snapshot, type Transport } from '../core/transport.ts'
import { visible } from '../core/visible.ts'
import type { OpenSource, TufSource } from './desk.ts'
import type { Prepared } from './prepared.ts'

export interface Withdrawing {
  prepared: Prepared
  /** Other changes that wait and go with it. */
  along: readonly Proposal[]
}

export async function prepareWithdrawing(
  proposalId: string,
  { layout, system, transport }: TufSource,
  context: Context,
): Promise<Withdrawing> {
  const read = snapshot(transport)
  const { subject, title } = await findProposal(proposalId, system, read, context)
  const pending = (source: Transport) => system.pending(source, context)
  const { files, along } = await givingUp(subject, layout, read, pending, context.signal)
  const prepared = { files, base: read.seen(files.keys()), note: `withdraw ${title}`, uploads: [], ids: [] }
  return { prepared, along }
}

/** The same where a trust system says itself which files a change that waits is. */
export async function prepareTakingAway(
  proposalId: string,
  { pinned, system, transport }: OpenSource,
  context: Context,
): Promise<Prepared> {
  if (system.withdraw === undefined)
    throw new AppError({ code: 'internal/bug', message: `${pinned.name} says no files` })
  const read = snapshot(transport)
  const { subject, title } = await findProposal(proposalId, system, read, context)
  const files = await system.withdraw(subject, read, context)
  for (const name of files.keys()) await read.read(name, maxBytes.targets, context.signal)
  return { files, base: read.seen(files.keys()), note: `withdraw ${title}`, uploads: [], ids: [] }
}

/** Of what cannot be reviewed, and may be no document at all: what giving it up writes, and what lies there now. */
export async function discarding(
  { layout }: Pick<TufSource, 'layout'>,
  subject: string,
  read: Snapshot,
  signal: AbortSignal,
): Promise<{ files: Files; digest: string }> {
  const files = await withdrawnFiles(layout, subject, read, signal)
  const hash = createHash('sha256')
  for (const name of [...files.keys()].sort()) {
    const bytes = await read.read(name, maxBytes.targets, signal)
    hash.update(`${name}\n${bytes?.length ?? 'absent'}\n`).update(bytes ?? new Uint8Array())
  }
  return { files, digest: hash.digest('hex') }
}

export function otherThere(subject: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `what waits for ${visible(subject)} is not what was given up`,
    hint: 'look at what waits now',
  })
}
