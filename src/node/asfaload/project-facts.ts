// A project as it stands: the groups of its signers, and its releases, each judged by the signers that were in force for it.
import type { ErrorData } from '../../core/error.ts'
import type { Quorum, QuorumKey } from '../../core/proposal.ts'
import type { Context } from '../../core/system.ts'
import { verifyChain } from '../../core/systems/asfaload/chain.ts'
import { quorumsOf } from '../../core/systems/asfaload/conditions.ts'
import { type GroupName, groupNames } from '../../core/systems/asfaload/group-names.ts'
import { noMarks } from '../../core/systems/asfaload/marks.ts'
import { namedQuorums } from '../../core/systems/asfaload/named.ts'
import {
  isIndexPath,
  maxBytes,
  pendingRevocation,
  pendingSignatures,
  releaseName,
  signaturesOf,
} from '../../core/systems/asfaload/names.ts'
import { readActive } from '../../core/systems/asfaload/project.ts'
import { groupsOf, parseSignersFile } from '../../core/systems/asfaload/signers-file.ts'
import { standingOf } from '../../core/systems/asfaload/standing.ts'
import { groupTitles } from '../../core/systems/asfaload/system.ts'
import { compareVersions } from '../../core/version-order.ts'
import type { OpenSource } from '../open-source.ts'
import { isListed, withRelease } from './listing.ts'
import { projectOf } from './project-of.ts'

export interface ReleaseFact {
  /** Of its index, below the project's root. */
  path: string
  name: string
  standing: 'signed' | 'waits' | 'revoked' | 'refused'
  /** When it was revoked. */
  at?: string
  why?: ErrorData
  /** Somebody proposes to revoke it. */
  revocationWaits: boolean
}

export interface ProjectFacts {
  /** The releases are those that are there, and not just those that were named. */
  listed: boolean
  title: string
  groups: readonly { group: GroupName; of: number; quorum: Quorum }[]
  /** Groups that have no keys of their own: others stand in for them. */
  missing: readonly { group: GroupName; name: string }[]
  /** Who may revoke, or whoever stands in for them. */
  revokers: readonly QuorumKey[]
  /** The newest first; of very many only those. */
  releases: readonly ReleaseFact[]
  omitted: number
}

/** Each is read and judged. */
const maxReleases = 100

/** `release`: one that a person named, where none is listed. */
export async function projectFacts(source: OpenSource, context: Context, release?: string): Promise<ProjectFacts> {
  const { system } = source
  const named = release === undefined ? undefined : await withRelease(source, release, context.signal)
  const { transport } = named ?? source
  const { anchor } = await system.state(transport, context)
  const file = parseSignersFile(anchor.bytes, 'the signers file')
  const { written } = file
  const { names = new Map() } = context
  const groups = [...written].flatMap(([group, list]) =>
    namedQuorums(quorumsOf(groupTitles[group], list, noMarks), names).map((quorum, at) => ({
      ...{ group, of: at + 1, quorum },
    })),
  )
  const missing = groupNames
    .filter((group) => !written.has(group))
    .map((group) => ({ group, name: groupTitles[group] }))
  const revoking = namedQuorums(quorumsOf(groupTitles.revocation, groupsOf(file, 'revocation'), noMarks), names)
  const revokers = new Map(revoking.flatMap(({ keys }) => keys.map((one) => [one.ids[0], one] as const)))
  const project = await projectOf({ ...source, transport }, context)
  const isInForce = (await readActive(project)) !== undefined
  const paths = (isInForce ? project.names.filter((name) => isIndexPath(name) || name === named?.path) : []).sort(
    (a, b) => compareVersions(b, a),
  )
  const chain = paths.length === 0 ? undefined : await verifyChain(project, context)
  const releases: ReleaseFact[] = []
  for (const path of paths.slice(0, maxReleases)) {
    const bytes = await project.read(path, maxBytes.index)
    if (bytes === undefined || chain === undefined) continue
    const revocationWaits = project.has(pendingRevocation(path))
    const standing = await standingOf(path, bytes, { project, chain, context })
    const isOpen = !project.has(signaturesOf(path)) && project.has(pendingSignatures(path))
    const facts = { path, name: releaseName(path), revocationWaits }
    if (standing.kind === 'revoked') releases.push({ ...facts, standing: 'revoked', at: standing.at })
    else if (standing.kind === 'signed') releases.push({ ...facts, standing: 'signed' })
    else if (isOpen) releases.push({ ...facts, standing: 'waits' })
    else releases.push({ ...facts, standing: 'refused', why: standing.why })
  }
  const omitted = Math.max(0, paths.length - maxReleases)
  const signers = { title: anchor.title, groups, missing, revokers: [...revokers.values()] }
  return { listed: isListed(source), ...signers, releases, omitted }
}
