// From the pinned first signers file, step by step, to the one in force: each was agreed to by those before it.
import { sha256 } from '@noble/hashes/sha2.js'
import { isEqualBytes, parseUtf8, toHex, utf8 } from '../../bytes.ts'
import { AppError, isVerdict } from '../../error.ts'
import { areMet, type Finding, openQuorums, type Quorum, signedCount } from '../../proposal.ts'
import type { Context } from '../../system.ts'
import { initialQuorums, updateQuorums } from './conditions.ts'
import { parseHistory } from './history.ts'
import { materialOf } from './keys.ts'
import { both, type Marks, markedBy, noMarks, type SignedFile } from './marks.ts'
import { checkOrigin, parseMetadata } from './metadata.ts'
import { isToCome } from './moment.ts'
import { historyName, maxBytes } from './names.ts'
import { noSigners, type Project, readActive, type SignersPlace } from './project.ts'
import { everyKey, parseSignersFile, type SignersFile } from './signers-file.ts'

/** Where what was trusted last is kept between two runs. */
export const memoryName = 'signers.json'
export const earlierName = 'earlier.txt'

export interface Chain {
  /** From where trust begins to the one in force, each verified from the one before. */
  files: readonly SignersFile[]
  /** The version of the first of them: their number in the history. */
  first: number
  current: SignersFile
  version: number
  place: SignersPlace
  /** Who signed the one in force. */
  marks: Marks
  findings: readonly Finding[]
  memory: ReadonlyMap<string, Uint8Array>
}

/** One signers file on the way, with what was signed for it; of what a person or this machine remembers there are no signatures. */
interface Link extends SignedFile {
  what: string
  metadata?: SignedFile
  isRemembered?: true
}

export async function verifyChain(project: Project, context: Context): Promise<Chain> {
  const place = await readActive(project)
  if (place === undefined) throw noSigners('check the address; if it is right, its first signers have not signed yet')
  const { links, first, findings } = await waysFrom(place, project, context)
  const files = links.map(({ bytes, what }) => parseSignersFile(bytes, what))
  const [start] = files
  const current = files.at(-1)
  const [link] = links
  if (start === undefined || current === undefined || link === undefined) throw noSigners('look again')
  for (const [at, file] of files.entries()) await checkLinkOrigin(file, links[at], project)
  let marks = link.isRemembered === true ? noMarks : await marksOf(link, start)
  if (first === 1) findings.push(...firstFindings(start, marks, context))
  for (const [at, next] of files.entries()) {
    const [before, step] = [files[at - 1], links[at]]
    if (before === undefined || step === undefined) continue
    context.signal.throwIfAborted()
    marks = await verifyStep(before, next, step)
  }
  return {
    ...{ files, first, current, version: first + files.length - 1, place, marks },
    findings: [...findings, ...current.findings],
    memory: memoryOf(files, current, context.memory),
  }
}

interface Way {
  links: readonly Link[]
  first: number
  findings: Finding[]
}

async function waysFrom(place: SignersPlace, project: Project, context: Context): Promise<Way> {
  const { anchor, memory } = context
  const last: Link = { ...place, what: place.name }
  const remembered = memory?.get(memoryName) ?? undefined
  if (project.isOld) return oldWay(last, remembered, context)
  const { history, findings: times } = await readHistory(project, context)
  // Nothing before a rewritten entry can be verified.
  const gap = history.findLastIndex((one) => 'rewritten' in one)
  const links = [...history.slice(gap + 1).flatMap((one) => ('rewritten' in one ? [] : [one])), last]
  const at = (bytes: Uint8Array): number => links.findLastIndex((link) => isEqualBytes(link.bytes, bytes))
  const from = (begin: number, findings: Finding[]): Way => ({
    links: links.slice(begin),
    first: gap + 2 + begin,
    findings: [...times, ...findings],
  })
  const begin = anchor.length === 0 && gap < 0 ? 0 : at(anchor)
  if (begin >= 0) {
    // What stands before the pinned file is not verified: a file that was in force here must stand behind it.
    if (remembered !== undefined && at(remembered) < begin) throw rolledBack()
    return from(begin, [])
  }
  if (gap < 0) throw notDescended()
  if (anchor.length === 0) throw nothingPinned()
  const known = remembered ?? anchor
  const seen = at(known)
  if (seen >= 0) return from(seen, seen === links.length - 1 ? [] : [historyRewritten()])
  // Only its content is left: it tells where the known file stood, and vouches for nothing.
  const what = 'the signers file that is trusted here'
  const file = parseSignersFile(known, what)
  const stood = history.findLastIndex((one) => 'rewritten' in one && isSameContent(one.rewritten, file))
  if (stood < 0) throw remembered === undefined ? notDescended() : rolledBack()
  if (stood < gap) throw unverifiedBetween(gap - stood)
  const before: Link = { bytes: known, signatures: [], what, isRemembered: true }
  return { links: [before, ...links], first: gap + 1, findings: [...times, historyRewritten()] }
}

