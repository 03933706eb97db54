// Two JSON documents as leaves, and facts that tell where they differ: what no fact tells is told as an unknown field, so that
// nothing differs in silence.
import type { JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import type { Change, Risk } from '../../../proposal.ts'
import { inQuotes, visible } from '../../../visible.ts'

export interface Difference {
  changes: Change[]
  /** Leaves that stay as they are. */
  unchanged: number
}

/** By path: text, number or word, or an empty list or object, as JSON. */
export type Leaves = ReadonlyMap<string, string>

/** What an entry of a list is called in paths; undefined: by its place. */
export type EntryName = (list: string, entry: JsonValue, at: number) => string | undefined

/** One change in words, with the leaves that it tells completely. */
export interface Fact {
  change: Change
  covers: readonly string[]
}

export function leavesOf(value: JsonValue | undefined, path: string, entryName: EntryName = () => undefined): Leaves {
  const leaves = new Map<string, string>()
  if (value !== undefined) collect(value, path, entryName, leaves)
  return leaves
}

function collect(value: JsonValue, path: string, entryName: EntryName, leaves: Map<string, string>): void {
  const entries = Array.isArray(value)
    ? value.map((entry, at) => [entryName(path, entry, at) ?? String(at + 1), entry] as const)
    : isObject(value)
      ? Object.entries(value).map(([name, member]) => [stepOf(name), member] as const)
      : []
  if (entries.length === 0) leaves.set(path, JSON.stringify(value))
  for (const [step, member] of entries) collect(member, `${path}/${step}`, entryName, leaves)
}

/** RFC 6901: a slash in a name is written so that paths differ. */
export function stepOf(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** Total: every leaf of either document is told by a change, or is counted as unchanged. */
export function told(before: Leaves, after: Leaves, facts: readonly Fact[]): Difference {
  const covered = new Set(facts.flatMap(({ covers }) => covers))
  const unknown: Change[] = []
  let unchanged = 0
  // An empty list that is filled, or left behind: what came or went in it is told.
  let parents: Set<string> | undefined
  const isFilled = (path: string, leaf: string | undefined): boolean => {
    if (leaf !== '[]' && leaf !== '{}') return false
    parents ??= new Set([...parentsOf(before), ...parentsOf(after)])
    return parents.has(path)
  }
  const look = (path: string, was: string | undefined, is: string | undefined): void => {
    if (was === is) unchanged++
    else if (!covered.has(path) && !isFilled(path, was ?? is)) unknown.push(unknownChange(path, was, is))
  }
  for (const [path, was] of before) look(path, was, after.get(path))
  for (const [path, is] of after) if (!before.has(path)) look(path, undefined, is)
  return { changes: [...facts.map(({ change }) => change), ...unknown], unchanged }
}

function parentsOf(leaves: Leaves): Set<string> {
  const parents = new Set<string>()
  for (const path of leaves.keys()) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at)
      if (parents.has(parent)) break
      parents.add(parent)
    }
  }
  return parents
}

function unknownChange(path: string, was: string | undefined, is: string | undefined): Change {
  const name = `“${inQuotes(path.slice(path.indexOf('/') + 1)).slice(0, 96)}”`
  const deed = was === undefined ? 'is new' : is === undefined ? 'is removed' : 'changes'
  const sentence = `A field that this program does not know, ${name}, ${deed}`
  return changeAt(path, 'notable', sentence, shown(was, is))
}

export function changeAt(path: string, risk: Risk, sentence: string, texts: Texts = {}): Change {
  const { before, after } = texts
  return {
    path: visible(path),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    risk,
    sentence,
  }
}

export interface Texts {
  before?: string | undefined
  after?: string | undefined
}

const mostShown = 160

/** Long ones from shortly before the first difference on, so that what differs is what is seen. */
export function shown(was: string | undefined, is: string | undefined): Texts {
  const longest = Math.max(was?.length ?? 0, is?.length ?? 0)
  let same = 0
  while (was !== undefined && is !== undefined && same < longest && was[same] === is[same]) same++
  const from = longest <= mostShown ? 0 : Math.max(0, same - 24)
  const cut = (text: string | undefined): string | undefined =>
    text === undefined || text.length <= mostShown
      ? text && visible(text)
      : `${from > 0 ? '…' : ''}${visible(text.slice(from, from + mostShown))}… (${text.length} characters)`
  return { before: cut(was), after: cut(is) }
}
