// What became of a role, version by version, backwards from the one in force: each judged by keys that were in force for it
// where that can be known, and said plainly where it cannot.
import { AppError, type ErrorData, toAppError, toErrorData } from '../core/error.ts'
import { isMet, type Quorum, type QuorumKey } from '../core/proposal.ts'
import { type Authority, authorityOf } from '../core/systems/tuf/authority.ts'
import { rootQuorum } from '../core/systems/tuf/client.ts'
import { diffMetadata } from '../core/systems/tuf/diff/diff.ts'
import { digestOf, type Metadata, parseMetadata, type Root, topRoles } from '../core/systems/tuf/metadata.ts'
import { maxBytes, metadataName, titleOf, typeOf } from '../core/systems/tuf/names.ts'
import { quorumOf } from '../core/systems/tuf/verify.ts'
import { type KeyChangeFact, keyChanges } from './project-keys.ts'
import type { Opened } from './repository-view.ts'
import { findDelegation } from './repository-walk.ts'

export interface VersionFact {
  title: string
  version: number
  digest: string
  expires: string
  headline: string
  signedBy: readonly QuorumKey[]
  problem?: ErrorData
}

export interface HistoryFacts {
  role: string
  /** Newest first. */
  versions: readonly VersionFact[]
  /** Older versions that the repository does not keep any more. */
  gone: boolean
  /** Older versions that are there, and not shown. */
  more: boolean
  /** How many these are, where that is known. */
  older?: number
  keyChanges: readonly KeyChangeFact[]
  keyProblem?: ErrorData
}

/** What a person reads at a sitting, and a machine at once. */
const limits = { versions: 50, bytes: 128 * 1024 * 1024 }

export async function readHistory(role: string, opened: Opened): Promise<HistoryFacts> {
  const chain = topRoles.some((top) => top === role) ? undefined : await opened.trusted.keyChain(role)
  const facts = {
    role,
    keyChanges: chain === undefined ? [] : keyChanges(chain),
    ...(chain?.problem === undefined ? {} : { keyProblem: chain.problem.error }),
  }
  // It was taken away altogether: what is known of its people is all that is left of it.
  const isLost = chain?.problem !== undefined && !opened.set.snapshot.signed.meta.has(role)
  if (isLost) return { ...facts, versions: [], gone: true, more: false }
  const documents = await readVersions(role, opened)
  const judge = role === 'root' ? rootJudge(documents.found) : await roleJudge(role, opened)
  const versions: VersionFact[] = []
  for (const [at, metadata] of documents.found.slice(0, limits.versions).entries()) {
    versions.push(
      await versionFact(role, metadata, documents.found[at + 1], documents.gone, await judge(metadata), opened),
    )
  }
  return { ...facts, versions, gone: documents.gone, more: documents.more }
}

// ---- reading -------------------------------------------------------------------------------------------------------

interface Read {
  /** Newest first; one more than is shown, so that the oldest can be compared. */
  found: Metadata[]
  gone: boolean
  more: boolean
  problem?: AppError
}

async function readVersions(role: string, opened: Opened): Promise<Read> {
  const { set, published, options } = opened
  const newest = await inForce(role, opened)
  const found: Metadata[] = [newest]
  // Timestamp has one name for all its versions, and so has everything where files do not carry their version.
  const isKept = role === 'root' || (role !== 'timestamp' && set.root.signed.consistentSnapshot)
  let bytes = newest.bytes.length
  for (let version = newest.signed.version - 1; version > 0; version--) {
    if (!isKept) return { found, gone: true, more: false }
    if (found.length > limits.versions || bytes > limits.bytes) return { found, gone: false, more: true }
    const name = metadataName(role, version, true)
    const old = await published.read(name, maxBytes[typeOf(role)], options.signal)
    if (old === undefined) return { found, gone: true, more: false }
    bytes += old.length
    const metadata = parseMetadata(old, typeOf(role), name)
    if (metadata.signed.version !== version) throw misnamed(name, metadata.signed.version)
    found.push(metadata)
  }
  return { found, gone: false, more: false }
}

