// What every command ends with that changes an asfaload project: the change as a reviewer sees it, and written, unless it is a dry run.
import { AppError } from '../../core/error.ts'
import type { Desk, OpenSource } from '../../node/desk.ts'
import { type DocumentEdit, previewEdit, writeEdit } from '../../node/document-edit.ts'
import { type Answer, answer, type Io, type Option, type Parsed } from '../command.ts'
import { contextOf, openSource, rootOption } from '../session.ts'
import { proposalData, reviewLines } from '../show.ts'
import { sourceAgain } from '../source-again.ts'
import { withStanding } from '../standing.ts'

export const editOptions: Readonly<Record<string, Option>> = {
  ...rootOption,
  'dry-run': { form: '--dry-run', text: 'show what would be proposed, and write nothing', type: 'boolean' },
  replace: {
    form: '--replace',
    text: 'give up the change that waits, also when somebody has signed it',
    type: 'boolean',
  },
}

export async function openProjectSource(desk: Desk, parsed: Parsed, signal: AbortSignal): Promise<OpenSource> {
  const source = await openSource(desk, parsed, signal)
  if (source.system.id === 'asfaload') return source
  throw new AppError({
    code: 'usage/invalid',
    message: `${source.pinned.name} is no asfaload project, and this is done in those alone`,
    hint: 'roles and releases of a TUF repository: countersign roles, countersign release SOURCE ROLE add',
  })
}

/** `again`: the words by which the project is named from now on, when not those of this call. */
export async function proposeEdit(
  desk: Desk,
  source: OpenSource,
  edit: DocumentEdit,
  parsed: Parsed,
  io: Io,
  again = sourceAgain(parsed),
): Promise<Answer> {
  const wish = parsed.flag('replace') ? { ...edit, replace: true } : edit
  const preview = await previewEdit(source, wish, contextOf(source, io))
  const { proposal, replaces, pins } = preview
  const isDry = parsed.flag('dry-run')
  if (!isDry) await writeEdit(desk.workspace, source, preview, io.signal)
  const took = isDry ? 'would take' : 'took'
  const lines = [
    ...reviewLines(proposal),
    ...(replaces === undefined ? [] : ['', `It ${took} the place of what waited: ${replaces.headline}`]),
    ...(isDry ? ['', 'Nothing was written.'] : []),
  ]
  const data = { ...(isDry ? { dryRun: true } : {}), ...proposalData(proposal) }
  const said = answer(data, ...lines)
  if (isDry) return said
  const standing = await withStanding(said, [proposal], again, source, io)
  if (pins === undefined) return standing
  const pinned = `pinned as ${source.pinned.name}; every one of these keys has to sign`
  return { ...standing, lines: [...standing.lines, '', pinned] }
}
