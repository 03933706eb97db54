// A whole document that a person made, as a draft: of trust systems whose changes are documents, not lists of artifacts.
import { AppError } from '../core/error.ts'
import type { Context, Edit } from '../core/system.ts'
import type { Drafted } from '../core/systems/tuf/drafting.ts'
import type { Effects } from '../core/systems/tuf/effect.ts'
import { overlay, type Transport } from '../core/transport.ts'
import type { OpenSource } from './open-source.ts'

/** All that it does is in the change itself. */
export const noEffects: Effects = { asked: 0, tried: 0, changed: 0, shown: [] }

/** The candidate is laid over what is there and read like any other: the draft is the review. */
export async function draftDocument(
  { subject, document }: Pick<Edit, 'subject' | 'document'>,
  source: OpenSource,
  read: Transport,
  context: Context,
): Promise<Drafted> {
  checkMade(source)
  const { system } = source
  // Whether what waits may be given up is asked before it is written.
  const files = await system.draft({ subject, document, replace: true }, read, context)
  const { proposals, problems } = await system.pending(overlay(read, files), context)
  const problem = problems.find((one) => one.subject === subject)
  if (problem !== undefined) throw problem.error
  const proposal = proposals.find((one) => one.subject === subject)
  if (proposal === undefined)
    throw new AppError({ code: 'internal/bug', message: `the draft of ${subject} became no candidate` })
  const waiting = (await system.pending(read, context)).proposals.filter((one) => one.subject === subject)
  return { files, proposal, along: [], effects: noEffects, consistent: true, waiting }
}

function checkMade({ pinned, carried, elsewhere }: OpenSource): void {
  if (carried !== true && elsewhere === undefined) return
  throw new AppError({
    code: 'usage/invalid',
    message: `${pinned.name} is reviewed and signed here, and its changes are made elsewhere`,
    hint: 'make the change in a folder that holds the project itself',
  })
}
