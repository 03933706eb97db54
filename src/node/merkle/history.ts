// What became of a role of a repository of blocks: each version names the block of the one before, so that the whole history can be
// walked, and is what its head says. Who signed is judged by keys that were in force where that can be known.
import { type AppError, isVerdict, toAppError, toErrorData } from '../../core/error.ts'
import { isMet, type Quorum, type QuorumKey } from '../../core/proposal.ts'
import type { Context } from '../../core/system.ts'
import { readBlock } from '../../core/systems/merkle/blocks.ts'
import { digestOf } from '../../core/systems/merkle/digest.ts'
import { type Document, parseDocument, type Snapshot } from '../../core/systems/merkle/document.ts'
import { fault } from '../../core/systems/merkle/fault.ts'
import type { Authority } from '../../core/systems/merkle/keys.ts'
import { namedQuorums } from '../../core/systems/merkle/named.ts'
import { existing, type Repository } from '../../core/systems/merkle/repository.ts'
import { authorityOf } from '../../core/systems/merkle/roots.ts'
import { delegatedIn, edgesIn, isRoot, isTargets, type Version } from '../../core/systems/merkle/standing.ts'
import { toldOf } from '../../core/systems/merkle/waiting/told.ts'
import { formatDate } from '../../core/systems/tuf/expiry.ts'
import { titleOf } from '../../core/systems/tuf/names.ts'
import { quorumOf } from '../../core/systems/tuf/verify.ts'
import type { HistoryFacts, VersionFact } from '../repository-history.ts'
import { unknownRole, unsigned } from '../repository-history.ts'
import type { BlockPlace } from './inside.ts'

/** What a person reads at a sitting. */
const most = 50

export async function readBlocksHistory(
  role: string,
  { transport }: BlockPlace,
  context: Context,
): Promise<HistoryFacts> {
  const repository = await existing(transport, context)
  const { timestamp } = repository
  // The head is written over: the one that is there is all that there is of it.
  const newest = role === 'timestamp' ? timestamp : inForce(role, repository)
  const chain = await chainOf(role, newest, repository)
  const judge = await judgeOf(role, chain.found, repository, context)
  const versions: VersionFact[] = []
  for (const [at, document] of chain.found.slice(0, most).entries()) {
    const isLast = at === chain.found.length - 1
    const headline = headlineOf(role, chain.found[at + 1], document, isLast && !isFirst(document), context)
    const { quorums, problem } = await judge(document)
    const wrong = isLast ? (chain.problem ?? problem) : problem
    versions.push({
      ...{ title: titleOf(role, numberOf(document, repository)), version: numberOf(document, repository), headline },
      ...{ expires: formatDate(document.signed.expires), digest: digestOf(document), signedBy: signersIn(quorums) },
      ...(wrong === undefined ? {} : { problem: toErrorData(wrong) }),
    })
  }
  const last = chain.found[versions.length - 1]
  const older = chain.found.length > most && last !== undefined ? heightOf(last) : 0
  return {
    ...{ role, versions, gone: chain.gone, more: older > 0, keyChanges: [] },
    ...(older > 0 ? { older } : {}),
  }
}

function inForce(role: string, { valid }: Repository): Document {
  if (role === 'root' || role === 'snapshot' || role === 'targets') return valid[role]
  const found = valid.delegated.get(role)
  if (found === undefined) throw unknownRole(role)
  return found.document
}

function numberOf(document: Document, { valid }: Repository): number {
  return (document.signed.type === 'timestamp' ? valid.snapshot.signed.height : document.signed.height) + 1
}

function heightOf({ signed }: Document): number {
  return signed.type === 'timestamp' ? 0 : signed.height
}

function isFirst(document: Document): boolean {
  return document.signed.type !== 'timestamp' && document.signed.height === 0
}

interface Chain {
  /** Newest first; one more than is shown, so that the oldest can be compared. */
  found: Document[]
  gone: boolean
  problem?: AppError
}

/** Backwards by the version before, which is never another one: a block is named by its hash. */
async function chainOf(role: string, newest: Document, { blocks }: Pick<Repository, 'blocks'>): Promise<Chain> {
  const found = [newest]
  for (let at = newest; at.signed.type !== 'timestamp' && at.signed.previous !== undefined; ) {
    if (found.length > most) return { found, gone: false }
    const { type, previous, height } = at.signed
    try {
      const before: Document = parseDocument(previous, await readBlock(blocks, previous), type)
      if (heightOf(before) !== height - 1) {
        const why = `the version before ${titleOf(role, height + 1)} says that it is version ${heightOf(before) + 1}`
        throw fault('height-lies', 'trust/changed', why, { role, blocks: [at.cid, before.cid] })
      }
      found.push(before)
      at = before
    } catch (thrown) {
      if (!isVerdict(thrown)) throw thrown
      const problem = toAppError(thrown)
      return problem.data?.fault === 'block-missing' ? { found, gone: true } : { found, gone: false, problem }
    }
  }
  return { found, gone: newest.signed.type === 'timestamp' }
}