/** No history: what is in force is what is known here, or one step from it. Counted from the file that is pinned here. */
function oldWay(last: Link, remembered: Uint8Array | undefined, { anchor, memory }: Context): Way {
  const known = remembered ?? (anchor.length === 0 ? last.bytes : anchor)
  const first = earlierIn(memory).length + 1
  if (isEqualBytes(known, last.bytes)) return { links: [last], first, findings: [] }
  if (isEqualBytes(anchor, last.bytes) || earlierIn(memory).includes(digestOf(last.bytes))) throw rolledBack()
  const what = 'the signers file that is trusted here'
  return { links: [{ bytes: known, signatures: [], what, isRemembered: true }, last], first, findings: [] }
}

function isSameContent(rewritten: Uint8Array, file: SignersFile): boolean {
  try {
    return contentOf(parseSignersFile(rewritten, 'a rewritten signers file')) === contentOf(file)
  } catch (error) {
    if (isVerdict(error)) return false
    throw error
  }
}

/** What a program that writes a signers file anew keeps of it. */
function contentOf({ timestamp, written }: SignersFile): string {
  const groups = [...written].map(([name, list]) => [
    name,
    list.map(({ threshold, keys }) => [threshold, keys.map(materialOf).sort()]),
  ])
  return JSON.stringify([String(timestamp?.nanoseconds), groups])
}

function digestOf(bytes: Uint8Array): string {
  return toHex(sha256(bytes))
}

/** Those that were in force before: the first generation has no time in its files, so one of them could be played back. */
function earlierIn(memory: Context['memory']): string[] {
  const bytes = memory?.get(earlierName) ?? undefined
  return bytes === undefined
    ? []
    : parseUtf8(bytes, earlierName)
        .split('\n')
        .filter((line) => line !== '')
}

function memoryOf(
  files: readonly SignersFile[],
  current: SignersFile,
  memory: Context['memory'],
): Map<string, Uint8Array> {
  const digests = files.slice(0, -1).map(({ bytes }) => digestOf(bytes))
  const earlier = [...new Set([...earlierIn(memory), ...digests])]
  return new Map([
    [memoryName, current.bytes],
    [earlierName, utf8(earlier.join('\n'))],
  ])
}

async function readHistory(
  project: Project,
  { now }: Pick<Context, 'now'>,
): Promise<{ history: (Link | { rewritten: Uint8Array })[]; findings: Finding[] }> {
  const bytes = await project.read(historyName, maxBytes.history)
  if (bytes === undefined) return { history: [], findings: [] }
  const entries = parseHistory(bytes, historyName)
  const history = entries.map((entry, at) => {
    if ('rewritten' in entry) return { rewritten: entry.rewritten }
    const { signers, signatures, metadata, metadataSignatures = [] } = entry
    return {
      bytes: signers,
      signatures,
      what: `signers file ${at + 1} of the history`,
      ...(metadata === undefined ? {} : { metadata: { bytes: metadata, signatures: metadataSignatures } }),
    }
  })
  const ahead = entries.find(({ obsoletedAt }) => isToCome(obsoletedAt, now))
  return { history, findings: ahead === undefined ? [] : [historyAhead(ahead.obsoletedAt.text)] }
}

/** What its signatures prove, of the keys of its own and of the file before it. In the newest generation metadata is signed, too. */
export async function marksOf(link: Omit<Link, 'what'>, file: SignersFile, before?: SignersFile): Promise<Marks> {
  const keys = [...everyKey(file), ...(before === undefined ? [] : everyKey(before))]
  const judges = { keys, generation: file.generation, anchor: true }
  const marks = await markedBy(link, judges)
  if (file.generation !== 2 || link.metadata === undefined) return marks
  return both(marks, await markedBy(link.metadata, judges), 'where the file comes from (its metadata)')
}

