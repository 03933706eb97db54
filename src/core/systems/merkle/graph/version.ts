// A block as one version in a lane: small, so that whole documents need not be kept.
import { type BlockSource, checkBlock } from '../blocks.ts'
import { codecOf, type Link, parseLink } from '../cid.ts'
import { isDagMap, parseDag } from '../dag-value.ts'
import { type Document, type DocumentType, parseDocument } from '../document.ts'
import type { Version } from './types.ts'

/** Top-level lanes go by their names; all others are marked, for a snapshot may list a role that calls itself "root". */
export function delegatedLane(name: string): string {
  return `delegated:${name}`
}

/** The lane of a role as verdicts name it. */
export function laneOf(type: DocumentType, role: string): string {
  if (type !== 'targets') return type
  return role === 'targets' ? 'targets' : delegatedLane(role)
}

export function versionOf(document: Document, lane: string, by: Version['by'], inForce: boolean): Version {
  const { cid, pid, signatures, signed } = document
  const height = signed.type === 'timestamp' ? 0 : signed.height
  const previous = signed.type === 'timestamp' ? undefined : signed.previous?.cid
  return {
    id: `${lane} ${cid}`,
    lane,
    cid,
    pid,
    height,
    version: height + 1,
    ...(previous === undefined ? {} : { previous }),
    expires: signed.expires.toISOString(),
    signatures: signatures.length,
    by,
    inForce,
  }
}

const types: readonly DocumentType[] = ['root', 'targets', 'snapshot', 'timestamp']

/** Of whatever type it says that it is; throws where it is none of these. */
export function parseAny(cid: string, bytes: Uint8Array): Document {
  const link: Link = parseLink(cid, 'a block')
  checkBlock(link, bytes)
  const value = parseDag(bytes, codecOf(link, 'a block'), 'a block')
  const signed = isDagMap(value) ? value.get('signed') : undefined
  const said = isDagMap(signed) ? signed.get('_type') : undefined
  return parseDocument(link, bytes, types.find((type) => type === said) ?? 'timestamp')
}

/** Counts what is asked for, and asks for no more than it may. */
export class Budget {
  readonly #source: BlockSource
  readonly #most: number
  reads = 0

  constructor(source: BlockSource, most: number) {
    this.#source = source
    this.#most = most
  }

  get spent(): boolean {
    return this.left === 0
  }

  get left(): number {
    return Math.max(0, this.#most - this.reads)
  }

  async read(cid: string): Promise<Uint8Array | undefined> {
    this.reads++
    return this.#source.read(cid)
  }
}
