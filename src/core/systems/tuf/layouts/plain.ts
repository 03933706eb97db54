// The plain layout (docs/formats/plain-layout.md): published files under metadata/ and targets/, one candidate a role under
// metadata/pending/. A candidate root must not lie at metadata/N+1.root.json: there clients would fetch it, half-signed.
import { type Transport, within } from '../../../transport.ts'
import { decodeRole, encodeRole } from '../names.ts'

/** Where a repository keeps what is published, and what waits. */
export interface Layout {
  published(source: Transport): Transport
  targets(source: Transport): Transport
  /** Names of files as they are in the source. */
  publishedName(name: string): string
  candidateName(role: string): string
  candidates(source: Transport, signal: AbortSignal): Promise<{ role: string; name: string }[]>
}

const metadata = 'metadata/'
const pending = 'metadata/pending/'

export const plainLayout: Layout = {
  published: (source) => within(source, metadata),
  targets: (source) => within(source, 'targets/'),
  publishedName: (name) => metadata + name,
  candidateName: (role) => `${pending}${encodeRole(role)}.json`,
  candidates: async (source, signal) => {
    const names = await source.list(pending, signal)
    return names
      .filter((name) => name.endsWith('.json'))
      .map((name) => ({ role: decodeRole(name.slice(pending.length, -'.json'.length)), name }))
  },
}
