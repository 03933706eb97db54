// Content that came in part: one file for each upload, which only its sender can name, so that nobody spoils what another
// sends. Room is shared: when there is no more of it, whoever holds the most gives way.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { AppError } from '../core/error.ts'
import { ownFolder } from '../node/directory/journal.ts'
import { unlinkIfPresent } from '../node/directory/lock.ts'
import { fileSystem as fs } from '../node/file-system.ts'

export interface Part {
  sha256: string
  path: string
  /** Whose room it takes. Empty: of an earlier start, until its sender comes back. */
  from: string
  bytes: number
  /** When something of it came last. */
  usedAt: number
  /** Of the request that brings more of it. */
  session?: symbol
  /** With so many bytes it was not what it should be. */
  wrongAt?: number
}

export interface PartLimits {
  /** Of all of them: more is no release, and somebody’s disk. */
  bytes: number
  files: number
  filesPerContent: number
  /** Requests that bring content. */
  atOnce: number
}

export interface Parts {
  find(sha256: string, upload: string): Promise<Part | undefined>
  /** The one that is there, or a new one. */
  open(sha256: string, upload: string, from: string): Promise<Part>
  /** A request brings more of it from now on: the symbol is its own, until another takes its place. */
  begin(part: Part): symbol
  end(part: Part, session: symbol): void
  /** Before so many bytes are added in that session. */
  grow(part: Part, session: symbol, bytes: number): Promise<void>
  remove(part: Part): Promise<void>
  all(): Promise<readonly Part[]>
}

export const standardParts: PartLimits = { bytes: 64 * 1024 ** 3, files: 4096, filesPerContent: 16, atOnce: 16 }

const partName = /^receive-([0-9a-f]{64})-[0-9a-f]{32}$/
/** A line that broke is noticed late: who comes again after so long is let in. */
const silentMs = 5000

export function openParts(folder: string, limits: PartLimits): Parts {
  const own = join(folder, ownFolder)
  const parts = new Map<string, Part>()
  let loading: Promise<void> | undefined

  async function load(): Promise<void> {
    for (const { name } of await fs.readdir(own).catch(() => [])) {
      const [, sha256] = partName.exec(name) ?? []
      const path = join(own, name)
      const stats = sha256 === undefined ? undefined : await fs.lstatIfPresent(path)
      if (sha256 === undefined || stats?.isFile() !== true) continue
      parts.set(path, { sha256, path, from: '', bytes: stats.size, usedAt: 0 })
    }
  }

  async function known(): Promise<Map<string, Part>> {
    loading ??= load()
    await loading
    return parts
  }

  /** The token is a secret of its sender, and does not lie here. */
  function pathOf(sha256: string, upload: string): string {
    return join(own, `receive-${sha256}-${createHash('sha256').update(upload).digest('hex').slice(0, 32)}`)
  }

  async function remove(part: Part): Promise<void> {
    delete part.session
    parts.delete(part.path)
    await unlinkIfPresent(fs, part.path)
  }

  /** `mine` is counted with what it wants. */
  async function makeRoom(mine: Part, most: number, measure: Measure, isCounted = (_: Part) => true): Promise<void> {
    for (;;) {
      const among = [...parts.values()].filter(isCounted)
      const sum = among.reduce((total, one) => total + measure(one), 0)
      if (sum <= most) return
      const victim = heaviest(mine, among, measure) ?? oldest(among.filter((one) => isIdleOf(mine, one)))
      if (victim === undefined) throw noRoom()
      await remove(victim)
    }
  }

  return {
    find: async (sha256, upload) => (await known()).get(pathOf(sha256, upload)),

    open: async (sha256, upload, from) => {
      const path = pathOf(sha256, upload)
      const there = (await known()).get(path)
      const part = there ?? { sha256, path, from, bytes: 0, usedAt: performance.now() }
      part.from = from
      if (there !== undefined) return there
      parts.set(path, part)
      try {
        await makeRoom(
          part,
          limits.filesPerContent,
          () => 1,
          (one) => one.sha256 === sha256,
        )
        await makeRoom(part, limits.files, () => 1)
      } catch (thrown) {
        parts.delete(path)
        throw thrown
      }
      return part
    },

    begin: (part) => {
      if (part.session !== undefined && !isSilent(part)) throw isBusy(part.sha256)
      const busy = [...parts.values()].filter(({ session }) => session !== undefined)
      if (busy.length >= limits.atOnce && part.session === undefined) {
        const own = busy.filter((one) => one.from === part.from && isSilent(one))
        const victim = heaviest(part, [...busy, part], () => 1) ?? oldest(own)
        if (victim === undefined) throw isBusy(part.sha256)
        delete victim.session
      }
      part.session = Symbol(part.sha256)
      part.usedAt = performance.now()
      return part.session
    },

    end: (part, session) => {
      if (part.session === session) delete part.session
    },

    grow: async (part, session, bytes) => {
      if (part.session !== session) throw gaveWay(part.sha256)
      part.bytes += bytes
      part.usedAt = performance.now()
      await makeRoom(part, limits.bytes, (one) => one.bytes)
    },

    remove,
    all: async () => [...(await known()).values()],
  }
}

type Measure = (part: Part) => number

/** The oldest one of somebody who holds more than the sender of `mine`. */
function heaviest(mine: Part, among: readonly Part[], measure: Measure): Part | undefined {
  const loads = new Map<string, number>()
  for (const one of among) loads.set(one.from, (loads.get(one.from) ?? 0) + measure(one))
  // Nobody has asked for these since the start.
  if (loads.has('')) loads.set('', Number.POSITIVE_INFINITY)
  const [first] = [...loads].sort(([, a], [, b]) => b - a)
  if (first === undefined || first[1] <= (loads.get(mine.from) ?? 0)) return undefined
  return oldest(among.filter((one) => one.from === first[0]))
}

function oldest(among: readonly Part[]): Part | undefined {
  return [...among].sort((a, b) => a.usedAt - b.usedAt)[0]
}

function isIdleOf(mine: Part, one: Part): boolean {
  return one !== mine && one.from === mine.from && one.session === undefined
}

function isSilent({ usedAt }: Part): boolean {
  return performance.now() - usedAt >= silentMs
}

function noRoom(): AppError {
  return new AppError({
    code: 'source/too-large',
    message: 'as much content as there is room for is on its way here already',
    hint: 'wait until it has arrived, or withdraw releases whose content has not, then repeat',
  })
}

function isBusy(sha256: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: 'this upload goes on in another request already, or too many are at once',
    hint: 'wait, and repeat',
    data: { sha256 },
  })
}

function gaveWay(sha256: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: 'this upload gave way to another',
    hint: 'ask how much of it is here, and go on from there',
    data: { sha256 },
  })
}
