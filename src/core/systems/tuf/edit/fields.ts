// Single members: rules about dates, consistent snapshots, and whatever else a document holds.
import type { JsonObject, JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { visible } from '../../../visible.ts'
import { renewalFields, validityFields } from '../diff/period.ts'
import { isSpecDate } from '../expiry.ts'
import type { CommonEdit, RootEdit } from './edit.ts'
import { refuseEdit } from './refuse.ts'
import type { EditableType } from './scope.ts'
import { type Place, valueIn, withValue } from './value.ts'

export function checkDate(date: string): string {
  if (isSpecDate(date)) return date
  return refuseEdit(
    `${JSON.stringify(visible(date.slice(0, 40)))} is not a date of expiry`,
    'give a date that the calendar has, such as 2027-02-28T00:00:00Z',
  )
}

type PeriodEdit = Extract<CommonEdit, { kind: 'period' }>

export function editPeriod(type: EditableType, raw: JsonObject, edit: PeriodEdit, subject: string): JsonObject {
  const { role, expiryDays, signingDays } = edit
  const at = role === undefined || role === subject ? [] : onlineRoleAt(type, raw, role)
  if (expiryDays === undefined && signingDays === undefined)
    refuseEdit('no number of days was given', 'say how long a version lasts, or when it is to be signed anew')
  const withExpiry = withDays(raw, at, validityFields, expiryDays)
  const changed = withDays(withExpiry, at, renewalFields, signingDays)
  const [lasts, early] = [validityFields, renewalFields].map((fields) => daysAt(changed, at, fields))
  if (lasts !== undefined && early !== undefined && early >= lasts)
    refuseEdit(
      `a version that lasts ${lasts} days cannot be due for ${early} days before its end`,
      'let it last longer, or sign it anew later',
    )
  return changed
}

/** The rules of snapshot and timestamp stand in root, where people sign them. */
function onlineRoleAt(type: EditableType, raw: JsonObject, role: string): Place {
  const isOnline = role === 'snapshot' || role === 'timestamp'
  if (type === 'root' && isOnline && isObject(valueIn(raw, ['roles', role]))) return ['roles', role]
  return refuseEdit(
    `the rules of ${visible(role)} do not stand in this document`,
    'change them in root for snapshot and timestamp, and in its own document for every other role',
  )
}

function daysAt(raw: JsonObject, at: Place, fields: readonly string[]): number | undefined {
  const days = fields.map((field) => valueIn(raw, [...at, field])).find((value) => typeof value === 'number')
  return typeof days === 'number' ? days : undefined
}

/** Under the name that the document uses already, of the several in use. */
function withDays(raw: JsonObject, at: Place, fields: readonly string[], days: number | undefined): JsonObject {
  if (days === undefined) return raw
  if (!Number.isSafeInteger(days) || days < 1)
    refuseEdit(`${days} is not a number of days`, 'give a whole number of days, from 1')
  const field = fields.find((name) => typeof valueIn(raw, [...at, name]) === 'number') ?? fields[0] ?? ''
  return withValue(raw, [...at, field], days)
}

export function editRoot(raw: JsonObject, edit: RootEdit): JsonObject {
  return withValue(raw, ['consistent_snapshot'], edit.on)
}

/** What follows from the place of a document among others is no one's to write. */
const kept = ['_type', 'version', 'signatures']

export function checkFieldPath(path: Place): void {
  const [first] = path
  if (first === undefined) refuseEdit('no member was named', 'name a member of the signed part')
  else if (kept.includes(first)) refuseEdit(`${first} follows from the change itself`, 'change another member')
}

/** undefined when the edit is about something else. */
export function dateOf(path: Place, value: JsonValue | undefined): string | undefined {
  if (path[0] !== 'expires') return undefined
  return typeof value === 'string' && path.length === 1 ? checkDate(value) : checkDate('')
}
