// A record that a person made, as a change that waits.
import { hasSignatures, othersSigned } from '../../replacing.ts'
import type { Context, Edit } from '../../system.ts'
import { type Files, overlay, type Transport } from '../../transport.ts'
import { type Approvers, candidateBytes } from './candidate.ts'
import { parseSubject, pendingName } from './files.ts'
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
  const files = draftOf(subject, document, options.approvers?.get(subject))
  const { problems } = await pendingProposals(overlay(source, files), context, only)
  if (problems[0] !== undefined) throw problems[0].error
  return files
}

export function draftOf(subject: string, contents: Uint8Array, approvers: Approvers | undefined): Files {
  const candidate = { subject, contents, approvals: [], ...(approvers === undefined ? {} : { approvers }) }
  return new Map([[pendingName(subject), candidateBytes(candidate)]])
}
