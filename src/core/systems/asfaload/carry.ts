// What somebody without the mirror needs to verify a change: what was read here to verify it, and nothing else. Gathered, it is
// judged once more by itself, and must say the same.
import { AppError } from '../../error.ts'
import type { Proposal } from '../../proposal.ts'
import type { Carried, Context } from '../../system.ts'
import { isSameChange, notCarried, recording } from '../../transfer/gathered.ts'
import { byCodePoint, memoryTransport, type Transport, within } from '../../transport.ts'
import { verifyChain } from './chain.ts'
import { waitingFirst } from './first.ts'
import { type Forge, maxBytes, signaturesOf } from './names.ts'
import { pendingProposals } from './pending.ts'
import { openProject, type Project } from './project.ts'
import { parseSubject } from './subject.ts'

/** Where a project lies in what is carried, whatever its folder on the mirror is called. */
export const carriedRoot = 'project/'
/** The bytes that all else is verified from, under a name that no project has. */
export const anchorName = 'asfaload.anchor.json'
const whole = 'the whole folder of the project'

export async function carriedFiles(
  { folder, forge }: { folder: string; forge: Forge | undefined },
  proposal: Proposal,
  source: Transport,
  context: Context,
  from?: number,
): Promise<Carried> {
  const { now, signal } = context
  const held = new Map<string, Uint8Array>()
  const start = await startFor(await openProject(folder, source, context, forge), context, from)
  const judge: Context = { anchor: start, now, signal }
  const here = await pendingProposals('', recording(within(source, folder), held), judge, {
    ...{ only: proposal.subject, forge },
  })
  const found = here.proposals.find(({ id }) => id === proposal.id)
  if (found === undefined) throw notCarried(proposal, here.problems[0]?.error, whole)
  if (found.blocked !== undefined) throw new AppError(found.blocked)
  await readBeside(found, recording(within(source, folder), held), signal)
  const alone = await pendingProposals('', memoryTransport(held), judge, { only: proposal.subject })
  const again = alone.proposals.find(({ id }) => id === proposal.id)
  if (again === undefined || !isSameChange(again, found)) throw notCarried(proposal, alone.problems[0]?.error, whole)
  if (start.length > 0) held.set(anchorName, start)
  const names = [...held.keys()].sort(byCodePoint)
  const odd = names.find((name) => !isCarriedName(name))
  if (odd !== undefined) throw oddName(odd)
  const files = new Map(names.map((name) => [carriedRoot + name, held.get(name) ?? new Uint8Array()]))
  return { anchor: start.length > 0 ? carriedRoot + anchorName : '', files }
}

/** Below the root of the project: of letters that every disk and every system takes for the same. */
export function isCarriedName(name: string): boolean {
  return name.split('/').every((part) => /^[\w.%~@+=-]*[\w%~@+=-]$/.test(part))
}

/** Of a release that is to be revoked: that it is signed already, so that it waits nowhere. */
async function readBeside({ subject }: Proposal, source: Transport, signal: AbortSignal): Promise<void> {
  const about = parseSubject(subject)
  if (about.kind === 'revocation') await source.read(signaturesOf(about.path), maxBytes.signatures, signal)
}

/**
 * What the receiver can begin with: the pinned file, or where its history was rewritten the one that is trusted here. The first
 * generation has no history, so the file in force is the only one that leads to itself.
 */
async function startFor(project: Project, context: Context, from?: number): Promise<Uint8Array> {
  const isFirst = context.anchor.length === 0 || (await waitingFirst(project, context)) !== undefined
  if (from === undefined && isFirst) return context.anchor
  const { files, first, current } = await verifyChain(project, context)
  const file = from !== undefined ? files[from - first] : project.isOld ? current : files[0]
  if (file !== undefined) return file.bytes
  throw new AppError({
    code: 'usage/invalid',
    message: `no signers file ${from} is known here`,
    hint: `name one of ${first} to ${first + files.length - 1}, or none: then it starts from the one pinned here`,
  })
}

function oddName(name: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${name} cannot be carried: only letters from A to Z, digits and . % ~ @ + = - can stand in the names of files`,
    hint: 'sign this change where the mirror is',
  })
}
