// A change of an asfaload project that a person makes: shown as reviewers will see it, then written, byte for byte.
import { AppError } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { Context, Edit } from '../../core/system.ts'
import { type Files, overlay, snapshot } from '../../core/transport.ts'
import type { OpenSource } from '../open-source.ts'

export interface EditPreview {
  proposal: Proposal
  /** The change that waits under the same subject, which this one takes the place of. */
  replaces?: Proposal
  files: Files
  /** What was there when it was made. */
  base: Files
}

type Source = Pick<OpenSource, 'system' | 'transport' | 'pinned' | 'carried'>

export async function previewEdit(source: Source, edit: Edit, context: Context): Promise<EditPreview> {
  const { system, transport, pinned, carried } = source
  if (carried === true) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${pinned.name} was carried here, and changes are made where it came from`,
      hint: 'make the change there; here it is reviewed and signed',
    })
  }
  const read = snapshot(transport)
  const find = async (from: typeof transport): Promise<Proposal | undefined> =>
    (await system.pending(from, context)).proposals.find(({ subject }) => subject === edit.subject)
  const replaces = await find(read)
  const files = await system.draft(edit, read, context)
  const proposal = await find(overlay(read, files))
  if (proposal === undefined)
    throw new AppError({ code: 'internal/bug', message: 'what was drafted does not wait for anybody' })
  const base = read.seen(files.keys())
  return { proposal, files, base, ...(replaces === undefined ? {} : { replaces }) }
}

export async function writeEdit(
  { transport }: Pick<OpenSource, 'transport'>,
  { proposal, files, base }: EditPreview,
  signal: AbortSignal,
): Promise<void> {
  await transport.write(files, base, `propose ${proposal.title}`, signal)
}
