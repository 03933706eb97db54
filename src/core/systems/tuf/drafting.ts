// From what a person wants to a candidate: the next document, what it would change, and what clients would see of it.
import { isEqualBytes } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import type { Proposal } from '../../proposal.ts'
import type { Context } from '../../system.ts'
import { type Files, overlay, type Transport } from '../../transport.ts'
import { isMachineKept } from './authority.ts'
import type { TrustedSet } from './client.ts'
import { companionDocuments } from './companions.ts'
import { configurationDocument } from './configuration/document.ts'
import { parseConfiguration } from './configuration/parse.ts'
import { editedDocument } from './edit/document.ts'
import type { SubjectEdit, TufEdit } from './edit/edit.ts'
import { lockoutSentence } from './edit/lockout.ts'
import { withOwners } from './edit/owners.ts'
import type { Effects } from './effect.ts'
import { effectsOf } from './effects.ts'
import { candidateFiles, type Layout } from './layout.ts'
import { rolesSignedAnew } from './machine-roles.ts'
import { type Metadata, parseMetadata, type Targets } from './metadata.ts'
import { typeOf } from './names.ts'
import { expiryPeriodField } from './online.ts'
import type { ParseMetadata } from './parsed.ts'
import { pendingProposals } from './pending.ts'
import { nextRegistry } from './projects/delegation.ts'
import { parseRotate, rotateDocument } from './projects/rotate.ts'
import { delegatedRoles } from './publish/alongside.ts'
import { parseSubject } from './subject.ts'
import { type Trusted, takenNames, trusted } from './trusted.ts'

export interface EditPart {
  subject: string
  edits: readonly SubjectEdit[]
}

export interface EditRequest extends EditPart {
  /** The digest of a candidate that waits and is edited further; without it the version in force is. */
  onto?: string
  /** More of the same act, of other subjects: the bins over which a release is spread. */
  also?: readonly EditPart[]
  /** Days that a first version lasts. */
  defaultDays: number
}

export interface Drafted {
  /** The candidates, as they would be written. */
  files: Files
  proposal: Proposal
  /** Candidates that come along. */
  along: readonly Proposal[]
  effects: Effects
  /** What a person must type, because nobody could undo this. */
  sentence?: string
  /** Clients ask for artifacts under names that hold their hash, so new content disturbs nobody. */
  consistent: boolean
  /** The candidates that wait now, and are given up or built upon. */
  waiting: readonly Proposal[]
}

export async function draftEdits(
  request: EditRequest,
  layout: Layout,
  source: Transport,
  context: Context,
): Promise<Drafted> {
  const { subject, also = [], onto } = request
  const parts = [request, ...also].map(
    (part): EditPart => ({ subject: part.subject, edits: part.edits.map((edit) => withOwners(edit, layout)) }),
  )
  checkParts(parts)
  const now = trusted(layout, source, context)
  const finished = async (role: string, made: Uint8Array, over: Files): Promise<Uint8Array> =>
    (await layout.finish?.(role, made, overlay(source, over), context.signal)) ?? made
  const waiting = (await pendingProposals(layout, source, context, now)).proposals
  const mine = waiting.filter((one) => parts.some((part) => part.subject === one.subject))
  if (onto !== undefined && !mine.some(({ digest }) => digest === onto)) throw gone(subject)
  const documents = new Map<string, Uint8Array>()
  // Read for its sake too: what is overwritten must still be what was looked at.
  const files = new Map<string, Uint8Array | null>()
  const put = (role: string, document: Uint8Array): void => {
    for (const [name, bytes] of candidateFiles(layout, role, document)) files.set(name, bytes)
  }
  for (const part of parts) {
    const there = mine.find((one) => one.subject === part.subject)
    // What merely lies there, whoever wrote it, is never built upon unseen.
    const base = there?.digest === onto ? there : undefined
    const made = await documentOf({ ...part, defaultDays: request.defaultDays }, base, now)
    const document = await finished(part.subject, made, files)
    if (there !== undefined && isEqualBytes(document, there.after)) throw unchanged(part.subject)
    documents.set(part.subject, document)
    put(part.subject, document)
  }
  const first = await companionDocuments(request, documents.get(subject) ?? new Uint8Array(), waiting, now)
  for (const [role, bytes] of first) put(role, await finished(role, bytes, files))
  for (const name of files.keys()) await source.read(name, maxCandidateBytes, context.signal)
  const { proposals, problems } = await pendingProposals(layout, overlay(source, files), context, now)
  const find = (wanted: string): Proposal => {
    const problem = problems.find((one) => one.subject === wanted)
    if (problem !== undefined) throw problem.error
    const found = proposals.find((one) => one.subject === wanted)
    if (found === undefined) throw new AppError({ code: 'internal/bug', message: 'the draft is not pending' })
    return found
  }
  const proposal = find(subject)
  for (const part of parts) {
    const made = find(part.subject)
    if (made.changes.length === 0 || isIdle(part, made)) throw unchanged(part.subject)
  }
  const along = [...also.map((part) => part.subject), ...first.keys()].map(find)
  const sentence = sentenceFor(proposal, now.parse)
  return {
    ...{ files, proposal, along, consistent: (await now.root()).signed.consistentSnapshot },
    effects: await effects(proposal, along, proposals, now),
    ...(sentence === undefined ? {} : { sentence }),
    waiting: mine.filter((one) => !isBlank(one, now.parse)),
  }
}

