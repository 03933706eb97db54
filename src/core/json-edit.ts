// Changes in a JSON text, made in the text: what is not changed stays as it was, byte for byte. One pass, however many edits.
import type { JsonDocument, JsonValue } from './json.ts'
import { afterSpace } from './json-entries.ts'
import { type EditNode, isJsonObject, notAnObject, rewriteJson, valueNodes } from './json-rewrite.ts'
import { Rope } from './json-rope.ts'
import { plainStyle } from './json-style.ts'

/**
 * A member of an object by its path; objects on the way are made when they are not there. Without a value it is removed;
 * a value keeps the bytes of all that it has in common with the one before. `text` is a value as somebody wrote it.
 */
export type JsonEdit = { path: readonly string[] } & ({ value: JsonValue | undefined } | { text: Uint8Array })

/** A later edit of the same place wins. */
export function editedJson(document: JsonDocument, edits: readonly JsonEdit[]): Uint8Array<ArrayBuffer> {
  const { bytes } = document
  const start = afterSpace(bytes, 0)
  if (bytes[start] !== 0x7b) throw notAnObject()
  const end = bytes.lastIndexOf(0x7d) + 1
  const root: EditNode = { kind: 'members', members: new Map(), isWhole: false, isMade: false }
  const node = edits.reduce((tree, edit) => planted(tree, edit.path, leafOf(edit)), root as EditNode)
  const rope = new Rope(bytes)
  rope.copy(0, start)
  rewriteJson(rope, { start, end }, node, plainStyle, '')
  rope.copy(end, bytes.length)
  return rope.bytes()
}

function leafOf(edit: JsonEdit): EditNode {
  if ('text' in edit) return { kind: 'text', text: edit.text }
  return edit.value === undefined ? { kind: 'removed' } : { kind: 'value', value: edit.value }
}

/** `isNew`: nothing stays of what was there before, because an earlier edit put something else in its place. */
function planted(
  node: EditNode | undefined,
  path: readonly string[],
  leaf: EditNode,
  depth = 0,
  isNew = false,
): EditNode {
  const name = path[depth]
  if (name === undefined) return leaf
  const isGone = node === undefined ? isNew : node.kind === 'removed'
  if (isGone && leaf.kind === 'removed') return leaf
  const inside = membersOf(node, isNew)
  if (leaf.kind !== 'removed') inside.isMade = true
  inside.members.set(name, planted(inside.members.get(name), path, leaf, depth + 1, inside.isWhole))
  return inside
}

/** An edit as edits of its members; what had another value, or none, is a whole new object now. */
function membersOf(node: EditNode | undefined, isNew: boolean): Extract<EditNode, { kind: 'members' }> {
  if (node === undefined) return { kind: 'members', members: new Map(), isWhole: isNew, isMade: false }
  if (node.kind === 'members') return node
  if (node.kind === 'removed') return { kind: 'members', members: new Map(), isWhole: true, isMade: true }
  if (node.kind === 'value' && isJsonObject(node.value))
    return { kind: 'members', members: valueNodes(node.value), isWhole: true, isMade: true }
  throw notAnObject()
}
