// Changes that are being made: what edits would do, shown before anything is written, and written when a person says so.

import { findProposal } from '../core/approve.ts'
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Context } from '../core/system.ts'
import { checkSentence } from '../core/systems/tuf/draft.ts'
import { type Drafted, draftEdits, pendingEffects } from '../core/systems/tuf/drafting.ts'
import type { SubjectEdit } from '../core/systems/tuf/edit/edit.ts'
import { type Editable, editableText } from '../core/systems/tuf/editable.ts'
import type { Effects } from '../core/systems/tuf/effect.ts'
import { maxBytes } from '../core/systems/tuf/names.ts'
import { overlay, snapshot } from '../core/transport.ts'
import { putArtifact } from './artifacts/store.ts'
import type { OpenSource } from './desk.ts'
import { isWebLocation } from './location.ts'

/** A file on this machine that becomes an artifact: its content goes where clients fetch it, before the candidate is written. */
export interface Upload {
  file: string
  path: string
  length: number
  sha256: string
}

export interface DraftRequest {
  /** "root", "targets", a delegated role, "keys:PROJECT", "configuration". */
  subject: string
  edits: readonly SubjectEdit[]
  /** The digest of a candidate that waits and is edited further; without it the version in force is. */
  onto?: string
  uploads?: readonly Upload[]
}

/** What a preview has shown, by the digest of its proposal: exactly that is written, or nothing. */
export interface ProposeRequest {
  previewed: string
  /** Gives up the candidate that waits. */
  replace?: boolean
  /** What a person typed because the change would lock everybody out. */
  sentence?: string
}

export interface Draft {
  /** As reviewers will see it. */
  proposal: Proposal
  /** Candidates that come along, such as the first version of a role that blocks. */
  along: readonly Proposal[]
  effects: Effects
  /** Must be typed before this may be proposed. */
  sentence?: string
  /** The candidate that waits, which this one takes the place of, and who signed it. */
  replaces?: { proposal: Proposal; signedBy: readonly string[] }
}

export interface Drafting {
  preview(source: OpenSource, request: DraftRequest, signal: AbortSignal): Promise<Draft>
  /** Writes the candidates, the content of artifacts first; answers what waits for signatures now. */
  propose(
    source: OpenSource,
    request: ProposeRequest,
    signal: AbortSignal,
    progress?: (doneBytes: number, totalBytes: number) => void,
  ): Promise<Draft>
  /** What clients will see of a candidate that waits. */
  effects(source: OpenSource, proposalId: string, signal: AbortSignal): Promise<Effects>
  /** The signed part of what an edit would start from: the version in force, or the candidate that `onto` names. */
  text(source: OpenSource, subject: string, signal: AbortSignal, onto?: string): Promise<Editable>
  /** Removes a candidate; what is published stays. */
  withdraw(source: OpenSource, proposalId: string, signal: AbortSignal): Promise<void>
  /** The same for a candidate that cannot be reviewed: who signed it, nobody can say. */
  discard(source: OpenSource, subject: string, signal: AbortSignal): Promise<void>
}

/** Days that a first version of a role lasts, when nothing says so. */
const defaultDays = 365

export function drafting(contextOf: (source: OpenSource, signal: AbortSignal) => Context): Drafting {
  async function draft(source: OpenSource, request: DraftRequest, signal: AbortSignal) {
    checkMayDraft(source)
    const read = snapshot(source.transport)
    const { subject, edits, onto } = request
    const wanted = { subject, edits, defaultDays, ...(onto === undefined ? {} : { onto }) }
    const drafted = await draftEdits(wanted, source.layout, read, contextOf(source, signal))
    return { read, drafted, shown: toDraft(drafted), uploads: request.uploads ?? [], isOnto: onto !== undefined }
  }
  /** What is written is what was shown, byte for byte. */
  const previewed = new Map<string, Awaited<ReturnType<typeof draft>>>()

  return {
    preview: async (source, request, signal) => {
      const made = await draft(source, request, signal)
      hold(previewed, keyOf(source, made.shown.proposal.digest), made)
      return made.shown
    },
    propose: async (source, request, signal, progress) => {
      const { read, drafted, shown, uploads, isOnto } = looked(previewed.get(keyOf(source, request.previewed)))
      checkSentence(shown.sentence, request.sentence)
      checkReplaces(shown, request.replace === true, isOnto)
      checkConsistent(drafted, uploads)
      await upload(source, uploads, signal, progress)
      const { files, proposal } = drafted
      await source.transport.write(files, read.seen(files.keys()), `propose ${proposal.title}`, signal)
      return shown
    },
    effects: (source, proposalId, signal) =>
      pendingEffects(proposalId, source.layout, source.transport, contextOf(source, signal)),
    text: async (source, subject, signal, onto) =>
      editableText(subject, source.layout, source.transport, contextOf(source, signal), onto),
    discard: async (source, subject, signal) => {
      const read = snapshot(source.transport)
      const name = source.layout.candidateName(subject)
      await read.read(name, maxBytes.targets, signal)
      await source.transport.write(new Map([[name, null]]), read.seen([name]), `discard ${subject}`, signal)
    },
    withdraw: async (source, proposalId, signal) => {
      const read = snapshot(source.transport)
      const context = contextOf(source, signal)
      const { subject, title } = await findProposal(proposalId, source.system, read, context)
      const files = new Map<string, null>([[source.layout.candidateName(subject), null]])
      const before = await source.system.pending(read, context)
      const after = await source.system.pending(overlay(read, files), context)
      // The first document of a role that this change would have made belongs to nothing any more.
      const left = (one: { subject: string }): boolean => after.proposals.some(({ subject }) => subject === one.subject)
      for (const one of before.proposals) if (!left(one)) files.set(source.layout.candidateName(one.subject), null)
      await source.transport.write(files, read.seen(files.keys()), `withdraw ${title}`, signal)
    },
  }
}

