// What somebody without the registry needs to verify a record that waits: the logs of the operator and of its package, the checkpoint,
// and the proofs, below one folder; beside them the record that all else is verified from.
import { AppError } from '../../../error.ts'
import type { Proposal } from '../../../proposal.ts'
import type { Carried, Context } from '../../../system.ts'
import { isSameChange, notCarried, recording } from '../../../transfer/gathered.ts'
import { byCodePoint, memoryTransport, type Transport } from '../../../transport.ts'
import {
  checkpointName,
  operatorSubject,
  parsePageName,
  parseProofName,
  partOf,
  subjectIn,
  subjectOfPending,
} from '../files.ts'
import { type PendingOptions, pendingProposals } from '../waiting/pending.ts'

export const carriedRoot = 'registry/'
export const carriedAnchor = `${carriedRoot}anchor.json`
const whole = 'the whole folder of the registry'

export async function carriedFiles(
  proposal: Proposal,
  source: Transport,
  { anchor, now, signal }: Context,
  options: Omit<PendingOptions, 'only'>,
): Promise<Carried> {
  const judge: Context = { anchor, now, signal }
  const only = { ...options, only: proposal.subject }
  const held = new Map<string, Uint8Array>()
  const here = await pendingProposals(recording(source, held), judge, only)
  const found = here.proposals.find(({ id }) => id === proposal.id)
  if (found === undefined) throw notCarried(proposal, here.problems[0]?.error, whole)
  if (found.blocked !== undefined) throw new AppError(found.blocked)
  const alone = await pendingProposals(memoryTransport(held), judge, only)
  const again = alone.proposals.find(({ id }) => id === proposal.id)
  if (again === undefined || !isSameChange(again, found)) throw notCarried(proposal, alone.problems[0]?.error, whole)
  const folder = carriedFolder(proposal.subject)
  const names = [...held.keys()].sort(byCodePoint)
  return {
    anchor: carriedAnchor,
    files: new Map([
      [carriedAnchor, anchor],
      ...names.map((name) => [folder + name, held.get(name) ?? new Uint8Array()] as const),
    ]),
  }
}

/** Each has what it needs beside it, from one moment of the registry: what came at another is verified by itself. */
export function carriedFolder(subject: string): string {
  return `${carriedRoot}${partOf(subject)}/`
}

export function parseCarriedName(name: string): { subject: string; below: string } | undefined {
  const [, part = '', below = ''] = /^registry\/([^/]+)\/(.+)$/.exec(name) ?? []
  const subject = subjectIn(part)
  return subject === undefined || !isCarried(below, subject) ? undefined : { subject, below }
}

function isCarried(name: string, subject: string): boolean {
  const of = parsePageName(name)?.subject
  return (
    name === checkpointName ||
    of === subject ||
    of === operatorSubject ||
    parseProofName(name) !== undefined ||
    subjectOfPending(name) === subject
  )
}
