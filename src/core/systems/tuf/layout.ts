// The port of layouts: where a repository keeps what is published and what waits, and what its place asks of a change.
import type { AppError } from '../../error.ts'
import type { Finding } from '../../proposal.ts'
import type { Context } from '../../system.ts'
import type { Files, Transport } from '../../transport.ts'
import type { Metadata } from './metadata.ts'

/** A file that waits; one whose name is not the name of its role is only a problem. */
export type Candidate = { role: string; name: string } | { name: string; problem: AppError }

/** What is worth saying beside one document; asked about each in one look at what waits. */
export type Remarks = (role: string, after: Metadata) => Promise<Finding[]>

/** Where a repository keeps what is published, and what waits. */
export interface Layout {
  published(source: Transport): Transport
  targets(source: Transport): Transport
  /** Names of files as they are in the source. */
  publishedName(name: string): string
  candidateName(role: string): string
  candidates(source: Transport, signal: AbortSignal): Promise<Candidate[]>
  /** A single file, without the repository around it. */
  alone?: true
  /** Absent where a candidate is one file. */
  candidateFiles?(subject: string, document: Uint8Array): Files
  /** What gives a candidate up; where nothing is said, its file goes. */
  withdrawn?(subject: string, source: Transport, signal: AbortSignal): Promise<Files>
  /** What a change brings along, or how it stands to the rules of this place, that its document does not say by itself. */
  remarks?(source: Transport, context: Context): Remarks
  /** Where the content of an artifact lies that is a part of the change itself; undefined where this role has no room for it. */
  artifactFile?(role: string, path: string): string | undefined
  /** The paths that a delegated role has for itself, where each has a folder of its name. */
  room?(role: string): readonly string[]
  /** A document that was made here, in the form of this place: its spelling, and the slots for its signatures. */
  finish?(subject: string, document: Uint8Array, source: Transport, signal: AbortSignal): Promise<Uint8Array>
  /** The field of a key that names its owner, where it is not ours, and how the owner is spelled there. */
  owners?: { field: string; spell(owner: string): string }
  /** What came over an air gap: a part of the repository, and one change. */
  carried?: true
  /** Present where changes take effect by other means: what happens, or a person does, when enough keys have signed. */
  elsewhere?: { how: string }
  /** Present where a Repository Service for TUF keeps it: the service itself, or which of its files this is. */
  rstuf?: 'service' | 'answer' | 'ceremony' | 'update'
}

/** The candidate is a file of its own, and not a place from which a change could be taken away. */
export function isSingleFile({ alone, rstuf }: Pick<Layout, 'alone' | 'rstuf'>): boolean {
  return alone === true && rstuf !== 'service'
}

export async function withdrawnFiles(
  layout: Layout,
  subject: string,
  source: Transport,
  signal: AbortSignal,
): Promise<Files> {
  return (await layout.withdrawn?.(subject, source, signal)) ?? new Map([[layout.candidateName(subject), null]])
}

export function candidateFiles(layout: Layout, subject: string, document: Uint8Array): Files {
  return layout.candidateFiles?.(subject, document) ?? new Map([[layout.candidateName(subject), document]])
}
