// Is this downloaded file what the project released? Asked of its content: which index lists it, who signed that, who revoked it.

import { toHex } from '../../bytes.ts'
import { sha512 } from '../../crypto.ts'
import { AppError, type ErrorData, isVerdict, toErrorData } from '../../error.ts'
import type { Finding, Quorum } from '../../proposal.ts'
import type { Context } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { compareVersions } from '../../version-order.ts'
import { verifyChain } from './chain.ts'
import { type IndexFile, isWeak, type PublishedFile, parseIndexFile } from './index-file.ts'
import { signedBy } from './key-names.ts'
import { namedQuorums } from './named.ts'
import { checkReleasePath, type Forge, forgeOf, isIndexPath, maxBytes } from './names.ts'
import { openProject } from './project.ts'
import { type Judging, type Standing, standingOf } from './standing.ts'

/** A file as it lies on somebody's disk; digests in lower case hex. */
export interface AskedFile {
  /** Without folders. */
  name: string
  sha512: string
  sha256: string
}

/** Where it is listed: the index, and its name there. */
interface Listed {
  /** Of the index, or of the file itself where it is signed alone. */
  path: string
  /** As it is listed, which need not be the name on the disk. */
  fileName: string
  algo: 'Sha512' | 'Sha256'
  source?: string
}

export type Verdict =
  | (Listed & { kind: 'listed'; quorums: readonly Quorum[]; findings: readonly Finding[]; also: readonly string[] })
  /** `by`: whose signatures of the revocation count. */
  | (Listed & { kind: 'revoked'; at: string; by: string; quorums: readonly Quorum[]; unpublished?: true })
  | { kind: 'refused'; path: string; why: ErrorData; quorums: readonly Quorum[] }
  /** `sameName`: indexes that list another content under this name; `unread`: those that could not be asked. */
  | { kind: 'unknown'; sameName: readonly string[]; unread: readonly { path: string; why: ErrorData }[] }

/** `only`: the file of the one release that is asked. */
export async function fileVerdict(
  folder: string,
  file: AskedFile,
  source: Transport,
  context: Context,
  { forge = forgeOf(folder), only }: { forge?: Forge | undefined; only?: string } = {},
): Promise<Verdict> {
  checkName(file.name)
  const project = await openProject(folder, source, context, forge)
  const chain = await verifyChain(project, context)
  const judging: Judging = { project, chain, context }
  const found: Found[] = []
  const others: { faults: Fault[]; unread: Fault[]; sameName: string[] } = { faults: [], unread: [], sameName: [] }
  const isAsked = (name: string): boolean => isIndexPath(name) || lastPart(name) === file.name
  for (const path of only === undefined ? project.names.filter(isAsked) : [only]) {
    context.signal.throwIfAborted()
    try {
      const [match, bytes] = await matchAt(path, file, judging)
      if (match.kind === 'same') found.push(await judged(path, bytes, match, judging))
      else if (match.kind === 'fault') others.faults.push({ path, why: match.why })
      else if (match.kind === 'other') others.sameName.push(path)
    } catch (error) {
      if (!isVerdict(error)) throw error
      others.unread.push({ path, why: toErrorData(error) })
    }
  }
  found.sort((a, b) => rank(b.listed, file) - rank(a.listed, file) || compareVersions(b.listed.path, a.listed.path))
  return decided(found, others, chain.findings, context)
}

interface Found {
  listed: Listed
  standing: Standing
}
interface Fault {
  path: string
  why: ErrorData
}

async function matchAt(path: string, file: AskedFile, { project }: Judging): Promise<[Match, Uint8Array]> {
  checkReleasePath(path)
  const bytes = await project.read(path, maxBytes.index)
  if (bytes === undefined) return [{ kind: 'none' }, new Uint8Array()]
  return [isIndexPath(path) ? matchIn(parseIndexFile(bytes, path), file) : await matchAlone(bytes, file), bytes]
}

async function judged(
  path: string,
  bytes: Uint8Array,
  { entry }: Extract<Match, { kind: 'same' }>,
  judging: Judging,
): Promise<Found> {
  const { fileName, algo, source } = entry
  const listed = { path, fileName, algo, ...(source === '' ? {} : { source }) }
  return { listed, standing: await standingOf(path, bytes, judging) }
}

interface Others {
  faults: readonly Fault[]
  unread: readonly Fault[]
  sameName: readonly string[]
}