/** The next version would take the place of the one that a single file holds. */
function checkMayDraft({ layout, pinned }: OpenSource): void {
  if (layout.rstuf !== undefined) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${pinned.name} is kept by a Repository Service for TUF, whose changes are made with its own tool`,
      hint: 'make the change with: rstuf admin; then review and sign it here',
    })
  }
  if (layout.alone !== true) return
  throw new AppError({
    code: 'format/unsupported',
    message: `${pinned.name} is a single file, which is reviewed and signed here, not changed`,
    hint: 'change it with the tool that it came from, or open the repository',
  })
}

const maxPreviews = 8

function hold<T>(held: Map<string, T>, key: string, made: T): void {
  held.delete(key)
  held.set(key, made)
  for (const oldest of held.keys()) {
    if (held.size <= maxPreviews) break
    held.delete(oldest)
  }
}

function keyOf(source: OpenSource, digest: string): string {
  return `${source.pinned.id} ${digest}`
}

function looked<T>(made: T | undefined): T {
  if (made !== undefined) return made
  throw new AppError({
    code: 'trust/changed',
    message: 'what was shown is not what this would write any more',
    hint: 'look at the change again, then propose it',
  })
}

function toDraft({ proposal, along, effects, sentence, waiting }: Drafted): Draft {
  return {
    ...{ proposal, along, effects },
    ...(sentence === undefined ? {} : { sentence }),
    ...(waiting === undefined ? {} : { replaces: { proposal: waiting, signedBy: signedBy(waiting) } }),
  }
}

function signedBy(proposal: Proposal): string[] {
  const entries = proposal.quorums.flatMap((quorum) => quorum.keys.filter((entry) => entry.signed))
  return [...new Set(entries.map((entry) => entry.owner ?? entry.ids[0]?.slice(0, 8) ?? entry.label))]
}

function checkReplaces({ replaces, proposal }: Draft, isMeant: boolean, isOnto: boolean): void {
  if (replaces === undefined || isMeant) return
  if (replaces.signedBy.length === 0) {
    if (isOnto) return
    throw new AppError({
      code: 'usage/invalid',
      message: `another candidate for ${proposal.subject} waits: ${replaces.proposal.headline}`,
      hint: 'build on it by naming its digest, or replace it on purpose',
      data: { digest: replaces.proposal.digest },
    })
  }
  throw new AppError({
    code: 'usage/invalid',
    message: `another candidate for ${proposal.subject} waits, and ${replaces.signedBy.join(', ')} signed it`,
    hint: 'finish that one first, or replace it on purpose',
    data: { signed: replaces.signedBy.length },
  })
}

/** Without hashes in their names the new content would take the place of what clients fetch now, before anybody signed. */
function checkConsistent({ consistent }: Drafted, uploads: readonly Upload[]): void {
  if (consistent || uploads.length === 0) return
  throw new AppError({
    code: 'format/unsupported',
    message: 'this repository does not keep consistent snapshots, so content cannot be put there before it is signed',
    hint: 'release with the tool that made the repository; signing here works',
  })
}

/** Content first: a candidate never names what clients could not fetch. */
async function upload(
  source: OpenSource,
  uploads: readonly Upload[],
  signal: AbortSignal,
  progress: ((doneBytes: number, totalBytes: number) => void) | undefined,
): Promise<void> {
  if (uploads.length === 0) return
  const { location } = source.pinned
  if (isWebLocation(location)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${location} is a web address, and the content of artifacts is put into a folder`,
      hint: 'propose where the folder of the repository is',
    })
  }
  const total = uploads.reduce((sum, { length }) => sum + length, 0)
  let done = 0
  for (const { file, path, length, sha256 } of uploads) {
    const before = done
    await putArtifact(
      location,
      path,
      file,
      { length, sha256 },
      { signal, progress: (bytes) => progress?.(before + bytes, total) },
    )
    done = before + length
  }
}
