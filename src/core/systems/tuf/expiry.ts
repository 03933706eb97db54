// Dates of expiry: one form in the specification, several in the field.
import { AppError } from '../../error.ts'

/** Specification 1.0.34, 4.2: the only form that every client reads. */
export function isSpecDate(expires: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(expires) && !Number.isNaN(Date.parse(expires))
}

/** The moment of expiry; also for sigstore's early roots, which carry fractions of a second and offsets. */
export function expiryOf(expires: string, what: string): Date {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/.exec(expires)
  const time = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`)
  if (Number.isNaN(time)) {
    throw new AppError({
      code: 'format/malformed',
      message: `${what}: expires is not a date: ${JSON.stringify(expires.slice(0, 40))}`,
    })
  }
  return new Date(time)
}

/** A document is good until, and not including, the moment it names. */
export function isExpired(expires: string, now: Date, what: string): boolean {
  return expiryOf(expires, what).getTime() <= now.getTime()
}

export function formatDate(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

export function daysUntil(expires: string, now: Date, what: string): number {
  return Math.floor((expiryOf(expires, what).getTime() - now.getTime()) / 86_400_000)
}
