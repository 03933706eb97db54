// Reading below one folder: never through a symbolic link, never more than allowed, never anything but regular files.
// The folders on the way are looked at right before a file is opened. Node cannot open relative to an open folder, so a
// person who may write here could still swap a folder in between; such a person could as well write the files.
import type { Dirent, Stats } from 'node:fs'
import { AppError } from '../../core/error.ts'
import { byCodePoint, checkSize } from '../../core/transport.ts'
import { checkCancelled } from '../cancel.ts'
import { errnoOf, translateErrno } from '../errno.ts'
import { type FileSystem, openFlags } from '../file-system.ts'
import { ownPrefix, verifyPathName, visible } from '../safe-name.ts'

/** More than any repository we know, less than what would fill the memory. */
const limits = { names: 200_000, depth: 16 }
const maxReadsAtOnce = 64
/** A file that is replaced between looking and opening is looked at again; one that never rests is refused. */
const maxTries = 5

export interface Tree {
  readonly root: string
  path(name: string): string
  /** True when every folder above the name is there and is a folder; false when one is missing. */
  hasFolders(name: string): Promise<boolean>
  /** The name was verified by the caller. */
  read(name: string, maxBytes: number): Promise<Uint8Array | undefined>
  list(prefix: string, signal: AbortSignal): Promise<string[]>
  /** Throws source/not-found unless the root is a folder. */
  checkRoot(): Promise<void>
  /** Shared among those who ask at the same moment. */
  look(path: string): Promise<Stats | undefined>
}

