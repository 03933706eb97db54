// A first look at a repository of blocks that nobody here trusts yet: whether it is one, and the root that it shows, which is the
// one in force, or the first one while that waits for its signatures.
import { AppError } from '../../core/error.ts'
import type { Anchor } from '../../core/system.ts'
import { judgeHead, parseHead } from '../../core/systems/merkle/accept.ts'
import { Reading } from '../../core/systems/merkle/blocks.ts'
import { merkleForm } from '../../core/systems/merkle/carried-form.ts'
import { codecs, linkOf } from '../../core/systems/merkle/cid.ts'
import { parseDocument } from '../../core/systems/merkle/document.ts'
import { blockName, headName, maxBytes, pendingName } from '../../core/systems/merkle/files.ts'
import { blocksIn } from '../../core/systems/merkle/repository.ts'
import type { Transport } from '../../core/transport.ts'
import { isFolderLocation } from '../location.ts'
import type { PlaceOptions } from '../place.ts'
import { isMerkleLocation } from '../transports/merkle/address.ts'
import { isArchive, openMerkle } from './place.ts'

/** Its address or its name says so; or a head that leads to a snapshot lies there, or a first root that waits. */
export async function isMerkle(location: string, options: PlaceOptions): Promise<boolean> {
  if (isMerkleLocation(location) || isArchive(location)) return true
  if (!isFolderLocation(location)) return false
  const { transport } = await openMerkle(location, options)
  const { signal = new AbortController().signal } = options
  return (await hasHead(transport, signal)) || (await firstRoot(transport, signal)) !== undefined
}

async function hasHead(transport: Transport, signal: AbortSignal): Promise<boolean> {
  const head = await readSmall(transport, headName, maxBytes.head, signal)
  return head !== undefined && isRead(() => parseHead(head))
}

async function firstRoot(transport: Transport, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const bytes = await readSmall(transport, pendingName('root'), maxBytes.candidate, signal)
  if (bytes === undefined) return undefined
  return isRead(() => parseDocument(linkOf(bytes, codecs.dagJson), bytes, 'root')) ? bytes : undefined
}

/** What cannot be read as a file is none of ours. */
async function readSmall(
  transport: Transport,
  name: string,
  most: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  return transport.read(name, most, signal).catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code !== 'user/cancelled') return undefined
    throw thrown
  })
}

function isRead(parse: () => unknown): boolean {
  try {
    parse()
    return true
  } catch (thrown) {
    if (thrown instanceof AppError) return false
    throw thrown
  }
}

export async function lookAtBlocks(
  location: string,
  now: Date,
  signal: AbortSignal,
  options: PlaceOptions,
): Promise<{ anchor: Anchor }> {
  const { transport } = await openMerkle(location, options)
  return { anchor: await shownBy(transport, location, now, signal) }
}

/** Of what is in force, all of it is judged from the root that it shows, as by a client that had pinned that. */
export async function shownBy(transport: Transport, location: string, now: Date, signal: AbortSignal): Promise<Anchor> {
  const head = await transport.read(headName, maxBytes.head, signal)
  if (head === undefined) {
    const first = await firstRoot(transport, signal)
    if (first === undefined) throw nothingThere(location)
    return merkleForm.readAnchor(first, location)
  }
  const blocks = blocksIn(transport, { anchor: new Uint8Array(), signal })
  const reading = new Reading(blocks)
  const { signed } = await reading.document(parseHead(head).signed.snapshot, 'snapshot', 'snapshot')
  const { root } = signed
  const verdict = await judgeHead(head, { root, gone: new Map() }, { source: blocks, now, expired: 'overlook' })
  if (!verdict.accepted) throw verdict.error
  const bytes = await transport.read(blockName(root.cid), maxBytes.block, signal)
  if (bytes === undefined) throw nothingThere(location)
  return merkleForm.readAnchor(bytes, location)
}

function nothingThere(location: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `${location} holds no repository of content-addressed blocks`,
    hint: 'name the folder in which head.json lies, or pending/root.json',
  })
}
