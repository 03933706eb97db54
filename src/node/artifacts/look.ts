// Files on this machine that a person wants to release: read and hashed as a stream, named as they will be in the repository.
import type { Dirent } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { AppError } from '../../core/error.ts'
import { byCodePoint } from '../../core/transport.ts'
import { checkCancelled } from '../cancel.ts'
import { piecesOf } from '../directory/content.ts'
import { translateErrno } from '../errno.ts'
import { type FileSystem, fileSystem, openFlags } from '../file-system.ts'
import { ownPrefix, verifyPathName, visible } from '../safe-name.ts'
import { type Algorithm, digest } from './digest.ts'
import { counter, type Progress } from './progress.ts'

export interface LookedFile {
  /** Relative to the folder, with / on every system; of a single file its own name. */
  name: string
  /** Absolute, and no link. */
  file: string
  length: number
  sha256: string
  /** Where it was asked for. */
  sha512?: string
}

export interface Look {
  /** Sorted by name. */
  files: readonly LookedFile[]
  totalBytes: number
  /** What lies there too and is not among the files, with the reason in words. */
  leftOut: readonly { name: string; reason: string }[]
}

export interface LookOptions {
  signal: AbortSignal
  progress?: Progress | undefined
  /** Also by SHA-512, which takes about as long again. */
  withSha512?: true
  /** In words, why this file or folder is left out; of its absolute path. */
  reasonAgainst?(path: string): string | undefined
  fs?: FileSystem
}

const limits = { files: 200_000, depth: 16 }

/** A file or a folder. What is named may be a link, because a person named it; below it no link is followed. */
export async function lookAt(path: string, options: LookOptions): Promise<Look> {
  const { signal, progress, withSha512, reasonAgainst = () => undefined, fs = fileSystem } = options
  const chosen = resolve(path)
  try {
    checkCancelled(signal)
    const start = await realpath(chosen)
    const stats = await fs.stat(start)
    if (!stats.isFile() && !stats.isDirectory()) throw neither(path)
    const found: Found = { files: [], leftOut: [] }
    if (stats.isDirectory()) await walk(start, '', 1, found, { fs, signal, reasonAgainst })
    else {
      // The name by which it was chosen, not the one that the link leads to.
      verifyPathName(basename(chosen))
      found.files.push({ name: basename(chosen), file: start, length: stats.size })
    }
    const totalBytes = found.files.reduce((sum, { length }) => sum + length, 0)
    const count = counter(totalBytes, progress)
    if (totalBytes === 0) count(0)
    const files: LookedFile[] = []
    const algorithms: readonly Algorithm[] = withSha512 === true ? ['sha256', 'sha512'] : ['sha256']
    for (const one of found.files) files.push(await hashed(one, algorithms, count, { fs, signal }))
    return {
      files: files.sort((a, b) => byCodePoint(a.name, b.name)),
      totalBytes,
      leftOut: found.leftOut.sort((a, b) => byCodePoint(a.name, b.name)),
    }
  } catch (thrown) {
    throw translateErrno(thrown, 'read', path)
  }
}

interface Found {
  files: Omit<LookedFile, 'sha256' | 'sha512'>[]
  leftOut: { name: string; reason: string }[]
}

interface Place {
  fs: FileSystem
  signal: AbortSignal
}

interface WalkPlace extends Place {
  reasonAgainst(path: string): string | undefined
}

async function walk(folder: string, prefix: string, depth: number, found: Found, place: WalkPlace): Promise<void> {
  checkCancelled(place.signal)
  if (depth > limits.depth) throw tooMuch(`more than ${limits.depth} folders inside each other`)
  for (const entry of await place.fs.readdir(folder)) {
    const name = prefix + entry.name
    const reason = unfit(entry, name) ?? place.reasonAgainst(join(folder, entry.name))
    if (reason !== undefined) found.leftOut.push({ name, reason })
    else if (entry.isDirectory()) await walk(join(folder, entry.name), `${name}/`, depth + 1, found, place)
    else {
      const file = join(folder, entry.name)
      const stats = await place.fs.lstatIfPresent(file)
      if (stats?.isFile() !== true) throw changed(name)
      found.files.push({ name, file, length: stats.size })
    }
    if (found.files.length + found.leftOut.length > limits.files) throw tooMuch(`more than ${limits.files} files`)
  }
}

/** Why this cannot or should not be an artifact, in words; undefined when it may. */
function unfit(entry: Dirent, name: string): string | undefined {
  if (entry.isSymbolicLink()) return 'a link, and links are not followed'
  if (!entry.isFile() && !entry.isDirectory()) return 'neither a file nor a folder'
  if (entry.name.startsWith(ownPrefix)) return 'a file of Countersign itself'
  if (entry.name.startsWith('.')) return 'hidden'
  // What is not UTF-8 on the disk is read as this character, and could not be opened by it.
  if (entry.name.includes('\uFFFD')) return 'its name is not text'
  try {
    verifyPathName(name)
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.message
    throw thrown
  }
  return undefined
}

async function hashed(
  found: Found['files'][number],
  algorithms: readonly Algorithm[],
  count: (more: number) => void,
  { fs, signal }: Place,
): Promise<LookedFile> {
  checkCancelled(signal)
  const { name, file, length } = found
  const hash = digest(algorithms)
  const fd = await fs.open(file, openFlags.read)
  const stats = await fs.fstat(fd)
  for await (const piece of piecesOf(fs, fd, 0, signal)) {
    hash.add(piece)
    count(piece.length)
    // A file that is being written would otherwise be read for as long as that goes on.
    if (hash.length() > length) break
  }
  if (!stats.isFile() || hash.length() !== length) throw changed(name)
  const hashes = hash.end()
  const sha512 = hashes.get('sha512')
  return { ...found, sha256: hashes.get('sha256') ?? '', ...(sha512 === undefined ? {} : { sha512 }) }
}

function changed(name: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `${visible(name)} changed while it was read`,
    hint: 'wait until the other program has finished, then repeat',
    data: { name: visible(name) },
  })
}

function neither(path: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${path} is neither a file nor a folder`,
    hint: 'name the file itself, or the folder it is in',
  })
}

function tooMuch(what: string): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `the folder has ${what}`,
    hint: 'choose the folder of one release',
  })
}
