// The values of blocks: what DAG-JSON and DAG-CBOR have in common and metadata need. Read strictly: a block that is not the one
// form of its value is refused, for two readers could read it differently.
import { decode as decodeCbor, encode as encodeCbor } from '@ipld/dag-cbor'
import { decode as decodeJson } from '@ipld/dag-json'
import { isEqualBytes, utf8 } from '../../bytes.ts'
import { inQuotes } from '../../visible.ts'
import { type Link, libraryCid, linkIn, type MetadataCodec } from './cid.ts'
import { cborDepth, jsonDepth } from './depth.ts'
import { fault } from './fault.ts'

export type DagValue = null | boolean | number | string | Link | readonly DagValue[] | DagMap
export type DagMap = ReadonlyMap<string, DagValue>

const maxDepth = 32

export function isDagMap(value: DagValue | undefined): value is DagMap {
  return value instanceof Map
}

export function isLink(value: DagValue | undefined): value is Link {
  return typeof value === 'object' && value !== null && 'cid' in value
}

export function parseDag(bytes: Uint8Array, codec: MetadataCodec, what: string): DagValue {
  // Both decoders call themselves for each level, as deep as a stranger likes.
  if ((codec === 'dag-json' ? jsonDepth(bytes) : cborDepth(bytes)) > maxDepth) {
    throw fault('too-deep', 'format/malformed', `${what} is nested deeper than ${maxDepth}`)
  }
  const value = dagValueOf(decoded(bytes, codec, what), what)
  const again = codec === 'dag-json' ? dagJsonBytes(value) : encodeCbor(plainOf(value))
  if (isEqualBytes(again, bytes)) return value
  throw fault('not-canonical', 'format/malformed', `${what} is not written in the one form of ${codec}`)
}

function decoded(bytes: Uint8Array, codec: MetadataCodec, what: string): unknown {
  try {
    return codec === 'dag-json' ? decodeJson(bytes) : decodeCbor(bytes)
  } catch (cause) {
    throw fault('not-canonical', 'format/malformed', `${what} is no ${codec}`, { cause })
  }
}

function dagValueOf(value: unknown, what: string): DagValue {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return checkText(value, what)
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value
    throw fault('bad-number', 'format/malformed', `${what} has a number that is not whole, or beyond 2^53 - 1`)
  }
  if (typeof value === 'bigint') {
    throw fault('bad-number', 'format/malformed', `${what} has a number beyond 2^53 - 1`)
  }
  if (Array.isArray(value)) return value.map((entry) => dagValueOf(entry, what))
  if (value instanceof Uint8Array) {
    throw fault('bytes-value', 'format/malformed', `${what} has bytes, which metadata have nowhere`)
  }
  if (typeof value !== 'object') throw fault('not-canonical', 'format/malformed', `${what} has a value of no kind`)
  const link = linkIn(value, `a link in ${what}`)
  if (link !== undefined) return link
  const map = new Map<string, DagValue>()
  for (const [key, member] of Object.entries(value)) map.set(checkKey(key, what), dagValueOf(member, what))
  return map
}

/** In DAG-JSON such a map would be written as what reads as a link. */
function checkKey(key: string, what: string): string {
  if (key !== '/') return checkText(key, what)
  throw fault('slash-key', 'format/malformed', `${what} has a map with the key “/”, which is how links are written`)
}

/** Half a character: each encoder makes something else of it. */
function checkText(text: string, what: string): string {
  if (!/\p{Surrogate}/u.test(text)) return text
  throw fault('not-canonical', 'format/malformed', `${what} has half a character in “${inQuotes(text.slice(0, 24))}”`)
}

/** For what is made here: the same refusals as for what is read. */
export function encodeDagJson(value: DagValue, what: string): Uint8Array<ArrayBuffer> {
  return dagJsonBytes(dagValueOf(plainOf(value), what))
}

export function dagJsonBytes(value: DagValue): Uint8Array<ArrayBuffer> {
  return utf8(dagJsonText(value))
}

/** Not by the library: it sorts keys by their UTF-16, where the format asks for UTF-8. */
function dagJsonText(value: DagValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isLink(value)) return `{"/":${JSON.stringify(value.cid)}}`
  if (!isDagMap(value)) return `[${value.map(dagJsonText).join()}]`
  const members = sortedMembers(value)
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${dagJsonText(member)}`).join()}}`
}

/** In the order of DAG-JSON. */
export function sortedMembers(map: DagMap): [string, DagValue][] {
  return [...map].sort(([a], [b]) => compareText(a, b))
}

function plainOf(value: DagValue): unknown {
  if (value === null || typeof value !== 'object') return value
  if (isLink(value)) return libraryCid(value.cid)
  if (!isDagMap(value)) return value.map(plainOf)
  return Object.fromEntries([...value].map(([key, member]) => [key, plainOf(member)]))
}

/** By their UTF-8: as by their UTF-16, but that the halves of a pair stand for what is above everything else. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit
}
