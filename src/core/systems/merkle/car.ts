// Archives of blocks, CARv1, written here rather than by a library: the one there is checks no hashes, so that every block would
// have to be gone through again.
import { decode, encode } from '@ipld/dag-cbor'
import { concatBytes, isEqualBytes } from '../../bytes.ts'
import { type BlockSource, checkBlock, maxBlockBytes, readBlock } from './blocks.ts'
import { cidBytes, codecOf, type Link, libraryCid, linkIn, parseCidBefore } from './cid.ts'
import { type DagValue, isDagMap, isLink, parseDag, sortedMembers } from './dag-value.ts'
import { cborDepth } from './depth.ts'
import { fault } from './fault.ts'

export interface Archive {
  root: Link
  /** By CID; every one is hashed. More may be there than the root leads to. */
  blocks: ReadonlyMap<string, Uint8Array>
}

const limits = { maxBytes: 1024 ** 3, maxBlocks: 1_000_000, maxHeaderBytes: 1024, maxCidBytes: 128 }

export function parseCar(bytes: Uint8Array, what = 'the archive'): Archive {
  if (bytes.length > limits.maxBytes) {
    throw fault('car-too-large', 'source/too-large', `${what} has more than ${limits.maxBytes} bytes`)
  }
  const header = sectionAt(bytes, 0, limits.maxHeaderBytes, what)
  const root = rootOf(header.content, what)
  const blocks = new Map<string, Uint8Array>()
  for (let at = header.end; at < bytes.length; ) {
    const { content, end } = sectionAt(bytes, at, maxBlockBytes + limits.maxCidBytes, what)
    const [link, block] = parseCidBefore(content, `a block of ${what}`)
    checkBlock(link, block)
    blocks.set(link.cid, block)
    if (blocks.size > limits.maxBlocks) {
      throw fault('car-too-large', 'source/too-large', `${what} has more than ${limits.maxBlocks} blocks`)
    }
    at = end
  }
  if (blocks.has(root.cid)) return { root, blocks }
  const why = `${what} does not hold the block that it is about`
  throw fault('car-root-missing', 'format/malformed', why, { blocks: [root.cid] })
}

/** A length, and as many bytes. */
function sectionAt(
  bytes: Uint8Array,
  start: number,
  maxLength: number,
  what: string,
): { content: Uint8Array; end: number } {
  let [at, length, factor] = [start, 0, 1]
  for (let more = true; more; factor *= 128) {
    const byte = bytes[at++]
    if (byte === undefined) throw malformed(what, 'ends within a length')
    if (byte === 0 && factor > 1) throw malformed(what, 'has a length that is longer than it must be')
    length += (byte & 127) * factor
    more = byte > 127
    if (length > maxLength) {
      throw fault('car-too-large', 'source/too-large', `${what} has a part of more than ${maxLength} bytes`)
    }
    if (factor > maxLength) throw malformed(what, 'has a length that is longer than it must be')
  }
  if (length === 0) throw malformed(what, 'has an empty part')
  if (at + length > bytes.length) throw malformed(what, 'ends within a block')
  return { content: bytes.subarray(at, at + length), end: at + length }
}

function rootOf(header: Uint8Array, what: string): Link {
  if (cborDepth(header) > 4) throw malformed(what, 'has a header that is nested')
  let value: unknown
  try {
    value = decode(header)
  } catch (cause) {
    throw fault('car-malformed', 'format/malformed', `${what} has no header`, { cause })
  }
  const roots = typeof value === 'object' && value !== null && 'roots' in value ? value.roots : undefined
  if (!Array.isArray(roots)) throw malformed(what, 'has a header without roots')
  const link = linkIn(roots[0], `the root of ${what}`)
  if (roots.length !== 1 || link === undefined) {
    throw fault('car-roots', 'format/malformed', `${what} has ${roots.length} roots, where one is asked for`)
  }
  // Also another version, and fields that nobody knows.
  if (isEqualBytes(headerOf(link), header)) return link
  throw malformed(what, 'has another header than archives of version 1')
}

function headerOf(root: Link): Uint8Array {
  return encode({ roots: [libraryCid(root.cid)], version: 1 })
}

function malformed(what: string, why: string): Error {
  return fault('car-malformed', 'format/malformed', `${what} ${why}`)
}

/** The same blocks in the same order are the same archive. */
export function encodeCar(root: Link, blocks: Iterable<readonly [Link, Uint8Array]>): Uint8Array<ArrayBuffer> {
  const header = headerOf(root)
  const parts = [lengthBytes(header.length), header]
  for (const [{ cid }, block] of blocks) {
    const name = cidBytes(cid)
    parts.push(lengthBytes(name.length + block.length), name, block)
  }
  return concatBytes(...parts)
}

function lengthBytes(length: number): Uint8Array {
  const bytes: number[] = []
  let rest = length
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Uint8Array.from([...bytes, rest])
}

/**
 * The metadata that a head leads to, each block once, in the order of first visit: depth first, links in the order of DAG-JSON.
 * Roots with all before them; other histories only where they are asked for.
 */
export async function collectBlocks(
  source: BlockSource,
  head: Link,
  { history, without = new Set() }: { history: boolean; without?: ReadonlySet<string> },
): Promise<[Link, Uint8Array][]> {
  const found = new Map<string, [Link, Uint8Array]>()
  const waiting = [head]
  for (let link = waiting.pop(); link !== undefined; link = waiting.pop()) {
    if (found.has(link.cid) || without.has(link.cid)) continue
    const bytes = await readBlock(source, link)
    found.set(link.cid, [link, bytes])
    const what = `the block ${link.cid}`
    const links: Link[] = []
    gatherLinks(pointers(parseDag(bytes, codecOf(link, what), what), history), links)
    waiting.push(...links.reverse())
  }
  return [...found.values()]
}

/** The fields of what is signed that lead to other metadata. */
function pointers(block: DagValue, history: boolean): DagValue[] {
  const signed = isDagMap(block) ? block.get('signed') : undefined
  if (!isDagMap(signed)) return []
  const isPast = history || signed.get('_type') === 'root'
  const names = ['meta', ...(isPast ? ['previous-version', 'skip'] : []), 'snapshot']
  return names.map((name) => signed.get(name) ?? null)
}

function gatherLinks(value: DagValue, into: Link[]): void {
  if (isLink(value)) into.push(value)
  else if (isDagMap(value)) for (const [, member] of sortedMembers(value)) gatherLinks(member, into)
  else if (Array.isArray(value)) for (const entry of value) gatherLinks(entry, into)
}
