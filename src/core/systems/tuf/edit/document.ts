// From edits to the next document: the received text with those places changed, its version, its date, and no signature.
import { AppError } from '../../../error.ts'
import type { JsonObject } from '../../../json.ts'
import { editedJson, type JsonEdit } from '../../../json-edit.ts'
import { specVersion } from '../create.ts'
import { validityDaysOf } from '../diff/period.ts'
import { encodeMetadata } from '../encode.ts'
import { formatDate } from '../expiry.ts'
import { type Metadata, parseMetadata } from '../metadata.ts'
import { typeOf } from '../names.ts'
import { expiryPeriodField } from '../online.ts'
import type { ParseMetadata } from '../parsed.ts'
import { type AgreementEdit, editAgreements } from './agreement.ts'
import { type BinsEdit, editBins } from './bins.ts'
import { type BlockEdit, editBlocking } from './blocking.ts'
import { type DelegationEdit, editDelegations } from './delegations.ts'
import type { TufEdit } from './edit.ts'
import { checkDate, checkFieldPath, dateOf, editPeriod, editRoot } from './fields.ts'
import { editKeys } from './keys.ts'
import { refuseEdit } from './refuse.ts'
import type { EditableType } from './scope.ts'
import { Artifacts, editArtifacts } from './targets.ts'
import { typedDocument } from './typed.ts'
import { withValue } from './value.ts'

export interface EditFacts {
  now: Date
  /** Days that a version lasts whose document does not say so. */
  defaultDays: number
  /** The document is a candidate that waits and is edited further: its version stays, and its date unless a period changes. */
  keepVersion: boolean
  /** Of a role that has no document in force: 1, unless it had others before it was taken away. */
  firstVersion?: number
  /** Where the documents before and after are asked for again. */
  parse?: ParseMetadata
}

/** `before`: the version in force, or the candidate that waits; undefined for the first version of a role. */
export function editedDocument(
  before: Uint8Array | undefined,
  subject: string,
  edits: readonly TufEdit[],
  facts: EditFacts,
): Uint8Array {
  const type = editableType(subject)
  if (before === undefined && type === 'root')
    refuseEdit('a root does not begin with an edit', 'create a repository, or import its first root')
  const start = before ?? firstDocument(facts)
  const parse = facts.parse ?? parseMetadata
  const base = parse(start, type, subject)
  const isKept = before === undefined || facts.keepVersion
  const version = isKept ? base.signed.version : base.signed.version + 1
  const typed = typedDocument(before === undefined ? undefined : base, edits, {
    version,
    expires: (raw) => newDate(raw, facts),
    isWaiting: facts.keepVersion,
  })
  const result = typed ?? editedText(base, type, subject, edits, version, facts)
  return checked(result, type, subject, parse)
}

function editableType(subject: string): EditableType {
  const type = typeOf(subject)
  if (type === 'root' || type === 'targets') return type
  return refuseEdit(
    `${subject} is made by the online service, from what people sign`,
    'change root, targets or a delegated role',
  )
}

function firstDocument({ now, defaultDays, firstVersion = 1 }: EditFacts): Uint8Array {
  const fields = { _type: 'targets', spec_version: specVersion, version: firstVersion, targets: {} }
  return encodeMetadata({ ...fields, expires: dateAfter(now, defaultDays), [expiryPeriodField]: defaultDays })
}

function dateAfter(now: Date, days: number): string {
  return formatDate(new Date(now.getTime() + days * 86_400_000))
}

function newDate(raw: JsonObject, { now, defaultDays }: EditFacts): string {
  return dateAfter(now, validityDaysOf(raw) ?? defaultDays)
}

interface Draft {
  raw: JsonObject
  artifacts: Artifacts
  /** As a person chose it. */
  expires?: string
}

