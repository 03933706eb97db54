// The few calls of the operating system that touch files, as a port: tests break each of them in turn.
import fs from 'node:fs'

export interface FileSystem {
  open(path: string, flags: number, mode?: number): Promise<number>
  fstat(fd: number): Promise<fs.Stats>
  /** From where the last read ended, or from `position`. */
  read(fd: number, bytes: Uint8Array, offset: number, position?: number): Promise<number>
  write(fd: number, bytes: Uint8Array, offset: number): Promise<number>
  chmod(fd: number, mode: number): Promise<void>
  sync(fd: number): Promise<void>
  truncate(fd: number, length: number): Promise<void>
  close(fd: number): Promise<void>
  /** Follows a link. */
  stat(path: string): Promise<fs.Stats>
  /** Does not; undefined where nothing is, which is asked so often that an Error would be dear. */
  lstatIfPresent(path: string): Promise<fs.Stats | undefined>
  readdir(path: string): Promise<fs.Dirent[]>
  mkdir(path: string, mode: number): Promise<void>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  rmdir(path: string): Promise<void>
}

type Done<T> = (error: NodeJS.ErrnoException | null, value: T) => void

function call<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error === null || error === undefined) resolve(value)
      else reject(error)
    })
  })
}

/** The callback API: measurably faster for many small files than FileHandle. */
export const fileSystem: FileSystem = {
  open: (path, flags, mode) => call((done) => fs.open(path, flags, mode, done)),
  fstat: (fd) => call((done) => fs.fstat(fd, done)),
  read: (fd, bytes, offset, position) =>
    call((done) => fs.read(fd, bytes, offset, bytes.length - offset, position ?? null, done)),
  write: (fd, bytes, offset) => call((done) => fs.write(fd, bytes, offset, bytes.length - offset, null, done)),
  chmod: (fd, mode) => call((done) => fs.fchmod(fd, mode, (error) => done(error, undefined))),
  sync: (fd) => call((done) => fs.fsync(fd, (error) => done(error, undefined))),
  truncate: (fd, length) => call((done) => fs.ftruncate(fd, length, (error) => done(error, undefined))),
  close: (fd) => call((done) => fs.close(fd, (error) => done(error ?? null, undefined))),
  stat: (path) => call((done) => fs.stat(path, done)),
  lstatIfPresent: (path) =>
    new Promise((resolve, reject) => {
      fs.lstat(path, (error, stats) => {
        if (error === null) resolve(stats)
        else if (error.code === 'ENOENT') resolve(undefined)
        else reject(error)
      })
    }),
  readdir: (path) => call((done) => fs.readdir(path, { withFileTypes: true }, done)),
  mkdir: (path, mode) => call((done) => fs.mkdir(path, mode, (error) => done(error, undefined))),
  rename: (from, to) => call((done) => fs.rename(from, to, (error) => done(error, undefined))),
  unlink: (path) => call((done) => fs.unlink(path, (error) => done(error, undefined))),
  rmdir: (path) => call((done) => fs.rmdir(path, (error) => done(error, undefined))),
}

/**
 * The same calls, made in this thread: about eight times as fast for many small files, because nothing travels between
 * threads. For programs without a window: a disk that hangs stops everything.
 */
export const blockingFileSystem: FileSystem = {
  open: async (path, flags, mode) => fs.openSync(path, flags, mode),
  fstat: async (fd) => fs.fstatSync(fd),
  read: async (fd, bytes, offset, position) => fs.readSync(fd, bytes, offset, bytes.length - offset, position ?? null),
  write: async (fd, bytes, offset) => fs.writeSync(fd, bytes, offset, bytes.length - offset, null),
  chmod: async (fd, mode) => fs.fchmodSync(fd, mode),
  sync: async (fd) => fs.fsyncSync(fd),
  truncate: async (fd, length) => fs.ftruncateSync(fd, length),
  close: async (fd) => fs.closeSync(fd),
  stat: async (path) => fs.statSync(path),
  lstatIfPresent: async (path) => fs.lstatSync(path, { throwIfNoEntry: false }),
  readdir: async (path) => fs.readdirSync(path, { withFileTypes: true }),
  mkdir: async (path, mode) => fs.mkdirSync(path, mode),
  rename: async (from, to) => fs.renameSync(from, to),
  unlink: async (path) => fs.unlinkSync(path),
  rmdir: async (path) => fs.rmdirSync(path),
}

const { constants } = fs

export const openFlags = {
  /** NONBLOCK so that a pipe or a device cannot hang us; Windows has neither of these flags nor planted pipes. */
  read: constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0),
  create: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0),
  /** To go on with a file that may be there. */
  resume:
    constants.O_RDWR |
    constants.O_CREAT |
    (constants.O_NOFOLLOW ?? 0) |
    (constants.O_NONBLOCK ?? 0) |
    (constants.O_NOCTTY ?? 0),
  /** Every write goes to the end. */
  append:
    constants.O_RDWR |
    constants.O_APPEND |
    constants.O_CREAT |
    (constants.O_NOFOLLOW ?? 0) |
    (constants.O_NONBLOCK ?? 0) |
    (constants.O_NOCTTY ?? 0),
  directory: constants.O_RDONLY | (constants.O_DIRECTORY ?? 0),
} as const

export async function writeAll(fs: FileSystem, fd: number, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) offset += await fs.write(fd, bytes, offset)
}

/** A new file, on the disk when this returns. Its name is durable only after `syncDirectory`. */
export async function writeNewFile(
  fs: FileSystem,
  path: string,
  bytes: Uint8Array,
  mode: { wanted: number; exact: boolean },
): Promise<void> {
  const fd = await fs.open(path, openFlags.create, mode.wanted)
  try {
    // The umask may have taken bits away that the file to be replaced has.
    if (mode.exact) await fs.chmod(fd, mode.wanted)
    await writeAll(fs, fd, bytes)
    await fs.sync(fd)
  } finally {
    await fs.close(fd)
  }
}

/** Makes renames in a folder durable. Windows cannot open folders and orders its journal by itself. */
export async function syncDirectory(fs: FileSystem, path: string): Promise<void> {
  if (process.platform === 'win32') return
  const fd = await fs.open(path, openFlags.directory)
  try {
    await fs.sync(fd)
  } finally {
    await fs.close(fd)
  }
}
