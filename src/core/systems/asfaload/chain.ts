// From the pinned first signers file, step by step, to the one in force: each was agreed to by those before it.
import { isEqualBytes, utf8 } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import { areMet, type Finding, openQuorums, type Quorum, signedCount } from '../../proposal.ts'
import type { Context } from '../../system.ts'
import { initialQuorums, updateQuorums } from './conditions.ts'
import { materialOf } from './keys.ts'
import { both, type Marks, markedBy, noMarks } from './marks.ts'
import { type Origins, originFindings, verifyOrigin } from './origin.ts'
import { noSigners, type Project, readActive, type SignersPlace } from './project.ts'
import { everyKey, parseSignersFile, type SignersFile } from './signers-file.ts'
import { digestOf, earlierIn, earlierName, type Link, memoryName, wayTo } from './way.ts'

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
  /** What they signed of where it came from. */
  origin: Origins | undefined
  findings: readonly Finding[]
  memory: ReadonlyMap<string, Uint8Array>
}

export async function verifyChain(project: Project, context: Context): Promise<Chain> {
  const place = await readActive(project)
  if (place === undefined) throw noSigners('check the address; if it is right, its first signers have not signed yet')
  const { links, first, findings } = await wayTo(place, project, context)
  const files = links.map(({ bytes, what }) => parseSignersFile(bytes, what))
  const [start] = files
  const current = files.at(-1)
  const [link] = links
  if (start === undefined || current === undefined || link === undefined) throw noSigners('look again')
  const origins: (Origins | undefined)[] = []
  for (const [at, file] of files.entries()) origins.push(await verifyOrigin(file, links[at], project.forge))
  let marks = link.isRemembered === true ? noMarks : await marksOf(link, start)
  if (first === 1) findings.push(...firstFindings(start, marks, context))
  for (const [at, next] of files.entries()) {
    const [before, step] = [files[at - 1], links[at]]
    if (before === undefined || step === undefined) continue
    context.signal.throwIfAborted()
    marks = await verifyStep(before, next, step)
  }
  return {
    ...{ files, first, current, version: first + files.length - 1, place, marks, origin: origins.at(-1) },
    findings: [...findings, ...originFindings(origins, first), ...current.findings],
    memory: memoryOf(files, current, context.memory),
  }
}

/** The first generation has no time in its files, so one of them could be asked for again, with the signatures that it has. */
export function wasInForce(bytes: Uint8Array, { files, memory }: Chain, { anchor }: Pick<Context, 'anchor'>): boolean {
  const isOne = [anchor, ...files.map((file) => file.bytes)].some((one) => isEqualBytes(one, bytes))
  return isOne || earlierIn(memory).includes(digestOf(bytes))
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

/** What its signatures prove, of the keys of its own and of the file before it. In the newest generation metadata is signed, too. */
export async function marksOf(link: Omit<Link, 'what'>, file: SignersFile, before?: SignersFile): Promise<Marks> {
  const keys = [...everyKey(file), ...(before === undefined ? [] : everyKey(before))]
  const judges = { keys, generation: file.generation, anchor: true }
  const marks = await markedBy(link, judges)
  if (file.generation !== 2 || link.metadata === undefined) return marks
  return both(marks, await markedBy(link.metadata, judges), 'where the file comes from (its metadata)')
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
