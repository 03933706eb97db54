// What is in force in a repository, of blocks or of plain TUF, in the one form in which both can be held against each other.

import { verifyDelegations } from '../../tuf/delegation.ts'
import { type Metadata, parseMetadata, type Root, type Targets } from '../../tuf/metadata.ts'
import type { Trusted } from '../../tuf/trusted.ts'
import { codecs, linkOf } from '../cid.ts'
import { type Document, type Root as MerkleRoot, type Targets as MerkleTargets, parseDocument } from '../document.ts'
import { subjectOfPending } from '../files.ts'
import { plainBytes } from '../plain.ts'
import type { ValidSnapshot } from '../valid.ts'

export interface Documents {
  root: Metadata<Root>
  targets: Metadata<Targets>
  /** Those that there are; a role that is delegated and has no document yet is not among them. */
  delegated: ReadonlyMap<string, Metadata<Targets>>
}

/** Each role that is reachable, verified against everybody who delegates to it. */
export async function documentsOfTuf({ set, published, options }: Trusted): Promise<Documents> {
  const now = await set()
  const found = await verifyDelegations(now, published, options)
  const { root, targets } = now
  return { root, targets, delegated: new Map(found.map(({ name, metadata }) => [name, metadata])) }
}

export function documentsOfBlocks({
  root,
  targets,
  delegated,
}: Pick<ValidSnapshot, 'root' | 'targets'> & {
  delegated: ReadonlyMap<string, { document: Document<MerkleTargets> }>
}): Documents {
  return {
    root: parseMetadata(plainBytes(root), 'root', 'root'),
    targets: plainTargets(targets, 'targets'),
    delegated: new Map([...delegated].map(([name, { document }]) => [name, plainTargets(document, name)])),
  }
}

function plainTargets(document: Document<MerkleRoot | MerkleTargets>, role: string): Metadata<Targets> {
  return parseMetadata(plainBytes(document), 'targets', role)
}

/** By subject: "root", "targets", or the name of a delegated role. */
export function* targetsIn({ targets, delegated }: Documents): Generator<[string, Metadata<Targets>]> {
  yield ['targets', targets]
  yield* delegated
}

/** Candidates of a repository in which nothing is in force yet; undefined where no whole one waits. */
export function documentsWaiting(candidates: ReadonlyMap<string, Uint8Array>): Documents | undefined {
  const documents = new Map<string, Document<MerkleTargets>>()
  let root: Document<MerkleRoot> | undefined
  for (const [name, bytes] of candidates) {
    const subject = subjectOfPending(name)
    const link = linkOf(bytes, codecs.dagJson)
    if (subject === 'root') root = parseDocument(link, bytes, 'root')
    else if (subject !== undefined) documents.set(subject, parseDocument(link, bytes, 'targets'))
  }
  const targets = documents.get('targets')
  if (root === undefined || targets === undefined) return undefined
  documents.delete('targets')
  const delegated = new Map([...documents].map(([name, document]) => [name, { document }]))
  return documentsOfBlocks({ root, targets, delegated })
}
