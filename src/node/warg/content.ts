// Files that are to be released, kept until a registry asks for them: each under its digest, whole or not at all.
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/error.ts'
import { checkDigest } from '../../core/systems/warg/encoding/digest.ts'
import type { Progress } from '../artifacts/progress.ts'
import { errnoOf, translateErrno } from '../errno.ts'
import { fileHash } from './file-hash.ts'

export interface KeptContent {
  size: number
  stream(): AsyncIterable<Uint8Array>
}

export interface FileFact {
  /** "sha256:…", of the file as it is. */
  digest: string
  size: number
}

/** Copied, and what was copied hashed: another program may write to the file meanwhile. */
export async function keepContent(
  folder: string,
  file: string,
  options: { signal: AbortSignal; progress?: Progress | undefined },
): Promise<FileFact> {
  const wanted = await fileHash(file, options)
  const place = placeOf(folder, wanted.digest)
  if (await isThere(place)) return wanted
  const beside = `${place}.${randomBytes(4).toString('hex')}.part`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await copyFile(file, beside)
    const copied = await fileHash(beside, { signal: options.signal })
    if (copied.digest !== wanted.digest) throw changed(file)
    const handle = await open(beside, 'r+')
    await handle.sync().finally(() => handle.close())
    await rename(beside, place)
    return wanted
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw translateErrno(thrown, 'write', place)
  }
}

/** Undefined where it is not kept here. */
export async function keptContent(folder: string, digest: string): Promise<KeptContent | undefined> {
  const place = placeOf(folder, digest)
  try {
    const { size } = await stat(place)
    return { size, stream: () => createReadStream(place) }
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw translateErrno(thrown, 'read', place)
  }
}

export function contentFolder(dataDir: string): string {
  return join(dataDir, 'content')
}

function placeOf(folder: string, digest: string): string {
  return join(folder, checkDigest(digest, 'the digest').replace('sha256:', ''))
}

async function isThere(place: string): Promise<boolean> {
  try {
    return (await stat(place)).isFile()
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return false
    throw translateErrno(thrown, 'read', place)
  }
}

function changed(file: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `${file} changed while it was read`,
    hint: 'wait until the other program has finished, then repeat',
  })
}
