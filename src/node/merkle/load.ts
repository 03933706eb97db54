// An archive of blocks into the folder of a repository. All of it is verified before anything is written; then blocks, in portions,
// for they never change and one more harms nothing; and the head last.
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isEqualBytes } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import type { Link } from '../../core/systems/merkle/cid.ts'
import { blockName, headName, maxBytes, pendingPrefix } from '../../core/systems/merkle/files.ts'
import { checkSize, type Transport } from '../../core/transport.ts'
import { directoryTransport } from '../transports/directory.ts'
import { httpContent } from '../transports/http/content.ts'
import { checkSafe } from '../transports/merkle/address.ts'
import { archiveTransport, indexArchive } from '../transports/merkle/archive.ts'
import type { Access } from '../web/send.ts'
import { follows } from './follows.ts'

export interface LoadOptions {
  access?: Access
  /**
   * Whether the folder shall have this head. It is asked before anything is written, with what the folder would hold then: blocks of
   * the archive, and those that are in the folder.
   */
  accept(head: Uint8Array, source: Transport): Promise<boolean>
  now: Date
  signal: AbortSignal
}

export interface LoadedArchive {
  root: Link
  accepted: boolean
  /** Blocks that the folder did not have. */
  added: number
  /** Blocks that it had. */
  kept: number
}

const portion = { blocks: 256, bytes: 16 * 1024 * 1024 }
const maxArchiveBytes = 1024 ** 3

export async function loadArchive(from: string, folder: string, options: LoadOptions): Promise<LoadedArchive> {
  if (!/^https?:\/\//i.test(from)) return loadFile(from, folder, options)
  const room = await mkdtemp(join(tmpdir(), 'countersign-archive-'))
  try {
    const path = join(room, 'fetched.car')
    await fetchArchive(from, path, options)
    return await loadFile(path, folder, options)
  } finally {
    await rm(room, { recursive: true, force: true })
  }
}

async function loadFile(path: string, folder: string, { accept, now, signal }: LoadOptions): Promise<LoadedArchive> {
  const { root, places } = await indexArchive(path, signal)
  const archive = archiveTransport(path)
  const target = directoryTransport(folder, { create: true, rooms: [headName, 'ipfs/', pendingPrefix] })
  const head = await archive.read(headName, maxBytes.head, signal)
  if (head === undefined) throw new AppError({ code: 'internal/bug', message: 'an archive without its root' })
  const before = (await target.read(headName, maxBytes.head, signal)) ?? null
  const both = over(archive, target)
  const isOther = before === null || !isEqualBytes(before, head)
  if (!(await accept(head, both))) return { root, accepted: false, added: 0, kept: 0 }
  // Whoever published since this machine looked last has a head there that nobody asked about.
  if (before !== null && isOther && !(await follows(both, before, { anchor: new Uint8Array(), now, signal })))
    throw older(folder)
  const done = { root, accepted: true, added: 0, kept: 0 }
  for await (const { files, base, kept } of portions([...places.keys()], archive, target, signal)) {
    if (files.size > 0) await target.write(files, base, 'load blocks', signal)
    done.added += files.size
    done.kept += kept
  }
  if (isOther) await target.write(new Map([[headName, head]]), new Map([[headName, before]]), 'load the head', signal)
  return done
}

function older(folder: string): AppError {
  return new AppError({
    code: 'trust/rollback',
    message: `the head in ${folder} does not lead to that of the archive, or lasts longer`,
    hint: 'nothing was written; load it into an empty folder, and look at both: countersign merkle ask',
  })
}

/** What the folder lacks, or has in another form than its name says. */
async function* portions(cids: readonly string[], archive: Transport, target: Transport, signal: AbortSignal) {
  let files = new Map<string, Uint8Array>()
  let base = new Map<string, Uint8Array | null>()
  let [kept, bytes] = [0, 0]
  for (const cid of cids) {
    const name = blockName(cid)
    const block = await archive.read(name, maxBytes.block, signal)
    if (block === undefined) continue
    const is = (await target.read(name, maxBytes.block, signal)) ?? null
    if (is !== null && isEqualBytes(is, block)) {
      kept++
      continue
    }
    files.set(name, block)
    base.set(name, is)
    bytes += block.length
    if (files.size < portion.blocks && bytes < portion.bytes) continue
    yield { files, base, kept }
    files = new Map()
    base = new Map()
    kept = bytes = 0
  }
  yield { files, base, kept }
}

function over(first: Transport, second: Transport): Transport {
  return {
    ...second,
    read: async (name, limit, signal) => (await first.read(name, limit, signal)) ?? second.read(name, limit, signal),
    write: first.write,
  }
}

async function fetchArchive(address: string, path: string, { access = {}, signal }: LoadOptions): Promise<void> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || url.search !== '') throw noArchive(address)
  checkSafe(url)
  const base = new URL('.', url)
  const found = await httpContent(base.href, { access }).open(url.pathname.slice(base.pathname.length), 0, signal)
  if (found === undefined) throw noArchive(address)
  const file = await open(path, 'wx', 0o600)
  try {
    let size = 0
    for await (const piece of found.pieces) {
      size += piece.length
      checkSize(address, size, maxArchiveBytes)
      await file.writeFile(piece)
    }
  } finally {
    await file.close()
  }
}

function noArchive(address: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `there is no archive at ${address}`,
    hint: 'check the address with the repository admin',
  })
}
