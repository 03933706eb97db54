// Which signers files lead from what is trusted to the one in force: by the history, or where there is none, by what is remembered.
// Nothing is verified yet; what cannot be on the way is refused by its name.
import { sha256 } from '@noble/hashes/sha2.js'
import { isEqualBytes, parseUtf8, toHex } from '../../bytes.ts'
import { AppError, isVerdict } from '../../error.ts'
import type { Finding } from '../../proposal.ts'
import type { Context } from '../../system.ts'
import { parseHistory } from './history.ts'
import { materialOf } from './keys.ts'
import type { SignedFile } from './marks.ts'
import { isToCome } from './moment.ts'
import { historyName, maxBytes } from './names.ts'
import type { Project, SignersPlace } from './project.ts'
import { parseSignersFile, type SignersFile } from './signers-file.ts'

/** Where what was trusted last is kept between two runs. */
export const memoryName = 'signers.json'
export const earlierName = 'earlier.txt'

/** One signers file on the way, with what was signed for it; of what a person or this machine remembers there are no signatures. */
export interface Link extends SignedFile {
  what: string
  metadata?: SignedFile
  isRemembered?: true
}

export interface Way {
  links: readonly Link[]
  first: number
  findings: Finding[]
}

export async function wayTo(place: SignersPlace, project: Project, context: Context): Promise<Way> {
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

export function digestOf(bytes: Uint8Array): string {
  return toHex(sha256(bytes))
}

/** Those that were in force before: the first generation has no time in its files, so one of them could be played back. */
export function earlierIn(memory: Context['memory']): string[] {
  const bytes = memory?.get(earlierName) ?? undefined
  return bytes === undefined
    ? []
    : parseUtf8(bytes, earlierName)
        .split('\n')
        .filter((line) => line !== '')
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

export function rolledBack(): AppError {
  return new AppError({
    code: 'trust/rollback',
    message:
      'the signers file that was trusted here before is not among those on this mirror: an older state, or another branch',
    hint: 'do not use this mirror; ask the people of the project what became of that file',
  })
}