/** In the newest generation where it comes from is signed, too; before, it is the mirror's word. */
async function checkLinkOrigin(
  { bytes, generation }: SignersFile,
  link: Link | undefined,
  { forge }: Project,
): Promise<void> {
  if (generation !== 2 || link?.metadata === undefined) return
  await checkOrigin(parseMetadata(link.metadata.bytes, link.what), bytes, forge, link.what)
}

async function verifyStep(before: SignersFile, next: SignersFile, link: Link): Promise<Marks> {
  checkLater(before, next, link.what)
  const marks = await marksOf(link, next, before)
  const quorums = updateQuorums(before, next, marks)
  if (areMet(quorums)) return marks
  throw new AppError({
    code: 'trust/threshold',
    message: `${link.what} was not agreed to by those who had to: ${shortText(quorums)}`,
    hint: 'do not use this project; ask its people who changed the signers, and pin anew only what they confirm',
  })
}

export function checkLater(before: SignersFile, next: SignersFile, what: string): void {
  if (before.timestamp === undefined) return
  if (next.timestamp !== undefined && next.timestamp.nanoseconds > before.timestamp.nanoseconds) return
  throw new AppError({
    code: 'trust/rollback',
    message: `${what} is of ${next.timestamp?.text ?? 'no time'}, not later than the one it follows, of ${before.timestamp.text}`,
    hint: 'make the change again, with a time of today; an old one may be played back',
  })
}

export function shortText(quorums: readonly Quorum[]): string {
  return openQuorums(quorums)
    .map((quorum) => `${quorum.name} has ${signedCount(quorum)} of ${quorum.threshold}`)
    .join(', ')
}

/** Pinned by a person, so trusted; still, all of them should have signed that they are. */
function firstFindings(first: SignersFile, marks: Marks, { anchor }: Context): Finding[] {
  const isSigned = areMet(initialQuorums(first, marks))
  if (anchor.length === 0) {
    if (!isSigned) {
      throw new AppError({
        code: 'trust/threshold',
        message: `the first signers file is not signed by all of its keys: ${shortText(initialQuorums(first, marks))}`,
        hint: 'ask the people of the project for the file that they agreed on',
      })
    }
    return [nobodyVouches]
  }
  if (isSigned || marks === noMarks) return []
  const sentence = 'Not every key of the first signers file has signed it: you pinned it, and so it counts here'
  return [{ code: 'first-unsigned', risk: 'notable', sentence }]
}

export const nobodyVouches: Finding = {
  code: 'first-signers',
  risk: 'dangerous',
  sentence:
    'Nobody vouches for these first signers: no signers file comes before them. Compare every key with its holder before you sign',
}

/** Keys of earlier files that are in the current one no more. */
export function formerKeys({ files, current }: Chain): Set<string> {
  const now = new Set(everyKey(current).map(materialOf))
  return new Set(files.flatMap((file) => everyKey(file).map(materialOf)).filter((material) => !now.has(material)))
}

function historyRewritten(): Finding {
  return {
    code: 'history-rewritten',
    risk: 'notable',
    sentence:
      'The history of signers on this mirror holds rewritten files, whose signatures nobody can verify; only the steps from the signers file trusted here were verified',
  }
}

/** Decides nothing: the steps are proven by signatures, and each signers file has a time of its own that is signed. */
function historyAhead(time: string): Finding {
  return {
    code: 'history-ahead',
    risk: 'notable',
    sentence: `The history of signers says that one went out of force at ${time}, which is to come: nobody signs that time, and the next change of signers sets it right`,
  }
}

function nothingPinned(): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: 'the history of signers on this mirror holds rewritten files, whose signatures nobody can verify',
    hint: 'ask the people of the project for the signers file in force, and pin it',
  })
}

function unverifiedBetween(count: number): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `between the signers file that is trusted here and those whose signatures can be verified ${count === 1 ? 'one signers file lies' : `${count} signers files lie`}, rewritten in the history of this mirror: whether the steps were agreed to, nobody can tell`,
    hint: 'ask the people of the project for the signers file in force; if it is that of this mirror: countersign forget, then countersign pin',
  })
}

function notDescended(): AppError {
  return new AppError({
    code: 'trust/changed',
    message: 'the signers file that is pinned here is not among those that led to the one in force',
    hint: 'do not use this project; ask its people which signers file was their first',
  })
}

function rolledBack(): AppError {
  return new AppError({
    code: 'trust/rollback',
    message:
      'the signers file that was trusted here before is not among those on this mirror: an older state, or another branch',
    hint: 'do not use this mirror; ask the people of the project what became of that file',
  })
}
