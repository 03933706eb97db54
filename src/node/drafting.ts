// Changes that are being made: what edits would do, shown before anything is written, and written when a person says so.

import { findProposal } from '../core/approve.ts'
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Purpose, Signer } from '../core/signer.ts'
import type { Context } from '../core/system.ts'
import { checkSentence } from '../core/systems/tuf/draft.ts'
import type { Drafted } from '../core/systems/tuf/drafting.ts'
import type { SubjectEdit } from '../core/systems/tuf/edit/edit.ts'
import type { Editable } from '../core/systems/tuf/editable.ts'
import type { Effects } from '../core/systems/tuf/effect.ts'
import { overlay, snapshot } from '../core/transport.ts'
import type { OpenSource, TufSource } from './desk.ts'
import { type DocumentEdit, pinMade, previewEdit } from './document-edit.ts'
import { artifactFiles } from './draft-artifacts.ts'
import { digestThere, idsOver, purposeOf, signDraft } from './draft-signing.ts'
import { tufEdits } from './edits.ts'
import { type EditedSource, editedSource } from './open-source.ts'
import type { Prepared, Progress, Upload } from './prepared.ts'
import { checkMay, put, type Steward, stewardOf, unsigned } from './steward.ts'
import { discarding, otherThere, prepareWithdrawing, type Withdrawing } from './withdrawing.ts'
import type { Workspace } from './workspace.ts'

export type { Upload } from './prepared.ts'

export interface DraftPart {
  /** "root", "targets", a delegated role, "keys:PROJECT", "configuration". */
  subject: string
  edits: readonly SubjectEdit[]
}

