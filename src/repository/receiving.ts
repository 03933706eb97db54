// Content on its way in: appended to a file of its sender’s as it comes, so that an upload that broke off goes on, and put
// where clients fetch it only when its length and hash are those that a signed candidate names, whoever has sent it.
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../core/error.ts'
import { digest as hashing } from '../node/artifacts/digest.ts'
import { putArtifact } from '../node/artifacts/store.ts'
import { piecesOf } from '../node/directory/content.ts'
import { ownFolder } from '../node/directory/journal.ts'
import { unlinkIfPresent } from '../node/directory/lock.ts'
import { openOwnFile } from '../node/directory/own-file.ts'
import { translateErrno } from '../node/errno.ts'
import { fileSystem as fs, openFlags, writeAll } from '../node/file-system.ts'
import { unasked, type Wanted, type WantedFile } from './contents.ts'
import { openParts, type Part, type PartLimits, standardParts } from './parts.ts'

export interface Received {
  sha256: string
  length: number
  /** Of this upload. */
  received: number
  /** It lies where clients fetch it. */
  complete: boolean
}

/** What a request brings. */
export interface Sent {
  sha256: string
  /** Asked again when all of it has come, which may take hours; throws where nobody wants it any more. */
  wanted(): Promise<Wanted>
  /** By what its sender goes on with it, and nobody else; without one it comes in one request, or not at all. */
  upload: string | undefined
  /** Must be how much of this upload is here. */
  offset: number
  /** Whose room it takes. */
  from: string
}

export interface Receiving {
  /** How much of an upload is here already. */
  state(sha256: string, wanted: Wanted, upload?: string): Promise<Received>
  receive(sent: Sent, pieces: AsyncIterable<Uint8Array>): Promise<Received>
  /** Removes what came in part and is not wanted any more. */
  tidy(isWanted: (sha256: string) => Promise<boolean>): Promise<void>
}

/** Of earlier versions of this program, where one file took the bytes of everybody. */
const oldName = /^receive-[0-9a-f]{64}$/
const append =
  constants.O_WRONLY |
  constants.O_CREAT |
  constants.O_APPEND |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0)

