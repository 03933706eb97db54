// A record that a person made, as a change that waits.
import { hasSignatures, othersSigned } from '../../../replacing.ts'
import type { Context, Edit } from '../../../system.ts'
import { type Files, overlay, type Transport } from '../../../transport.ts'
import { parseOperatorAnchor } from '../anchor.ts'
import { parseSubject, pendingName } from '../files.ts'
import { type Candidate, candidateBytes } from './candidate.ts'
import { type PendingOptions, pendingProposals } from './pending.ts'

/** What comes of it is read like anything that waits: what could never be signed is not written. `document`: the bytes of the record. */
export async function draftedFiles(
  { subject, document, replace }: Edit,
  source: Transport,
  context: Context,
  options: PendingOptions,
): Promise<Files> {
  parseSubject(subject)
  const only = { ...options, only: subject }
  const [waiting] = (await pendingProposals(source, context, only)).proposals
  if (waiting !== undefined && replace !== true && hasSignatures(waiting)) throw othersSigned(waiting)
  const { id } = await parseOperatorAnchor(context.anchor, 'the pinned record')
  const [approvers] = (await options.agreed?.(id, context.signal))?.get(subject) ?? []
  const files = draftOf({
    registry: id,
    subject,
    contents: document,
    approvals: [],
    ...(approvers === undefined ? {} : { approvers }),
  })
  const { problems } = await pendingProposals(overlay(source, files), context, only)
  if (problems[0] !== undefined) throw problems[0].error
  return files
}

function draftOf(candidate: Candidate): Files {
  return new Map([[pendingName(candidate.subject), candidateBytes(candidate)]])
}
