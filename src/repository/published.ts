// What clients read: small files from memory, forgotten when they are written anew; everything else as a stream from the disk.
import { join } from 'node:path'
import { AppError } from '../core/error.ts'
import type { Transport } from '../core/transport.ts'
import { directoryContent } from '../node/directory/content.ts'
import { tree } from '../node/directory/tree.ts'
import { fileSystem } from '../node/file-system.ts'
import { verifyPathName } from '../node/safe-name.ts'
import { sha256Hex } from './ground.ts'

export interface SmallFile {
  bytes: Uint8Array<ArrayBuffer>
  etag: string
  /** Of the answer that holds all of it. */
  headers: Readonly<Record<string, string>>
}

export interface LargeFile {
  length: number
  /** Absent when its name does not tell its hash. */
  etag?: string
  /** From a byte on. */
  open(from: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
}

export interface Published {
  /** At once, when it is in memory. */
  held(name: string): SmallFile | undefined
  /** undefined = certainly absent. */
  metadata(name: string): Promise<SmallFile | undefined>
  target(name: string): Promise<LargeFile | undefined>
  forget(names: Iterable<string>): void
}

const limits = { fileBytes: 256 * 1024 * 1024, heldBytes: 64 * 1024 * 1024, heldFileBytes: 4 * 1024 * 1024 }
/** Another program may publish in the folder: the one name whose content changes is looked at this often. */
const lookAgainMs = 1000

export function published(folder: string, source: Transport, signal: AbortSignal): Published {
  const held = new Map<string, SmallFile>()
  const content = directoryContent(folder)
  const files = tree(folder, fileSystem, false)
  let heldBytes = 0
  let seen = { at: 0, mark: '' }

  const drop = (name: string): void => {
    heldBytes -= held.get(name)?.bytes.length ?? 0
    held.delete(name)
  }

  function keep(name: string, file: SmallFile): void {
    if (file.bytes.length > limits.heldFileBytes) return
    drop(name)
    held.set(name, file)
    heldBytes += file.bytes.length
    for (const oldest of held.keys()) {
      if (heldBytes <= limits.heldBytes) return
      drop(oldest)
    }
  }

  async function markOf(name: string): Promise<string> {
    const stats = await fileSystem.lstatIfPresent(join(folder, name))
    return stats === undefined ? '' : `${stats.ino} ${stats.size} ${stats.mtimeMs}`
  }

  return {
    held: (name) => (name === changing && performance.now() - seen.at > lookAgainMs ? undefined : held.get(name)),
    metadata: async (name) => {
      if (name === changing) {
        const mark = await markOf(name)
        if (mark !== seen.mark) drop(name)
        seen = { at: performance.now(), mark }
      }
      const known = held.get(name)
      if (known !== undefined) return known
      const bytes = await source.read(name, limits.fileBytes, signal)
      if (bytes === undefined) return undefined
      const file = smallFile(name, bytes)
      keep(name, file)
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
        ...(sha256 === undefined ? {} : { etag: `"${sha256}"` }),
        open: async (from, stop) => {
          const there = await content.open(name, from, stop)
          if (there !== undefined) return there.pieces
          throw new AppError({ code: 'source/not-found', message: 'the file went away while it was read' })
        },
      }
    },
    forget: (names) => {
      for (const name of names) drop(name)
    },
  }
}

export const forEver = 'public, max-age=31536000, immutable'
export const shortly = 'public, max-age=5'

function smallFile(name: string, bytes: Uint8Array): SmallFile {
  const etag = `"${sha256Hex(bytes)}"`
  const headers = {
    'content-type': 'application/json',
    'cache-control': /^metadata\/\d+\./.test(name) ? forEver : shortly,
    'x-content-type-options': 'nosniff',
    etag,
    'content-length': String(bytes.length),
    'accept-ranges': 'bytes',
  }
  return { bytes: bytes.slice(), etag, headers }
}

const changing = 'metadata/timestamp.json'
