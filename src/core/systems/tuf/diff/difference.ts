// Where two JSON documents differ, leaf by leaf: the complete list that every sentence about a change must account for.
import type { JsonObject, JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { visible } from '../../../visible.ts'

/** Member names are text, places in a list are numbers: two different paths are never the same path. */
export type Path = readonly (string | number)[]

/** A leaf is a value without members: text, number, word, or an empty object or list. */
export interface Leaf {
  path: Path
  value: JsonValue
}

export interface LeafDifference {
  path: Path
  before?: JsonValue
  after?: JsonValue
}

export interface Differences {
  differences: LeafDifference[]
  /** Leaves that stand in both at the same place with the same value. */
  unchanged: number
}

/** Every leaf of before and after that is not in the other one; an absent document has no leaves. */
export function leafDifferences(before: JsonValue | undefined, after: JsonValue | undefined): Differences {
  const found: Differences = { differences: [], unchanged: 0 }
  compare([], before, after, found)
  return found
}

/** `path` is one for all, longer on the way down: a million entries that are equal make no paths. */
function compare(
  path: (string | number)[],
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  found: Differences,
): void {
  const list = found.differences
  if (before === undefined || after === undefined) {
    if (before !== undefined)
      for (const leaf of leavesOf(before, [...path])) list.push({ path: leaf.path, before: leaf.value })
    if (after !== undefined)
      for (const leaf of leavesOf(after, [...path])) list.push({ path: leaf.path, after: leaf.value })
    return
  }
  if (isObject(before) && isObject(after)) {
    const names = Object.keys(before)
    const others = Object.keys(after)
    if (names.length > 0 && others.length > 0) {
      compareMembers(path, { names, of: before }, { names: others, of: after }, found)
      return
    }
  }
  if (isLeaf(before) && isLeaf(after)) {
    if (isSameLeaf(before, after)) found.unchanged++
    else list.push({ path: [...path], before, after })
    return
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length > 0 && after.length > 0) {
    for (let i = 0; i < Math.max(before.length, after.length); i++) compareAt(i, path, before[i], after[i], found)
    return
  }
  // Of two kinds, or one of them empty: everything of the one goes, everything of the other comes.
  compare(path, before, undefined, found)
  compare(path, undefined, after, found)
}

interface Members {
  names: readonly string[]
  of: JsonObject
}

function compareMembers(path: (string | number)[], before: Members, after: Members, found: Differences): void {
  let shared = 0
  for (const name of before.names) {
    const other = own(after.of, name)
    if (other !== undefined) shared++
    compareAt(name, path, before.of[name], other, found)
  }
  if (shared === after.names.length) return
  for (const name of after.names) {
    if (!Object.hasOwn(before.of, name)) compareAt(name, path, undefined, after.of[name], found)
  }
}

function compareAt(
  segment: string | number,
  path: (string | number)[],
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  found: Differences,
): void {
  path.push(segment)
  compare(path, before, after, found)
  path.pop()
}

/** A member called "__proto__" or "constructor" is a member like any other, and an absent one is absent. */
function own(object: JsonObject, name: string): JsonValue | undefined {
  // One look where two are seconds, of a million: only these few names are ever found on an object that has them not.
  if (name in Object.prototype && !Object.hasOwn(object, name)) return undefined
  return object[name]
}

/** The same for whoever signs: the order of members does not matter. */
export function isSameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return leafDifferences(a, b).differences.length === 0
}

export function* leavesOf(value: JsonValue, path: Path = []): Generator<Leaf> {
  if (isLeaf(value)) yield { path, value }
  else if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* leavesOf(item, [...path, i])
  else if (isObject(value)) for (const name of Object.keys(value)) yield* leavesOf(value[name] ?? null, [...path, name])
}

function isLeaf(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (!isObject(value)) return true
  for (const _ in value) return false
  return true
}

function isSameLeaf(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b)
  return isObject(a) && isObject(b)
}

export function isEmptyContainer(value: JsonValue | undefined): boolean {
  return value !== undefined && typeof value === 'object' && value !== null && isLeaf(value)
}

/** "roles/root/threshold"; a slash or tilde inside a name is written ~1 or ~0 (RFC 6901), hidden characters by name. */
export function pathText(path: Path): string {
  return path.map((segment) => visible(String(segment).replace(/~/g, '~0').replace(/\//g, '~1'))).join('/')
}

interface Node<T> {
  value?: T
  next: Map<string | number, Node<T>>
}

/** Values at paths. Every question takes as many steps as the path has segments, however many paths there are. */
export class PathTree<T> {
  private readonly top: Node<T> = { next: new Map() }

  /** The first value set at a path stays. */
  set(path: Path, value: T): void {
    let node = this.top
    for (const segment of path) {
      let next = node.next.get(segment)
      if (next === undefined) {
        next = { next: new Map() }
        node.next.set(segment, next)
      }
      node = next
    }
    node.value ??= value
  }

  /** The value at the path or at the nearest place above it. */
  above(path: Path): T | undefined {
    let node: Node<T> | undefined = this.top
    let nearest = node.value
    for (const segment of path) {
      node = node.next.get(segment)
      if (node === undefined) break
      nearest = node.value ?? nearest
    }
    return nearest
  }

  /** Some value strictly below the path, through a member (text) or a place in a list (number). */
  below(path: Path, kind: 'string' | 'number'): T | undefined {
    let node: Node<T> | undefined = this.top
    for (const segment of path) node = node?.next.get(segment)
    let child = [...(node?.next ?? [])].find(([segment]) => typeof segment === kind)?.[1]
    while (child !== undefined && child.value === undefined) child = child.next.values().next().value
    return child?.value
  }
}
