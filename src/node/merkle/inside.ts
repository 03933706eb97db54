// A repository of blocks from the inside: the same facts that node/repository-view has of one of files, of documents that are
// verified as blocks and told as plain TUF.
import { toHex } from '../../core/bytes.ts'
import { sha256 } from '../../core/crypto.ts'
import type { Quorum } from '../../core/proposal.ts'
import type { Context } from '../../core/system.ts'
import { digestLink } from '../../core/systems/merkle/cid.ts'
import { digestOf } from '../../core/systems/merkle/digest.ts'
import type { Document, Targets } from '../../core/systems/merkle/document.ts'
import { headName, maxBytes } from '../../core/systems/merkle/files.ts'
import { namedQuorums } from '../../core/systems/merkle/named.ts'
import { plainBytes, versionOf } from '../../core/systems/merkle/plain.ts'
import { clientName, existing } from '../../core/systems/merkle/repository.ts'
import { authorityOf } from '../../core/systems/merkle/roots.ts'
import { type Edge, edgesIn } from '../../core/systems/merkle/standing.ts'
import { dueOf } from '../../core/systems/merkle/state.ts'
import { isMachineKept } from '../../core/systems/tuf/authority.ts'
import { formatDate } from '../../core/systems/tuf/expiry.ts'
import { type Targets as FileTargets, type Metadata, parseMetadata } from '../../core/systems/tuf/metadata.ts'
import { titleOf } from '../../core/systems/tuf/names.ts'
import { quorumOf } from '../../core/systems/tuf/verify.ts'
import type { OpenSource } from '../open-source.ts'
import { releaseFolderOf } from '../release-edits.ts'
import {
  type InsideFacts,
  isBlock,
  type RoleFact,
  readTargets,
  type TargetFacts,
  type TargetQuery,
} from '../repository-view.ts'
import { type Delegation, rolesIn } from '../repository-walk.ts'

export type BlockPlace = Pick<OpenSource, 'transport'>

/** `maxRoles`: how many are listed; the others are counted. Only what is in force: verified, or refused as a whole. */
export async function readBlocksInside(
  { transport }: BlockPlace,
  context: Context,
  maxRoles = 600,
): Promise<InsideFacts> {
  const repository = await existing(transport, context)
  const { timestamp, valid } = repository
  const { root, snapshot, targets, delegated } = valid
  const of = (role: 'root' | 'snapshot' | 'timestamp'): Edge[] => [{ by: 'root', authority: authorityOf(root, role) }]
  const fact = factsOf(parseMetadata(plainBytes(root), 'root', 'root'), context)
  // A timestamp has no version of its own; what it leads to has.
  const { height } = snapshot.signed
  const roles = [
    await fact('root', root, versionOf(root), of('root')),
    await fact('timestamp', timestamp, height + 1, of('timestamp')),
    await fact('snapshot', snapshot, height + 1, of('snapshot')),
    await fact('targets', targets, versionOf(targets), edgesIn(repository, 'targets'), plainly('targets', targets)),
  ]
  const documents = new Map([['targets', plainly('targets', targets)]])
  const edges: Delegation[] = []
  let omitted = 0
  const walk = async (from: string, parent: Metadata<FileTargets>): Promise<void> => {
    const { delegations } = parent.signed
    if (delegations === undefined) return
    for (const delegation of rolesIn(delegations, { from, keys: delegations.keys, parent })) {
      const { to } = delegation
      edges.push(delegation)
      const document = delegated.get(to)?.document
      if (document === undefined || documents.has(to)) continue
      const plain = plainly(to, document)
      documents.set(to, plain)
      if (roles.length >= maxRoles) omitted++
      else roles.push(await fact(to, document, versionOf(document), edgesIn(repository, to), plain, delegation))
      await walk(to, plain)
    }
  }
  await walk('targets', plainly('targets', targets))
  return { roles, edges, omitted, documents }
}

function factsOf(root: Parameters<typeof isMachineKept>[1], context: Context) {
  return async (
    name: string,
    document: Document,
    version: number,
    edges: readonly Edge[],
    plain?: Metadata<FileTargets>,
    delegation?: Delegation,
  ): Promise<RoleFact> => {
    const at = document.signed.expires
    const authority = edges[0]?.authority
    const [quorum = nobody(name)] =
      authority === undefined
        ? []
        : namedQuorums([await quorumOf(name, document, authority.keys, authority.role)], context)
    const targets = plain?.signed.targetPaths().length ?? 0
    return {
      ...{ name, version, expires: { text: formatDate(at), at }, due: dueOf(document.signed, context.now) },
      ...{ digest: digestOf(document), quorum, targets, registry: false },
      // Root is what everything else is trusted by, whoever holds its keys.
      keptBy: name !== 'root' && authority !== undefined && isMachineKept(authority, root) ? 'machine' : 'people',
      blocks: delegation !== undefined && isBlock(delegation) && targets === 0,
      folder: delegation === undefined ? '' : releaseFolderOf(delegation),
    }
  }
}

function nobody(name: string): Quorum {
  return { name, threshold: 0, keys: [], strangers: [] }
}

function plainly(name: string, document: Document<Targets>): Metadata<FileTargets> {
  return parseMetadata(plainBytes(document), 'targets', titleOf(name, versionOf(document)))
}

/** Another text when what is published, or what this machine has accepted of it, has changed. */
export async function blocksMark({ transport }: BlockPlace, { memory, signal }: Context): Promise<string> {
  const head = await transport.read(headName, maxBytes.head, signal)
  const held = memory?.get(clientName)
  const digests = [head, held].map(async (bytes) => (bytes == null ? '' : toHex(await sha256(bytes))))
  return (await Promise.all(digests)).join(' ')
}

/** With the block of the content of each, by which everybody can fetch it from anywhere. */
export function readBlockTargets(inside: Pick<InsideFacts, 'documents'>, query: TargetQuery): TargetFacts {
  const { targets, ...counts } = readTargets(inside, query)
  return {
    ...counts,
    targets: targets.map((target) => {
      const written = inside.documents.get(target.role)?.signed.target(target.path)?.raw.content
      const sha = target.hashes.get('sha256')
      const cid = typeof written === 'string' ? written : sha === undefined ? undefined : digestLink(sha).cid
      return cid === undefined ? target : { ...target, cid }
    }),
  }
}
