// The rules that a document states for itself: for how many days a version may stay valid, and how long before that it is renewed.
import type { JsonObject } from '../../../json.ts'

export const validityFields = [
  'x-tuf-on-ci-expiry-period',
  'x-playground-expiry-period',
  'x-rstuf-expire-policy',
] as const
export const renewalFields = ['x-tuf-on-ci-signing-period', 'x-playground-signing-period'] as const

export function validityDaysOf(raw: JsonObject): number | undefined {
  return daysIn(raw, validityFields)
}

export function renewalDaysOf(raw: JsonObject): number | undefined {
  return daysIn(raw, renewalFields)
}

function daysIn(raw: JsonObject, fields: readonly string[]): number | undefined {
  const value = fields.map((field) => raw[field]).find((days) => typeof days === 'number' && days > 0)
  return typeof value === 'number' ? value : undefined
}
