// The plain layout (docs/formats/plain-layout.md): published files under metadata/ and targets/, one candidate a role under
// metadata/pending/. A candidate root must not lie at metadata/N+1.root.json: there clients would fetch it, half-signed.
import { AppError } from '../../../error.ts'
import { within } from '../../../transport.ts'
import { visible } from '../../../visible.ts'
import type { Candidate, Layout } from '../layout.ts'
import { decodeRole, encodeRole } from '../names.ts'

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