/** Whatever else it is, a file that was revoked once is not used; one that stands somewhere needs no second place. */
function decided(
  found: readonly Found[],
  { faults, unread, sameName }: Others,
  chainFindings: readonly Finding[],
  { names = new Map() }: Context,
): Verdict {
  for (const { listed, standing } of found) {
    if (standing.kind !== 'revoked') continue
    const quorums = namedQuorums(standing.quorums, names)
    const { at, unpublished } = standing
    return { ...listed, kind: 'revoked', at, by: signedBy(quorums), quorums, ...(unpublished ? { unpublished } : {}) }
  }
  for (const { listed, standing } of found) {
    if (standing.kind !== 'signed') continue
    const also = found.flatMap((one) =>
      one.standing.kind === 'signed' && one.listed !== listed ? one.listed.path : [],
    )
    const findings = [...standing.findings, ...chainFindings.filter(({ risk }) => risk !== 'routine')]
    return { ...listed, kind: 'listed', quorums: namedQuorums(standing.quorums, names), findings, also }
  }
  for (const { listed, standing } of found) {
    if (standing.kind !== 'refused') continue
    return { kind: 'refused', path: listed.path, why: standing.why, quorums: namedQuorums(standing.quorums, names) }
  }
  const [fault] = faults
  if (fault !== undefined) return { kind: 'refused', ...fault, quorums: [] }
  return { kind: 'unknown', sameName, unread }
}

type Match =
  | { kind: 'none' }
  | { kind: 'other' }
  | { kind: 'fault'; why: ErrorData }
  | { kind: 'same'; entry: { fileName: string; algo: 'Sha512' | 'Sha256'; source: string } }

/** By the strongest digest of each name alone; its own name first. */
function matchIn(index: IndexFile, file: AskedFile): Match {
  const byName = new Map<string, PublishedFile[]>()
  for (const one of index.files) {
    const entries = byName.get(one.fileName)
    if (entries === undefined) byName.set(one.fileName, [one])
    else entries.push(one)
  }
  const own = byName.get(file.name)
  const ownMatch = own === undefined ? undefined : matchOf(own, file)
  if (ownMatch !== undefined && ownMatch.kind !== 'other') return ownMatch
  for (const entries of byName.values()) {
    const match = matchOf(entries, file)
    if (match.kind === 'same') return match
  }
  return ownMatch ?? { kind: 'none' }
}

function matchOf(entries: readonly PublishedFile[], file: AskedFile): Match {
  const [first] = entries
  const strong = entries.filter(({ algo }) => algo === 'Sha512')
  const usable = strong.length > 0 ? strong : entries.filter(({ algo }) => algo === 'Sha256')
  const [entry] = usable
  if (first === undefined) return { kind: 'none' }
  if (entry === undefined || isWeak(entry.algo)) {
    const why = new AppError({
      code: 'format/unsupported',
      message: `${first.fileName} is listed only with a SHA-1 or MD5 digest, which two different files can share`,
      hint: 'do not use it; ask the project for a release with SHA-256 or SHA-512',
    })
    return { kind: 'fault', why: toErrorData(why) }
  }
  const digests = new Set(usable.map(({ hash }) => hash.toLowerCase()))
  const algo = entry.algo === 'Sha512' ? 'Sha512' : 'Sha256'
  const is = algo === 'Sha512' ? file.sha512 : file.sha256
  if (!digests.has(is)) return { kind: 'other' }
  if (digests.size === 1) return { kind: 'same', entry: { fileName: entry.fileName, algo, source: entry.source } }
  const why = new AppError({
    code: 'trust/changed',
    message: `${entry.fileName} is listed twice with different digests`,
    hint: 'do not use it; ask the project which of the two is theirs',
  })
  return { kind: 'fault', why: toErrorData(why) }
}

/** A file that the mirror holds itself, signed without an index. */
async function matchAlone(bytes: Uint8Array, file: AskedFile): Promise<Match> {
  if (toHex(await sha512(bytes)) !== file.sha512) return { kind: 'other' }
  return { kind: 'same', entry: { fileName: file.name, algo: 'Sha512', source: '' } }
}

function rank({ fileName }: Listed, file: AskedFile): number {
  return fileName === file.name ? 1 : 0
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function checkName(name: string): void {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\\\p{C}]/u.test(name)) return
  throw new AppError({
    code: 'usage/invalid',
    message: `“${name.slice(0, 80)}” is no plain file name`,
    hint: 'rename the file, then ask again',
  })
}