async function inForce(role: string, opened: Opened): Promise<Metadata> {
  const { set, published, options } = opened
  const top = topRoles.find((type) => type === role)
  if (top !== undefined) return set[top]
  const version = set.snapshot.signed.meta.get(role)?.version
  if (version === undefined) throw unknownRole(role)
  const name = metadataName(role, version, set.root.signed.consistentSnapshot)
  const bytes = await published.read(name, maxBytes.targets, options.signal)
  if (bytes !== undefined) return parseMetadata(bytes, 'targets', name)
  throw new AppError({
    code: 'source/not-found',
    message: `the repository has no ${name}`,
    hint: 'ask the repository admin to put it back',
  })
}

export function unknownRole(role: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `the role ${role} has no version here`,
    hint: 'look at the state of the repository: it lists the roles that there are',
  })
}

function misnamed(name: string, is: number): AppError {
  return new AppError({
    code: 'trust/rollback',
    message: `${name} says it is version ${is}`,
    hint: 'ask the repository admin who replaced this file',
  })
}

// ---- judging -------------------------------------------------------------------------------------------------------

/** Quorums of which each must be met; more than one set of keys where it is not known which was in force. */
type Judge = (metadata: Metadata) => Promise<{ quorums: readonly Quorum[]; problem?: AppError }>

/** Each root by the one before it and by itself; the newest is what is trusted, and the first has only itself. */
function rootJudge(found: readonly Metadata[]): Judge {
  return async (metadata) => {
    const at = found.indexOf(metadata)
    const judges = [metadata, found[at + 1]].flatMap((one) => (one === undefined ? [] : [one as Metadata<Root>]))
    const quorums = await Promise.all(judges.map((judge) => rootQuorum(judge, metadata as Metadata<Root>)))
    if (quorums.every(isMet)) return { quorums }
    const problem = unsigned(
      `${titleOf('root', metadata.signed.version)} is not signed by the keys of the root before it`,
    )
    return { quorums, problem }
  }
}

async function roleJudge(role: string, opened: Opened): Promise<Judge> {
  const candidates = await authorities(role, opened)
  return async (metadata) => {
    let best: Quorum | undefined
    for (const { keys, role: roleKeys } of candidates) {
      const quorum = await quorumOf(role, metadata, keys, roleKeys)
      if (isMet(quorum)) return { quorums: [quorum] }
      best ??= quorum
    }
    const title = titleOf(role, metadata.signed.version)
    const problem = unsigned(
      `the keys of ${role} have changed since ${title}, so its signatures cannot be judged any more`,
    )
    return { quorums: best === undefined ? [] : [best], problem }
  }
}

export function unsigned(message: string): AppError {
  return new AppError({
    code: 'trust/threshold',
    message,
    hint: 'ask somebody who kept this version what they know of it',
  })
}

/** Who could sign the role: now, and as far as it is on record, before. */
async function authorities(role: string, opened: Opened): Promise<Authority[]> {
  const top = topRoles.find((type) => type === role)
  if (top !== undefined) {
    const roots = (await readVersions('root', opened)).found as Metadata<Root>[]
    return roots.map((root) => authorityOf(root, top))
  }
  const now = await findDelegation(role, opened)
  const chain = await opened.trusted.keyChain(role)
  // A project's own people say who they were; theirs are the keys of its older versions.
  const before = (chain?.steps ?? []).map(({ file }) => ({ keys: file.keys, role: file })).reverse()
  return [...(now === undefined ? [] : [now]), ...before]
}

async function versionFact(
  role: string,
  metadata: Metadata,
  before: Metadata | undefined,
  gone: boolean,
  { quorums, problem }: Awaited<ReturnType<Judge>>,
  { options }: Opened,
): Promise<VersionFact> {
  const { version, expires } = metadata.signed
  const signedBy = new Map<string, QuorumKey>()
  for (const entry of quorums.flatMap(({ keys }) => keys)) if (entry.signed) signedBy.set(entry.ids[0] ?? '', entry)
  return {
    title: titleOf(role, version),
    ...{ version, expires, digest: digestOf(metadata), signedBy: [...signedBy.values()] },
    headline:
      before === undefined && (gone || version > 1)
        ? 'The version before it is not kept, so what it changed cannot be said'
        : headlineOf(role, before, metadata, options.now),
    ...(problem === undefined ? {} : { problem: toErrorData(problem) }),
  }
}

function headlineOf(role: string, before: Metadata | undefined, after: Metadata, now: Date): string {
  try {
    return diffMetadata(before, after, { now, role }).headline
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'internal/bug') throw error
    return `What it changed cannot be said: ${toErrorData(error).message}`
  }
}
