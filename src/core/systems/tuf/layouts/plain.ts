// The plain layout (docs/formats/plain-layout.md): published files under metadata/ and targets/, one candidate a role under
// metadata/pending/. A candidate root must not lie at metadata/N+1.root.json: there clients would fetch it, half-signed.
import { AppError } from '../../../error.ts'
import type { Finding } from '../../../proposal.ts'
import type { Context } from '../../../system.ts'
import { type Files, type Transport, within } from '../../../transport.ts'
import { visible } from '../../../visible.ts'
import type { Metadata } from '../metadata.ts'
import { decodeRole, encodeRole } from '../names.ts'

/** A file that waits; one whose name is not the name of its role is only a problem. */
export type Candidate = { role: string; name: string } | { name: string; problem: AppError }

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
  remarks?(role: string, after: Metadata, source: Transport, context: Context): Promise<Finding[]>
  /** Where the content of an artifact lies that is a part of the change itself; undefined where this role has no room for it. */
  artifactFile?(role: string, path: string): string | undefined
  /** The paths that a delegated role has for itself, where each has a folder of its name. */
  room?(role: string): readonly string[]
  /** A document that was made here, in the form of this place: its spelling, and the slots for its signatures. */
  finish?(subject: string, document: Uint8Array, source: Transport, signal: AbortSignal): Promise<Uint8Array>
  /** The field of a key that names its owner, where it is not ours, and how the owner is spelled there. */
  owners?: { field: string; spell(owner: string): string }
  /** Present where changes take effect by other means: what a person does for it. */
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

const metadata = 'metadata/'
/** Everything of a repository lies below these. */
export const repositoryRooms: readonly string[] = [metadata, 'targets/']
const pending = 'metadata/pending/'

export const plainLayout: Layout = {
  published: (source) => within(source, metadata),
  targets: (source) => within(source, 'targets/'),
  publishedName: (name) => metadata + name,
  candidateName: (role) => `${pending}${encodeRole(role)}.json`,
  candidates: async (source, signal) => {
    const names = await source.list(pending, signal)
    return names.filter((name) => name.endsWith('.json')).map(readCandidateName)
  },
}

/** Exactly one name a role: another spelling of it would be reviewed here and written there. */
function readCandidateName(name: string): Candidate {
  const encoded = name.slice(pending.length, -'.json'.length)
  const role = decodeRole(encoded)
  if (role !== undefined && encodeRole(role) === encoded) return { role, name }
  const problem = new AppError({
    code: 'format/malformed',
    message: `${visible(name)} is not the name of a candidate`,
    hint: 'remove the file; a candidate is named after its role, percent-encoded',
  })
  return { name, problem }
}
