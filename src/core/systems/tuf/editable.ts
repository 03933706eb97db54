// The signed part of a document as text, for a person who wants to write it themselves.
import { AppError } from '../../error.ts'
import { parseJson } from '../../json.ts'
import { editedJson } from '../../json-edit.ts'
import type { Context } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { inForce } from './drafting.ts'
import { parseEnvelope } from './envelope.ts'
import type { Layout } from './layouts/plain.ts'
import { parseMetadata } from './metadata.ts'
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
  const { proposals } = await pendingProposals(layout, source, context)
  const waiting = proposals.find((one) => one.subject === subject && one.digest === onto)
  const bytes = waiting?.after ?? (await inForce(subject, trusted(layout, source, context)))
  if (bytes === undefined) return { text: '{}' }
  const { document, raw } = parseEnvelope(bytes, subject)
  const member = document.members.get('signed')
  const signed = bytes.subarray(member?.start ?? 0, member?.end ?? 0)
  const title = waiting?.title ?? titleOf(subject, Number(raw.version))
  const basedOn = { title, pending: waiting !== undefined }
  if (signed.length <= maxTextBytes) return { text: decoded(signed), basedOn }
  const rest = editedJson(parseJson(signed), [{ path: ['targets'], value: undefined }])
  const isTargets = typeOf(subject) === 'targets'
  const count = isTargets ? parseMetadata(bytes, 'targets', title).signed.targetPaths().length : 0
  return { text: decoded(rest), withoutTargets: count, basedOn }
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
