// From what a person wants to candidates that wait: the documents they edit, and those that must be signed with them.
import { AppError } from '../../../error.ts'
import type { Proposal } from '../../../proposal.ts'
import { hasSignatures, othersSigned } from '../../../replacing.ts'
import type { Context } from '../../../system.ts'
import { type Files, overlay, type Transport } from '../../../transport.ts'
import type { TufEdit } from '../../tuf/edit/edit.ts'
import { pendingName } from '../files.ts'
import { outlook } from '../publish/outlook.ts'
import { isSameContent, withNeeds } from '../publish/together.ts'
import { type Standing, standing, type Version } from '../standing.ts'
import { type Candidate, parseCandidate } from '../waiting/candidates.ts'
import { pendingProposals } from '../waiting/pending.ts'
import { editedCandidate } from './edited.ts'
import { lockoutOf } from './given.ts'

export interface EditPart {
  subject: string
  edits: readonly TufEdit[]
  /** The digest of a candidate that waits and is edited further; without it the version in force is. */
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
  /** What was asked for, then what comes along. */
  proposals: readonly Proposal[]
  /** What was left out, in sentences. */
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
  const now = await standing(source, context)
  const waiting = (await pendingProposals(source, context)).proposals
  const made = new Map<string, Candidate>()
  const notes = new Set<string>()
  const sentences: string[] = []
  const make = async (subject: string, edits: readonly TufEdit[], onto: Version | undefined): Promise<void> => {
    const there = now.inForce(subject)
    const last = there === undefined ? await now.last(subject) : undefined
    const facts = { now: context.now, defaultDays: options.defaultDays, isWaiting: onto !== undefined }
    const more = last === undefined ? facts : { ...facts, last }
    const base = onto ?? there
    const { candidate, notes: left } = await editedCandidate(base, subject, edits, more, now.blocks)
    if (edits.length > 0 && base !== undefined) checkChanged(candidate, base, edits)
    for (const note of left) notes.add(note)
    const sentence = lockoutOf(there, candidate)
    if (sentence !== undefined) sentences.push(sentence)
    made.set(subject, candidate)
  }
  for (const { subject, edits, onto } of parts) {
    const there = waiting.find((one) => one.subject === subject)
    if (onto !== undefined && there?.digest !== onto) throw movedOn(subject)
    if (there !== undefined && options.replace !== true && hasSignatures(there)) throw othersSigned(there)
    // What merely lies there, whoever wrote it, is never built upon unseen.
    const base = onto === undefined || there === undefined ? undefined : parseCandidate(there.after, subject).document
    await make(subject, edits, base)
  }
  for (const role of await companions(made, waiting, now)) await make(role, [], undefined)
  const files = new Map([...made].map(([subject, { bytes }]) => [pendingName(subject), bytes]))
  const proposals = await proposalsOf(files, [...made.keys()], source, context)
  const [sentence] = sentences
  return { files, proposals, notes: [...notes], ...(sentence === undefined ? {} : { sentence }) }
}

/** Read as every reviewer will read it. */
async function proposalsOf(
  files: Files,
  subjects: readonly string[],
  source: Transport,
  context: Context,
): Promise<Proposal[]> {
  // Read for its sake too: what is overwritten must still be what was looked at.
  const { proposals, problems } = await pendingProposals(overlay(source, files), context, { needs: withNeeds(context) })
  return subjects.map((subject) => {
    const problem = problems.find((one) => one.subject === subject)
    if (problem !== undefined) throw problem.error
    const proposal = proposals.find((one) => one.subject === subject)
    if (proposal === undefined) throw new AppError({ code: 'internal/bug', message: 'the draft is not pending' })
    return proposal
  })
}

/** Roles that clients could not read after this, but for those that somebody has proposed already. */
async function companions(
  made: ReadonlyMap<string, Candidate>,
  waiting: readonly Proposal[],
  now: Standing,
): Promise<Set<string>> {
  const versions = new Map([...made].map(([subject, { document }]) => [subject, document]))
  // Before anything is published it is the first root that says who signs targets.
  if (now.repository === undefined && !versions.has('root')) versions.set('root', now.root)
  const view = await outlook(versions, now.repository)
  const roles = (view?.lacks ?? []).map(({ role }) => role)
  return new Set(roles.filter((role) => !made.has(role) && !waiting.some(({ subject }) => subject === role)))
}

function checkChanged({ subject, document }: Candidate, before: Version, edits: readonly TufEdit[]): void {
  const isRenewal = edits.every(({ kind }) => kind === 'expires' || kind === 'period' || kind === 'document')
  if (!(isRenewal ? before.pid === document.pid : isSameContent(before, document))) return
  throw new AppError({
    code: 'usage/invalid',
    message: `this changes nothing in ${subject}`,
    hint: 'change something, or renew it for a later date',
  })
}

export function movedOn(subject: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `the change of ${subject} that this builds on is not there any more`,
    hint: 'look at what waits now, and build on that, or on what is published',
  })
}
