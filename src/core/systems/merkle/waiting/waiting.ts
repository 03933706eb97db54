// The candidates that wait in a source, each read once, and those that cannot be read.
import { AppError, toAppError } from '../../../error.ts'
import type { Context } from '../../../system.ts'
import type { Transport } from '../../../transport.ts'
import { type Candidate, isRoot, parseCandidate } from '../candidates.ts'
import type { Document, Root } from '../document.ts'
import { maxBytes, pendingName, pendingPrefix, subjectOfPending } from '../files.ts'

export interface Waiting {
  candidates: readonly Candidate[]
  /** Those that cannot be read. */
  problems: readonly { subject: string; error: AppError }[]
}

export async function readWaiting(source: Transport, { signal }: Pick<Context, 'signal'>): Promise<Waiting> {
  const candidates: Candidate[] = []
  const problems: { subject: string; error: AppError }[] = []
  for (const name of await source.list(pendingPrefix, signal)) {
    const subject = subjectOfPending(name)
    if (subject === undefined) continue
    try {
      const bytes = await source.read(name, maxBytes.candidate, signal)
      if (bytes !== undefined) candidates.push(readCandidate(bytes, subject))
    } catch (thrown) {
      problems.push({ subject, error: problemOf(thrown) })
    }
  }
  return { candidates, problems }
}

/** Thrown on where it says nothing about the file. */
export function problemOf(thrown: unknown): AppError {
  const error = toAppError(thrown)
  if (error.code === 'user/cancelled' || error.code === 'internal/bug') throw error
  return error
}

export function readCandidate(bytes: Uint8Array, subject: string): Candidate {
  if (subject !== 'snapshot' && subject !== 'timestamp')
    return { subject, bytes, document: parseCandidate(bytes, subject) }
  throw new AppError({
    code: 'format/unsupported',
    message: `${subject} is made when something is published, and nobody reviews it before`,
    hint: 'withdraw it; publish what waits for signatures',
  })
}

/** The first root that waits, where none is pinned yet. */
export async function firstRoot(source: Transport, { signal }: Pick<Context, 'signal'>): Promise<Document<Root>> {
  const bytes = await source.read(pendingName('root'), maxBytes.candidate, signal)
  const document = bytes === undefined ? undefined : parseCandidate(bytes, 'root')
  if (document !== undefined && isRoot(document)) return document
  throw new AppError({
    code: 'source/not-found',
    message: 'no first root waits here',
    hint: 'leave --first out, and pin the root of the repository',
  })
}
