// Files that a person names: read whole, up to a limit, so that a device or a wrong file cannot fill the memory.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { AppError } from '../core/error.ts'
import { checkSize } from '../core/transport.ts'
import { translateErrno } from '../node/errno.ts'

/** "-" is standard input. */
export function readInput(file: string, maxBytes: number): Uint8Array {
  const isStandard = file === '-'
  try {
    // NONBLOCK: opening a pipe that nobody writes to must not hang.
    const fd = isStandard ? 0 : openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      if (!isStandard) checkFile(fd, file, maxBytes)
      return readUpTo(fd, file, maxBytes)
    } finally {
      if (!isStandard) closeSync(fd)
    }
  } catch (thrown) {
    throw translateErrno(thrown, 'read', isStandard ? 'standard input' : file)
  }
}

function checkFile(fd: number, file: string, maxBytes: number): void {
  const stats = fstatSync(fd)
  checkSize(file, stats.size, maxBytes)
  if (stats.isFile()) return
  throw new AppError({
    code: 'source/rejected',
    message: `${file} is ${stats.isDirectory() ? 'a folder' : 'a device or pipe'}, not a file`,
    hint: 'name the file itself, or give - and pipe it in',
  })
}

function readUpTo(fd: number, file: string, maxBytes: number): Uint8Array {
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const chunk = new Uint8Array(64 * 1024)
    const count = readSync(fd, chunk)
    if (count === 0) return new Uint8Array(Buffer.concat(chunks, size))
    size += count
    checkSize(file, size, maxBytes)
    chunks.push(chunk.subarray(0, count))
  }
}