export function receiving(folder: string, signal: AbortSignal, limits: Partial<PartLimits> = {}): Receiving {
  const parts = openParts(folder, { ...standardParts, ...limits })

  async function isInPlace(sha256: string, { length, path }: WantedFile): Promise<boolean> {
    const slash = path.lastIndexOf('/') + 1
    const name = `${path.slice(0, slash)}${sha256}.${path.slice(slash)}`
    const stats = await fs.lstatIfPresent(join(folder, 'targets', name)).catch(() => undefined)
    return stats?.isFile() === true && stats.size === length
  }

  /** Whoever gives content another length than it has waits for ever, and holds up nobody else. */
  async function isComplete(sha256: string, wanted: Wanted): Promise<boolean> {
    for (const length of lengthsOf(wanted)) {
      const there = await Promise.all(filesOf(wanted, length).map((one) => isInPlace(sha256, one)))
      if (there.every((one) => one)) return true
    }
    return false
  }

  async function state(sha256: string, wanted: Wanted, upload?: string): Promise<Received> {
    const length = Math.max(...lengthsOf(wanted))
    const complete = await isComplete(sha256, wanted)
    const part = upload === undefined ? undefined : await parts.find(sha256, upload)
    return { sha256, length, received: complete ? length : (part?.bytes ?? 0), complete }
  }

  async function add(part: Part, session: symbol, most: number, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const fd = await openOwnFile(fs, part.path, append)
    let size = part.bytes
    try {
      for await (const piece of pieces) {
        if (size + piece.length > most) throw tooLong(part.sha256, most)
        await parts.grow(part, session, piece.length)
        await writeAll(fs, fd, piece)
        size += piece.length
      }
      await fs.sync(fd)
    } finally {
      // Not what was meant to be written, but what was.
      part.bytes = (await fs.fstat(fd)).size
      await fs.close(fd)
    }
  }

  /** Once for each length that it could have. */
  async function isRight(part: Part): Promise<boolean> {
    const { sha256, path, bytes } = part
    if (part.wrongAt === bytes) return false
    const hash = hashing(['sha256'])
    for await (const piece of piecesOf(fs, await fs.open(path, openFlags.read), 0, signal)) hash.add(piece)
    if (hash.end().get('sha256') === sha256) return true
    part.wrongAt = bytes
    return false
  }

  /** Under each name by which it is wanted by now. A name that the disk does not take holds up no other. */
  async function place({ sha256, bytes: length, path: whole }: Part, wanted: Sent['wanted']): Promise<void> {
    let problem: unknown
    let placed = 0
    const tried = new Set<string>()
    for (;;) {
      const paths = (await stillWanted(wanted, placed > 0)).flatMap((one) => (one.length === length ? [one.path] : []))
      const fresh = paths.filter((path) => !tried.has(path))
      if (fresh.length === 0) break
      for (const path of fresh) {
        tried.add(path)
        try {
          await putArtifact(folder, path, whole, { length, sha256 }, { signal })
          placed++
        } catch (thrown) {
          problem ??= thrown
        }
      }
    }
    if (placed === 0) throw problem ?? unasked(sha256)
  }

  /** What others have sent of it is not needed any more, unless they are at it. */
  async function removeAll(sha256: string): Promise<void> {
    for (const part of await parts.all()) {
      if (part.sha256 === sha256 && part.session === undefined) await parts.remove(part)
    }
  }

  async function receiveInto(part: Part, sent: Sent, lengths: number[], pieces: AsyncIterable<Uint8Array>) {
    const { sha256, wanted, offset } = sent
    if (offset !== part.bytes) throw notThere(sha256, offset, part.bytes)
    const length = Math.max(...lengths)
    const session = parts.begin(part)
    try {
      await add(part, session, length, pieces)
      if (lengths.includes(part.bytes) && (await isRight(part))) {
        await place(part, wanted)
        parts.end(part, session)
        await removeAll(sha256)
        return { sha256, length, received: length, complete: true }
      }
      if (part.bytes < length) return { sha256, length, received: part.bytes, complete: false }
      // Nothing of it is worth going on with.
      await parts.remove(part)
      throw wrong(sha256)
    } finally {
      parts.end(part, session)
    }
  }

  return {
    state,
    receive: async (sent, pieces) => {
      const { sha256, wanted, from } = sent
      try {
        const first = await wanted()
        const before = await state(sha256, first)
        if (before.complete) return before
        const part = await parts.open(sha256, sent.upload ?? randomUUID(), from)
        try {
          return await receiveInto(part, sent, lengthsOf(first), pieces)
        } finally {
          // Nobody can name it any more, or nothing of it has come.
          if (sent.upload === undefined || (part.bytes === 0 && part.session === undefined)) await parts.remove(part)
        }
      } catch (thrown) {
        throw translateErrno(thrown, 'write', `the content ${sha256}`)
      }
    },
    tidy: async (isWanted) => {
      for (const part of await parts.all()) {
        if (part.session === undefined && !(await isWanted(part.sha256))) await parts.remove(part)
      }
      for (const { name } of await fs.readdir(join(folder, ownFolder)).catch(() => [])) {
        if (oldName.test(name)) await unlinkIfPresent(fs, join(folder, ownFolder, name))
      }
    },
  }
}

/** With this content the change may have been published between two questions: then it is not wanted any more, and came right. */
async function stillWanted(wanted: Sent['wanted'], isPlaced: boolean): Promise<readonly WantedFile[]> {
  try {
    return (await wanted()).files
  } catch (thrown) {
    if (isPlaced && thrown instanceof AppError && thrown.code === 'source/not-found') return []
    throw thrown
  }
}

function lengthsOf({ files }: Wanted): number[] {
  return [...new Set(files.map(({ length }) => length))]
}

function filesOf({ files }: Wanted, length: number): WantedFile[] {
  return files.filter((one) => one.length === length)
}

function tooLong(sha256: string, length: number): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `the content ${sha256} has ${length} bytes, and more were sent`,
    hint: 'send exactly the file that the change names',
    data: { sha256, length },
  })
}

function wrong(sha256: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `what was sent is not the content ${sha256}; nothing of this upload was kept`,
    hint: 'send exactly the file that the change names, from its beginning',
    data: { sha256 },
  })
}

function notThere(sha256: string, offset: number, received: number): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `${received} bytes of this upload of ${sha256} are here, so it goes on there, and not at ${offset}`,
    hint: `send it from byte ${received} on`,
    data: { sha256, received },
  })
}
