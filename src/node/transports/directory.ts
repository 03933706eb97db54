// A folder on a disk as a Transport: reads never follow links, writes are all or nothing even across a crash.
import { dirname, resolve } from 'node:path'
import { AppError } from '../../core/error.ts'
import type { Files, Transport } from '../../core/transport.ts'
import { byCodePoint, checkSize } from '../../core/transport.ts'
import { checkCancelled } from '../cancel.ts'
import { besideTarget, commit, type Modes, ownFolder, type Plan, readJournal, recover } from '../directory/journal.ts'
import { acquireLock, isAlive, type LockOwner } from '../directory/lock.ts'
import { type Tree, tree } from '../directory/tree.ts'
import { errnoOf, translateErrno } from '../errno.ts'
import { type FileSystem, fileSystem } from '../file-system.ts'
import { verifyPathName, visible } from '../safe-name.ts'

export interface DirectoryOptions {
  /** A folder that is missing counts as empty, and the first write makes it. */
  create?: boolean
  /** Readable by this user only: folders 0700, files 0600. */
  private?: boolean
  /** Folders below which everything lies that a change may touch: a journal that came with the folder and reaches further is refused. */
  rooms?: readonly string[]
  /** How long a write waits for another program that is writing. */
  lockWaitMs?: number
  fs?: FileSystem
  isAlive?: (owner: LockOwner) => boolean
}

export function directoryTransport(root: string, options: DirectoryOptions = {}): Transport {
  const fs = options.fs ?? fileSystem
  const folder = resolve(root)
  const at = tree(folder, fs, options.create === true)
  const modes: Modes = options.private === true ? { folder: 0o700, file: 0o600 } : { folder: 0o777, file: 0o666 }
  const lives = options.isAlive ?? isAlive
  const lockWaitMs = options.lockWaitMs ?? 10_000

  async function locked<T>(waitMs: number, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    const release = await acquireLock(fs, at.path(ownFolder), { waitMs, isAlive: lives, signal })
    try {
      return await run()
    } finally {
      // A lock that stays behind is recognised as dead; the result of the write is what counts.
      await release().catch(() => undefined)
    }
  }

  async function translated<T>(doing: 'read' | 'write' | 'list', name: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (thrown) {
      throw translateErrno(thrown, doing, name === root ? root : `${visible(name)} in ${root}`)
    }
  }

  return {
    list: (prefix, signal) =>
      translated('list', prefix === '' ? root : prefix, async () => {
        checkCancelled(signal)
        // Looking changes nothing: what was decided is read through the journal, and finished by the next write.
        const plan = await readJournal(at, fs)
        const names = await at.list(prefix, signal)
        return plan === undefined ? names : withPlan(names, plan, prefix)
      }),

    read: (name, maxBytes, signal) =>
      translated('read', name, async () => {
        checkCancelled(signal)
        verifyPathName(name)
        // Asked together, for speed: a journal is rare, and what was read past it is thrown away.
        const [plan, direct] = await Promise.all([readJournal(at, fs), outcome(at.read(name, maxBytes))])
        if (plan === undefined) return direct()
        const temporary = plan.get(name)
        if (temporary === null) return undefined
        if (temporary !== undefined) {
          const bytes = await readPlanned(at, name, temporary, maxBytes)
          if (bytes !== undefined) return bytes
        }
        return at.read(name, maxBytes)
      }),

    write: (files, base, _note, signal) =>
      translated('write', [...files.keys()].at(-1) ?? root, async () => {
        checkCancelled(signal)
        verifyNames(files, base)
        if (options.create === true) await makeRoot(fs, folder, modes.folder)
        await at.checkRoot()
        await locked(lockWaitMs, signal, async () => {
          verifyRooms(await readJournal(at, fs), options.rooms)
          await recover(at, fs)
          checkCancelled(signal)
          await commit(at, fs, files, base, modes)
        })
      }),
  }
}

/** A folder that was unpacked or pulled may bring a journal of somebody else's making: it is no order to touch other files. */
function verifyRooms(plan: Plan | undefined, rooms: readonly string[] | undefined): void {
  if (plan === undefined || rooms === undefined) return
  const outside = [...plan.keys()].find((name) => !rooms.some((room) => name.startsWith(room)))
  if (outside === undefined) return
  throw new AppError({
    code: 'source/rejected',
    message: `an unfinished change in this folder would touch ${visible(outside)}, which is no part of a repository`,
    hint: `find out who left it there, then remove ${ownFolder}/journal; nothing was changed`,
    data: { name: visible(outside) },
  })
}

/** What a promise came to, to be looked at later: a result or a failure. */
function outcome<T>(promise: Promise<T>): Promise<() => T> {
  return promise.then(
    (value) => () => value,
    (thrown: unknown) => () => {
      throw thrown
    },
  )
}

/** Two names of which one would be a folder and the other a file cannot both be written. */
function verifyNames(files: Files, base: Files): void {
  for (const name of [...files.keys(), ...base.keys()]) verifyPathName(name)
  for (const [name, bytes] of files) {
    if (bytes === null) continue
    for (let end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
      if (!files.has(name.slice(0, end))) continue
      throw new AppError({
        code: 'source/rejected',
        message: `${visible(name.slice(0, end))} cannot be a file and a folder`,
        hint: 'use another name for one of them',
      })
    }
  }
}

async function makeRoot(fs: FileSystem, folder: string, mode: number): Promise<void> {
  try {
    await fs.mkdir(folder, mode)
  } catch (thrown) {
    const errno = errnoOf(thrown)
    if (errno === 'EEXIST') return
    const parent = dirname(folder)
    if (errno !== 'ENOENT' || parent === folder) throw thrown
    await makeRoot(fs, parent, mode)
    await fs.mkdir(folder, mode)
  }
}

async function readPlanned(
  at: Tree,
  name: string,
  temporary: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  try {
    return await at.read(besideTarget(name, temporary), maxBytes)
  } catch (thrown) {
    // The size limit speaks of the name people know, not of our temporary file.
    if (thrown instanceof AppError && thrown.code === 'source/too-large') checkSize(name, maxBytes + 1, maxBytes)
    throw thrown
  }
}

function withPlan(names: readonly string[], plan: Plan, prefix: string): string[] {
  const all = new Set(names)
  for (const [name, temporary] of plan) {
    if (temporary === null) all.delete(name)
    else if (name.startsWith(prefix)) all.add(name)
  }
  return [...all].sort(byCodePoint)
}
