// An artifact from a repository into a folder: under its own name only when every byte is verified, and continued where it
// broke off.
import { join, resolve } from 'node:path'
import { AppError } from '../../core/error.ts'
import { checkCancelled } from '../cancel.ts'
import { type Content, wholeContent } from '../content.ts'
import type { EditedSource } from '../desk.ts'
import { directoryContent, piecesOf } from '../directory/content.ts'
import { acquireLock, isAlive } from '../directory/lock.ts'
import { translateErrno } from '../errno.ts'
import { type FileSystem, fileSystem, openFlags, syncDirectory } from '../file-system.ts'
import { isWebLocation } from '../location.ts'
import { verifyShownName, visible } from '../safe-name.ts'
import { isGitLocation } from '../transports/git/address.ts'
import { httpContent } from '../transports/http/content.ts'
import { type Client, type ClientCall, noArtifact, openClient } from './client.ts'
import { differenceOf, digestFor, type Expected } from './digest.ts'
import { completePartial } from './partial.ts'
import type { Progress } from './progress.ts'
import { verifyOwners } from './projects.ts'

export interface GetOptions {
  progress?: Progress | undefined
  /** A file of this name with other content goes. */
  replace?: boolean
  fs?: FileSystem
}

export interface Downloaded {
  path: string
  role: string
  /** Where it is now. */
  file: string
  length: number
  /** It was there, with this content. */
  already: boolean
  /** How much of it was there from an earlier try. */
  resumedFrom: number
}

export async function download(
  source: EditedSource,
  path: string,
  folder: string,
  options: ClientCall & GetOptions,
): Promise<Downloaded> {
  return downloadFrom(await openClient(source, options), path, folder, options)
}

/** Several artifacts of one release come from one and the same state of the repository. */
export async function downloadFrom(
  client: Client,
  path: string,
  folder: string,
  options: GetOptions,
): Promise<Downloaded> {
  const found = await client.find(path)
  if (found === undefined) throw noArtifact(path)
  await verifyOwners(client.keys, path, found)
  const { file: expected, role } = found
  const place = placeOf(path, folder)
  const { fs = fileSystem, progress, replace = false } = options
  const { signal } = client
  const name = client.contentName(path, expected)
  try {
    await checkFolder(folder, place.folder, fs)
    const answer = { path, role, file: place.file, length: expected.length }
    if (await isThere(place, expected, replace, fs, signal)) {
      progress?.(expected.length, expected.length)
      return { ...answer, already: true, resumedFrom: 0 }
    }
    const release = await acquireLock(fs, place.lock, { waitMs: 0, isAlive, signal })
    try {
      const content = contentOf(client.source, fs)
      const open = async (from: number) => {
        const opened = await content.open(name, from, signal)
        if (opened === undefined) throw noContent(path)
        return opened
      }
      const source = { open, changed: (what: string) => changed(path, what) }
      const resumedFrom = await completePartial(place.partial, expected, source, { fs, signal, progress })
      checkCancelled(signal)
      // It may have come meanwhile; and what a person put there is not lost.
      if (!(await isThere(place, expected, replace, fs, signal))) {
        await fs.rename(place.partial, place.file)
      } else await fs.unlink(place.partial)
      await syncDirectory(fs, place.folder)
      return { ...answer, already: false, resumedFrom }
    } finally {
      await release().catch(() => undefined)
    }
  } catch (thrown) {
    throw translateErrno(thrown, 'write', place.file)
  }
}

interface Place {
  folder: string
  name: string
  file: string
  partial: string
  lock: string
}

/** The last part of the path, in this folder and nowhere else. */
function placeOf(path: string, folder: string): Place {
  const name = path.slice(path.lastIndexOf('/') + 1)
  // Also so that no artifact has the name of what is downloaded of another one.
  verifyShownName(name)
  const inside = resolve(folder)
  return {
    folder: inside,
    name,
    file: join(inside, name),
    partial: join(inside, `.${name}.part`),
    lock: join(inside, `.${name}.lock`),
  }
}

async function isThere(
  { file, name }: Place,
  expected: Expected,
  replace: boolean,
  fs: FileSystem,
  signal: AbortSignal,
): Promise<boolean> {
  const stats = await fs.lstatIfPresent(file)
  if (stats === undefined) return false
  if (!stats.isFile()) {
    throw new AppError({
      code: 'source/rejected',
      message: `${visible(name)} is there already, and is no regular file`,
      hint: 'choose another folder',
      data: { name: visible(name) },
    })
  }
  if (stats.size === expected.length) {
    const hash = digestFor(expected)
    const fd = await fs.open(file, openFlags.read)
    for await (const piece of piecesOf(fs, fd, 0, signal)) hash.add(piece)
    if (differenceOf(hash, expected) === undefined) return true
  }
  if (replace) return false
  throw new AppError({
    code: 'source/conflict',
    message: `${visible(name)} is there already with other content`,
    hint: 'move it away or choose another folder, or say that it may be replaced',
    data: { name: visible(name) },
  })
}

function contentOf({ pinned, layout, transport, access = {} }: EditedSource, fs: FileSystem): Content {
  if (layout !== undefined && isGitLocation(pinned.location)) return wholeContent(layout.targets(transport))
  return isWebLocation(pinned.location)
    ? httpContent(pinned.location, { access })
    : directoryContent(pinned.location, fs)
}

function noContent(path: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `the repository lists ${path} and has no file for it`,
    hint: 'tell the repository admin; it may not have been uploaded yet',
    data: { path },
  })
}

function changed(path: string, what: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `${path} is not the file that the signed metadata names: its ${what} differs; nothing of it was kept`,
    hint: 'repeat it; if it stays like this, the repository or the way to it was tampered with',
    data: { path },
  })
}

/** It is not made: a folder that is not there is a mistyped one. */
async function checkFolder(folder: string, path: string, fs: FileSystem): Promise<void> {
  let isFolder: boolean
  try {
    isFolder = (await fs.stat(path)).isDirectory()
  } catch (thrown) {
    throw translateErrno(thrown, 'read', folder)
  }
  if (isFolder) return
  throw new AppError({
    code: 'source/rejected',
    message: `${folder} is not a folder`,
    hint: 'name a folder to download into',
  })
}
