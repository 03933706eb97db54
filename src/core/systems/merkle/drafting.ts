// From what a person wants to candidates that wait: the documents they edit, and those that must be signed with them.
import { AppError } from '../../error.ts'
import type { Context } from '../../system.ts'
import type { Files, Transport } from '../../transport.ts'
import type { TufEdit } from '../tuf/edit/edit.ts'
import { type Candidate, readCandidates, type Signable } from './candidates.ts'
import { digestOf, isWaitingLost, lockoutOf, waitsSigned } from './draft.ts'
import { editedCandidate } from './edit.ts'
import { pendingName } from './files.ts'
import { inForce } from './in-force.ts'
import { lastOf } from './last.ts'
import { outlook } from './publish/outlook.ts'
import { isSameContent } from './publish/together.ts'
import { blocksIn, openRepository, type Repository } from './repository.ts'

export interface EditPart {
  subject: string
  edits: readonly TufEdit[]
  /** A candidate that waits is edited further, if it is still this one (its digest: sha256 of payload); else the version in force is. */
  onto?: string
}

export interface DraftOptions {
  /** Days that a new version lasts. */
  defaultDays: number
  /** Also where a candidate with signatures would be lost. */
  replace?: boolean
}

export interface DraftedEdits {
  files: Files
  /** By subject: what was asked for, then what comes along. */
  candidates: ReadonlyMap<string, Candidate>
  notes: readonly string[]
  /** What a person must type, because nobody could undo this. */
  sentence?: string
}

export async function draftedEdits(
  source: Transport,
  context: Context,
  parts: readonly EditPart[],
  options: DraftOptions,
): Promise<DraftedEdits> {
  const repository = await openRepository(source, context)
  const waiting = await readCandidates(source, context)
  const blocks = repository?.blocks ?? blocksIn(source, context)
  const made = new Map<string, Candidate>()
  const notes = new Set<string>()
  const sentences: string[] = []
  const make = async (subject: string, edits: readonly TufEdit[], onto: Signable | undefined): Promise<void> => {
    const there = inForce(subject, repository)
    const last = there === undefined ? await lastOf(subject, repository) : undefined
    const { now } = context
    const facts = { now, defaultDays: options.defaultDays, isWaiting: onto !== undefined }
    const base = onto ?? there
    const edited = await editedCandidate(base, subject, edits, last === undefined ? facts : { ...facts, last }, blocks)
    if (edits.length > 0 && base !== undefined) checkChanged(subject, base, edited.document, edits)
    for (const note of edited.notes) notes.add(note)
    const sentence = lockoutOf(there, edited.document, subject)
    if (sentence !== undefined) sentences.push(sentence)
    made.set(subject, { subject, bytes: edited.bytes, document: edited.document })
  }
  for (const { subject, edits, onto } of parts) {
    const there = waiting.get(subject)
    if (onto !== undefined && (there === undefined || digestOf(there) !== onto)) throw movedOn(subject)
    if (there !== undefined && isWaitingLost(there, options.replace)) throw waitsSigned(there)
    await make(subject, edits, onto === undefined ? undefined : there?.document)
  }
  for (const role of await companions(made, waiting, repository)) await make(role, [], undefined)
  const files = new Map([...made].map(([subject, { bytes }]) => [pendingName(subject), bytes]))
  const [sentence] = sentences
  return { files, candidates: made, notes: [...notes], ...(sentence === undefined ? {} : { sentence }) }
}

/** Roles that clients could not read after this, but for those that somebody has proposed already. */
async function companions(
  made: ReadonlyMap<string, Candidate>,
  waiting: ReadonlyMap<string, Candidate>,
  repository: Repository | undefined,
): Promise<Set<string>> {
  const versions = new Map([...made].map(([subject, { document }]) => [subject, document]))
  // Before anything is published it is the first root that says who signs targets.
  const root = waiting.get('root')
  if (repository === undefined && root !== undefined && !versions.has('root')) versions.set('root', root.document)
  const view = await outlook(versions, repository)
  const roles = (view?.lacks ?? []).map(({ role }) => role)
  return new Set(roles.filter((role) => !made.has(role) && !waiting.has(role)))
}

function checkChanged(subject: string, before: Signable, after: Signable, edits: readonly TufEdit[]): void {
  const isRenewal = edits.every(({ kind }) => kind === 'expires' || kind === 'period' || kind === 'document')
  const isIdle = isRenewal ? before.pid === after.pid : isSameContent(before, after)
  if (!isIdle) return
  throw new AppError({
    code: 'usage/invalid',
    message: `this changes nothing in ${subject}`,
    hint: 'change something, or renew it for a later date',
  })
}

function movedOn(subject: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `the change of ${subject} that this builds on is not there any more`,
    hint: 'look at what waits now, and build on that, or on what is published',
  })
}