// ---- judging -------------------------------------------------------------------------------------------------------

type Judge = (document: Document) => Promise<{ quorums: readonly Quorum[]; problem?: AppError }>

async function judgeOf(
  role: string,
  found: readonly Document[],
  repository: Repository,
  context: Context,
): Promise<Judge> {
  const quorum = async (document: Document, { keys, role: held }: Authority): Promise<Quorum> => {
    const [named] = namedQuorums([await quorumOf(role, document, keys, held)], context)
    return named ?? quorumOf(role, document, keys, held)
  }
  if (role === 'root') {
    // Each by the one before it and by itself; the newest is what is trusted, and the first has only itself.
    return async (document) => {
      const judges = [document, found[found.indexOf(document) + 1]]
        .filter((one) => one !== undefined)
        .filter(isRootDocument)
      const quorums = await Promise.all(judges.map((one) => quorum(document, authorityOf(one, 'root'))))
      if (quorums.every(isMet)) return { quorums }
      return {
        quorums,
        problem: unsigned(`${titleOf('root', heightOf(document) + 1)} is not signed by the keys of the root before it`),
      }
    }
  }
  const candidates = await authorities(role, repository)
  return async (document) => {
    let best: Quorum | undefined
    for (const authority of candidates) {
      const one = await quorum(document, authority)
      if (isMet(one)) return { quorums: [one] }
      best ??= one
    }
    const title = titleOf(role, numberOf(document, repository))
    const problem = unsigned(
      `the keys of ${role} have changed since ${title}, so its signatures cannot be judged any more`,
    )
    return { quorums: best === undefined ? [] : [best], problem }
  }
}

/** Who could sign the role: now, and as far as the history of those who say it goes, before. */
async function authorities(role: string, repository: Repository): Promise<Authority[]> {
  const { valid } = repository
  if (role === 'targets' || role === 'snapshot' || role === 'timestamp') {
    const roots = (await chainOf('root', valid.root, repository)).found
    return roots.filter(isRootDocument).map((root) => authorityOf(root, role))
  }
  const found: Authority[] = []
  for (const { by } of edgesIn(repository, role)) {
    const { found: delegators } = await chainOf(by, inForce(by, repository), repository)
    for (const one of delegators) {
      const authority = isVersion(one) && isTargets(one) ? delegatedIn(one, role) : undefined
      if (authority !== undefined) found.push(authority)
    }
  }
  return found
}

function isVersion(document: Document): document is Version {
  return document.signed.type === 'root' || document.signed.type === 'targets'
}

function isRootDocument(document: Document): document is Parameters<typeof authorityOf>[0] {
  return isVersion(document) && isRoot(document)
}

function signersIn(quorums: readonly Quorum[]): QuorumKey[] {
  const signed = quorums.flatMap(({ keys }) => keys).filter((entry) => entry.signed)
  return [...new Map(signed.map((entry) => [entry.ids[0] ?? '', entry])).values()]
}

// ---- telling -------------------------------------------------------------------------------------------------------

function headlineOf(
  role: string,
  before: Document | undefined,
  after: Document,
  isCut: boolean,
  context: Context,
): string {
  if (after.signed.type === 'timestamp') return 'Leads clients to the snapshot that is in force'
  if (before === undefined && isCut) return 'The version before it is not kept, so what it changed cannot be said'
  if (isSnapshot(after)) return snapshotHeadline(before !== undefined && isSnapshot(before) ? before : undefined, after)
  if (!isVersion(after)) return ''
  try {
    return toldOf(role, before !== undefined && isVersion(before) ? before : undefined, after, context).diff.headline
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'internal/bug') throw error
    return `What it changed cannot be said: ${toErrorData(error).message}`
  }
}

function isSnapshot(document: Document): document is Document<Snapshot> {
  return document.signed.type === 'snapshot'
}

/** Which roles go on, begin, or are taken away. */
function snapshotHeadline(before: Document<Snapshot> | undefined, { signed }: Document<Snapshot>): string {
  if (before === undefined) return 'The first list of what belongs together'
  const was = before.signed
  const added = [...signed.delegated.keys()].filter((name) => !was.delegated.has(name))
  const gone = [...was.delegated.keys()].filter((name) => !signed.delegated.has(name))
  const newer = [
    ...(signed.root.cid === was.root.cid ? [] : ['root']),
    ...(signed.targets.cid === was.targets.cid ? [] : ['targets']),
    ...[...signed.delegated].flatMap(([name, { cid }]) => {
      const old = was.delegated.get(name)
      return old === undefined || old.cid === cid ? [] : [name]
    }),
  ]
  const parts = [
    ...(newer.length === 0 ? [] : [`a new version of ${few(newer)}`]),
    ...(added.length === 0 ? [] : [`${few(added)} for the first time`]),
    ...(gone.length === 0 ? [] : [`no ${few(gone)} any more`]),
  ]
  return parts.length === 0 ? 'Renewal only: the same versions, for longer' : `Names ${parts.join('; ')}`
}

function few(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}
