// Who may write in a folder: one program at a time. Everybody who wants to write makes a lock file of its own, under a
// name nobody else will ever use, then looks around; whoever sees another living one steps back. Because a name is never
// used twice, the lock of a dead program can be removed without any chance of removing a living one.
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { toHex } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { checkCancelled } from '../cancel.ts'
import { errnoOf } from '../errno.ts'
import { type FileSystem, openFlags } from '../file-system.ts'

/** Read from the name of a lock file: its content would not be there yet when the file appears. */
export interface LockOwner {
  /** Computer, and on Linux also the process namespace: a container sees other processes. */
  host: string
  /** Changes with every start of the computer, where it can be told. */
  boot: string
  pid: number
  /** When the process began, where it can be told: process numbers are used again. */
  started: string
  nonce: string
}

const lockName = /^lock-([0-9a-f]{8})-([0-9a-f]{8})-(\d{1,10})-(\d{1,20})-([0-9a-f]{16})$/
const held = new Set<string>()

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}

function orEmpty(read: () => string): string {
  try {
    return read()
  } catch {
    // Not Linux, or /proc is hidden: then this part of the answer is the same for everybody.
    return ''
  }
}

function startOf(pid: number | 'self'): string {
  // proc(5): the 22nd field of stat; the second, in parentheses, may hold anything.
  const stat = orEmpty(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0'
}

function self(): LockOwner {
  return {
    host: shortHash(`${hostname()} ${orEmpty(() => readlinkSync('/proc/self/ns/pid'))}`),
    boot: shortHash(orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'))),
    pid: process.pid,
    started: startOf('self'),
    nonce: toHex(randomBytes(8)),
  }
}

/** When in doubt, it lives. */
export function isAlive(owner: LockOwner): boolean {
  const here = self()
  if (owner.host !== here.host) return true
  if (owner.boot !== here.boot) return false
  if (owner.pid === here.pid && owner.started === here.started) return held.has(owner.nonce)
  try {
    process.kill(owner.pid, 0)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ESRCH') return false
  }
  return startOf(owner.pid) === owner.started
}

function parseLockName(name: string): LockOwner | undefined {
  const [, host, boot, pid, started, nonce] = lockName.exec(name) ?? []
  if (host === undefined || boot === undefined || started === undefined || nonce === undefined) return undefined
  return { host, boot, pid: Number(pid), started, nonce }
}

export interface LockOptions {
  waitMs: number
  isAlive: (owner: LockOwner) => boolean
  signal: AbortSignal
}

/** Makes the folder if it is missing. The returned function gives the lock back, and removes the folder if it is empty. */
export async function acquireLock(fs: FileSystem, folder: string, options: LockOptions): Promise<() => Promise<void>> {
  const owner = self()
  const path = `${folder}/lock-${owner.host}-${owner.boot}-${owner.pid}-${owner.started}-${owner.nonce}`
  const release = async () => {
    held.delete(owner.nonce)
    await unlinkIfPresent(fs, path)
    await removeIfEmpty(fs, folder)
  }
  const deadline = performance.now() + options.waitMs
  for (;;) {
    checkCancelled(options.signal)
    held.add(owner.nonce)
    try {
      if (await create(fs, folder, path)) {
        const other = await otherLock(fs, folder, owner.nonce, options.isAlive)
        if (other === undefined) return release
        await release()
        if (performance.now() > deadline) throw busy(folder, other)
      }
    } catch (thrown) {
      // Whatever went wrong, the file must not pass for a lock that is held.
      await release().catch(() => undefined)
      throw thrown
    }
    // Two who met must not meet again at the next try.
    await sleep(10 + Math.random() * 60)
  }
}

/** False when the folder vanished in between: its last user had just left. */
async function create(fs: FileSystem, folder: string, path: string): Promise<boolean> {
  try {
    await fs.mkdir(folder, 0o777)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw thrown
    const stats = await fs.lstatIfPresent(folder)
    if (stats === undefined) return false
    if (!stats.isDirectory()) {
      throw new AppError({
        code: 'source/rejected',
        message: `${folder} is not a folder`,
        hint: 'remove it after you have found out who put it there',
      })
    }
  }
  try {
    await fs.close(await fs.open(path, openFlags.create, 0o666))
    return true
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return false
    throw thrown
  }
}

async function otherLock(
  fs: FileSystem,
  folder: string,
  ownNonce: string,
  lives: (owner: LockOwner) => boolean,
): Promise<{ name: string; owner: LockOwner } | undefined> {
  for (const { name } of await fs.readdir(folder)) {
    const owner = parseLockName(name)
    if (owner === undefined || owner.nonce === ownNonce) continue
    if (lives(owner)) return { name, owner }
    await unlinkIfPresent(fs, `${folder}/${name}`)
  }
  return undefined
}

function busy(folder: string, other: { name: string; owner: LockOwner }): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `another program (process ${other.owner.pid}) is writing here; nothing was written`,
    hint: `wait and repeat; if no other Countersign runs on any computer, delete ${folder}/${other.name}`,
    data: { pid: other.owner.pid },
  })
}

export async function unlinkIfPresent(fs: FileSystem, path: string): Promise<void> {
  try {
    await fs.unlink(path)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
  }
}

async function removeIfEmpty(fs: FileSystem, folder: string): Promise<void> {
  try {
    await fs.rmdir(folder)
  } catch (thrown) {
    // Somebody else is using it.
    const errno = errnoOf(thrown)
    if (errno !== 'ENOTEMPTY' && errno !== 'EEXIST' && errno !== 'ENOENT' && errno !== 'EBUSY') throw thrown
  }
}
