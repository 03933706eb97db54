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

export interface CarBlock {
  link: Link
  block: Uint8Array
  /** Where the block, without its length and its CID, begins in the archive. */
  at: number
}

/** Takes an archive in pieces, whatever their size, and holds no more of it than the part that is not whole yet. */
export class CarReader {
  readonly #what: string
  #root: Link | undefined
  #hasRoot = false
  #blocks = 0
  /** Of the archive, how many bytes were taken. */
  #taken = 0
  /** Of the length that is being read. */
  #length = 0
  #factor = 1
  /** How long the part is that is being read; undefined while its length is. */
  #wanted: number | undefined
  /** Of a part that comes in several pieces, and how much of it is there. */
  #part: Uint8Array | undefined
  #filled = 0

  constructor(what = 'the archive') {
    this.#what = what
  }

  /** Blocks that a piece completes, each hashed; the next piece only after all of them were taken. */
  *take(piece: Uint8Array): Generator<CarBlock> {
    if (this.#taken + piece.length > limits.maxBytes) {
      throw fault('car-too-large', 'source/too-large', `${this.#what} has more than ${limits.maxBytes} bytes`)
    }
    for (let at = 0; at < piece.length; ) {
      if (this.#wanted === undefined) {
        this.#taken++
        this.#takeOfLength(piece[at++] ?? 0)
        continue
      }
      const some = piece.subarray(at, at + this.#wanted - this.#filled)
      at += some.length
      this.#taken += some.length
      const part = this.#joined(some, this.#wanted)
      const found = part === undefined ? undefined : this.#found(part)
      if (found !== undefined) yield found
    }
  }

  /** After the last piece. */
  end(): Link {
    if (this.#wanted !== undefined) throw malformed(this.#what, 'ends within a block')
    if (this.#root === undefined || this.#factor > 1) throw malformed(this.#what, 'ends within a length')
    if (this.#hasRoot) return this.#root
    const why = `${this.#what} does not hold the block that it is about`
    throw fault('car-root-missing', 'format/malformed', why, { blocks: [this.#root.cid] })
  }

  /** One byte more of a length, seven bits in each, the lowest first. */
  #takeOfLength(byte: number): void {
    const maxLength = this.#root === undefined ? limits.maxHeaderBytes : maxBlockBytes + limits.maxCidBytes
    if (byte === 0 && this.#factor > 1) throw malformed(this.#what, 'has a length that is longer than it must be')
    this.#length += (byte & 127) * this.#factor
    if (this.#length > maxLength) {
      throw fault('car-too-large', 'source/too-large', `${this.#what} has a part of more than ${maxLength} bytes`)
    }
    if (this.#factor > maxLength) throw malformed(this.#what, 'has a length that is longer than it must be')
    this.#factor *= 128
    if (byte > 127) return
    if (this.#length === 0) throw malformed(this.#what, 'has an empty part')
    this.#wanted = this.#length
    this.#length = 0
    this.#factor = 1
  }

  /** The part, once it is whole; what is whole within one piece is not copied. */
  #joined(some: Uint8Array, wanted: number): Uint8Array | undefined {
    let part = some
    if (some.length < wanted) {
      this.#part ??= new Uint8Array(wanted)
      this.#part.set(some, this.#filled)
      this.#filled += some.length
      if (this.#filled < wanted) return undefined
      part = this.#part
    }
    this.#wanted = undefined
    this.#part = undefined
    this.#filled = 0
    return part
  }

  #found(bytes: Uint8Array): CarBlock | undefined {
    if (this.#root === undefined) {
      this.#root = rootOf(bytes, this.#what)
      return undefined
    }
    const [link, block] = parseCidBefore(bytes, `a block of ${this.#what}`)
    checkBlock(link, block)
    if (++this.#blocks > limits.maxBlocks) {
      throw fault('car-too-large', 'source/too-large', `${this.#what} has more than ${limits.maxBlocks} blocks`)
    }
    if (link.cid === this.#root.cid) this.#hasRoot = true
    return { link, block, at: this.#taken - block.length }
  }
}

export function parseCar(bytes: Uint8Array, what = 'the archive'): Archive {
  const reader = new CarReader(what)
  const blocks = new Map<string, Uint8Array>()
  for (const { link, block } of reader.take(bytes)) blocks.set(link.cid, block)
  return { root: reader.end(), blocks }
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
  const parts = [carHeader(root)]
  for (const [link, block] of blocks) parts.push(carSection(link, block))
  return concatBytes(...parts)
}

/** What an archive begins with, before its blocks. */
export function carHeader(root: Link): Uint8Array<ArrayBuffer> {
  const header = headerOf(root)
  return concatBytes(lengthBytes(header.length), header)
}

export function carSection({ cid }: Link, block: Uint8Array): Uint8Array<ArrayBuffer> {
  const name = cidBytes(cid)
  return concatBytes(lengthBytes(name.length + block.length), name, block)
}

function lengthBytes(length: number): Uint8Array {
  const bytes: number[] = []
  let rest = length
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Uint8Array.from([...bytes, rest])
}

export interface Wanted {
  /** Versions of before, of others than root as well. */
  history: boolean
  /** What the receiver has, and nothing that only these lead to. */
  without?: ReadonlySet<string>
}

/**
 * The metadata that a head leads to, each block once, in the order of first visit: depth first, links in the order of DAG-JSON.
 * Roots with all before them; other histories only where they are asked for. Only names are kept on the way.
 */
export async function* walkBlocks(
  source: BlockSource,
  head: Link,
  { history, without = new Set() }: Wanted,
): AsyncGenerator<[Link, Uint8Array]> {
  const found = new Set<string>()
  const waiting = [head]
  for (let link = waiting.pop(); link !== undefined; link = waiting.pop()) {
    if (found.has(link.cid) || without.has(link.cid)) continue
    const bytes = await readBlock(source, link)
    found.add(link.cid)
    yield [link, bytes]
    const what = `the block ${link.cid}`
    const links: Link[] = []
    gatherLinks(pointers(parseDag(bytes, codecOf(link, what), what), history), links)
    waiting.push(...links.reverse())
  }
}

export async function collectBlocks(source: BlockSource, head: Link, wanted: Wanted): Promise<[Link, Uint8Array][]> {
  const all: [Link, Uint8Array][] = []
  for await (const one of walkBlocks(source, head, wanted)) all.push(one)
  return all
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
