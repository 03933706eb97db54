// One value of a JSON text written anew: its members and entries keep their bytes where nothing changes in them.
import { utf8 } from './bytes.ts'
import { canonicalJson } from './canonical.ts'
import { AppError } from './error.ts'
import { type JsonObject, type JsonValue, parseJson } from './json.ts'
import { type Entries, entriesAt, type Span, textOf } from './json-entries.ts'
import { EntryWriter, type Rope } from './json-rope.ts'
import { layoutOf, renderJson, type Style } from './json-style.ts'
import { valueAt } from './json-value.ts'

/** What becomes of one place. `isWhole`: members that are not named go; `isMade`: it is there afterwards, if only empty. */
export type EditNode =
  | { kind: 'value'; value: JsonValue }
  | { kind: 'text'; text: Uint8Array }
  | { kind: 'removed' }
  | { kind: 'members'; members: Map<string, EditNode>; isWhole: boolean; isMade: boolean }

export function notAnObject(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'a member was named inside something that is no object',
    hint: 'name a member that is there, or replace the whole value',
  })
}

export function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function valueNodes(value: JsonObject): Map<string, EditNode> {
  return new Map(
    Object.entries(value).map(([name, member]): [string, EditNode] => [name, { kind: 'value', value: member }]),
  )
}

export function rewriteJson(rope: Rope, span: Span, node: EditNode, style: Style, outer: string): void {
  const first = rope.source[span.start]
  if (node.kind === 'text') rope.add(node.text)
  else if (node.kind === 'members' && first === 0x7b) rewriteObject(rope, span, node, style, outer)
  else if (node.kind === 'members') {
    if (!node.isWhole) throw notAnObject()
    rope.add(renderNode(node, style, outer))
  } else if (node.kind === 'value') rewriteValue(rope, span, node.value, style, outer)
}

function rewriteValue(rope: Rope, span: Span, value: JsonValue, style: Style, outer: string): void {
  const first = rope.source[span.start]
  if (first === 0x7b && isJsonObject(value)) {
    rewriteObject(rope, span, { members: valueNodes(value), isWhole: true }, style, outer)
  } else if (first === 0x5b && Array.isArray(value)) rewriteList(rope, span, value, style, outer)
  else if (first !== 0x7b && first !== 0x5b && valueAt(rope.source, span) === value) rope.copy(span.start, span.end)
  else rope.add(renderJson(value, style, outer))
}

function renderNode(node: EditNode, style: Style, outer: string): string | Uint8Array {
  if (node.kind === 'text') return node.text
  const value = wholeValue(node)
  return renderJson(value === undefined ? {} : value, style, outer)
}

/** The value of what is new as a whole; undefined when nothing of it is there. */
function wholeValue(node: EditNode): JsonValue | undefined {
  if (node.kind === 'value') return node.value
  if (node.kind === 'removed') return undefined
  if (node.kind === 'text') return parseJson(node.text).value()
  const members = [...node.members].flatMap(([name, member]) => {
    const value = wholeValue(member)
    return value === undefined ? [] : [[name, value] as const]
  })
  return members.length === 0 && !node.isMade ? undefined : Object.fromEntries(members)
}

function rewriteObject(
  rope: Rope,
  span: Span,
  { members, isWhole }: { members: ReadonlyMap<string, EditNode>; isWhole: boolean },
  style: Style,
  outer: string,
): void {
  const entries = entriesAt(rope.source, span.start)
  const layout = layoutOf(rope.source, span, entries, style, outer)
  const writer = new EntryWriter(rope, span, entries, layout)
  const found = keptMembers(rope.source, entries, members)
  const there = new Set(found.values())
  const fresh = [...members]
    .filter(([name, node]) => !there.has(name) && !isNothing(node))
    .map(([name, node]) => ({ key: utf8(JSON.stringify(name)), node }))
  const places = placesOf(rope.source, entries, fresh)
  const insert = ({ key, node }: Fresh): void => {
    writer.next()
    rope.add(key)
    rope.add(layout.style.colon)
    rope.add(renderNode(node, writer.styleOf(node.kind === 'value' ? node.value : {}), layout.inner))
  }
  for (let i = 0; i < entries.count; i++) {
    for (const one of places.get(i) ?? []) insert(one)
    const name = found.get(i)
    const node = name === undefined ? undefined : members.get(name)
    if (node === undefined ? isWhole : node.kind === 'removed') continue
    writer.next(i)
    if (node === undefined) rope.copy(entries.keyStart(i), entries.end(i))
    else {
      rope.copy(entries.keyStart(i), entries.start(i))
      rewriteJson(rope, entries.value(i), node, layout.style, layout.inner)
    }
  }
  for (const one of places.get(entries.count) ?? []) insert(one)
  writer.end()
}

