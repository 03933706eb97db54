// A release's index beside that of the release before it: files by their names, where a version in a name is no other file.
import { countOf, groupsOfFour } from '../../../phrases.ts'
import type { Risk } from '../../../proposal.ts'
import { inQuotes } from '../../../visible.ts'
import { parseObject } from '../document.ts'
import { type DigestName, type IndexFile, isWeak, type PublishedFile, parseIndexFile } from '../index-file.ts'
import { maxBytes } from '../names.ts'
import { changeAt, type Difference, type Fact, leavesOf, stepOf, told } from './difference.ts'
import { hostOf, shortened, someOf } from './words.ts'

export interface IndexDifference extends Difference {
  headline: string
}

/** `before`: the release that this one is compared with, as it was signed. */
export function diffIndex(before: Uint8Array | undefined, after: Uint8Array): IndexDifference {
  const [old, fresh] = [before === undefined ? undefined : sideOf(before), sideOf(after)]
  const hosts = new Set(old?.index.files.flatMap(({ source }) => hostOf(source) ?? []))
  const facts = [...fileFacts(old, fresh, hosts), ...momentFacts(old?.index, fresh.index)]
  const difference = told(old?.leaves ?? new Map(), fresh.leaves, facts)
  return { ...difference, headline: headlineOf(old, fresh, hosts) }
}

interface Side {
  index: IndexFile
  leaves: ReadonlyMap<string, string>
  /** By the step in paths; a name that stands twice has two. */
  files: ReadonlyMap<string, PublishedFile>
}

function sideOf(bytes: Uint8Array): Side {
  const index = parseIndexFile(bytes, 'the index')
  const steps: string[] = []
  const files = new Map<string, PublishedFile>()
  const counts = new Map<string, number>()
  for (const file of index.files) {
    const count = (counts.get(file.fileName) ?? 0) + 1
    counts.set(file.fileName, count)
    // A tilde is written ~0 in names, so that this is nobody's name.
    const step = count === 1 ? stepOf(file.fileName) : `${stepOf(file.fileName)}~x${count}`
    steps.push(step)
    files.set(step, file)
  }
  const { value } = parseObject(bytes, 'the index', maxBytes.index)
  const leaves = leavesOf(value, 'index', (list, _entry, at) => (list === listPath ? steps[at] : undefined))
  return { index, leaves, files }
}

const listPath = 'index/publishedFiles'
const members = ['fileName', 'algo', 'source', 'hash'] as const
const pathsOf = (step: string): string[] => members.map((member) => `${listPath}/${step}/${member}`)

function fileFacts(old: Side | undefined, fresh: Side, hosts: ReadonlySet<string>): Fact[] {
  const { same, successors, added, gone } = aligned(old, fresh)
  const facts: Fact[] = []
  for (const [step, file] of fresh.files) {
    const was = same.get(step)
    if (was !== undefined) facts.push(...changedFacts(step, was, file, hosts))
    const from = successors.get(step)
    if (from !== undefined) facts.push(successorFact(from, step, file, hosts))
    if (added.has(step)) facts.push(addedFact(step, file, old !== undefined, hosts))
  }
  for (const [step, file] of gone) {
    const sentence = `${nameOf(file)} is gone, and no file of this release takes its place`
    facts.push({
      change: changeAt(`${listPath}/${step}`, 'notable', sentence, { before: textOf(file) }),
      covers: pathsOf(step),
    })
  }
  return facts
}

interface Aligned {
  /** The same name in both. */
  same: Map<string, PublishedFile>
  /** Another version of the same name, where there is exactly one on either side. */
  successors: Map<string, { step: string; file: PublishedFile }>
  added: Set<string>
  gone: Map<string, PublishedFile>
}

function aligned(old: Side | undefined, fresh: Side): Aligned {
  const same = new Map<string, PublishedFile>()
  const gone = new Map(old?.files)
  const added = new Set<string>()
  for (const step of fresh.files.keys()) {
    const was = old?.files.get(step)
    if (was === undefined) added.add(step)
    else same.set(step, was)
    gone.delete(step)
  }
  const byShape = shapesOf(gone)
  const successors = new Map<string, { step: string; file: PublishedFile }>()
  for (const [shape, [step, other]] of shapesOf(new Map([...added].map((step) => [step, fresh.files.get(step)])))) {
    const [from, second] = byShape.get(shape) ?? []
    const file = from === undefined ? undefined : gone.get(from)
    if (step === undefined || other !== undefined || from === undefined || second !== undefined || file === undefined)
      continue
    successors.set(step, { step: from, file })
    added.delete(step)
    gone.delete(from)
  }
  return { same, successors, added, gone }
}

function shapesOf(files: ReadonlyMap<string, PublishedFile | undefined>): Map<string, string[]> {
  const shapes = new Map<string, string[]>()
  for (const [step, file] of files) {
    const shape = (file?.fileName ?? '').replace(/\d+(?:[.\-_+]?\d+)*/g, '0')
    const steps = shapes.get(shape)
    if (steps === undefined) shapes.set(shape, [step])
    else steps.push(step)
  }
  return shapes
}