export interface DraftRequest extends DraftPart {
  /** The bins over which a release is spread: candidates of their own, made in the same act. */
  also?: readonly DraftPart[]
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
  /** The signer that signs it at once, and what comes along, where it may: a served repository takes nothing unsigned. */
  signWith?: string
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

export interface Writing {
  signWith?: string | undefined
  progress?: Progress | undefined
}

/** What goes with a document that is made: files it names, what must be typed first, and the digest of the change that it is built on. */
export interface Beside {
  uploads?: readonly Upload[]
  sentence?: string
  onto?: string
}

export interface Drafting {
  preview(source: EditedSource, request: DraftRequest, signal: AbortSignal): Promise<Draft>
  /** The same of a whole document, of a trust system whose changes are such. */
  previewDocument(source: OpenSource, edit: DocumentEdit, signal: AbortSignal, beside?: Beside): Promise<Draft>
  /** Writes the candidates, the content of artifacts first; answers what waits for signatures now. */
  propose(source: EditedSource, request: ProposeRequest, signal: AbortSignal, progress?: Progress): Promise<Draft>
  /** What propose would write. */
  prepare(source: OpenSource, request: ProposeRequest): { shown: Draft; prepared: Prepared }
  /** Writes that, in this process or another one's; signed first with this signer, and then what waits as it stands. */
  write(
    source: OpenSource,
    prepared: Prepared,
    signal: AbortSignal,
    how: Writing,
  ): Promise<readonly Proposal[] | undefined>
  /** What a preview has shown; undefined when it is too long ago. */
  shown(source: OpenSource, digest: string): Draft | undefined
  /** What clients will see of the artifacts of a candidate that waits. */
  effects(source: OpenSource, proposalId: string, signal: AbortSignal): Promise<Effects>
  /** The signed part of what an edit would start from: the version in force, or the candidate that `onto` names. */
  text(source: EditedSource, subject: string, signal: AbortSignal, onto?: string): Promise<Editable>
  /** The whole of that, however large. */
  whole(source: EditedSource, subject: string, signal: AbortSignal, onto?: string): Promise<Uint8Array>
  /** What withdraw would write, and what else that waits would go with it. */
  withdrawing(source: TufSource, proposalId: string, signal: AbortSignal): Promise<Withdrawing>
  /** Removes a candidate; what is published stays. */
  withdraw(source: TufSource, proposalId: string, signal: AbortSignal, signWith?: string): Promise<void>
  /** What lies there for a subject, whether or not it can be reviewed. */
  waitingDigest(source: TufSource, subject: string, signal: AbortSignal): Promise<string>
  /** The same as withdraw for a candidate that cannot be reviewed: who signed it, nobody can say. Only what has this digest goes. */
  discard(source: TufSource, subject: string, digest: string, signal: AbortSignal, signWith?: string): Promise<void>
}

/** Days that a first version of a role lasts, when nothing says so. */
const defaultDays = 365

type FindSigner = (id: string, purpose: Purpose, signal: AbortSignal) => Promise<Signer>

export function drafting(
  contextOf: (source: OpenSource, signal: AbortSignal) => Context,
  findSigner: FindSigner,
  workspace: Workspace,
): Drafting {
  async function draft(source: EditedSource, request: DraftRequest, signal: AbortSignal) {
    checkMay('draft', source)
    const read = snapshot(source.transport)
    const { subject, edits, also = [], onto } = request
    const wanted = { subject, edits, also, defaultDays, ...(onto === undefined ? {} : { onto }) }
    const { layout } = source
    const artifacts = layout === undefined ? new Map() : await artifactFiles(request, layout, read, signal)
    const made = await editsOf(source).draft(wanted, overlay(read, artifacts), contextOf(source, signal))
    const drafted = artifacts.size === 0 ? made : { ...made, files: new Map([...artifacts, ...made.files]) }
    const uploads = layout?.artifactFile === undefined ? (request.uploads ?? []) : []
    return { base: read.seen(drafted.files.keys()), drafted, shown: toDraft(drafted, onto), uploads, onto }
  }

  async function withdrawSigned(
    source: TufSource,
    { subject, digest, title }: Pick<Proposal, 'subject' | 'digest' | 'title'>,
    withdraw: NonNullable<Steward['withdraw']>,
    signal: AbortSignal,
    signWith: string | undefined,
  ): Promise<void> {
    if (signWith === undefined) throw unsigned(source.pinned)
    const signer = await findSigner(signWith, `withdraw ${title}, ${source.pinned.name}`, signal)
    const ids = await idsOver(subject, signer.key, source, contextOf(source, signal))
    await withdraw(subject, digest, signer, ids, signal)
  }

  /** What is written is what was shown, byte for byte. */
  const previewed = new Map<string, Awaited<ReturnType<typeof draft>> & { pins?: Uint8Array | undefined }>()

  function prepare(source: OpenSource, request: ProposeRequest): { shown: Draft; prepared: Prepared } {
    const { base, drafted, shown, uploads, onto, pins } = looked(previewed.get(keyOf(source, request.previewed)))
    checkSentence(shown.sentence, request.sentence)
    checkReplaces(shown, request.replace === true, onto)
    checkConsistent(drafted, uploads)
    const { files, proposal, along } = drafted
    const ids = [proposal, ...along].map(({ id }) => id)
    const note = `propose ${proposal.title}`
    return { shown, prepared: { files, base, note, uploads, ids, ...(pins === undefined ? {} : { pins }) } }
  }

  async function write(
    source: OpenSource,
    prepared: Prepared,
    signal: AbortSignal,
    { signWith, progress }: Writing,
  ): Promise<readonly Proposal[] | undefined> {
    if (signWith === undefined) {
      if (stewardOf(source).signedOnly) throw unsigned(source.pinned)
      await put(source, prepared, signal, progress)
      if (prepared.pins !== undefined) await pinMade(workspace, source.pinned, prepared.pins)
      return undefined
    }
    await stewardOf(source).beforeSigning(signal)
    const signer = (proposals: readonly Proposal[]) => findSigner(signWith, purposeOf(proposals, source), signal)
    const { files, proposals } = await signDraft(prepared, signer, source, contextOf(source, signal))
    await put(source, { ...prepared, files }, signal, progress)
    return proposals
  }

  async function withdrawing(source: TufSource, proposalId: string, signal: AbortSignal): Promise<Withdrawing> {
    checkMay('withdraw', source)
    return prepareWithdrawing(proposalId, source, contextOf(source, signal))
  }

  return {
    preview: async (source, request, signal) => {
      const made = await draft(source, request, signal)
      hold(previewed, keyOf(source, made.shown.proposal.digest), made)
      return made.shown
    },
    previewDocument: async (source, edit, signal, { uploads = [], sentence, onto } = {}) => {
      // Whether what waits may be given up is asked before it is written.
      const preview = await previewEdit(source, { ...edit, replace: true }, contextOf(source, signal))
      const { proposal, files, base, replaces, pins } = preview
      if (onto !== undefined && replaces?.digest !== onto) throw otherThere(edit.subject)
      const waiting = replaces === undefined ? [] : [replaces]
      const made = sentence === undefined ? {} : { sentence }
      const drafted = { files, proposal, along: [], effects: noEffects, consistent: true, waiting, ...made }
      const shown = toDraft(drafted, onto)
      hold(previewed, keyOf(source, proposal.digest), { base, drafted, shown, uploads, onto, pins })
      return shown
    },
    propose: async (source, request, signal, progress) => {
      const { shown, prepared } = prepare(source, request)
      const signed = await write(source, prepared, signal, { signWith: request.signWith, progress })
      if (signed === undefined) return shown
      const [proposal = shown.proposal, ...along] = signed
      return { ...shown, proposal, along }
    },
    prepare,
    shown: (source, digest) => previewed.get(keyOf(source, digest))?.shown,
    effects: async (source, proposalId, signal) =>
      source.layout === undefined && source.edits === undefined
        ? noEffects
        : editsOf(editedSource(source)).effects(proposalId, snapshot(source.transport), contextOf(source, signal)),
    text: async (source, subject, signal, onto) =>
      editsOf(source).text(subject, source.transport, contextOf(source, signal), onto),
    waitingDigest: async (source, subject, signal) =>
      stewardOf(source).withdraw === undefined
        ? (await discarding(source, subject, snapshot(source.transport), signal)).digest
        : digestThere(source, subject, signal),
    discard: async (source, subject, digest, signal, signWith) => {
      const { withdraw } = stewardOf(source)
      if (withdraw !== undefined) {
        const waiting = { subject, digest, title: `what waits for ${subject}` }
        return withdrawSigned(source, waiting, withdraw, signal, signWith)
      }
      checkMay('withdraw', source)
      const read = snapshot(source.transport)
      const { files, digest: there } = await discarding(source, subject, read, signal)
      if (there !== digest) throw otherThere(subject)
      await source.transport.write(files, read.seen(files.keys()), `discard ${subject}`, signal)
    },
    write,
    whole: async (source, subject, signal, onto) =>
      editsOf(source).whole(subject, source.transport, contextOf(source, signal), onto),
    withdrawing,
    withdraw: async (source, proposalId, signal, signWith) => {
      const { withdraw } = stewardOf(source)
      if (withdraw === undefined) return put(source, (await withdrawing(source, proposalId, signal)).prepared, signal)
      const proposal = await findProposal(proposalId, source.system, source.transport, contextOf(source, signal))
      return withdrawSigned(source, proposal, withdraw, signal, signWith)
    },
  }
}

function editsOf(source: EditedSource): ReturnType<typeof tufEdits> {
  return source.layout === undefined ? source.edits : tufEdits(source.layout)
}

const maxPreviews = 8

/** Where a change is no list of artifacts, all that it does is in the change itself. */
const noEffects: Effects = { asked: 0, tried: 0, changed: 0, shown: [] }

function hold<T>(held: Map<string, T>, key: string, made: T): void {
  held.delete(key)
  held.set(key, made)
  for (const oldest of held.keys()) {
    if (held.size <= maxPreviews) break
    held.delete(oldest)
  }
}

function keyOf(source: OpenSource, digest: string): string {
  return `${source.pinned.id} ${source.event ?? ''} ${digest}`
}

function looked<T>(made: T | undefined): T {
  if (made !== undefined) return made
  throw new AppError({
    code: 'trust/changed',
    message: 'what was shown is not what this would write any more',
    hint: 'look at the change again, then propose it',
  })
}

function toDraft({ proposal, along, effects, sentence, waiting }: Drafted, onto: string | undefined): Draft {
  // One that would be given up is the one to be told of.
  const first = waiting.find(({ digest }) => digest !== onto) ?? waiting[0]
  return {
    ...{ proposal, along, effects },
    ...(sentence === undefined ? {} : { sentence }),
    ...(first === undefined ? {} : { replaces: { proposal: first, signedBy: signedBy(waiting) } }),
  }
}

function signedBy(proposals: readonly Proposal[]): string[] {
  const quorums = proposals.flatMap((one) => one.quorums)
  const entries = quorums.flatMap((quorum) => quorum.keys.filter((entry) => entry.signed))
  return [...new Set(entries.map((entry) => entry.owner ?? entry.ids[0]?.slice(0, 8) ?? entry.label))]
}

function checkReplaces({ replaces }: Draft, isMeant: boolean, onto: string | undefined): void {
  if (replaces === undefined || isMeant) return
  if (replaces.signedBy.length === 0) {
    if (replaces.proposal.digest === onto) return
    throw new AppError({
      code: 'usage/invalid',
      message: `another candidate for ${replaces.proposal.subject} waits: ${replaces.proposal.headline}`,
      hint: `build on it with --onto ${replaces.proposal.digest}, or give it up with --replace`,
      data: { digest: replaces.proposal.digest },
    })
  }
  throw new AppError({
    code: 'usage/invalid',
    message: `another candidate for ${replaces.proposal.subject} waits, and ${replaces.signedBy.join(', ')} signed it`,
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
