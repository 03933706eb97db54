// The content of an artifact, put where clients will fetch it: before the metadata that names it is signed, so nothing that
// clients already trust is touched. A crash at any point leaves no part of a file under a name that clients ask for.
import { resolve } from 'node:path'
import { AppError } from '../../core/error.ts'
import { targetName } from '../../core/systems/tuf/names.ts'
import { piecesOf } from '../directory/content.ts'
import { ownFolder } from '../directory/journal.ts'
import { acquireLock, isAlive, type LockOwner, unlinkIfPresent } from '../directory/lock.ts'
import { type Tree, tree } from '../directory/tree.ts'
import { errnoOf, translateErrno } from '../errno.ts'
import { type FileSystem, fileSystem, openFlags, syncDirectory } from '../file-system.ts'
import { isWebLocation } from '../location.ts'
import { verifyPathName, visible } from '../safe-name.ts'
import { differenceOf, digestFor, type Expected } from './digest.ts'
import { completePartial } from './partial.ts'
import type { Progress } from './progress.ts'

export interface StoreOptions {
  signal: AbortSignal
  progress?: Progress | undefined
  /** False where the repository has no consistent snapshots: then the file bears its plain name. */
  consistent?: boolean
  /** Where it goes, where that is no file of targets; a name that is its hash. */
  name?: string
  fs?: FileSystem
  isAlive?: (owner: LockOwner) => boolean
}

const targets = 'targets/'
/** A folder for each content that is on its way: its lock, and as much of it as came. */
const uploadName = /^upload-[0-9a-f]{64}$/
const keptMs = 86_400_000

/** `path` is the artifact's; answers the name of the file in the repository. */
export async function putArtifact(
  repositoryFolder: string,
  path: string,
  file: string,
  { length, sha256 }: { length: number; sha256: string },
  options: StoreOptions,
): Promise<string> {
  if (isWebLocation(repositoryFolder)) throw isOnWeb(repositoryFolder)
  const { fs = fileSystem, consistent = true } = options
  const expected: Expected = { length, hashes: new Map([['sha256', sha256]]) }
  const name = options.name ?? targets + targetName(path, { ...expected, raw: {} }, consistent)
  verifyPathName(name)
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new AppError({ code: 'internal/bug', message: 'the sha256 of an artifact is not one' })
  }
  const at = tree(resolve(repositoryFolder), fs, false)
  try {
    await at.checkRoot()
    if (await isThere(at, fs, name, expected, consistent, options.signal)) {
      options.progress?.(length, length)
      return name
    }
    await upload(at, fs, name, file, expected, options)
    return name
  } catch (thrown) {
    throw translateErrno(thrown, 'write', `${visible(name)} in ${repositoryFolder}`)
  }
}

/** A file of this name that holds something else is damaged when the name is its hash; else somebody relies on it. */
async function isThere(
  at: Tree,
  fs: FileSystem,
  name: string,
  expected: Expected,
  consistent: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  if (!(await at.hasFolders(name))) return false
  const stats = await at.look(at.path(name))
  if (stats === undefined) return false
  if (!stats.isFile()) throw inTheWay(name)
  if (stats.size === expected.length) {
    const hash = digestFor(expected)
    const fd = await fs.open(at.path(name), openFlags.read)
    for await (const piece of piecesOf(fs, fd, 0, signal)) hash.add(piece)
    if (differenceOf(hash, expected) === undefined) return true
  }
  if (consistent) return false
  throw new AppError({
    code: 'source/conflict',
    message: `${visible(name)} holds something else, and clients may be fetching it now`,
    hint: 'release it under another name, or turn on consistent snapshots first',
    data: { name: visible(name) },
  })
}

