// Dates of expiry: one form in the specification, several in the field.
import { AppError } from '../../error.ts'

/** Specification 1.0.34, 4.2: the only form that every client reads. */
export function isSpecDate(expires: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(expires) && timeOf(expires) !== undefined
}

/** The moment of expiry; also for sigstore's early roots, which carry fractions of a second and offsets. */
export function expiryOf(expires: string, what: string): Date {
  const time = timeOf(expires)
  if (time !== undefined) return new Date(time)
  throw new AppError({
    code: 'format/malformed',
    message: `${what}: expires is not a date: ${JSON.stringify(expires.slice(0, 40))}`,
    hint: 'propose it again with a date that the calendar has, such as 2027-02-28T00:00:00Z',
  })
}

function timeOf(expires: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?(?:Z|([+-]\d{2}):(\d{2}))$/.exec(expires)
  const [, local, hours, minutes] = match ?? []
  if (local === undefined || local.startsWith('0000')) return undefined
  const time = Date.parse(`${local}Z`)
  // The engine's parser rolls 31 February over into March; other clients refuse it.
  if (Number.isNaN(time) || formatDate(new Date(time)) !== `${local}Z`) return undefined
  if (hours === undefined) return time
  if (Math.abs(Number(hours)) > 23 || Number(minutes) > 59) return undefined
  return time - (Number(hours) * 60 + Math.sign(Number(`${hours}1`)) * Number(minutes)) * 60_000
}

/** A document is good until, and not including, the moment it names. */
export function isExpired(expires: string, now: Date, what: string): boolean {
  return expiryOf(expires, what).getTime() <= now.getTime()
}

export function formatDate(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}
