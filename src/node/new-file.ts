// A file that somebody wanted saved: new, never over another, whole or not at all, and on the disk when it is said to be; also
// when the disk is a stick that fills up or is pulled.
import { randomBytes } from 'node:crypto'
import { link, lstat, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../core/error.ts'
import { errnoOf, translateErrno } from './errno.ts'
import { fileSystem, syncDirectory } from './file-system.ts'

export async function writeNewFile(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(content)
  const beside = join(dirname(path), `.${basename(path).slice(0, 30)}.${randomBytes(4).toString('hex')}.part`)
  try {
    await checkFree(path)
    await writeWhole(beside, bytes)
    await take(beside, path)
    await syncFolder(dirname(path))
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => undefined)
    if (thrown instanceof AppError) throw thrown
    if (errnoOf(thrown) === 'EEXIST') throw taken(path, thrown)
    if (errnoOf(thrown) === 'ENOENT') throw noFolder(path, thrown)
    throw translateErrno(thrown, 'write', path)
  }
}

export async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  if ((await readFile(path)).equals(bytes)) return
  throw new AppError({
    code: 'source/rejected',
    message: `${path} reads back as something else than was written`,
    hint: 'nothing was kept there; use another disk or stick',
  })
}

/** A link is made only where nothing is; sticks know no links, and there two programs would have to meet in one moment. */
async function take(beside: string, path: string): Promise<void> {
  try {
    await link(beside, path)
  } catch (thrown) {
    if (errnoOf(thrown) === 'EEXIST') throw thrown
    await checkFree(path)
    await rename(beside, path)
    return
  }
  await rm(beside, { force: true })
}

/** The name, too, is on the disk: a stick is pulled as soon as it is said to be saved. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    await syncDirectory(fileSystem, folder)
  } catch (thrown) {
    // Some disks of others cannot be told to, and some folders be written and not read: the file is there all the same.
    if (!['EINVAL', 'ENOTSUP', 'EACCES', 'EPERM'].includes(errnoOf(thrown) ?? '')) throw thrown
  }
}

/** Also for whoever has a person do something before it is written. */
export async function checkFree(path: string): Promise<void> {
  try {
    await lstat(path)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return
    throw translateErrno(thrown, 'write', path)
  }
  throw taken(path, undefined)
}

function taken(path: string, cause: unknown): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `there is a file ${path} already`,
    hint: 'it is left as it is: choose another name, or take it away first',
    cause,
  })
}

function noFolder(path: string, cause: unknown): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `there is no folder ${dirname(path)} to write ${basename(path)} into`,
    hint: 'check the spelling, and that the stick is in',
    cause,
  })
}
