// A repository as an archive of blocks: its head and all that is before it, the same bytes every time. Block by block, so that a long
// history needs no more memory than its names.
import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../core/error.ts'
import { carHeader, carSection, walkBlocks } from '../../core/systems/merkle/car.ts'
import { codecs, type Link, linkOf } from '../../core/systems/merkle/cid.ts'
import { headName, maxBytes } from '../../core/systems/merkle/files.ts'
import { blocksIn } from '../../core/systems/merkle/repository.ts'
import type { Transport } from '../../core/transport.ts'
import { checkCancelled } from '../cancel.ts'
import { translateErrno } from '../errno.ts'
import { checkFree, syncFolder } from '../new-file.ts'
import { indexArchive } from '../transports/merkle/archive.ts'

export interface SaveOptions {
  /** The pinned root, where it need not lie among the blocks. */
  anchor?: Uint8Array
  /** Versions of before, of others than root as well; else only what is in force, with all roots. */
  history?: boolean
  signal: AbortSignal
}

export interface SavedArchive {
  root: Link
  blocks: number
  bytes: number
}

const atOnceBytes = 1024 * 1024

/** Never over a file that is there; read back, and every block hashed, before it has its name. */
export async function saveArchive(source: Transport, path: string, options: SaveOptions): Promise<SavedArchive> {
  const beside = join(dirname(path), `.${basename(path).slice(0, 30)}.${randomBytes(4).toString('hex')}.part`)
  try {
    await checkFree(path)
    const saved = await write(source, beside, options)
    const { root, places } = await indexArchive(beside, options.signal)
    if (root.cid !== saved.root.cid || places.size !== saved.blocks) throw otherwise(path)
    await checkFree(path)
    await rename(beside, path)
    await syncFolder(dirname(path))
    return saved
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw translateErrno(thrown, 'write', path)
  }
}

async function write(
  source: Transport,
  path: string,
  { anchor = new Uint8Array(), history = true, signal }: SaveOptions,
): Promise<SavedArchive> {
  const head = await source.read(headName, maxBytes.head, signal)
  if (head === undefined) throw noHead()
  const root = linkOf(head, codecs.dagJson)
  const others = blocksIn(source, { anchor, signal })
  // The head lies at its own place, and need not lie among the blocks as well.
  const blocks = { read: async (cid: string) => (cid === root.cid ? head : others.read(cid)) }
  const file = await open(path, 'wx')
  try {
    const saved = { root, blocks: 0, bytes: 0 }
    let waiting: Uint8Array[] = [carHeader(root)]
    let size = waiting[0]?.length ?? 0
    const flush = async () => {
      await file.writeFile(Buffer.concat(waiting))
      saved.bytes += size
      waiting = []
      size = 0
    }
    for await (const [link, block] of walkBlocks(blocks, root, { history })) {
      checkCancelled(signal)
      const section = carSection(link, block)
      waiting.push(section)
      size += section.length
      saved.blocks++
      if (size >= atOnceBytes) await flush()
    }
    await flush()
    await file.sync()
    return saved
  } finally {
    await file.close()
  }
}

function noHead(): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `there is no ${headName}: nothing was published here yet`,
    hint: 'publish the first head, then save an archive of it',
  })
}

function otherwise(path: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${path} reads back as something else than was written`,
    hint: 'nothing was kept there; use another disk or stick',
  })
}
