// The plain layout (docs/formats/plain-layout.md): published files under metadata/ and targets/, one candidate a role under
// metadata/pending/. A candidate root must not lie at metadata/N+1.root.json: there clients would fetch it, half-signed.
import { AppError } from '../../../error.ts'
import { type Transport, within } from '../../../transport.ts'
import { visible } from '../../../visible.ts'
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
  /** Present where changes take effect by other means: what a person does for it. */
  elsewhere?: { how: string }
  /** Present where a Repository Service for TUF keeps it: the service itself, or which of its files this is. */
  rstuf?: 'service' | 'answer' | 'ceremony' | 'update'
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