async function upload(
  at: Tree,
  fs: FileSystem,
  name: string,
  file: string,
  expected: Expected,
  options: StoreOptions,
): Promise<void> {
  const own = `${ownFolder}/upload-${expected.hashes.get('sha256')}`
  const release = await lockUpload(at, fs, own, options)
  try {
    const content = `${own}/content`
    await completePartial(at.path(content), expected, sourceFile(fs, file, options.signal), {
      fs,
      signal: options.signal,
      progress: options.progress,
    })
    await makeFolders(at, fs, name)
    await fs.rename(at.path(content), at.path(name))
    await syncDirectory(fs, at.path(name.slice(0, name.lastIndexOf('/'))))
    // What cannot be tidied up now is tidied up after the next upload.
    await removeOld(at, fs, own, options).catch(() => undefined)
  } finally {
    // A lock that stays behind is recognised as dead.
    await release().catch(() => undefined)
    await fs.rmdir(at.path(ownFolder)).catch(() => undefined)
  }
}

async function lockUpload(at: Tree, fs: FileSystem, own: string, options: StoreOptions): Promise<() => Promise<void>> {
  for (let tries = 0; ; tries++) {
    await makeFolder(fs, at.path(ownFolder))
    await at.hasFolders(`${own}/x`)
    try {
      return await acquireLock(fs, at.path(own), {
        waitMs: 1000,
        isAlive: options.isAlive ?? isAlive,
        signal: options.signal,
      })
    } catch (thrown) {
      // The last user of our folder took it away at this very moment.
      if (errnoOf(thrown) !== 'ENOENT' || tries === 5) throw thrown
    }
  }
}

function sourceFile(fs: FileSystem, file: string, signal: AbortSignal) {
  const changed = (what: string): AppError =>
    new AppError({
      code: 'source/conflict',
      message: `${file} changed since it was looked at: its ${what} differs`,
      hint: 'look at it again, so that what is proposed is what lies there',
    })
  return {
    open: async (from: number) => {
      try {
        const fd = await fs.open(file, openFlags.read)
        return { from, pieces: piecesOf(fs, fd, from, signal) }
      } catch (thrown) {
        throw translateErrno(thrown, 'read', file)
      }
    },
    changed,
  }
}

/** The folders above a name; each new one is on the disk with its name before anything is put into it. */
async function makeFolders(at: Tree, fs: FileSystem, name: string): Promise<void> {
  for (let end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
    const folder = name.slice(0, end)
    if (await at.hasFolders(`${folder}/x`)) continue
    await makeFolder(fs, at.path(folder))
    await syncDirectory(fs, at.path(folder.slice(0, Math.max(0, folder.lastIndexOf('/')))))
  }
}

async function makeFolder(fs: FileSystem, path: string): Promise<void> {
  try {
    await fs.mkdir(path, 0o777)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw thrown
  }
}

/** What a crash or a person left half-way, and nobody came back for within a day. */
async function removeOld(at: Tree, fs: FileSystem, mine: string, options: StoreOptions): Promise<void> {
  for (const entry of await fs.readdir(at.path(ownFolder))) {
    if (!uploadName.test(entry.name) || !entry.isDirectory()) continue
    const own = `${ownFolder}/${entry.name}`
    if (own === mine) continue
    const content = at.path(`${own}/content`)
    const stats = await fs.lstatIfPresent(content)
    if (stats !== undefined && Date.now() - stats.mtimeMs < keptMs) continue
    const lock = { waitMs: 0, isAlive: options.isAlive ?? isAlive, signal: options.signal }
    const release = await acquireLock(fs, at.path(own), lock).catch((thrown: unknown) => {
      // Somebody is at it after all.
      if (thrown instanceof AppError && thrown.code === 'source/conflict') return undefined
      throw thrown
    })
    if (release === undefined) continue
    try {
      await unlinkIfPresent(fs, content)
    } finally {
      await release()
    }
  }
}

function inTheWay(name: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${visible(name)} is not a regular file, so it is not replaced`,
    hint: 'do not use this folder before you know who put it there',
    data: { name: visible(name) },
  })
}

function isOnWeb(location: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${location} is a web address, and the content of artifacts is put into a folder`,
    hint: 'propose where the folder of the repository is',
  })
}