/** So many documents are looked at, and signed, by nobody. */
const maxParts = 512

function checkParts(parts: readonly EditPart[]): void {
  if (parts.length <= maxParts) return
  throw new AppError({
    code: 'usage/invalid',
    message: `these artifacts go into ${parts.length} bins; ${maxParts} are changed at once`,
    hint: 'release them in several parts',
    data: { parts: parts.length },
  })
}

const maxCandidateBytes = 256 * 1024 * 1024

/** A candidate that waits is edited further; else the version in force. */
async function documentOf(
  request: EditPart & { defaultDays: number },
  waiting: Proposal | undefined,
  now: Trusted,
): Promise<Uint8Array> {
  const { subject, edits, defaultDays } = request
  const about = parseSubject(subject)
  if (about.kind === 'keys') {
    const [edit, ...more] = edits
    if (edit?.kind !== 'project-keys' || more.length > 0) throw mismatched(subject, edit)
    const chain = await now.keyChain(about.project)
    if (edit.first === true && chain !== undefined) throw reserved(about.project)
    if (chain?.problem !== undefined) throw new AppError(chain.problem.error)
    return rotateDocument(chain?.newest, about.project, edit)
  }
  if (about.kind === 'configuration') {
    const [edit, ...more] = edits
    if (edit?.kind !== 'configure' || more.length > 0) throw mismatched(subject, edit)
    if (waiting === undefined) return configurationDocument((await now.configuration())?.configuration, edit)
    const base = parseConfiguration(waiting.after, waiting.title)
    return configurationDocument(base, edit, { keepVersion: true })
  }
  const own = edits.map((edit): TufEdit => {
    if (edit.kind === 'project-keys' || edit.kind === 'configure') throw mismatched(subject, edit)
    return edit
  })
  const base = waiting?.after ?? (await inForce(subject, now))
  return editedDocument(base, subject, own, {
    now: now.options.now,
    defaultDays,
    keepVersion: waiting !== undefined,
    firstVersion: ((await now.lastVersion(subject)) ?? 0) + 1,
    parse: now.parse,
  })
}

/** Whoever adds what is there already does not mean a renewal. */
function isIdle({ edits }: EditPart, { changes, before }: Proposal): boolean {
  const isRenewal = edits.every(({ kind }) => kind === 'expires' || kind === 'period' || kind === 'document')
  return !isRenewal && before !== undefined && changes.every(({ path }) => path === 'version' || path === 'expires')
}

/** Unsigned, and nothing but a date: whoever starts from what is published loses nothing of it. */
function isBlank({ subject, quorums, changes, before, after, title }: Proposal, parse: ParseMetadata): boolean {
  if (parseSubject(subject).kind !== 'role' || typeOf(subject) !== 'targets') return false
  if (quorums.some(({ keys }) => keys.some(({ signed }) => signed))) return false
  if (before !== undefined) return changes.every(({ path }) => path === 'version' || path === 'expires')
  const { targetPaths, raw } = parse(after, 'targets', title).signed
  return targetPaths().length === 0 && Object.keys(raw).every((name) => blankMembers.includes(name))
}

const blankMembers: readonly string[] = ['_type', 'spec_version', 'version', 'expires', 'targets', expiryPeriodField]

/** As published, and verified. */
export async function inForce(role: string, now: Trusted): Promise<Uint8Array | undefined> {
  if (role === 'root') return (await now.root()).bytes
  if (role === 'snapshot' || role === 'timestamp') return (await now.set())[role].bytes
  return (await now.targets(role))?.bytes
}

