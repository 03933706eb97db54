// What a person wants a record to say, as its bytes; and what they must type before it is made, where nothing can take it back.

import { compareTimes, timeOf } from '../encoding/time.ts'
import { operatorSubject } from '../files.ts'
import type { RecordDiff } from '../log/diff.ts'
import type { LogState } from '../log/log-state.ts'
import { type Entry, encodeRecord, type Permission } from '../log/record.ts'

/** After the newest record, and of no earlier time. */
export function nextRecord({ kind, head }: LogState, entries: readonly Entry[], now: Date): Uint8Array<ArrayBuffer> {
  const time = timeOf(now)
  return encodeRecord(kind, {
    ...(head === undefined ? {} : { prev: head.id }),
    time: head !== undefined && compareTimes(time, head.time) < 0 ? head.time : time,
    entries,
  })
}

const losses: Readonly<Record<Permission, string>> = {
  release: 'release',
  yank: 'yank',
  commit: 'sign for',
  'define-namespace': 'set up namespaces of',
  'import-namespace': 'leave namespaces of',
  'update-auth': 'give permissions in',
}

/** Of what is for ever: to claim a name, to yank, to leave nobody who may do a thing. It names what is lost. */
export function sentenceFor(
  subject: string,
  entries: readonly Entry[],
  { lost, after }: Pick<RecordDiff, 'lost' | 'after'>,
): string | undefined {
  if (lost.length > 0 && after.permissions.standing.length === 0) return `${lockOut} ${subject}`
  if (lost.length > 0) {
    const about = subject === operatorSubject ? 'the registry' : subject
    return `let nobody ${lost.map((one) => losses[one]).join(' or ')} ${about} any more`
  }
  if (entries.some(({ kind }) => kind === 'init')) return `claim ${subject} for ever`
  const yanked = entries.flatMap((entry) => (entry.kind === 'yank' ? [entry.version] : []))
  return yanked.length === 0 ? undefined : `yank ${yanked.join(' and ')} of ${subject} for ever`
}

const lockOut = 'lock everybody out of'

/** After it nobody may do anything: other sentences are of what is for ever, and leave somebody who can go on. */
export function locksOut(sentence: string): boolean {
  return sentence.startsWith(lockOut)
}
