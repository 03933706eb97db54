// A file system in which the n-th call goes wrong: an error, or the sudden death of the program.
import { blockingFileSystem, type FileSystem } from '../../src/node/file-system.ts'

export type Fault =
  | { kind: 'error'; errno: string }
  /** From here on nothing is done any more. */
  | { kind: 'death'; when: 'before' | 'after' }

export class Death extends Error {
  override readonly name = 'Death'
}

export interface FaultyFileSystem extends FileSystem {
  /** The calls made so far: "rename /a -> /b". */
  readonly log: readonly string[]
  /** The fault has happened. */
  readonly struck: boolean
}

function errnoError(errno: string, what: string): Error {
  return Object.assign(new Error(`${errno}: planted, ${what}`), { code: errno })
}

export function faultyFileSystem(at: number, fault: Fault): FaultyFileSystem {
  const log: string[] = []
  const paths = new Map<number, string>()
  let struck = false
  let isDead = false

  async function step<T>(what: string, run: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> {
    if (isDead) throw new Death(what)
    log.push(what)
    if (log.length - 1 !== at) return run()
    struck = true
    if (fault.kind === 'error') {
      await half?.()
      throw errnoError(fault.errno, what)
    }
    isDead = true
    if (fault.when === 'after') await run()
    else await half?.()
    throw new Death(what)
  }

  const fs = blockingFileSystem
  const by = (fd: number) => paths.get(fd) ?? `fd ${fd}`
  return {
    get log() {
      return log
    },
    get struck() {
      return struck
    },
    open: (path, flags, mode) =>
      step(`open ${path}`, async () => {
        const fd = await fs.open(path, flags, mode)
        paths.set(fd, path)
        return fd
      }),
    fstat: (fd) => step(`fstat ${by(fd)}`, () => fs.fstat(fd)),
    read: (fd, bytes, offset, position) => step(`read ${by(fd)}`, () => fs.read(fd, bytes, offset, position)),
    write: (fd, bytes, offset) =>
      step(
        `write ${by(fd)}`,
        () => fs.write(fd, bytes, offset),
        () => fs.write(fd, bytes.subarray(0, offset + Math.floor((bytes.length - offset) / 2)), offset),
      ),
    chmod: (fd, mode) => step(`chmod ${by(fd)}`, () => fs.chmod(fd, mode)),
    sync: (fd) => step(`sync ${by(fd)}`, () => fs.sync(fd)),
    truncate: (fd, length) => step(`truncate ${by(fd)}`, () => fs.truncate(fd, length)),
    close: (fd) =>
      step(
        `close ${by(fd)}`,
        () => fs.close(fd),
        // The system closes it whatever happens; tests must not run out of descriptors.
        () => fs.close(fd),
      ),
    stat: (path) => step(`stat ${path}`, () => fs.stat(path)),
    lstatIfPresent: (path) => step(`lstat ${path}`, () => fs.lstatIfPresent(path)),
    readdir: (path) => step(`readdir ${path}`, () => fs.readdir(path)),
    mkdir: (path, mode) => step(`mkdir ${path}`, () => fs.mkdir(path, mode)),
    rename: (from, to) => step(`rename ${from} -> ${to}`, () => fs.rename(from, to)),
    unlink: (path) => step(`unlink ${path}`, () => fs.unlink(path)),
    rmdir: (path) => step(`rmdir ${path}`, () => fs.rmdir(path)),
  }
}

/** A medium that cannot be written. */
export function readOnlyFileSystem(): FileSystem {
  const refuse = async (): Promise<never> => {
    throw errnoError('EROFS', 'read-only')
  }
  return { ...blockingFileSystem, mkdir: refuse, rename: refuse, unlink: refuse, rmdir: refuse, write: refuse }
}