/** What a person must type before this is proposed; undefined when it locks nobody out. */
export function sentenceFor(
  { subject, before, after, title }: Proposal,
  parseMetadata: ParseMetadata,
): string | undefined {
  if (parseSubject(subject).kind !== 'role') return undefined
  const type = typeOf(subject)
  const parse = (bytes: Uint8Array): Metadata => parseMetadata(bytes, type, title)
  return lockoutSentence(before === undefined ? undefined : parse(before), parse(after), subject)
}

/** Of a candidate that waits: what clients will see once it, and what comes along with it, takes effect. */
export async function pendingEffects(
  id: string,
  layout: Layout,
  source: Transport,
  context: Context,
): Promise<Effects> {
  // What clients see can only be told where what they read is at hand.
  if (layout.alone === true || context.anchor.length === 0) return { asked: 0, tried: 0, changed: 0, shown: [] }
  const now = trusted(layout, source, context)
  const { proposals } = await pendingProposals(layout, source, context, now)
  const proposal = proposals.find((one) => one.id === id)
  if (proposal === undefined) throw gone(id)
  const goes = new Set((proposal.needs ?? []).map(({ subject }) => subject))
  const isAlong = (one: Proposal): boolean =>
    one.before === undefined || goes.has(one.subject) || (proposal.subject === 'root' && one.subject === 'targets')
  const along = proposals.filter((one) => one.id !== id && isAlong(one))
  return effects(proposal, along, proposals, now)
}

async function effects(
  proposal: Proposal,
  along: readonly Proposal[],
  waiting: readonly Proposal[],
  now: Trusted,
): Promise<Effects> {
  const changed = new Map<string, Metadata<Targets>>()
  for (const { subject, after, title } of [proposal, ...along]) {
    const isTargets = parseSubject(subject).kind === 'role' && typeOf(subject) === 'targets'
    if (isTargets) changed.set(subject, now.parse(after, 'targets', title))
  }
  const about = parseSubject(proposal.subject)
  if (about.kind === 'keys') {
    const registry = await now.registryOf(about.project)
    const step = parseRotate(proposal.after, proposal.title)
    const next = nextRegistry(registry.metadata.bytes, step, await takenNames(now), registry.name)
    changed.set(registry.name, parseMetadata(next, 'targets', registry.name))
  }
  if (changed.size === 0) return { asked: 0, tried: 0, changed: 0, shown: [] }
  const set = await now.set()
  const top = changed.get('targets')
  if (top !== undefined) {
    for (const name of selfMade(top.signed, set, changed)) changed.set(name, emptyDocument(name, now))
    const roots = waiting.filter(({ subject }) => subject === 'root')
    const known = [set.root, ...roots.map(({ after, title }) => parseMetadata(after, 'root', title))]
    for await (const { name, there } of rolesSignedAnew(top.signed, known, now))
      if (!changed.has(name)) changed.set(name, there)
  }
  return effectsOf({ set, remote: now.published, options: now.options, changed })
}

/** Roles that the repository keeps by itself: their first documents, empty, come with the publication. */
function selfMade(top: Targets, { root, snapshot }: TrustedSet, changed: ReadonlyMap<string, unknown>): string[] {
  // So many are for another tool to publish: here nothing comes with them.
  if ((top.delegations?.succinct?.bitLength ?? 0) > 14) return []
  return delegatedRoles(top.delegations)
    .filter(({ name }) => !changed.has(name) && !snapshot.signed.meta.has(name))
    .filter(({ authority }) => isMachineKept(authority, root))
    .map(({ name }) => name)
}

function emptyDocument(name: string, now: Trusted): Metadata<Targets> {
  const facts = { now: now.options.now, defaultDays: 365, keepVersion: false }
  return parseMetadata(editedDocument(undefined, name, [], facts), 'targets', name)
}

function reserved(project: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `the name ${project} is reserved already`,
    hint: 'choose another name, or change the keys of this project together with its maintainers',
    data: { name: project, existing: project },
  })
}

function unchanged(subject: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `this changes nothing in ${subject}`,
    hint: 'change something, or renew it for a later date',
  })
}

function gone(subject: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `the change of ${subject} that this builds on is not there any more`,
    hint: 'look at what waits now, and build on that, or on what is published',
  })
}

function mismatched(subject: string, edit: SubjectEdit | undefined): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${edit?.kind ?? 'no change'} cannot be made to ${subject}`,
    hint: 'make this change to the subject it belongs to',
  })
}
