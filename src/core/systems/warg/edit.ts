// What a person wants a record to say, as its bytes; and what they must type before it is made, where nothing can take it back.

import type { RecordDiff } from './diff.ts'
import type { LogState } from './log-state.ts'
import { type Entry, encodeRecord } from './record.ts'
import { compareTimes, timeOf } from './time.ts'

/** After the newest record, and of no earlier time. */
export function nextRecord({ kind, head }: LogState, entries: readonly Entry[], now: Date): Uint8Array<ArrayBuffer> {
  const time = timeOf(now)
  return encodeRecord(kind, {
    ...(head === undefined ? {} : { prev: head.id }),
    time: head !== undefined && compareTimes(time, head.time) < 0 ? head.time : time,
    entries,
  })
}

/** Of what is for ever: to claim a name, to yank, to leave nobody who may do a thing. */
export function sentenceFor(subject: string, entries: readonly Entry[], { findings }: RecordDiff): string | undefined {
  if (findings.some(({ code }) => code === 'lock-out')) return `lock everybody out of ${subject}`
  if (entries.some(({ kind }) => kind === 'init')) return `claim ${subject} for ever`
  const yanked = entries.flatMap((entry) => (entry.kind === 'yank' ? [entry.version] : []))
  return yanked.length === 0 ? undefined : `yank ${yanked.join(' and ')} of ${subject} for ever`
}
