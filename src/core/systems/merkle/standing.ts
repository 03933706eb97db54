// What is in force, by subject: its document, who speaks for it, and what its next version has to follow. Where nothing was
// published yet, a first root is all there is.
import { AppError, isVerdict } from '../../error.ts'
import type { Context } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { type BlockSource, Reading } from './blocks.ts'
import type { Link } from './cid.ts'
import { verifyDescent } from './descent.ts'
import type { Document, Root, Targets } from './document.ts'
import { headName } from './files.ts'
import type { Authority } from './keys.ts'
import { versionOf } from './plain.ts'
import { blocksIn, openRepository, parseAnchor, type Repository } from './repository.ts'
import { authorityOf } from './roots.ts'
import { firstCandidate } from './waiting/candidates.ts'

export type Version = Document<Root | Targets>

export function isRoot(version: Version): version is Document<Root> {
  return version.signed.type === 'root'
}

export function isTargets(version: Version): version is Document<Targets> {
  return version.signed.type === 'targets'
}

/** On whose word a role is there. */
export interface Edge {
  by: string
  authority: Authority
}

export interface Standing {
  /** Absent while nothing was published. */
  repository?: Repository
  blocks: BlockSource
  /** In force; while nothing was published the first one, which is not. */
  root: Document<Root>
  inForce(subject: string): Version | undefined
  /** Those who must sign for targets or a delegated role: all of them. */
  edges(role: string): Edge[]
  /** What the next version follows: what is in force, or was last of a role that was taken away. */
  last(subject: string): Promise<Version | undefined>
}

export async function standing(source: Transport, context: Context): Promise<Standing> {
  const repository = await openRepository(source, context)
  if (repository === undefined) return firstStanding(source, context)
  const { blocks, valid } = repository
  const inForce = (subject: string): Version | undefined => {
    if (subject === 'root') return valid.root
    return subject === 'targets' ? valid.targets : valid.delegated.get(subject)?.document
  }
  return {
    repository,
    blocks,
    root: valid.root,
    inForce,
    edges: (role) => edgesIn(repository, role),
    last: async (subject) => inForce(subject) ?? lastOf(repository, subject),
  }
}

async function firstStanding(source: Transport, context: Context): Promise<Standing> {
  const root =
    context.anchor.length > 0 ? parseAnchor(context.anchor) : (await firstCandidate(source, context)).document
  if (root.signed.height > 0) throw nothingHere(root)
  return {
    blocks: blocksIn(source, context),
    root,
    inForce: () => undefined,
    edges: (role) => (role === 'targets' ? [{ by: 'root', authority: authorityOf(root, 'targets') }] : []),
    last: async () => undefined,
  }
}

/** A later root cannot be the first thing of all: what came before it was published somewhere. */
function nothingHere(root: Document<Root>): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `there is no ${headName} here, and root ${versionOf(root)} is not the first root of a repository`,
    hint: 'open the folder or the address where it is published',
  })
}

export function edgesIn({ valid }: Repository, role: string): Edge[] {
  if (role === 'targets') return [{ by: 'root', authority: authorityOf(valid.root, 'targets') }]
  const delegators: [string, Document<Targets>][] = [
    ['targets', valid.targets],
    ...[...valid.delegated].map(([name, { document }]): [string, Document<Targets>] => [name, document]),
  ]
  return delegators.flatMap(([by, document]) => {
    const authority = delegatedIn(document, role)
    return authority === undefined ? [] : [{ by, authority }]
  })
}

export function delegatedIn({ signed: { keys, delegations } }: Document<Targets>, name: string): Authority | undefined {
  const role = delegations.find((one) => one.name === name)
  return role === undefined ? undefined : { keys, role }
}

/** A tombstone is on the word of the snapshot's key alone: it counts where it goes on from what was seen of the role itself. */
async function lastOf({ blocks, valid, state }: Repository, name: string): Promise<Document<Targets> | undefined> {
  const reading = new Reading(blocks)
  const read = async (link: Link | undefined): Promise<Document<Targets> | undefined> =>
    link === undefined ? undefined : reading.document(link, 'targets', name)
  const [stone, seen] = [await read(valid.snapshot.signed.retired.get(name)), await read(state.gone.get(name))]
  if (stone === undefined || seen === undefined) return stone ?? seen
  try {
    await verifyDescent(reading, stone, seen, name)
    return stone
  } catch (thrown) {
    if (isVerdict(thrown)) return seen
    throw thrown
  }
}
