// What the operating system answers, in our words: translated here once, the cause kept.
import { AppError, type ErrorCode } from '../core/error.ts'

type Doing = 'read' | 'write' | 'list'

const meaning: Readonly<Record<string, readonly [ErrorCode, string, string]>> = {
  ENOENT: ['source/not-found', 'does not exist', 'check the name, or insert the medium it is on'],
  EACCES: [
    'source/rejected',
    'is not permitted for this user',
    'ask its owner for access, or run as the user who owns it',
  ],
  EPERM: [
    'source/rejected',
    'is not permitted for this user',
    'ask its owner for access, or run as the user who owns it',
  ],
  EROFS: ['source/rejected', 'is on a read-only medium', 'choose a folder that can be written'],
  ENOSPC: ['source/rejected', 'failed: the disk is full', 'free some space, then repeat; nothing was changed'],
  EDQUOT: ['source/rejected', 'failed: the disk quota is used up', 'free some space, then repeat; nothing was changed'],
  EFBIG: ['source/rejected', 'failed: the file is too large for this disk', 'choose another folder'],
  ELOOP: ['source/rejected', 'leads through a symbolic link', 'replace the link by the file itself'],
  EMLINK: ['source/rejected', 'leads through a symbolic link', 'replace the link by the file itself'],
  ENOTDIR: ['source/rejected', 'leads through a file as if it were a folder', 'check what lies in the folder'],
  EISDIR: ['source/rejected', 'is a folder where a file is expected', 'check what lies in the folder'],
  EEXIST: ['source/conflict', 'exists already', 'repeat; another program may be writing here'],
  ENXIO: ['source/rejected', 'is not a regular file', 'check what lies in the folder'],
  ENODEV: ['source/rejected', 'is not a regular file', 'check what lies in the folder'],
  ENAMETOOLONG: ['source/rejected', 'has a name too long for this disk', 'choose a shorter name'],
  EILSEQ: ['source/rejected', 'has a name this disk cannot hold', 'choose another name'],
  EINVAL: ['source/rejected', 'has a name this disk cannot hold', 'choose another name'],
  EXDEV: ['source/rejected', 'spans two disks', 'choose a folder on one disk'],
  EBUSY: ['source/rejected', 'is in use by another program', 'close the program that uses it, then repeat'],
  EMFILE: ['source/unreachable', 'failed: too many files are open', 'close other programs, then repeat'],
  ENFILE: ['source/unreachable', 'failed: too many files are open', 'close other programs, then repeat'],
  EIO: ['source/unreachable', 'failed: the disk reports an error', 'check the medium, then repeat'],
  ESTALE: ['source/unreachable', 'failed: the network disk was changed', 'open the folder again'],
  ETIMEDOUT: ['source/unreachable', 'failed: the disk does not answer', 'check the connection, then repeat'],
}

export function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return undefined
  return thrown.code
}

/** An AppError passes through unchanged; what is not an errno stays what it is. */
export function translateErrno(thrown: unknown, doing: Doing, name: string): unknown {
  const errno = errnoOf(thrown)
  if (thrown instanceof AppError || errno === undefined || !/^E[A-Z0-9]+$/.test(errno)) return thrown
  const known = meaning[errno]
  const verb = { read: 'reading', write: 'writing', list: 'listing' }[doing]
  const [code, what, hint] = known ?? ['source/unreachable', `failed with ${errno}`, 'check the medium, then repeat']
  // "reading x failed", "reading x is not permitted", but "x does not exist".
  const subject = /^failed|permitted/.test(what) ? `${verb} ${name}` : name
  return new AppError({ code, message: `${subject} ${what}`, hint, data: { name, errno }, cause: thrown })
}
