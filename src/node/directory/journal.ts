// Several files at once. A plan names every temporary file before it is made; when all of them are on the disk, the plan is
// renamed to `journal`: that one rename is the change. What is left to do then is written in it, and whoever finds it
// does it. A crash before the rename leaves the old state and a plan to tidy up; after it, the new state.
import { randomBytes } from 'node:crypto'
import { parseUtf8, toHex, utf8 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { checkUnchanged, type Files } from '../../core/transport.ts'
import { errnoOf } from '../errno.ts'
import { type FileSystem, openFlags, syncDirectory, writeNewFile } from '../file-system.ts'
import { ownPrefix, verifyPathName, visible } from '../safe-name.ts'
import { unlinkIfPresent } from './lock.ts'
import type { Tree } from './tree.ts'

const maxJournalBytes = 64 * 1024 * 1024
const temporaryName = new RegExp(`^\\${ownPrefix}-[0-9a-f]{16}-\\d{1,6}$`)
const planName = /^plan-[0-9a-f]{16}$/

/** Name to the temporary file that holds its new bytes; null when the name is to be removed. */
export type Plan = ReadonlyMap<string, string | null>

export const ownFolder = ownPrefix
const journalName = `${ownFolder}/journal`

export interface Modes {
  folder: number
  file: number
}

/** The change that was decided but maybe not finished. */
export async function readJournal(tree: Tree, fs: FileSystem): Promise<Plan | undefined> {
  if ((await tree.look(tree.path(journalName))) === undefined) return undefined
  return readPlan(tree, fs, journalName)
}

async function readPlan(tree: Tree, fs: FileSystem, name: string): Promise<Plan | undefined> {
  await tree.hasFolders(name)
  let fd: number
  try {
    fd = await fs.open(tree.path(name), openFlags.read)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
  try {
    const stats = await fs.fstat(fd)
    if (!stats.isFile() || stats.size > maxJournalBytes) throw damaged(name)
    const bytes = new Uint8Array(stats.size)
    let filled = 0
    while (filled < bytes.length) {
      const count = await fs.read(fd, bytes, filled)
      if (count === 0) break
      filled += count
    }
    return parsePlan(bytes.subarray(0, filled), name)
  } finally {
    await fs.close(fd)
  }
}

/** The folder may come from anywhere, so a plan in it is held to the same rules as any other name. */
function parsePlan(bytes: Uint8Array, name: string): Plan {
  let value: unknown
  try {
    value = JSON.parse(parseUtf8(bytes, 'the journal'))
  } catch (cause) {
    throw damaged(name, cause)
  }
  if (!Array.isArray(value)) throw damaged(name)
  const plan = new Map<string, string | null>()
  for (const entry of value as readonly unknown[]) {
    if (!Array.isArray(entry) || entry.length !== 2) throw damaged(name)
    const [target, temporary] = entry as readonly unknown[]
    if (typeof target !== 'string' || (temporary !== null && typeof temporary !== 'string')) throw damaged(name)
    verifyPathName(target)
    if (temporary !== null && !temporaryName.test(temporary)) throw damaged(name)
    plan.set(target, temporary)
  }
  return plan
}

function damaged(name: string, cause?: unknown): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${name} is damaged, so it is not known whether the last change is complete`,
    hint: `compare the repository with a copy, then delete ${name}`,
    cause,
  })
}

const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1)
export const besideTarget = (name: string, temporary: string): string => folderOf(name) + temporary

/** Finishes a decided change and tidies up after undecided ones. The caller holds the lock. */
export async function recover(tree: Tree, fs: FileSystem): Promise<void> {
  const journal = await readJournal(tree, fs)
  if (journal !== undefined) await finish(tree, fs, journal)
  for (const { name } of await fs.readdir(tree.path(ownFolder))) {
    if (planName.test(name)) await discard(tree, fs, `${ownFolder}/${name}`)
  }
}

async function finish(tree: Tree, fs: FileSystem, plan: Plan): Promise<void> {
  const folders = new Set<string>()
  for (const [name, temporary] of plan) {
    if (temporary === null || !(await tree.hasFolders(name))) continue
    try {
      await fs.rename(tree.path(besideTarget(name, temporary)), tree.path(name))
    } catch (thrown) {
      // Done already, by whoever was here before us.
      if (errnoOf(thrown) !== 'ENOENT') throw thrown
    }
    folders.add(folderOf(name))
  }
  for (const [name, temporary] of plan) {
    if (temporary !== null || !(await tree.hasFolders(name))) continue
    await unlinkIfPresent(fs, tree.path(name))
    folders.add(folderOf(name))
  }
  for (const folder of folders) await syncDirectory(fs, tree.path(folder.slice(0, -1)))
  await unlinkIfPresent(fs, tree.path(journalName))
  await syncDirectory(fs, tree.path(ownFolder))
}

async function discard(tree: Tree, fs: FileSystem, planPath: string): Promise<void> {
  let plan: Plan | undefined
  try {
    plan = await readPlan(tree, fs, planPath)
  } catch (thrown) {
    // Cut off while it was written: then no temporary file was made yet.
    if (!(thrown instanceof AppError) || thrown.code !== 'format/malformed') throw thrown
  }
  for (const [name, temporary] of plan ?? []) {
    if (temporary === null || !(await tree.hasFolders(name))) continue
    await unlinkIfPresent(fs, tree.path(besideTarget(name, temporary)))
  }
  await unlinkIfPresent(fs, tree.path(planPath))
}

/** All or nothing. The caller holds the lock and has called `recover`. */
export async function commit(tree: Tree, fs: FileSystem, files: Files, base: Files, modes: Modes): Promise<void> {
  for (const [name, was] of base) await checkBase(tree, name, was)
  const nonce = toHex(randomBytes(8))
  const plan = new Map<string, string | null>()
  for (const [name, bytes] of files) plan.set(name, bytes === null ? null : `${ownPrefix}-${nonce}-${plan.size}`)
  const planPath = `${ownFolder}/plan-${nonce}`
  try {
    const made = await makeFolders(tree, fs, files, modes)
    const replaced = await existingModes(tree, files)
    const planBytes = utf8(JSON.stringify([...plan]))
    await writeNewFile(fs, tree.path(planPath), planBytes, { wanted: modes.file, exact: false })
    // The root too: our own folder in it may be new, and the journal must not be lost with it.
    const touched = new Set(['', ...made])
    for (const [name, bytes] of files) {
      const temporary = plan.get(name)
      if (bytes === null || typeof temporary !== 'string') continue
      const mode = replaced.get(name)
      const path = tree.path(besideTarget(name, temporary))
      await writeNewFile(fs, path, bytes, { wanted: mode ?? modes.file, exact: mode !== undefined })
      touched.add(folderOf(name))
    }
    for (const folder of touched) await syncDirectory(fs, tree.path(folder.slice(0, -1)))
    await fs.rename(tree.path(planPath), tree.path(journalName))
  } catch (thrown) {
    // What cannot be tidied up now is tidied up by the next writer; the failure itself matters more.
    await discard(tree, fs, planPath).catch(() => undefined)
    throw thrown
  }
  try {
    await syncDirectory(fs, tree.path(ownFolder))
    await finish(tree, fs, plan)
  } catch (cause) {
    throw new AppError({
      code: 'source/unreachable',
      message: 'the change is decided and safe on the disk, but could not be put in place',
      hint: 'check the disk, then open the repository again: that finishes the change',
      data: { committed: true },
      cause,
    })
  }
}

async function checkBase(tree: Tree, name: string, was: Uint8Array | null): Promise<void> {
  let is: Uint8Array | undefined
  try {
    is = await tree.read(name, was?.length ?? 0)
  } catch (thrown) {
    // Longer than it was, so changed; the empty array differs from any such base.
    if (!(thrown instanceof AppError) || thrown.code !== 'source/too-large') throw thrown
    checkUnchanged(name, was, was === null || was.length > 0 ? new Uint8Array(0) : new Uint8Array(1))
  }
  checkUnchanged(name, was, is ?? null)
}

/** Folders that are missing, from the top; returns the folders in which one was made. */
async function makeFolders(tree: Tree, fs: FileSystem, files: Files, modes: Modes): Promise<string[]> {
  const parents: string[] = []
  for (const [name, bytes] of files) {
    if (bytes === null || (await tree.hasFolders(name))) continue
    for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
      const folder = name.slice(0, at)
      if (!(await tree.hasFolders(`${folder}/x`))) {
        await fs.mkdir(tree.path(folder), modes.folder)
        parents.push(folderOf(folder))
      }
    }
  }
  return parents
}

/** Access rights of the files that will be replaced. Only a regular file may be replaced or removed. */
async function existingModes(tree: Tree, files: Files): Promise<Map<string, number>> {
  const modes = new Map<string, number>()
  for (const name of files.keys()) {
    if (!(await tree.hasFolders(name))) continue
    const stats = await tree.look(tree.path(name))
    if (stats === undefined) continue
    if (!stats.isFile()) {
      throw new AppError({
        code: 'source/rejected',
        message: `${visible(name)} is not a regular file, so it is not replaced`,
        hint: 'do not use this folder before you know who put it there',
        data: { name },
      })
    }
    modes.set(name, stats.mode & 0o777)
  }
  return modes
}
