// A moment to the nanosecond, as records have it: order decides what may follow.
import { fault } from '../fault.ts'

export interface Time {
  /** Since 1970, below zero before. */
  seconds: number
  /** 0 to 999 999 999, always forward. */
  nanos: number
}

/** The years 1 to 9999, as the format allows. */
const range = { from: -62_135_596_800, to: 253_402_300_799 }

export function checkTime(time: Time, what: string): Time {
  const isInside = time.seconds >= range.from && time.seconds <= range.to
  if (isInside && time.nanos >= 0 && time.nanos < 1e9) return time
  throw fault('bad-time', 'format/malformed', `${what} has ${time.seconds} s and ${time.nanos} ns, which is no time`)
}

export function timeOf(date: Date): Time {
  const milliseconds = date.getTime()
  const seconds = Math.floor(milliseconds / 1000)
  return { seconds, nanos: (milliseconds - seconds * 1000) * 1_000_000 }
}

/** A clock that is wrong by a little is no lie. */
const aheadSeconds = 600

export function isToCome({ seconds }: Time, now: Date): boolean {
  return seconds > Math.floor(now.getTime() / 1000) + aheadSeconds
}

/** Negative when `a` is earlier. */
export function compareTimes(a: Time, b: Time): number {
  return a.seconds - b.seconds || a.nanos - b.nanos
}

/** "2022-12-16T20:05:20.153436500Z"; of what is only milliseconds, those. */
export function timeText({ seconds, nanos }: Time): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19)
  return nanos === 0
    ? `${whole}Z`
    : `${whole}.${String(nanos)
        .padStart(9, '0')
        .replace(/000000$/, '')}Z`
}
