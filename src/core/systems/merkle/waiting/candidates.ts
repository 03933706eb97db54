// The candidates that wait in a source, each read once and strictly: envelopes in the one form of dag-json.
import { AppError, toAppError } from '../../../error.ts'
import type { Context } from '../../../system.ts'
import type { Transport } from '../../../transport.ts'
import { codecs, linkOf } from '../cid.ts'
import { type Document, parseDocument, type Root, type Targets, topRoles } from '../document.ts'
import { maxBytes, pendingName, pendingPrefix, subjectOfPending } from '../files.ts'

/** Anybody who may propose can write there: more of it is not even looked at. */
const most = { files: 4096, bytes: 64 * 1024 * 1024 }

export interface Candidate<S extends Root | Targets = Root | Targets> {
  subject: string
  name: string
  bytes: Uint8Array
  document: Document<S>
}

export interface Waiting {
  candidates: readonly Candidate[]
  /** Those that cannot be read. */
  problems: readonly { subject: string; error: AppError }[]
}

export async function readWaiting(source: Transport, { signal }: Pick<Context, 'signal'>): Promise<Waiting> {
  const candidates: Candidate[] = []
  const problems: { subject: string; error: AppError }[] = []
  let total = 0
  for (const [at, subject] of (await waitingSubjects(source, signal)).entries()) {
    if (at >= most.files || total > most.bytes) {
      problems.push({ subject, error: tooMany() })
      break
    }
    try {
      const bytes = await source.read(pendingName(subject), maxBytes.candidate, signal)
      total += bytes?.length ?? 0
      if (bytes !== undefined) candidates.push(parseCandidate(bytes, subject))
    } catch (thrown) {
      problems.push({ subject, error: problemOf(thrown) })
    }
  }
  return { candidates, problems }
}

/** What decides of others comes first, so that whoever fills the folder hides neither. */
async function waitingSubjects(source: Transport, signal: AbortSignal): Promise<string[]> {
  const subjects = (await source.list(pendingPrefix, signal)).flatMap((name) => subjectOfPending(name) ?? [])
  const first = ['root', 'targets'].filter((name) => subjects.includes(name))
  return [...first, ...subjects.filter((name) => !first.includes(name))]
}

function tooMany(): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `more waits than the ${most.files} files or ${most.bytes} bytes that are read; the rest is not shown`,
    hint: 'ask whoever keeps the repository who fills pending/; what is shown can be signed and published',
  })
}

/** Thrown on where it says nothing about the file. */
export function problemOf(thrown: unknown): AppError {
  const error = toAppError(thrown)
  if (error.code === 'user/cancelled' || error.code === 'internal/bug') throw error
  return error
}

export function parseCandidate(bytes: Uint8Array, subject: string): Candidate {
  const link = linkOf(bytes, codecs.dagJson)
  const common = { subject, name: pendingName(subject), bytes }
  if (subject === 'root') return { ...common, document: parseDocument(link, bytes, 'root') }
  if (subject === 'targets' || !topRoles.some((name) => name === subject))
    return { ...common, document: parseDocument(link, bytes, 'targets') }
  throw new AppError({
    code: 'format/unsupported',
    message: `${subject} is made when something is published, and nobody reviews it before`,
    hint: 'withdraw it; publish what waits for signatures',
  })
}

export async function firstCandidate(source: Transport, { signal }: Context): Promise<Candidate<Root>> {
  const name = pendingName('root')
  const bytes = await source.read(name, maxBytes.candidate, signal)
  if (bytes !== undefined) {
    const document = parseDocument(linkOf(bytes, codecs.dagJson), bytes, 'root')
    return { subject: 'root', name, bytes, document }
  }
  throw new AppError({
    code: 'source/not-found',
    message: 'no first root waits here',
    hint: 'leave --first out, and pin the root of the repository',
  })
}
