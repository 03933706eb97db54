// A file that a person named, read piece by piece, and only if it stays the same meanwhile.
import { realpath } from 'node:fs/promises'
import { AppError } from '../core/error.ts'
import { counter, type Progress } from './artifacts/progress.ts'
import { piecesOf } from './directory/content.ts'
import { translateErrno } from './errno.ts'
import { type FileSystem, fileSystem, openFlags } from './file-system.ts'

export interface ReadOptions {
  signal: AbortSignal
  progress?: Progress | undefined
  fs?: FileSystem
}

/** `begin` is told its size and answers who takes the pieces, which share one buffer; answers the size. */
export async function readPieces(
  file: string,
  begin: (size: number) => (piece: Uint8Array) => void,
  { signal, progress, fs = fileSystem }: ReadOptions,
): Promise<number> {
  try {
    // The person named it: a link is followed.
    const fd = await fs.open(await realpath(file), openFlags.read)
    const { size, take } = await begun(file, fd, begin, fs).catch(async (thrown: unknown) => {
      await fs.close(fd)
      throw thrown
    })
    const count = counter(size, progress)
    let length = 0
    for await (const piece of piecesOf(fs, fd, 0, signal)) {
      length += piece.length
      if (length > size) break
      take(piece)
      count(piece.length)
    }
    if (length === size) return length
    throw new AppError({
      code: 'source/conflict',
      message: `${file} changed while it was read`,
      hint: 'wait until the other program has finished, then repeat',
    })
  } catch (thrown) {
    throw translateErrno(thrown, 'read', file)
  }
}

async function begun(
  file: string,
  fd: number,
  begin: (size: number) => (piece: Uint8Array) => void,
  fs: FileSystem,
): Promise<{ size: number; take: (piece: Uint8Array) => void }> {
  const stats = await fs.fstat(fd)
  if (stats.isFile()) return { size: stats.size, take: begin(stats.size) }
  throw new AppError({
    code: 'source/rejected',
    message: `${file} is ${stats.isDirectory() ? 'a folder' : 'a device or pipe'}, not a file`,
    hint: 'name the file itself',
  })
}
