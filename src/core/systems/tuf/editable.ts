// The signed part of a document as text, for a person who wants to write it themselves.
import { AppError } from '../../error.ts'
import { type JsonDocument, parseJson } from '../../json.ts'
import { editedJson } from '../../json-edit.ts'
import type { Context } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { inForce } from './drafting.ts'
import type { Layout } from './layouts/plain.ts'
import { titleOf, typeOf } from './names.ts'
import { pendingProposals } from './pending.ts'
import { parseSubject } from './subject.ts'
import { trusted } from './trusted.ts'

export interface Editable {
  text: string
  /** Its targets are too many for a text, and are left out of it: how many. */
  withoutTargets?: number
  /** Absent for a first version. */
  basedOn?: { title: string; pending: boolean }
}

/** More is no text any more that a person edits. */
const maxTextBytes = 4 * 1024 * 1024

/** Of the version in force; of the candidate that waits when `onto` is its digest. */
export async function editableText(
  subject: string,
  layout: Layout,
  source: Transport,
  context: Context,
  onto?: string,
): Promise<Editable> {
  if (parseSubject(subject).kind !== 'role') {
    throw new AppError({
      code: 'usage/invalid',
      message: `${subject} is not a role, and has no text of its own to edit`,
      hint: 'change it by its form, or by its command',
    })
  }
  const now = trusted(layout, source, context)
  // What waits is read only when it is what the text is to start from.
  const proposals = onto === undefined ? [] : (await pendingProposals(layout, source, context, now)).proposals
  const waiting = proposals.find((one) => one.subject === subject && one.digest === onto)
  const bytes = waiting?.after ?? (await inForce(subject, now))
  if (bytes === undefined) return { text: '{}' }
  const { document, signed: content } = now.parse(bytes, typeOf(subject), subject)
  const signed = signedIn(document)
  const title = waiting?.title ?? titleOf(subject, content.version)
  const basedOn = { title, pending: waiting !== undefined }
  if (signed.length <= maxTextBytes) return { text: decoded(signed), basedOn }
  const rest = parseJson(editedJson(document, [{ path: ['signed', 'targets'], value: undefined }]))
  const count = content.type === 'targets' ? content.targetPaths().length : 0
  return { text: decoded(signedIn(rest)), withoutTargets: count, basedOn }
}

function signedIn({ bytes, members }: JsonDocument): Uint8Array {
  const member = members.get('signed')
  return bytes.subarray(member?.start ?? 0, member?.end ?? 0)
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
