// Files that a person names: read whole, up to a limit, so that a device or a wrong file cannot fill the memory.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { AppError } from '../core/error.ts'
import { checkSize } from '../core/transport.ts'
import { errnoOf, translateErrno } from '../node/errno.ts'

/** "-" is standard input. */
export async function readInput(file: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  return file === '-' ? readStandard(maxBytes, signal) : readNamed(file, maxBytes)
}

export function readNamed(file: string, maxBytes: number): Uint8Array {
  try {
    // NONBLOCK: opening a pipe that nobody writes to must not hang.
    const fd = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      checkFile(fd, file, maxBytes)
      return readUpTo(fd, file, maxBytes)
    } finally {
      closeSync(fd)
    }
  } catch (thrown) {
    throw translateErrno(thrown, 'read', file)
  }
}

/** As a stream, so that Ctrl-C ends the wait for someone who types nothing. */
async function readStandard(maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of addAbortSignal(signal, process.stdin)) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    checkSize('standard input', size, maxBytes)
    chunks.push(bytes)
  }
  return new Uint8Array(Buffer.concat(chunks, size))
}

function checkFile(fd: number, file: string, maxBytes: number): void {
  const stats = fstatSync(fd)
  checkSize(file, stats.size, maxBytes)
  if (stats.isFile()) return
  throw new AppError({
    code: 'source/rejected',
    message: `${file} is ${stats.isDirectory() ? 'a folder' : 'a device or pipe'}, not a file`,
    hint: 'name the file itself, or where - is allowed give that and pipe it in',
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
    // It may have grown since it was looked at.
    checkSize(file, size, maxBytes)
    chunks.push(chunk.subarray(0, count))
  }
}

/** The next byte, waiting for it also where whoever opened the descriptor made it one that does not wait; false at the end. */
export function readByte(fd: number, into: Uint8Array): boolean {
  for (;;) {
    try {
      return readSync(fd, into, 0, 1, null) > 0
    } catch (thrown) {
      // EOF is how Windows ends a pipe.
      if (errnoOf(thrown) === 'EOF') return false
      if (errnoOf(thrown) !== 'EAGAIN') throw thrown
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}
