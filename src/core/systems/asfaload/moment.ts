// A time as these files write it (RFC 3339, up to nanoseconds): two are compared exactly, because order decides what is newer.
import { malformed } from './document.ts'

export interface Moment {
  /** As written. */
  text: string
  at: Date
  nanoseconds: bigint
}

const pattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/

export function parseMoment(text: string, what: string): Moment {
  const [, whole, fraction = '', zone] = pattern.exec(text) ?? []
  const at = new Date(`${whole}${zone}`)
  if (whole === undefined || Number.isNaN(at.getTime())) {
    throw malformed(what, `“${text.slice(0, 40)}” is no time`, 'write it as 2026-11-30T12:00:00Z')
  }
  const nanoseconds = BigInt(at.getTime()) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
  return { text, at: new Date(Number(nanoseconds / 1_000_000n)), nanoseconds }
}

const skewMs = 86_400_000

/** Further ahead than a clock may be wrong. */
export function isToCome({ at }: Moment, now: Date): boolean {
  return at.getTime() > now.getTime() + skewMs
}