function editedText(
  base: Metadata,
  type: EditableType,
  subject: string,
  edits: readonly TufEdit[],
  version: number,
  facts: EditFacts,
): Uint8Array {
  const { raw } = base.signed
  const draft: Draft = { raw, artifacts: new Artifacts(raw.targets) }
  for (const edit of edits) apply(draft, type, subject, edit)
  const stays =
    facts.keepVersion && edits.length > 0 && !edits.some((edit) => edit.kind === 'period' && edit.role === undefined)
  const expires = draft.expires ?? (stays ? base.signed.expires : newDate(draft.raw, facts))
  const changed = { ...draft.raw, version, expires }
  return editedJson(base.document, [
    { path: ['signatures'], value: [] },
    ...memberEdits(raw, changed),
    ...artifactEdits(draft),
  ])
}

function memberEdits(before: JsonObject, after: JsonObject): JsonEdit[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) => {
    const value = Object.hasOwn(after, name) ? after[name] : undefined
    return value === (Object.hasOwn(before, name) ? before[name] : undefined) ? [] : [{ path: ['signed', name], value }]
  })
}

function artifactEdits({ artifacts }: Draft): JsonEdit[] {
  return artifacts.edits().map(({ path, value }) => ({ path: ['signed', 'targets', ...path], value }))
}

/** A typed document is none of these: it was taken before. */
function apply(draft: Draft, type: EditableType, subject: string, edit: TufEdit): void {
  if (edit.kind === 'expires') draft.expires = checkDate(edit.date)
  else if (edit.kind === 'field') setField(draft, type, edit)
  else if (edit.kind === 'target-set' || edit.kind === 'target-remove') {
    checkType(type, 'targets', edit, subject)
    editArtifacts(draft.artifacts, edit)
  } else if (edit.kind !== 'document') draft.raw = editedRaw(draft.raw, type, subject, edit)
}

type RawEdit = Exclude<TufEdit, { kind: 'expires' | 'field' | 'document' | 'target-set' | 'target-remove' }>

function editedRaw(raw: JsonObject, type: EditableType, subject: string, edit: RawEdit): JsonObject {
  switch (edit.kind) {
    case 'period':
      return editPeriod(type, raw, edit, subject)
    case 'threshold':
    case 'key-add':
    case 'key-remove':
    case 'key-replace':
      return editKeys(type, raw, edit)
    case 'consistent-snapshot':
      checkType(type, 'root', edit, subject)
      return editRoot(raw, edit)
    default:
      checkType(type, 'targets', edit, subject)
      return delegating(raw, edit, subject)
  }
}

function delegating(
  raw: JsonObject,
  edit: DelegationEdit | BlockEdit | BinsEdit | AgreementEdit,
  subject: string,
): JsonObject {
  switch (edit.kind) {
    case 'delegation-add':
    case 'delegation-change':
    case 'delegation-remove':
      return editDelegations(raw, edit, subject)
    case 'block':
    case 'unblock':
      return editBlocking(raw, edit, subject)
    case 'bins':
      return editBins(raw, edit, subject)
    case 'agreement-add':
    case 'agreement-remove':
      return editAgreements(raw, edit, subject)
  }
}

function setField(draft: Draft, type: EditableType, { path, value }: Extract<TufEdit, { kind: 'field' }>): void {
  checkFieldPath(path)
  const date = dateOf(path, value)
  if (date !== undefined) draft.expires = date
  else if (type === 'targets' && path[0] === 'targets') draft.artifacts.setAt(path.slice(1), value)
  else draft.raw = withValue(draft.raw, path, value)
}

function checkType(type: EditableType, needed: EditableType, edit: TufEdit, subject: string): void {
  if (type === needed) return
  refuseEdit(`${edit.kind} is no change of ${subject}`, 'make this change to the document that it belongs to')
}

/** Read as every reviewer will read it: what the parser refuses is no change that can be made. */
function checked(bytes: Uint8Array, type: EditableType, subject: string, parse: ParseMetadata): Uint8Array {
  try {
    parse(bytes, type, subject)
    return bytes
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('format/'))
      throw new AppError({
        code: 'usage/invalid',
        message: error.message,
        hint: 'change the edit so that every client can read the document',
        cause: error,
      })
    throw error
  }
}
