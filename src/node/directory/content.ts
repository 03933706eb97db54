// Large files below a folder: the same rules as for small ones (no links, regular files only), read piece by piece.
import { resolve } from 'node:path'
import { AppError } from '../../core/error.ts'
import { checkCancelled } from '../cancel.ts'
import type { Content, OpenContent } from '../content.ts'
import { errnoOf, translateErrno } from '../errno.ts'
import { type FileSystem, fileSystem, openFlags } from '../file-system.ts'
import { verifyPathName, visible } from '../safe-name.ts'
import { besideTarget, readJournal } from './journal.ts'
import { type Tree, tree } from './tree.ts'

const pieceBytes = 1024 * 1024

export function directoryContent(root: string, fs: FileSystem = fileSystem): Content {
  const at = tree(resolve(root), fs, false)

  /** A change that was decided but not finished holds the file under another name. */
  async function placeOf(name: string): Promise<string | undefined> {
    const temporary = (await readJournal(at, fs))?.get(name)
    if (temporary === null) return undefined
    if (temporary === undefined) return name
    const beside = besideTarget(name, temporary)
    return (await at.hasFolders(beside)) && (await at.look(at.path(beside))) !== undefined ? beside : name
  }

  return {
    open: async (name, from, signal) => {
      checkCancelled(signal)
      verifyPathName(name)
      try {
        const place = await placeOf(name)
        const fd = place === undefined ? undefined : await openFile(at, fs, place)
        if (fd !== undefined) return { from, pieces: guarded(piecesOf(fs, fd, from, signal), name, root) }
        await at.checkRoot()
        return undefined
      } catch (thrown) {
        throw translateErrno(thrown, 'read', `${visible(name)} in ${root}`)
      }
    },
  }
}

async function openFile(at: Tree, fs: FileSystem, name: string): Promise<number | undefined> {
  if (!(await at.hasFolders(name))) return undefined
  let fd: number
  try {
    fd = await fs.open(at.path(name), openFlags.read)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
  try {
    if ((await fs.fstat(fd)).isFile()) return fd
    throw new AppError({
      code: 'source/rejected',
      message: `${visible(name)} is not a regular file`,
      hint: 'do not use this folder before you know who put it there',
      data: { name },
    })
  } catch (thrown) {
    await fs.close(fd)
    throw thrown
  }
}

/** The file from a byte on, in pieces that share one buffer; closed at the end, however that comes. */
export async function* piecesOf(
  fs: FileSystem,
  fd: number,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(pieceBytes)
  try {
    for (let position = from; ; ) {
      checkCancelled(signal)
      const count = await fs.read(fd, buffer, 0, position)
      if (count === 0) return
      position += count
      yield buffer.subarray(0, count)
    }
  } finally {
    await fs.close(fd)
  }
}

async function* guarded(pieces: OpenContent['pieces'], name: string, root: string): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces
  } catch (thrown) {
    throw translateErrno(thrown, 'read', `${visible(name)} in ${root}`)
  }
}