export function tree(root: string, fs: FileSystem, mayBeMissing: boolean): Tree {
  const looks = new Map<string, Promise<Stats | undefined>>()
  const turn = turnstile(maxReadsAtOnce)

  function look(path: string): Promise<Stats | undefined> {
    let pending = looks.get(path)
    if (pending === undefined) {
      pending = fs.lstatIfPresent(path).finally(() => looks.delete(path))
      looks.set(path, pending)
    }
    return pending
  }

  const pathOf = (name: string): string => (name === '' ? root : `${root}/${name}`)

  async function hasFolders(name: string): Promise<boolean> {
    for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
      const folder = name.slice(0, at)
      const stats = await look(pathOf(folder))
      if (stats === undefined) return false
      if (!stats.isDirectory()) refuse(folder, stats, 'a folder')
    }
    return true
  }

  async function checkRoot(): Promise<void> {
    let stats: Stats
    try {
      // The root itself may be a link: the person chose it.
      stats = await fs.stat(root)
    } catch (thrown) {
      if (mayBeMissing && errnoOf(thrown) === 'ENOENT') return
      throw translateErrno(thrown, 'read', root)
    }
    if (!stats.isDirectory()) refuse(root, stats, 'a folder')
  }

  /** Opens what was looked at; undefined when it vanished in between. */
  async function open(name: string): Promise<number | undefined> {
    try {
      return await fs.open(pathOf(name), openFlags.read)
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return undefined
      throw thrown
    }
  }

  /** Undefined when it is not what was looked at, or did not stay so while it was read. */
  async function readOpened(fd: number, name: string, seen: Stats): Promise<Uint8Array | undefined> {
    // One byte more than there should be: a file that grows meanwhile is noticed.
    const bytes = new Uint8Array(seen.size + 1)
    const [opened, first] = await Promise.all([fs.fstat(fd), fs.read(fd, bytes, 0)])
    if (!opened.isFile()) refuse(name, opened, 'a regular file')
    let filled = first
    // A regular file answers short only at its end, except on some network disks: then ask again.
    for (let count = first; count > 0 && filled < seen.size; ) {
      count = await fs.read(fd, bytes, filled)
      filled += count
    }
    const isSame = opened.ino === seen.ino && opened.dev === seen.dev && opened.size === seen.size
    return isSame && filled === seen.size ? bytes.subarray(0, filled) : undefined
  }

  /** 'changed' when another program replaced the file at this very moment. */
  async function tryRead(name: string, maxBytes: number): Promise<Uint8Array | undefined | 'changed'> {
    // Every call is a trip to another thread, so what can be asked together is.
    const [isThere, seen] = await Promise.all([hasFolders(name), fs.lstatIfPresent(pathOf(name))])
    if (!isThere || seen === undefined) return absent()
    if (!seen.isFile()) refuse(name, seen, 'a regular file')
    checkSize(name, seen.size, maxBytes)
    const fd = await open(name)
    if (fd === undefined) return 'changed'
    try {
      return (await readOpened(fd, name, seen)) ?? 'changed'
    } finally {
      // Nobody needs to wait for it, and closing what was only read cannot lose anything.
      fs.close(fd).catch(() => undefined)
    }
  }

  async function read(name: string, maxBytes: number): Promise<Uint8Array | undefined> {
    return turn(async () => {
      try {
        for (let tries = 0; tries < maxTries; tries++) {
          const bytes = await tryRead(name, maxBytes)
          if (bytes !== 'changed') return bytes
        }
      } catch (thrown) {
        throw translateErrno(thrown, 'read', `${visible(name)} in ${root}`)
      }
      throw new AppError({
        code: 'source/conflict',
        message: `${visible(name)} changed while it was read`,
        hint: 'wait until the other program has finished, then repeat',
        data: { name },
      })
    })
  }

  /** Nothing is certainly absent below a root that is itself missing, such as a stick that was pulled out. */
  async function absent(): Promise<undefined> {
    await checkRoot()
    return undefined
  }

  /** Links, pipes and devices are listed: reading them is what is refused, by name. */
  async function list(prefix: string, signal: AbortSignal): Promise<string[]> {
    const start = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    if (start !== '') verifyPathName(`${start}x`)
    const names: string[] = []
    try {
      await checkRoot()
      if (!(await hasFolders(`${start}x`))) return []
      await walk(start, start.split('/').length)
    } catch (thrown) {
      throw translateErrno(thrown, 'list', start === '' ? root : `${visible(start)} in ${root}`)
    }
    return names.sort(byCodePoint)

    async function walk(folder: string, depth: number): Promise<void> {
      checkCancelled(signal)
      if (depth > limits.depth) refuseSize(`more than ${limits.depth} folders inside each other`)
      for (const entry of await entries(pathOf(folder.slice(0, -1)))) {
        const name = folder + entry.name
        if (entry.isDirectory()) {
          const leads = `${name}/`
          const isWanted = leads.startsWith(prefix) || prefix.startsWith(leads)
          if (isWanted && !entry.name.startsWith('.')) await walk(leads, depth + 1)
        } else if (name.startsWith(prefix) && !entry.name.startsWith(ownPrefix)) {
          if (names.length >= limits.names) refuseSize(`more than ${limits.names} files`)
          names.push(name)
        }
      }
    }
  }

  async function entries(path: string): Promise<Dirent[]> {
    try {
      return await fs.readdir(path)
    } catch (thrown) {
      // Removed between seeing and entering it; or the root, which may be made later.
      if (errnoOf(thrown) === 'ENOENT') return []
      throw thrown
    }
  }

  return { root, path: pathOf, hasFolders, read, list, checkRoot, look }
}

function refuse(name: string, stats: Stats, wanted: string): never {
  const found = stats.isSymbolicLink()
    ? 'a symbolic link'
    : stats.isDirectory()
      ? 'a folder'
      : stats.isFile()
        ? 'a file'
        : 'a device or pipe'
  throw new AppError({
    code: 'source/rejected',
    message: `${visible(name)} is ${found} where ${wanted} is expected`,
    hint: 'do not use this folder before you know who put it there',
    data: { name },
  })
}

function refuseSize(what: string): never {
  throw new AppError({
    code: 'source/too-large',
    message: `the folder has ${what}`,
    hint: 'choose the repository itself',
  })
}

/** At most so many at once: every open file is a descriptor, and there are not many. */
function turnstile(maxAtOnce: number): <T>(run: () => Promise<T>) => Promise<T> {
  let inside = 0
  const waiting: (() => void)[] = []
  return async (run) => {
    if (inside >= maxAtOnce) await new Promise<void>((enter) => waiting.push(enter))
    else inside++
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next === undefined) inside--
      else next()
    }
  }
}
