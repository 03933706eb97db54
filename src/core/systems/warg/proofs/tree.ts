// The tree over the log of a registry (RFC 6962), by the numbers that its nodes have in proofs: leaf i is node 2i, and every
// node stands between its children, so that a whole subtree keeps its number however long the log grows.
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '../../../bytes.ts'

export type NodeHash = Uint8Array

const [leafMark, branchMark] = [Uint8Array.of(0), Uint8Array.of(1)]

export function leafHash(data: Uint8Array): NodeHash {
  return sha256(concatBytes(leafMark, data))
}

export function branchHash(left: NodeHash, right: NodeHash): NodeHash {
  return sha256(concatBytes(branchMark, left, right))
}

export function nodeOfLeaf(index: number): number {
  return 2 * index
}

/** A whole subtree: the first leaf below it, and how many there are, which is a power of two. */
interface Subtree {
  start: number
  size: number
}

export function nodeOf({ start, size }: Subtree): number {
  return 2 * start + size - 1
}

export function subtreeOf(node: number): Subtree {
  let size = 1
  for (let rest = node; rest % 2 === 1; rest = (rest - 1) / 2) size *= 2
  return { start: (node - size + 1) / 2, size }
}

/** The whole subtrees that a log of this length is made of, the largest first. */
export function wholeSubtrees(length: number): Subtree[] {
  const found: Subtree[] = []
  for (let start = 0, size = 2 ** 32; size >= 1; size /= 2) {
    if (length - start < size) continue
    found.push({ start, size })
    start += size
  }
  return found
}

export function hasNode(node: number, length: number): boolean {
  const { start, size } = subtreeOf(node)
  return start + size <= length
}

/** The root over a log of this length, from one node in it and the nodes beside its way up. */
export function rootThrough(
  node: number,
  hash: NodeHash,
  length: number,
  hashOf: (node: number) => NodeHash,
): NodeHash {
  const whole = wholeSubtrees(length)
  let { start, size } = subtreeOf(node)
  let current = hash
  while (!whole.some((one) => one.start === start && one.size === size)) {
    const isRight = (start / size) % 2 === 1
    const sibling = hashOf(nodeOf({ start: isRight ? start - size : start + size, size }))
    current = isRight ? branchHash(sibling, current) : branchHash(current, sibling)
    if (isRight) start -= size
    size *= 2
  }
  const at = whole.findIndex((one) => one.start === start)
  const behind = whole.slice(at + 1).map((one) => hashOf(nodeOf(one)))
  if (behind.length > 0) current = branchHash(current, foldedRoot(behind))
  for (const one of whole.slice(0, at).reverse()) current = branchHash(hashOf(nodeOf(one)), current)
  return current
}

/** The root over whole subtrees, from the last to the first. */
export function foldedRoot(hashes: readonly NodeHash[]): NodeHash {
  return hashes.reduceRight((right, left) => branchHash(left, right))
}
