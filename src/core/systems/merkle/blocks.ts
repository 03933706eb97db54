// Where blocks come from, and what is read of them for one question: every block is hashed, whoever brought it.
import { isOfBlock, type Link } from './cid.ts'
import { type Document, type DocumentType, parseDocument, type SignedOf } from './document.ts'
import { fault } from './fault.ts'

export const maxBlockBytes = 1024 * 1024

/** A port. `undefined`: certainly not there; what could not be found out is thrown. */
export interface BlockSource {
  read(cid: string): Promise<Uint8Array | undefined>
}

export async function readBlock(source: BlockSource, { cid, codec }: Link): Promise<Uint8Array> {
  const bytes = await source.read(cid)
  if (bytes === undefined) {
    throw fault('block-missing', 'source/not-found', `the block ${cid} is not there`, {
      hint: 'fetch the repository again, whole; where it stays away, ask whoever keeps it',
      blocks: [cid],
    })
  }
  checkBlock({ cid, codec }, bytes)
  return bytes
}

export function checkBlock(link: Link, bytes: Uint8Array): void {
  const { cid } = link
  if (bytes.length > maxBlockBytes) {
    const sizes = `${bytes.length} bytes, ${maxBlockBytes} are allowed`
    throw fault('block-too-large', 'source/too-large', `the block ${cid} has ${sizes}`, { blocks: [cid] })
  }
  if (isOfBlock(link, bytes)) return
  throw fault('block-hash', 'trust/changed', `what came for the block ${cid} is something else: it was changed`, {
    hint: 'nothing of it was used; fetch it from another place, and ask whoever keeps this one',
    blocks: [cid],
  })
}

/** A link that was followed through history: 0 is previous-version, k the skip link k. */
export interface Taken {
  role: string
  from: string
  to: string
  k: number
}

/** What was read for one question. Documents that rules look at again are kept; those on a way through history are not. */
export class Reading {
  readonly #source: BlockSource
  readonly #kept = new Map<string, Document>()
  /** All blocks that were asked for, in order. */
  readonly blocks = new Set<string>()
  /** How many blocks were asked for, by the role whose they are. */
  readonly counts = new Map<string, number>()
  /** In order; of what comes of it no rule asks. */
  readonly way: Taken[] = []

  constructor(source: BlockSource) {
    this.#source = source
  }

  async document<T extends DocumentType>(link: Link, type: T, role: string): Promise<Document<SignedOf<T>>> {
    const kept = this.#kept.get(link.cid)
    if (kept !== undefined && isOfType(kept, type)) return kept
    const read = await this.passing(link, type, role)
    this.#kept.set(link.cid, read)
    return read
  }

  /** Read, and forgotten but for its name. */
  async passing<T extends DocumentType>(link: Link, type: T, role: string): Promise<Document<SignedOf<T>>> {
    this.counts.set(role, (this.counts.get(role) ?? 0) + 1)
    this.blocks.add(link.cid)
    return parseDocument(link, await readBlock(this.#source, link), type)
  }
}

function isOfType<T extends DocumentType>(document: Document, type: T): document is Document<SignedOf<T>> {
  return document.signed.type === type
}
