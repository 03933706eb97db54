// The next version that follows from what a person wants: edited as plain TUF, written as blocks are. What blocks have no place for
// is refused by its name where it would mean something, and told where it is a note.
import { AppError } from '../../../error.ts'
import { specVersion } from '../../tuf/create.ts'
import { editedDocument } from '../../tuf/edit/document.ts'
import type { KeyEntry, TufEdit } from '../../tuf/edit/edit.ts'
import { refuseEdit } from '../../tuf/edit/refuse.ts'
import { encodeMetadata } from '../../tuf/encode.ts'
import { parseEnvelope } from '../../tuf/envelope.ts'
import { formatDate } from '../../tuf/expiry.ts'
import { type BlockSource, checkBlock } from '../blocks.ts'
import { codecs, linkOf } from '../cid.ts'
import type { DagMap, DagValue } from '../dag-value.ts'
import { draftNext, encodeEnvelope } from '../next.ts'
import { fieldsOf, plainBytes, versionOf } from '../plain.ts'
import { isTargets, type Version } from '../standing.ts'
import { type Candidate, parseCandidate } from '../waiting/candidates.ts'

export interface CandidateFacts {
  now: Date
  /** Days that a version lasts: no document says it of itself. */
  defaultDays: number
  /** `before` waits and is edited further: its place in history stays. */
  isWaiting: boolean
  /** Of a role that nobody delegates to, or did not until now: its last version, which the next one must follow. */
  last?: Version
}

export interface Edited {
  candidate: Candidate
  /** What was left out, in sentences. */
  notes: readonly string[]
}

export async function editedCandidate(
  before: Version | undefined,
  subject: string,
  edits: readonly TufEdit[],
  { now, defaultDays, isWaiting, last }: CandidateFacts,
  blocks: BlockSource,
): Promise<Edited> {
  for (const edit of edits) checkEdit(edit)
  if (before === undefined && subject === 'root')
    refuseEdit('a root does not begin with an edit', 'create a repository, or propose its first root')
  const expires = formatDate(new Date(now.getTime() + defaultDays * 86_400_000))
  const first = { _type: 'targets', spec_version: specVersion, expires, targets: {} }
  const start = before === undefined ? encodeMetadata({ ...first, version: versionAfter(last) }) : plainBytes(before)
  const facts = { now, defaultDays, keepVersion: before === undefined || isWaiting }
  const { raw } = parseEnvelope(editedDocument(start, subject, edits, facts), subject)
  const { fields, dropped } = usable(() => fieldsOf(raw, subject))
  checkFieldEdits(edits, dropped)
  const signed = await placed(fields, before, isWaiting, last, blocks)
  const bytes = usable(() => encodeEnvelope(signed, []))
  const candidate = usable(() => {
    checkBlock(linkOf(bytes, codecs.dagJson), bytes)
    return parseCandidate(bytes, subject)
  })
  return { candidate, notes: notesOf(dropped) }
}

function versionAfter(last: Version | undefined): number {
  return last === undefined ? 1 : versionOf(last) + 1
}

async function placed(
  fields: DagMap,
  before: Version | undefined,
  isWaiting: boolean,
  last: Version | undefined,
  blocks: BlockSource,
): Promise<DagMap> {
  const current = before ?? last
  if (current === undefined) {
    return new Map<string, DagValue>([...fields, ['height', 0], ['previous-version', null], ['skip', []]])
  }
  if (before === undefined || !isWaiting) return draftNext(blocks, current, fields)
  const { height, previous, skip } = before.signed
  return new Map<string, DagValue>([
    ...fields,
    ['height', height],
    ['previous-version', previous ?? null],
    ...(isTargets(before) ? [['skip', skip] as [string, DagValue]] : []),
  ])
}

/** What the parser refuses is no change that can be made. */
function usable<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof AppError) || !/^(format\/|source\/too-large$)/.test(error.code)) throw error
    throw new AppError({
      code: 'usage/invalid',
      message: error.message,
      hint: error.hint ?? 'change the edit so that every client can read the document',
      ...(error.data === undefined ? {} : { data: error.data }),
      cause: error,
    })
  }
}

function checkEdit(edit: TufEdit): void {
  for (const { rehearsal } of keysIn(edit)) {
    // Without its mark it would be a real one.
    if (rehearsal === true) noPlace('keys for rehearsal', 'name a key that is not for rehearsal')
  }
  if (edit.kind === 'consistent-snapshot')
    noPlace('consistent snapshots', 'leave it: blocks are named by their hash, always')
  if (edit.kind === 'agreement-add' || edit.kind === 'agreement-remove')
    noPlace('agreements of several roles (TAP 3)', 'delegate to one role that asks for more signatures')
  if (edit.kind === 'bins' && edit.form === 'succinct')
    noPlace('bins in one entry (TAP 15)', 'make the bins by prefixes')
  if (edit.kind === 'period' && (edit.role === 'snapshot' || edit.role === 'timestamp'))
    noPlace(`the period of ${edit.role}`, 'leave it: what publishes and renews makes new ones in time')
}

function keysIn(edit: TufEdit): readonly KeyEntry[] {
  switch (edit.kind) {
    case 'key-add':
    case 'key-replace':
      return [edit.entry]
    case 'delegation-add':
    case 'block':
    case 'bins':
      return edit.keys
    default:
      return []
  }
}

/** A field that was asked for and is not there afterwards would be a change that silently is none. */
function checkFieldEdits(edits: readonly TufEdit[], dropped: readonly string[]): void {
  for (const edit of edits) {
    if (edit.kind !== 'field' || edit.value === undefined) continue
    const place = edit.path.join('/')
    if (dropped.includes(place)) noPlace(`a field ${place}`, 'leave it out; a file may carry more in custom')
  }
}

function noPlace(what: string, hint: string): never {
  refuseEdit(`content-addressed metadata have no place for ${what}`, hint)
}

function notesOf(dropped: readonly string[]): string[] {
  const isPeriod = (place: string): boolean => /-(expiry|signing)-period$|-expire-policy$/.test(place)
  const isOwner = (place: string): boolean => /(^|\/)keys\/[^/]+\/x-[^/]*(keyowner|key-name)$/.test(place)
  const notes: string[] = []
  if (dropped.some(isOwner))
    notes.push('Whose a key is does not stand in blocks: everybody names the keys on their own machine')
  if (dropped.some(isPeriod))
    notes.push('How long versions last does not stand in blocks: this one gets its date, the next one is asked again')
  for (const place of dropped) {
    if (!isPeriod(place) && !isOwner(place)) notes.push(`${place} has no place in blocks, and was left out`)
  }
  return notes
}