function isNothing(node: EditNode): boolean {
  return node.kind !== 'text' && wholeValue(node) === undefined
}

interface Fresh {
  key: Uint8Array
  node: EditNode
}

/** Entries that an edit names, by their place: only names that could be meant are decoded, of a million. */
function keptMembers(bytes: Uint8Array, entries: Entries, members: ReadonlyMap<string, EditNode>): Map<number, string> {
  const lengths = new Set([...members.keys()].map((name) => utf8(name).length + 2))
  const found = new Map<number, string>()
  for (let i = 0; i < entries.count; i++) {
    const [start, end] = [entries.keyStart(i), entries.keyEnd(i)]
    if (!lengths.has(end - start) && !hasEscape(bytes, start, end)) continue
    const name = String(valueAt(bytes, { start, end }))
    if (members.has(name)) found.set(i, name)
  }
  return found
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === 0x5c) return true
  return false
}

/** Before which entry each new member goes: among names that are in order in their place, else at the end. */
function placesOf(bytes: Uint8Array, entries: Entries, fresh: readonly Fresh[]): Map<number, Fresh[]> {
  const places = new Map<number, Fresh[]>()
  if (fresh.length === 0) return places
  const key = (i: number): Uint8Array => bytes.subarray(entries.keyStart(i), entries.keyEnd(i))
  let isOrdered = true
  for (let i = 1; i < entries.count && isOrdered; i++) {
    isOrdered =
      compareSpans(bytes, entries.keyStart(i - 1), entries.keyEnd(i - 1), entries.keyStart(i), entries.keyEnd(i)) < 0
  }
  const list = isOrdered ? [...fresh].sort((a, b) => compareBytes(a.key, b.key)) : fresh
  for (const one of list) {
    let [low, high] = isOrdered ? [0, entries.count] : [entries.count, entries.count]
    while (low < high) {
      const middle = (low + high) >> 1
      if (compareBytes(key(middle), one.key) < 0) low = middle + 1
      else high = middle
    }
    const known = places.get(low)
    if (known === undefined) places.set(low, [one])
    else known.push(one)
  }
  return places
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function compareSpans(bytes: Uint8Array, aStart: number, aEnd: number, bStart: number, bEnd: number): number {
  // Without the closing quote, so that "a" comes before "a b".
  const [aLast, bLast] = [aEnd - 1, bEnd - 1]
  for (let [a, b] = [aStart, bStart]; a < aLast && b < bLast; a++, b++) {
    const difference = (bytes[a] as number) - (bytes[b] as number)
    if (difference !== 0) return difference
  }
  return aLast - aStart - (bLast - bStart)
}

/** Entries that were there keep their bytes wherever they go; an object is the same one when its name is. */
function rewriteList(rope: Rope, span: Span, list: readonly JsonValue[], style: Style, outer: string): void {
  const entries = entriesAt(rope.source, span.start)
  const layout = layoutOf(rope.source, span, entries, style, outer)
  const writer = new EntryWriter(rope, span, entries, layout)
  const there = new Map<string, number[]>()
  for (let i = 0; i < entries.count; i++) {
    const identity = identityOf(valueAt(rope.source, entries.value(i)))
    const known = there.get(identity)
    if (known === undefined) there.set(identity, [i])
    else known.push(i)
  }
  // In the order of the text, so that of equal entries the first stays the first.
  for (const places of there.values()) places.reverse()
  for (const value of list) {
    const old = there.get(identityOf(value))?.pop()
    writer.next(old)
    if (old === undefined) rope.add(renderJson(value, writer.styleOf(value), layout.inner))
    else rewriteJson(rope, entries.value(old), { kind: 'value', value }, layout.style, layout.inner)
  }
  writer.end()
}

function identityOf(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const name = isJsonObject(value) ? (value.name ?? value.rolename ?? value.keyid) : undefined
  return typeof name === 'string'
    ? `name ${name}`
    : `value ${textOf(canonicalJson(value), 0, Number.POSITIVE_INFINITY)}`
}
