// An archive of blocks in a file, as a read-only Transport. One pass finds where each block lies, and hashes it; a block that is read
// is hashed again, for the file may be another by then.
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '../../../core/error.ts'
import { checkBlock } from '../../../core/systems/merkle/blocks.ts'
import { CarReader } from '../../../core/systems/merkle/car.ts'
import { codecOf, type Link, parseLink } from '../../../core/systems/merkle/cid.ts'
import { fault } from '../../../core/systems/merkle/fault.ts'
import { blockName, cidOfBlock, headName } from '../../../core/systems/merkle/files.ts'
import { byCodePoint, checkSize, type Transport } from '../../../core/transport.ts'
import { checkCancelled } from '../../cancel.ts'
import { translateErrno } from '../../errno.ts'

interface Place {
  at: number
  length: number
}

export interface ArchiveIndex {
  root: Link
  places: ReadonlyMap<string, Place>
  /** Of the file that was gone through: its number, size, and time of change. */
  stamp: string
}

const pieceBytes = 1024 * 1024

export function archiveTransport(path: string): Transport {
  let last: Promise<ArchiveIndex> | undefined

  /** Made once, and again where the file is another, or could not be gone through. */
  async function index(file: FileHandle, signal: AbortSignal): Promise<ArchiveIndex> {
    const before = last
    const known = await before?.catch(() => undefined)
    if (known !== undefined && known.stamp === (await stampOf(file))) return known
    // Of many who ask at once only one goes through it.
    if (last === before) last = goThrough(file, path, signal)
    return last ?? goThrough(file, path, signal)
  }

  return {
    list: (prefix, signal) =>
      opened(path, async (file) => {
        const { places } = await index(file, signal)
        const names = [headName, ...[...places.keys()].map(blockName)]
        return names.filter((name) => name.startsWith(prefix)).sort(byCodePoint)
      }),
    read: (name, maxBytes, signal) =>
      opened(path, async (file) => {
        checkCancelled(signal)
        const { root, places } = await index(file, signal)
        const cid = name === headName ? root.cid : cidOfBlock(name)
        const place = cid === undefined ? undefined : places.get(cid)
        if (cid === undefined || place === undefined) return undefined
        checkSize(name, place.length, maxBytes)
        const block = await bytesAt(file, place)
        checkBlock(parseLink(cid, name), block)
        return block
      }),
    write: async () => {
      throw new AppError({
        code: 'usage/invalid',
        message: `${path} is an archive, which is only read`,
        hint: 'load it into the folder of a repository, and publish there',
      })
    },
  }
}

/** Refused at the first block that is not what it says. */
export function indexArchive(path: string, signal: AbortSignal): Promise<ArchiveIndex> {
  return opened(path, (file) => goThrough(file, path, signal))
}

async function goThrough(file: FileHandle, path: string, signal: AbortSignal): Promise<ArchiveIndex> {
  const stamp = await stampOf(file)
  const reader = new CarReader(path)
  const places = new Map<string, Place>()
  const piece = new Uint8Array(pieceBytes)
  for (let from = 0; ; ) {
    checkCancelled(signal)
    const { bytesRead } = await file.read(piece, 0, piece.length, from)
    if (bytesRead === 0) break
    from += bytesRead
    for (const { link, block, at } of reader.take(piece.subarray(0, bytesRead)))
      places.set(link.cid, { at, length: block.length })
  }
  const root = reader.end()
  if (codecOf(root, `the root of ${path}`) === 'dag-json') return { root, places, stamp }
  const why = `the root of ${path} is in dag-cbor, and heads are in dag-json`
  throw fault('cid-codec', 'format/unsupported', why, { blocks: [root.cid] })
}

async function stampOf(file: FileHandle): Promise<string> {
  const { dev, ino, size, mtimeNs } = await file.stat({ bigint: true })
  return [dev, ino, size, mtimeNs].join(' ')
}

async function bytesAt(file: FileHandle, { at, length }: Place): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, at + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

/** A pipe or a device would never end. */
async function opened<T>(path: string, run: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle | undefined
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!(await file.stat()).isFile()) throw noFile(path)
    return await run(file)
  } catch (thrown) {
    throw translateErrno(thrown, 'read', path)
  } finally {
    await file?.close()
  }
}

function noFile(path: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${path} is not a regular file`,
    hint: 'give an archive of blocks, a file that ends in .car',
  })
}
