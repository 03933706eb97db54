// One large file that comes in pieces: kept as far as it came, continued the next time, and whole only when its hash says so.
// The caller holds a lock, so that nobody else writes into it meanwhile.
import { AppError } from '../../core/error.ts'
import { checkCancelled } from '../cancel.ts'
import type { OpenContent } from '../content.ts'
import { unlinkIfPresent } from '../directory/lock.ts'
import { type FileSystem, openFlags, writeAll } from '../file-system.ts'
import { type Digest, differenceOf, digestFor, type Expected } from './digest.ts'
import { counter, type Progress } from './progress.ts'

export interface Source {
  /** The content from a byte on; it may begin at 0 instead. */
  open(from: number): Promise<OpenContent>
  /** What it means that the content is not what was expected. */
  changed(difference: string): AppError
}

export interface PartialOptions {
  fs: FileSystem
  signal: AbortSignal
  progress?: Progress | undefined
}

/** The file is on the disk, whole and verified, when this returns; answers how many bytes were there before. */
export async function completePartial(
  path: string,
  expected: Expected,
  source: Source,
  options: PartialOptions,
): Promise<number> {
  const first = await fill(path, expected, source, options)
  if (first.difference === undefined) return first.resumedFrom
  await unlinkIfPresent(options.fs, path)
  if (first.resumedFrom === 0) throw source.changed(first.difference)
  // What was kept may be of an older file: that alone is no reason to doubt the source.
  const second = await fill(path, expected, source, options)
  if (second.difference === undefined) return 0
  await unlinkIfPresent(options.fs, path)
  throw source.changed(second.difference)
}

interface Filled {
  resumedFrom: number
  difference?: string
}

async function fill(path: string, expected: Expected, source: Source, options: PartialOptions): Promise<Filled> {
  const { fs, signal } = options
  const kept = await openKept(path, expected, options)
  let { fd } = kept
  let hash = kept.hash
  let resumedFrom = hash.length()
  let count = counter(expected.length, options.progress)
  try {
    count(resumedFrom)
    if (resumedFrom < expected.length) {
      const content = await source.open(resumedFrom)
      if (content.from !== resumedFrom) {
        // From the start, because the other side cannot begin in the middle.
        await fs.close(fd)
        fd = -1
        await unlinkIfPresent(fs, path)
        fd = await fs.open(path, openFlags.create, 0o666)
        hash = digestFor(expected)
        count = counter(expected.length, options.progress)
        resumedFrom = 0
      }
      for await (const piece of content.pieces) {
        checkCancelled(signal)
        hash.add(piece)
        // It may be endless.
        if (hash.length() > expected.length) break
        await writeAll(fs, fd, piece)
        count(piece.length)
      }
    }
    const difference = differenceOf(hash, expected)
    if (difference === undefined) await fs.sync(fd)
    return { resumedFrom, ...(difference === undefined ? {} : { difference }) }
  } finally {
    if (fd >= 0) await fs.close(fd)
  }
}

/** What came before, hashed; the next write goes on behind it. */
async function openKept(
  path: string,
  expected: Expected,
  { fs, signal }: PartialOptions,
): Promise<{ fd: number; hash: Digest }> {
  const fd = await fs.open(path, openFlags.resume, 0o666)
  try {
    const stats = await fs.fstat(fd)
    // A second name of it would be written to as well.
    if (!stats.isFile() || stats.nlink > 1) throw notOurs(path)
    const hash = digestFor(expected)
    const buffer = new Uint8Array(1024 * 1024)
    for (let more = await fs.read(fd, buffer, 0); more > 0; more = await fs.read(fd, buffer, 0)) {
      checkCancelled(signal)
      hash.add(buffer.subarray(0, more))
      // Of something else: there is no need to know all of it.
      if (hash.length() > expected.length) break
    }
    return { fd, hash }
  } catch (thrown) {
    await fs.close(fd)
    throw thrown
  }
}

function notOurs(path: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${path} is not a partial file of ours`,
    hint: 'find out who put it there, then remove it',
  })
}
