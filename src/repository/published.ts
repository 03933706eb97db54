// What clients read: small files from memory, forgotten when they are written anew; everything else as a stream from the disk.
import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../core/error.ts'
import { checkSize, type Transport } from '../core/transport.ts'
import { directoryContent } from '../node/directory/content.ts'
import { tree } from '../node/directory/tree.ts'
import { fileSystem } from '../node/file-system.ts'
import { verifyPathName } from '../node/safe-name.ts'
import { sha256Hex } from './ground.ts'
import { turns } from './turns.ts'

export interface SmallFile {
  bytes: Uint8Array<ArrayBuffer>
  etag: string
  /** Of the answer that holds all of it. */
  headers: Readonly<Record<string, string>>
}

interface Held {
  file: SmallFile
  /** Of the file that it was read from, where its name is used again. */
  mark: string
  /** When it was compared last. */
  at: number
}

export interface LargeFile {
  length: number
  type: string
  /** Absent when its name does not tell its hash. */
  etag?: string
  isForEver: boolean
  /** From a byte on. */
  open(from: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
}

export interface Published {
  /** At once, when it is in memory. */
  held(name: string): SmallFile | undefined
  /** undefined = certainly absent. */
  metadata(name: string): Promise<SmallFile | LargeFile | undefined>
  target(name: string): Promise<LargeFile | undefined>
  forget(names: Iterable<string>): void
}

const limits = { fileBytes: 256 * 1024 * 1024, heldBytes: 64 * 1024 * 1024, heldFileBytes: 4 * 1024 * 1024 }
const json = 'application/json'
const maxDigests = 1000
/** Another program may publish in the folder: names whose content changes are looked at this often. */
const lookAgainMs = 1000

export function published(folder: string, source: Transport, signal: AbortSignal): Published {
  const held = new Map<string, Held>()
  const digests = new Map<string, { mark: string; digest: Promise<string> }>()
  const inTurn = turns()
  const content = directoryContent(folder)
  const files = tree(folder, fileSystem, false)
  let heldBytes = 0

  const drop = (name: string): void => {
    heldBytes -= held.get(name)?.file.bytes.length ?? 0
    held.delete(name)
  }

  function keep(name: string, file: SmallFile, mark: string): void {
    if (file.bytes.length > limits.heldFileBytes) return
    drop(name)
    held.set(name, { file, mark, at: performance.now() })
    heldBytes += file.bytes.length
    for (const oldest of held.keys()) {
      if (heldBytes <= limits.heldBytes) return
      drop(oldest)
    }
  }

  async function markOf(name: string): Promise<string> {
    verifyPathName(name)
    const stats = await fileSystem.lstatIfPresent(join(folder, name)).catch(() => undefined)
    return stats === undefined ? '' : markFrom(stats)
  }

  function opener(name: string): LargeFile['open'] {
    return async (from, stop) => {
      const there = await content.open(name, from, stop)
      if (there !== undefined) return there.pieces
      throw new AppError({
        code: 'source/not-found',
        message: 'the file went away while it was read',
        hint: 'read timestamp.json anew, and what it leads to',
      })
    }
  }

  /** Read whole once, for its digest, and then only where somebody reads it. What is large never changes its name. */
  async function largeMetadata(name: string): Promise<LargeFile | undefined> {
    verifyPathName(name)
    const stats = await files.look(files.path(name))
    if (stats?.isFile() !== true || stats.size <= limits.heldFileBytes) return undefined
    checkSize(name, stats.size, limits.fileBytes)
    const mark = markFrom(stats)
    const known = digests.get(name)
    const digest = known?.mark === mark ? known.digest : digestOf(name)
    digests.delete(name)
    digests.set(name, { mark, digest })
    for (const oldest of digests.keys()) if (digests.size > maxDigests) digests.delete(oldest)
    const etag = `"${await digest}"`
    return { length: stats.size, type: json, etag, isForEver: isNumbered(name), open: opener(name) }
  }

  /** One after the other: who asks for many at once keeps nobody else from the disk. */
  function digestOf(name: string): Promise<string> {
    const digest = inTurn(async () => {
      const hash = createHash('sha256')
      for await (const piece of await opener(name)(0, signal)) hash.update(piece)
      return hash.digest('hex')
    })
    digest.catch(() => digests.delete(name))
    return digest
  }

  return {
    held: (name) => {
      const known = held.get(name)
      const isOld = known !== undefined && !isNumbered(name) && performance.now() - known.at > lookAgainMs
      return isOld ? undefined : known?.file
    },
    metadata: async (name) => {
      const mark = isNumbered(name) ? '' : await markOf(name)
      const known = held.get(name)
      if (known?.mark === mark) {
        known.at = performance.now()
        return known.file
      }
      drop(name)
      const large = await largeMetadata(name)
      if (large !== undefined) return large
      const bytes = await source.read(name, limits.fileBytes, signal)
      if (bytes === undefined) return undefined
      const file = smallFile(name, bytes)
      keep(name, file, mark)
      return file
    },
    target: async (name) => {
      verifyPathName(name)
      if (!(await files.hasFolders(name))) return undefined
      const stats = await files.look(files.path(name))
      // A link is not followed, and says nothing of where it leads.
      if (stats?.isFile() !== true) return undefined
      const [, sha256] = /\/([0-9a-f]{64})\.[^/]*$/.exec(name) ?? []
      return {
        length: stats.size,
        type: 'application/octet-stream',
        ...(sha256 === undefined ? {} : { etag: `"${sha256}"` }),
        isForEver: sha256 !== undefined,
        open: opener(name),
      }
    },
    forget: (names) => {
      for (const name of names) drop(name)
    },
  }
}

/** Another file, or the same one written anew. */
function markFrom({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`
}

function isNumbered(name: string): boolean {
  return /^metadata\/\d+\./.test(name)
}

export const forEver = 'public, max-age=31536000, immutable'
export const shortly = 'public, max-age=5'

function smallFile(name: string, bytes: Uint8Array): SmallFile {
  const etag = `"${sha256Hex(bytes)}"`
  const headers = {
    'content-type': json,
    'cache-control': isNumbered(name) ? forEver : shortly,
    'x-content-type-options': 'nosniff',
    etag,
    'content-length': String(bytes.length),
    'accept-ranges': 'bytes',
  }
  return { bytes: bytes.slice(), etag, headers }
}
