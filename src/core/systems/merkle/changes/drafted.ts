// Changes of blocks in the terms in which people make those of plain TUF: what an edit would do, what clients would see of it, and
// the text of a document.
import { toHex } from '../../../bytes.ts'
import { AppError } from '../../../error.ts'
import { parseJson } from '../../../json.ts'
import type { Finding, Proposal } from '../../../proposal.ts'
import type { Context } from '../../../system.ts'
import { snapshot, type Transport } from '../../../transport.ts'
import type { EditPart as AnyPart, Drafted, EditRequest } from '../../tuf/drafting.ts'
import type { KeyEntry, TufEdit } from '../../tuf/edit/edit.ts'
import type { Editable } from '../../tuf/editable.ts'
import type { Effects } from '../../tuf/effect.ts'
import { effectsOf } from '../../tuf/effects.ts'
import type { Metadata, Targets } from '../../tuf/metadata.ts'
import { titleOf } from '../../tuf/names.ts'
import { maxBytes } from '../files.ts'
import { plainBytes, versionOf } from '../plain.ts'
import { plainTargets, plainTree } from '../plain-tree.ts'
import { withNeeds } from '../publish/together.ts'
import { openRepository } from '../repository.ts'
import { isTargets, standing, type Version } from '../standing.ts'
import { parseCandidate } from '../waiting/candidates.ts'
import { pendingProposals } from '../waiting/pending.ts'
import { draftedEdits, type EditPart, movedOn } from './drafting.ts'

/** A candidate that is given up is named before: whether that is meant, is asked of the person. */
export async function draftedBlocks(request: EditRequest, source: Transport, context: Context): Promise<Drafted> {
  const { also = [], onto, defaultDays } = request
  const parts = [request, ...also].map(
    ({ subject, edits }): EditPart => ({ subject, edits: edits.map((edit) => nameless(ofBlocks(edit), context)) }),
  )
  const wanted = parts.map((part, at) => (at === 0 && onto !== undefined ? { ...part, onto } : part))
  const { proposals: before } = await pendingProposals(source, context)
  const waiting = before.filter(({ subject }) => parts.some((part) => part.subject === subject))
  const { files, proposals, notes, sentence } = await draftedEdits(source, context, wanted, {
    defaultDays,
    replace: true,
  })
  for (const name of files.keys()) await source.read(name, maxBytes.candidate, context.signal)
  const [first, ...along] = proposals
  if (first === undefined) throw new AppError({ code: 'internal/bug', message: 'a draft without a proposal' })
  return {
    ...{ files, along, waiting, consistent: true },
    proposal: notes.length === 0 ? first : { ...first, findings: [...first.findings, ...notes.map(leftOut)] },
    effects: await effects([first, ...along], source, context),
    ...(sentence === undefined ? {} : { sentence }),
  }
}

/** What a person asked for, and blocks have no place for. */
function leftOut(sentence: string): Finding {
  return { code: 'left-out', risk: 'notable', sentence }
}

function ofBlocks(edit: AnyPart['edits'][number]): TufEdit {
  if (edit.kind !== 'project-keys' && edit.kind !== 'configure') return edit
  throw new AppError({
    code: 'usage/invalid',
    message:
      edit.kind === 'configure'
        ? 'a repository of blocks has no settings of its own: how long documents last is said when they are made'
        : 'content-addressed metadata have no place for keys that a project changes by itself',
    hint:
      edit.kind === 'configure'
        ? 'give the date with the change: countersign edit SOURCE ROLE --expires DAYS'
        : 'delegate to its maintainers: countersign delegate SOURCE add NAME --key KEY --path PATTERN',
  })
}

/** A name that this machine knows anyway is not lost, and nothing to tell anybody of. */
function nameless(edit: TufEdit, { names }: Context): TufEdit {
  const without = (entry: KeyEntry): KeyEntry => {
    const { owner, ...rest } = entry
    return owner === undefined || names?.get(toHex(entry.key.spki)) !== owner ? entry : rest
  }
  switch (edit.kind) {
    case 'key-add':
    case 'key-replace':
      return { ...edit, entry: without(edit.entry) }
    case 'delegation-add':
    case 'block':
    case 'bins':
      return { ...edit, keys: edit.keys.map(without) }
    default:
      return edit
  }
}

/** Of a candidate that waits, with whatever waits beside it and goes along. */
export async function blocksEffects(id: string, source: Transport, context: Context): Promise<Effects> {
  const { proposals } = await pendingProposals(source, context, { needs: withNeeds(context) })
  const found = proposals.find((one) => one.id === id)
  if (found === undefined) {
    throw new AppError({
      code: 'trust/changed',
      message: `the change ${id} does not wait here any more`,
      hint: 'look at what waits now',
    })
  }
  const goes = new Set((found.needs ?? []).map(({ subject }) => subject))
  const isAlong = (one: Proposal): boolean => one.id !== id && (one.before === undefined || goes.has(one.subject))
  return effects([found, ...proposals.filter(isAlong)], source, context)
}

/** Before anything is published no client sees anything. */
async function effects(proposals: readonly Proposal[], source: Transport, context: Context): Promise<Effects> {
  const changed = new Map<string, Metadata<Targets>>()
  for (const { subject, after } of proposals) {
    const { document } = parseCandidate(after, subject)
    if (isTargets(document)) changed.set(subject, plainTargets(document, context))
  }
  const repository = changed.size === 0 ? undefined : await openRepository(source, context)
  if (repository === undefined) return { asked: 0, tried: 0, changed: 0, shown: [] }
  const options = { now: context.now, signal: context.signal, expired: 'report' as const }
  const { set, load } = plainTree(repository, context, options)
  return effectsOf({ set, remote: source, load, options, changed })
}

/** As plain TUF writes it, of the version in force, or of the candidate that `onto` names. */
export async function blocksText(
  subject: string,
  source: Transport,
  context: Context,
  onto?: string,
): Promise<Editable> {
  const base = await baseOf(subject, source, context, onto)
  if (base === undefined) return { text: '{}' }
  const { document, pending } = base
  const title = titleOf(subject, versionOf(document))
  return { text: new TextDecoder().decode(signedIn(document)), basedOn: { title, pending } }
}

export async function blocksWhole(
  subject: string,
  source: Transport,
  context: Context,
  onto?: string,
): Promise<Uint8Array> {
  const base = await baseOf(subject, source, context, onto)
  if (base !== undefined) return signedIn(base.document)
  throw new AppError({
    code: 'source/not-found',
    message: `${subject} has no version yet`,
    hint: 'propose its first version by a form, or as a text',
  })
}

async function baseOf(subject: string, source: Transport, context: Context, onto: string | undefined) {
  const read = snapshot(source)
  if (onto !== undefined) {
    const { proposals } = await pendingProposals(read, context, { only: subject })
    const waiting = proposals.find(({ digest }) => digest === onto)
    if (waiting === undefined) throw movedOn(subject)
    return { document: parseCandidate(waiting.after, subject).document, pending: true }
  }
  const document = (await standing(read, context)).inForce(subject)
  return document === undefined ? undefined : { document, pending: false }
}

function signedIn(document: Version): Uint8Array {
  const { bytes, members } = parseJson(plainBytes(document), 'a document')
  const { start = 0, end = 0 } = members.get('signed') ?? {}
  return bytes.subarray(start, end)
}
