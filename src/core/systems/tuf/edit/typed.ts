// The whole signed part as a person typed it: it stays as typed, and takes the place of the one before.
import { concatBytes, utf8 } from '../../../bytes.ts'
import { AppError } from '../../../error.ts'
import { isObject, type JsonDocument, type JsonObject, parseJson } from '../../../json.ts'
import { editedJson, type JsonEdit } from '../../../json-edit.ts'
import { entriesAt } from '../../../json-entries.ts'
import { valueAt } from '../../../json-value.ts'
import type { Metadata } from '../metadata.ts'
import type { TufEdit } from './edit.ts'
import { checkDate } from './fields.ts'
import { refuseEdit } from './refuse.ts'

export interface TypedFacts {
  /** The version that it must be, and the date that it gets when the text has the one before. */
  version: number
  expires: (raw: JsonObject) => string
  isWaiting: boolean
}

type Typed = Extract<TufEdit, { kind: 'document' }>

/** undefined when no edit brings a text. */
export function typedDocument(
  before: Metadata | undefined,
  edits: readonly TufEdit[],
  facts: TypedFacts,
): Uint8Array | undefined {
  const edit = edits.find((one): one is Typed => one.kind === 'document')
  if (edit === undefined) return undefined
  if (edits.some((one) => one !== edit && one.kind !== 'expires'))
    refuseEdit('a document as typed is the whole change', 'write the other changes into its text')
  const document = parsed(edit.text)
  const raw = document.value()
  if (!isObject(raw)) refuseEdit('the text is no object', 'begin it with { and end it with }')
  const date = edits.findLast((one) => one.kind === 'expires')?.date
  const changes = [
    ...versionEdit(before, raw, facts),
    ...dateEdit(before, raw, date, facts),
    ...(edit.keepTargets ? [keptTargets(before, document)] : []),
  ]
  const signed = changes.length === 0 ? document.bytes : editedJson(document, changes)
  if (before === undefined) return concatBytes(utf8('{\n "signatures": [],\n "signed": '), signed, utf8('\n}'))
  return editedJson(before.document, [
    { path: ['signatures'], value: [] },
    { path: ['signed'], text: signed },
  ])
}

function parsed(text: string): JsonDocument {
  try {
    return parseJson(utf8(text.trim()), 'the text')
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw new AppError({
      code: 'usage/invalid',
      message: error.message,
      hint: 'mend the text at that place',
      ...(error.data === undefined ? {} : { data: error.data }),
      cause: error,
    })
  }
}

/** A text of the version before becomes the next one; another number was meant as it stands, and cannot be. */
function versionEdit(before: Metadata | undefined, raw: JsonObject, { version }: TypedFacts): JsonEdit[] {
  if (raw.version === version || typeof raw.version !== 'number') return []
  if (raw.version === before?.signed.version) return [{ path: ['version'], value: version }]
  return refuseEdit(
    `the text is version ${raw.version}, the next version is ${version}`,
    `write ${version}, versions must not jump`,
    { is: raw.version, expected: version },
  )
}

function dateEdit(
  before: Metadata | undefined,
  raw: JsonObject,
  date: string | undefined,
  { expires, isWaiting }: TypedFacts,
): JsonEdit[] {
  if (date !== undefined) return [{ path: ['expires'], value: checkDate(date) }]
  const isUntouched = before !== undefined && raw.expires === before.signed.expires && !isWaiting
  return isUntouched ? [{ path: ['expires'], value: expires(raw) }] : []
}

/** The bytes of the list of artifacts that the text leaves out. */
function keptTargets(before: Metadata | undefined, document: JsonDocument): JsonEdit {
  if (document.members.has('targets'))
    refuseEdit('the text has targets, and those of the document were to stay', 'take them out of the text')
  const signed = before?.document.members.get('signed')
  if (before === undefined || signed === undefined)
    return refuseEdit('there are no targets yet that could stay', 'write them into the text')
  const entries = entriesAt(before.bytes, signed.start)
  for (let i = 0; i < entries.count; i++) {
    if (valueAt(before.bytes, entries.key(i)) === 'targets')
      return { path: ['targets'], text: before.bytes.subarray(entries.start(i), entries.end(i)) }
  }
  return refuseEdit('this document has no targets that could stay', 'send the whole text')
}
