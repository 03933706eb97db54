// A change of a whole document that a person makes: shown as reviewers will see it, then written, byte for byte.
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Context, Edit } from '../core/system.ts'
import { type Files, overlay, snapshot } from '../core/transport.ts'
import type { OpenSource } from './open-source.ts'
import type { PinnedSource, Workspace } from './workspace.ts'

export interface DocumentEdit extends Edit {
  /** Nobody is trusted before it: whoever makes it vouches for it, so it is judged by itself, and pinned as soon as it is written. */
  isAnchor?: boolean
}

export interface DocumentPreview {
  proposal: Proposal
  /** The change that waits under the same subject, which this one takes the place of. */
  replaces?: Proposal
  files: Files
  /** What was there when it was made. */
  base: Files
  /** What is trusted from then on. */
  pins?: Uint8Array
}

type Source = Pick<OpenSource, 'system' | 'transport' | 'pinned' | 'carried'>

export async function previewEdit(source: Source, edit: DocumentEdit, context: Context): Promise<DocumentPreview> {
  const { system, transport, pinned, carried } = source
  if (carried === true) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${pinned.name} was carried here, and changes are made where it came from`,
      hint: 'make the change there; here it is reviewed and signed',
    })
  }
  const judged = edit.isAnchor === true ? { ...context, anchor: new Uint8Array(), memory: new Map() } : context
  const read = snapshot(transport)
  const find = async (from: typeof transport): Promise<Proposal | undefined> =>
    (await system.pending(from, judged)).proposals.find(({ subject }) => subject === edit.subject)
  const replaces = await find(read)
  const files = await system.draft(edit, read, judged)
  const proposal = await find(overlay(read, files))
  if (proposal === undefined)
    throw new AppError({ code: 'internal/bug', message: 'what was drafted does not wait for anybody' })
  return {
    ...{ proposal, files, base: read.seen(files.keys()) },
    ...(replaces === undefined ? {} : { replaces }),
    ...(edit.isAnchor === true ? { pins: edit.document } : {}),
  }
}

/** Answers what is pinned from then on. */
export async function writeEdit(
  workspace: Workspace,
  { transport, pinned }: Pick<OpenSource, 'transport' | 'pinned'>,
  { proposal, files, base, pins }: DocumentPreview,
  signal: AbortSignal,
): Promise<PinnedSource> {
  await transport.write(files, base, `propose ${proposal.title}`, signal)
  return pins === undefined ? pinned : pinMade(workspace, pinned, pins)
}

/** These very bytes are what this person has made. */
export async function pinMade(
  workspace: Workspace,
  { name, location, system }: PinnedSource,
  anchor: Uint8Array,
): Promise<PinnedSource> {
  const before = (await workspace.sources()).find((one) => one.location === location)
  if (before !== undefined) return workspace.repin(before.id, name, anchor)
  return workspace.add({ name, location, ...(system === undefined ? {} : { system }) }, anchor)
}
