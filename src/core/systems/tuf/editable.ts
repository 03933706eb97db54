// The signed part of a document as text, for a person who wants to write it themselves.
import { parseUtf8 } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import { type JsonDocument, parseJson } from '../../json.ts'
import { editedJson } from '../../json-edit.ts'
import type { Context } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { inForce } from './drafting.ts'
import type { Layout } from './layout.ts'
import type { Metadata } from './metadata.ts'
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
  const base = await readBase(subject, layout, source, context, onto)
  if (base === undefined) return { text: '{}' }
  const { document, signed: content, basedOn } = base
  const signed = signedIn(document)
  if (signed.length <= maxTextBytes) return { text: decoded(signed), basedOn }
  const rest = parseJson(editedJson(document, [{ path: ['signed', 'targets'], value: undefined }]))
  const count = content.type === 'targets' ? content.targetPaths().length : 0
  return { text: decoded(signedIn(rest)), withoutTargets: count, basedOn }
}

/** The whole of it, however large, as it is written: for a file, and the tools of whoever wants to change that. */
export async function signedPart(
  subject: string,
  layout: Layout,
  source: Transport,
  context: Context,
  onto?: string,
): Promise<Uint8Array> {
  const base = await readBase(subject, layout, source, context, onto)
  if (base !== undefined) return signedIn(base.document)
  throw new AppError({
    code: 'source/not-found',
    message: `${subject} has no version yet`,
    hint: 'propose its first version by a form, or as a text',
  })
}

/** What a person wrote, in a file: of a whole document with signatures only the signed part is meant. */
export function typedPart(bytes: Uint8Array, what: string): string {
  const members = membersOf(bytes, what)
  const signed = members?.has('signatures') ? members.get('signed') : undefined
  return parseUtf8(signed === undefined ? bytes : bytes.subarray(signed.start, signed.end), what)
}

/** undefined for what is not well-formed: that is refused, with its place, when the text is taken as a document. */
function membersOf(bytes: Uint8Array, what: string): JsonDocument['members'] | undefined {
  try {
    return parseJson(bytes, what).members
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('format/')) return undefined
    throw error
  }
}

interface Base extends Metadata {
  basedOn: { title: string; pending: boolean }
}

async function readBase(
  subject: string,
  layout: Layout,
  source: Transport,
  context: Context,
  onto: string | undefined,
): Promise<Base | undefined> {
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
  if (bytes === undefined) return undefined
  const metadata = now.parse(bytes, typeOf(subject), subject)
  const title = waiting?.title ?? titleOf(subject, metadata.signed.version)
  return { ...metadata, basedOn: { title, pending: waiting !== undefined } }
}

function signedIn({ bytes, members }: JsonDocument): Uint8Array {
  const member = members.get('signed')
  return bytes.subarray(member?.start ?? 0, member?.end ?? 0)
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