/** The same name: another digest is another file; from the same address, a released file was exchanged. */
function changedFacts(step: string, was: PublishedFile, is: PublishedFile, hosts: ReadonlySet<string>): Fact[] {
  const at = (member: string): string => `${listPath}/${step}/${member}`
  const facts: Fact[] = []
  if (was.hash !== is.hash) {
    const isExchanged =
      was.source === is.source && was.algo === is.algo && was.hash.toLowerCase() !== is.hash.toLowerCase()
    const sentence = isExchanged
      ? `${nameOf(is)} has other content than before, and is said to be the same file of the same release`
      : `${nameOf(is)} has other content than in the release before`
    facts.push({
      change: changeAt(at('hash'), isExchanged ? 'dangerous' : 'routine', sentence, {
        before: was.hash,
        after: is.hash,
      }),
      covers: [at('hash')],
    })
  }
  if (was.algo !== is.algo) {
    const sentence = `${nameOf(is)} is now known by ${digestWords[is.algo]}, before by ${digestWords[was.algo]}`
    facts.push({
      change: changeAt(at('algo'), algoRisk(is.algo, was.algo), sentence, { before: was.algo, after: is.algo }),
      covers: [at('algo')],
    })
  }
  if (was.source !== is.source) {
    const foreign = foreignHost(is, hosts)
    const sentence = `${nameOf(is)} comes from ${addressOf(is)}${foreign === undefined ? '' : ', a host that the release before did not use'}`
    facts.push({
      change: changeAt(at('source'), foreign === undefined ? 'routine' : 'notable', sentence, {
        before: was.source,
        after: is.source,
      }),
      covers: [at('source')],
    })
  }
  return facts
}

function successorFact(
  from: { step: string; file: PublishedFile },
  step: string,
  file: PublishedFile,
  hosts: ReadonlySet<string>,
): Fact {
  const foreign = foreignHost(file, hosts)
  const weaker = from.file.algo === file.algo ? 'routine' : algoRisk(file.algo, from.file.algo)
  const sentence = `${nameOf(file)} takes the place of ${nameOf(from.file)}${foreignText(foreign)}${weakText(file)}`
  return {
    change: changeAt(`${listPath}/${step}`, worse(weaker, foreign), sentence, {
      before: textOf(from.file),
      after: textOf(file),
    }),
    covers: [...pathsOf(from.step), ...pathsOf(step)],
  }
}

function addedFact(step: string, file: PublishedFile, hasBefore: boolean, hosts: ReadonlySet<string>): Fact {
  const foreign = hasBefore ? foreignHost(file, hosts) : undefined
  const isDouble = /~x\d+$/.test(step)
  const sentence = isDouble
    ? `${nameOf(file)} is listed once more, with ${digestWords[file.algo]}`
    : `${nameOf(file)} is new${foreignText(foreign)}${weakText(file)}`
  const risk = worse(isWeak(file.algo) ? 'dangerous' : isDouble ? 'notable' : 'routine', foreign)
  return { change: changeAt(`${listPath}/${step}`, risk, sentence, { after: textOf(file) }), covers: pathsOf(step) }
}

function worse(risk: Risk, foreign: string | undefined): Risk {
  return risk === 'routine' && foreign !== undefined ? 'notable' : risk
}

function algoRisk(is: DigestName, was: DigestName): Risk {
  if (isWeak(is)) return 'dangerous'
  return is === 'Sha256' && was === 'Sha512' ? 'notable' : 'routine'
}

const digestWords: Readonly<Record<DigestName, string>> = {
  Sha512: 'SHA-512',
  Sha256: 'SHA-256',
  Sha1: 'SHA-1',
  Md5: 'MD5',
}

function weakText({ algo }: PublishedFile): string {
  return isWeak(algo) ? `, known only by ${digestWords[algo]}, which programs refuse` : ''
}

function foreignText(host: string | undefined): string {
  return host === undefined ? '' : `, from ${inQuotes(host)}, a host that the release before did not use`
}

/** What is no address is a host of its own. */
function foreignHost({ source }: PublishedFile, hosts: ReadonlySet<string>): string | undefined {
  const host = hostOf(source) ?? shortened(source, 60)
  return hosts.size === 0 || hosts.has(host) ? undefined : host
}

function addressOf({ source }: PublishedFile): string {
  return `“${shortened(inQuotes(source), 120)}”`
}

function nameOf({ fileName }: PublishedFile): string {
  return shortened(inQuotes(fileName), 96)
}

function textOf(file: PublishedFile): string {
  return `${nameOf(file)}, ${digestWords[file.algo]} ${groupsOfFour(file.hash.toLowerCase()).join(' ')}, from ${shortened(inQuotes(file.source), 160)}`
}

function momentFacts(old: IndexFile | undefined, fresh: IndexFile): Fact[] {
  return (['publishedOn', 'mirroredOn', 'version'] as const).flatMap((member): Fact[] => {
    const [was, is] = member === 'version' ? [old && '1', '1'] : [old?.[member], fresh[member]]
    if (was === is) return []
    const path = `index/${member}`
    const text = shortened(inQuotes(is), 40)
    const sentence =
      member === 'version'
        ? 'The index is written in version 1 of its format'
        : `The release is said to be ${member === 'publishedOn' ? 'published' : 'mirrored'} at ${text}`
    return [{ change: changeAt(path, 'routine', sentence, { before: was, after: is }), covers: [path] }]
  })
}

function headlineOf(old: Side | undefined, fresh: Side, hosts: ReadonlySet<string>): string {
  const count = countOf(fresh.index.files.length, 'file')
  if (old === undefined) return `A release of ${count}, compared with no other`
  const foreign = new Set(fresh.index.files.flatMap((file) => foreignHost(file, hosts) ?? []))
  const { added, gone } = aligned(old, fresh)
  const parts = [
    ...(added.size === 0 ? [] : [`${added.size} more`]),
    ...(gone.size === 0 ? [] : [`${gone.size} gone`]),
    ...(foreign.size === 0
      ? []
      : [
          `from ${someOf(
            [...foreign].map((host) => inQuotes(host)),
            2,
          )}, which the release before did not use`,
        ]),
  ]
  return `A release of ${count}${parts.length === 0 ? ', by their names the same as in the release before' : `; beside the release before: ${parts.join(', ')}`}`
}
