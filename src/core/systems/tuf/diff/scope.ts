// What changes about the artifacts that delegations are for, and about who is asked first: the same in every form.
import { visible } from '../../../visible.ts'
import { mayOverlap, type Scope, scopeOf, union } from '../overlap.ts'
import type { Path } from './difference.ts'
import { type Fact, fact } from './fact.ts'
import { type HiddenFacts, targetsSentences as say } from './sentence-targets.ts'
import { roleText } from './shown.ts'

interface Named {
  name: string
}

/** Those that stand in both lists, in another order than before. */
export function orderFacts(at: Path, before: readonly Named[], after: readonly Named[]): Fact[] {
  const [was, is] = [new Set(before.map(({ name }) => name)), new Set(after.map(({ name }) => name))]
  const [old, kept] = [before.filter(({ name }) => is.has(name)), after.filter(({ name }) => was.has(name))]
  if (old.every(({ name }, i) => name === kept[i]?.name)) return []
  const text = (list: readonly Named[]): string => list.map(({ name }) => roleText(name)).join(', ')
  const order = after.map(({ name }) => name)
  return [fact(say.delegationsReordered({ order }), at, { before: text(before), after: text(after) })]
}

interface Delegation extends Named {
  terminating: boolean
  paths?: readonly string[]
  pathHashPrefixes?: readonly string[]
}

/** `isTold`: the headline has it already, from a fact about the same role. */
export function hiddenFacts(at: (name: string) => Path, hidden: HiddenFacts | undefined, isTold: boolean): Fact[] {
  if (hidden === undefined) return []
  const { head, ...telling } = say.rolesHidden(hidden)
  return [fact(isTold || head === undefined ? telling : { ...telling, head }, at(hidden.role), {}, [])]
}

/** A first delegation with the last word keeps clients from all others that are for the same artifacts. */
export function hiddenBy(before: readonly Delegation[], after: readonly Delegation[]): HiddenFacts | undefined {
  const [first, ...others] = after
  if (first?.terminating !== true) return undefined
  const places = new Map(before.map(({ name }, i) => [name, i]))
  const place = places.get(first.name)
  const old = place === undefined ? undefined : before[place]
  const all = partOf(first)
  const more = old?.terminating === true ? partOf(first, old) : all
  const [names, patterns] = [new Set<string>(), new Set<string>()]
  for (const other of others) {
    const was = places.get(other.name)
    const [mine, theirs] = [place !== undefined && was !== undefined && place < was ? more : all, partOf(other)]
    if (was === undefined || !mayOverlap(mine, theirs)) continue
    names.add(other.name)
    for (const glob of mine.globs) if (mayOverlap(scopeOf([glob]), theirs)) patterns.add(glob)
  }
  return names.size === 0 ? undefined : { role: first.name, hides: [...names], places: [...patterns] }
}

/** Whether every one of these patterns of a role is kept from others by it. */
export function isBlocking(hidden: HiddenFacts | undefined, role: string, patterns: readonly string[]): boolean {
  return hidden?.role === role && patterns.length > 0 && patterns.every((pattern) => hidden.places.includes(pattern))
}

/** The artifacts of a delegation, without those that it had before. */
function partOf(one: Delegation, old?: Delegation): Scope {
  const [paths, prefixes] = [new Set(old?.paths), new Set(old?.pathHashPrefixes)]
  return union([
    scopeOf(
      one.paths?.filter((path) => !paths.has(path)),
      one.pathHashPrefixes?.filter((prefix) => !prefixes.has(prefix)),
    ),
  ])
}

export function patternFacts(
  role: string,
  at: Path,
  before: readonly string[],
  after: readonly string[],
  isHash: boolean,
  hidden?: HiddenFacts,
): Fact[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  const [was, is] = [new Set(before), new Set(after)]
  const shown = { before: before.map(visible).join(', '), after: after.map(visible).join(', ') }
  const [more, fewer] = [[...is].filter((one) => !was.has(one)), [...was].filter((one) => !is.has(one))]
  const facts: Fact[] = []
  if (more.length > 0) {
    const blocked = !isHash && isBlocking(hidden, role, more) ? hidden : undefined
    const telling = isHash
      ? say.prefixesWidened({ role, prefixes: more })
      : blocked === undefined
        ? say.pathsWidened({ role, patterns: more })
        : say.pathsBlocked({ ...blocked, patterns: more })
    facts.push(fact(telling, at, shown))
  }
  if (fewer.length > 0)
    facts.push(
      fact(
        isHash ? say.prefixesNarrowed({ role, prefixes: fewer }) : say.pathsNarrowed({ role, patterns: fewer }),
        at,
        shown,
      ),
    )
  return facts.length > 0 ? facts : [fact(say.scopeReordered({ role }), at, shown)]
}
