// What every command ends with that changes a whole document: the change as a reviewer sees it, what is for ever typed, and
// written, unless it is a dry run.
import type { Proposal } from '../core/proposal.ts'
import type { Desk, OpenSource } from '../node/desk.ts'
import { type DocumentEdit, previewEdit, writeEdit } from '../node/document-edit.ts'
import { type Answer, answer, type Io, type Option, type Parsed } from './command.ts'
import { typedSentence } from './sentence.ts'
import { contextOf, rootOption } from './session.ts'
import { proposalData, reviewLines } from './show.ts'
import { sourceAgain } from './source-again.ts'
import { withStanding } from './standing.ts'

export const editOptions: Readonly<Record<string, Option>> = {
  ...rootOption,
  'dry-run': { form: '--dry-run', text: 'show what would be proposed, and write nothing', type: 'boolean' },
  replace: {
    form: '--replace',
    text: 'give up the change that waits, also when somebody has signed it',
    type: 'boolean',
  },
}

export interface ProposeOptions {
  /** The words by which the source is named from now on, when not those of this call. */
  again?: string
  /** What a person types first, where nothing can take it back. */
  sentence?: string
  /** What waited is a part of it. */
  grows?: boolean
  /** Said behind the review. */
  more?: readonly string[]
  /** Besides, for --json. */
  data?: object
  /** What else is kept, once the change is written; not of a dry run. */
  written?: (proposal: Proposal) => Promise<readonly string[]>
}

export async function proposeEdit(
  desk: Desk,
  source: OpenSource,
  edit: DocumentEdit,
  parsed: Parsed,
  io: Io,
  { again = sourceAgain(parsed), sentence, grows = false, more = [], data: extra = {}, written }: ProposeOptions = {},
): Promise<Answer> {
  const wish = parsed.flag('replace') ? { ...edit, replace: true } : edit
  const preview = await previewEdit(source, wish, contextOf(source, io))
  const { proposal, replaces, pins } = preview
  const isDry = parsed.flag('dry-run')
  if (!isDry && sentence !== undefined) await typedSentence(sentence, 'this is for ever', proposal, parsed, io)
  if (!isDry) await writeEdit(desk.workspace, source, preview, io.signal)
  const kept = isDry || written === undefined ? [] : await written(proposal)
  const took = isDry ? 'would take' : 'took'
  const place = grows ? 'It holds what waited before' : `It ${took} the place of what waited`
  const asks = isDry && sentence !== undefined ? ['', `It is for ever, and asks to be typed: ${sentence}`] : []
  const lines = [
    ...reviewLines(proposal),
    ...more,
    ...(replaces === undefined ? [] : ['', `${place}: ${replaces.headline}`]),
    ...asks,
    ...(kept.length === 0 ? [] : ['', ...kept]),
    ...(isDry ? ['', 'Nothing was written.'] : []),
  ]
  const data = {
    ...(isDry ? { dryRun: true } : {}),
    ...proposalData(proposal),
    ...extra,
    ...(sentence === undefined ? {} : { sentence }),
  }
  const said = answer(data, ...lines)
  if (isDry) return said
  const standing = await withStanding(said, [proposal], again, source, io)
  if (pins === undefined) return standing
  const pinned = `pinned as ${source.pinned.name}; every one of these keys has to sign`
  return { ...standing, lines: [...standing.lines, '', pinned] }
}
