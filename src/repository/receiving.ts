// Content on its way in: appended to a partial file as it comes, so that an upload that broke off goes on, and put where
// clients fetch it only when its length and hash are those that a signed candidate names.
import { constants } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../core/error.ts'
import { digest as hashing } from '../node/artifacts/digest.ts'
import { putArtifact } from '../node/artifacts/store.ts'
import { piecesOf } from '../node/directory/content.ts'
import { ownFolder } from '../node/directory/journal.ts'
import { unlinkIfPresent } from '../node/directory/lock.ts'
import { errnoOf, translateErrno } from '../node/errno.ts'
import { fileSystem as fs, openFlags, writeAll } from '../node/file-system.ts'
import type { Wanted } from './contents.ts'

export interface Received {
  sha256: string
  length: number
  received: number
  /** It lies where clients fetch it. */
  complete: boolean
}

export interface Receiving {
  /** How much of it is here already. */
  state(sha256: string, wanted: Wanted): Promise<Received>
  /** `offset` must be how much is here. */
  receive(sha256: string, wanted: Wanted, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<Received>
  /** Removes what came in part and is not wanted any more. */
  tidy(isWanted: (sha256: string) => Promise<boolean>): Promise<void>
}

const partialName = /^receive-([0-9a-f]{64})$/
const maxAtOnce = 16
/** Of everything that came in part: more is no release, and somebody’s disk. */
const maxPartialBytes = 64 * 1024 ** 3
const append =
  constants.O_WRONLY |
  constants.O_CREAT |
  constants.O_APPEND |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0)

export function receiving(folder: string, signal: AbortSignal, maxBytes = maxPartialBytes): Receiving {
  const busy = new Set<string>()
  /** Bytes of each partial file, once they have been counted. */
  let partial: Map<string, number> | undefined
  const partialOf = (sha256: string): string => join(folder, ownFolder, `receive-${sha256}`)

  async function sizeOf(sha256: string): Promise<number> {
    const stats = await fs.lstatIfPresent(partialOf(sha256))
    return stats?.isFile() === true ? stats.size : 0
  }

  async function counted(): Promise<Map<string, number>> {
    if (partial !== undefined) return partial
    const found = new Map<string, number>()
    for (const { name } of await fs.readdir(join(folder, ownFolder)).catch(() => [])) {
      const [, sha256] = partialName.exec(name) ?? []
      if (sha256 !== undefined) found.set(sha256, await sizeOf(sha256))
    }
    partial ??= found
    return partial
  }

  async function remove(sha256: string): Promise<void> {
    await unlinkIfPresent(fs, partialOf(sha256))
    partial?.delete(sha256)
  }

  async function isInPlace(sha256: string, { length, paths }: Wanted): Promise<boolean> {
    for (const path of paths) {
      const slash = path.lastIndexOf('/') + 1
      const name = `${path.slice(0, slash)}${sha256}.${path.slice(slash)}`
      const stats = await fs.lstatIfPresent(join(folder, 'targets', name)).catch(() => undefined)
      if (stats?.isFile() !== true || stats.size !== length) return false
    }
    return true
  }

  async function state(sha256: string, wanted: Wanted): Promise<Received> {
    const { length } = wanted
    const complete = await isInPlace(sha256, wanted)
    return { sha256, length, received: complete ? length : await sizeOf(sha256), complete }
  }

  async function add(sha256: string, { length }: Wanted, pieces: AsyncIterable<Uint8Array>): Promise<number> {
    await fs.mkdir(join(folder, ownFolder), 0o777).catch((thrown: unknown) => {
      if (errnoOf(thrown) !== 'EEXIST') throw thrown
    })
    const sizes = await counted()
    const fd = await fs.open(partialOf(sha256), append, 0o666)
    try {
      let size = (await fs.fstat(fd)).size
      for await (const piece of pieces) {
        if (size + piece.length > length) throw tooLong(sha256, length)
        const others = [...sizes].reduce((sum, [name, bytes]) => (name === sha256 ? sum : sum + bytes), 0)
        if (others + size + piece.length > maxBytes) throw noRoom(others + size)
        await writeAll(fs, fd, piece)
        size += piece.length
        sizes.set(sha256, size)
      }
      await fs.sync(fd)
      return size
    } finally {
      await fs.close(fd)
    }
  }

  async function place(sha256: string, { length, paths }: Wanted): Promise<void> {
    const whole = partialOf(sha256)
    const hash = hashing(['sha256'])
    for await (const piece of piecesOf(fs, await fs.open(whole, openFlags.read), 0, signal)) hash.add(piece)
    if (hash.end().get('sha256') !== sha256) {
      // Nothing of it is worth going on with.
      await remove(sha256)
      throw wrong(sha256)
    }
    for (const path of paths) await putArtifact(folder, path, whole, { length, sha256 }, { signal })
    await remove(sha256)
  }

  return {
    state,
    receive: async (sha256, wanted, offset, pieces) => {
      if (busy.has(sha256) || busy.size >= maxAtOnce) throw isBusy(sha256)
      busy.add(sha256)
      try {
        const before = await state(sha256, wanted)
        if (before.complete) return before
        if (offset !== before.received) throw notThere(sha256, offset, before.received)
        const received = await add(sha256, wanted, pieces)
        const { length } = wanted
        if (received < length) return { sha256, length, received, complete: false }
        await place(sha256, wanted)
        return { sha256, length, received, complete: true }
      } catch (thrown) {
        throw translateErrno(thrown, 'write', `the content ${sha256}`)
      } finally {
        busy.delete(sha256)
      }
    },
    tidy: async (isWanted) => {
      const entries = await fs.readdir(join(folder, ownFolder)).catch(() => [])
      for (const { name } of entries) {
        const [, sha256] = partialName.exec(name) ?? []
        if (sha256 === undefined || busy.has(sha256) || (await isWanted(sha256))) continue
        await remove(sha256)
      }
    },
  }
}

function tooLong(sha256: string, length: number): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `the content ${sha256} has ${length} bytes, and more were sent`,
    hint: 'send exactly the file that the change names',
    data: { sha256, length },
  })
}

function noRoom(bytes: number): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `${bytes} bytes of content that is not published yet are here, and there is room for no more`,
    hint: 'finish or withdraw releases whose content has not arrived, then repeat',
    data: { bytes },
  })
}

function wrong(sha256: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `what was sent is not the content ${sha256}; nothing of it was kept`,
    hint: 'send exactly the file that the change names, from its beginning',
    data: { sha256 },
  })
}

function notThere(sha256: string, offset: number, received: number): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `${received} bytes of ${sha256} are here, so it goes on there, and not at ${offset}`,
    hint: `send it from byte ${received} on`,
    data: { sha256, received },
  })
}

function isBusy(sha256: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `this content is being sent already, or too many are at once`,
    hint: 'wait, and repeat',
    data: { sha256 },
  })
}
