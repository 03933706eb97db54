// What somebody without the repository needs to verify a change that waits: the head, and the blocks that lead from it to the
// pinned root; the change, and those that say who may sign it. Beside them the root that all else is verified from.
import { AppError } from '../../../error.ts'
import type { Proposal } from '../../../proposal.ts'
import type { Carried, Context } from '../../../system.ts'
import { isSameChange, notCarried, recording } from '../../../transfer/gathered.ts'
import { byCodePoint, memoryTransport, type Transport } from '../../../transport.ts'
import { decodeRole, encodeRole } from '../../tuf/names.ts'
import { cidOfBlock, headName, pendingName, subjectOfPending } from '../files.ts'
import { authorityIn } from '../waiting/asked.ts'
import { readWaiting } from '../waiting/candidates.ts'
import { pendingProposals } from '../waiting/pending.ts'

export const carriedRoot = 'merkle/'
export const carriedAnchor = `${carriedRoot}root.json`
/** No folder is called as a role, which may be called "..". */
const partPrefix = 'part-'
const whole = 'the whole folder of the repository'

export async function carriedFiles(
  proposal: Proposal,
  source: Transport,
  { anchor, now, signal }: Context,
): Promise<Carried> {
  const { subject } = proposal
  const judge: Context = { anchor, now, signal }
  const only = { only: subject }
  const held = new Map<string, Uint8Array>()
  const here = await pendingProposals(recording(source, held), judge, only)
  const found = here.proposals.find(({ id }) => id === proposal.id)
  if (found === undefined) throw notCarried(proposal, here.problems[0]?.error, whole)
  if (found.blocked !== undefined) throw new AppError(found.blocked)
  const files = await withoutOthers(subject, held, judge)
  const alone = await pendingProposals(memoryTransport(files), judge, only)
  const again = alone.proposals.find(({ id }) => id === proposal.id)
  if (again === undefined || !isSameChange(again, found)) throw notCarried(proposal, alone.problems[0]?.error, whole)
  return gathered(subject, anchor, files)
}

/** Other changes go along only where they say who may sign this one. */
async function withoutOthers(
  subject: string,
  held: ReadonlyMap<string, Uint8Array>,
  context: Context,
): Promise<Map<string, Uint8Array>> {
  const { candidates } = await readWaiting(memoryTransport(held), context)
  const along = candidates.filter((one) => one.subject === subject || authorityIn(one, subject) !== undefined)
  const names = new Set(along.map((one) => pendingName(one.subject)))
  return new Map([...held].filter(([name]) => subjectOfPending(name) === undefined || names.has(name)))
}

function gathered(subject: string, anchor: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Carried {
  const folder = carriedFolder(subject)
  const names = [...files.keys()].sort(byCodePoint)
  const part = names.map((name) => [folder + name, files.get(name) ?? new Uint8Array()] as const)
  // Where nothing is pinned a first root is all there is.
  if (anchor.length === 0) return { anchor: '', files: new Map(part) }
  return { anchor: carriedAnchor, files: new Map([[carriedAnchor, anchor], ...part]) }
}

/** Each has what it needs beside it, from one moment of the repository: what came at another is verified by itself. */
export function carriedFolder(subject: string): string {
  return `${carriedRoot}${partPrefix}${encodeRole(subject)}/`
}

export function parseCarriedName(name: string): { subject: string; below: string } | undefined {
  const [, part = '', below = ''] = /^merkle\/part-([^/]+)\/(.+)$/.exec(name) ?? []
  const subject = decodeRole(part)
  if (subject === undefined || subject === '' || carriedFolder(subject) + below !== name) return undefined
  return isCarried(below) ? { subject, below } : undefined
}

function isCarried(name: string): boolean {
  return name === headName || cidOfBlock(name) !== undefined || subjectOfPending(name) !== undefined
}

export function carriedPendingName(subject: string): string {
  return carriedFolder(subject) + pendingName(subject)
}
