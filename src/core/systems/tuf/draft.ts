// A person's edit as a candidate: the complete next document, checked as a reviewer's machine will check it.
import { AppError } from '../../error.ts'
import type { Context, Edit } from '../../system.ts'
import { type Files, overlay, type Transport } from '../../transport.ts'
import type { Layout } from './layouts/plain.ts'
import { pendingProposals } from './pending.ts'

/** The document is kept as it is, with whatever signatures it brings; it must be the next version of its role. */
export async function draftCandidate(edit: Edit, layout: Layout, source: Transport, context: Context): Promise<Files> {
  const files: Files = new Map([[layout.candidateName(edit.subject), edit.document]])
  const { proposals, problems } = await pendingProposals(layout, overlay(source, files), context)
  const problem = problems.find((one) => one.subject === edit.subject)
  if (problem !== undefined) throw problem.error
  const proposal = proposals.find((one) => one.subject === edit.subject)
  if (proposal?.blocked !== undefined) throw new AppError(proposal.blocked)
  if (proposal?.changes.length === 0) {
    throw new AppError({ code: 'usage/invalid', message: `this document changes nothing in ${edit.subject}` })
  }
  return files
}
