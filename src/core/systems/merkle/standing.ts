// What is in force, by subject: its document, who speaks for it, and what its next version has to follow. Where nothing was
// published yet, a first root is all there is.
import { AppError } from '../../error.ts'
import type { Context } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import type { BlockSource } from './blocks.ts'
import type { Signable } from './candidates.ts'
import type { Document, Root, Targets } from './document.ts'
import { headName } from './files.ts'
import { inForce } from './in-force.ts'
import type { Authority } from './keys.ts'
import { lastOf } from './last.ts'
import { versionOf } from './plain.ts'
import { blocksIn, openRepository, parseAnchor, type Repository } from './repository.ts'
import { authorityOf } from './roots.ts'
import { firstRoot } from './waiting/waiting.ts'

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
  inForce(subject: string): Signable | undefined
  /** Those who must sign for targets or a delegated role: all of them. */
  edges(role: string): Edge[]
  /** What the next version follows: what is in force, or was last of a role that was taken away. */
  last(subject: string): Promise<Signable | undefined>
}

export async function standing(source: Transport, context: Context): Promise<Standing> {
  const repository = await openRepository(source, context)
  if (repository === undefined) return firstStanding(source, context)
  const there = (subject: string): Signable | undefined => inForce(subject, repository)
  return {
    repository,
    blocks: repository.blocks,
    root: repository.valid.root,
    inForce: there,
    edges: (role) => edgesIn(repository, role),
    last: async (subject) => there(subject) ?? lastOf(subject, repository),
  }
}

async function firstStanding(source: Transport, context: Context): Promise<Standing> {
  const root = context.anchor.length > 0 ? parseAnchor(context.anchor) : await firstRoot(source, context)
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

function edgesIn({ valid }: Repository, role: string): Edge[] {
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
