// Where on this machine the window may read and write. Whoever took over the page can name any place, so a place counts by what
// it really is: links are resolved first, and nothing of it is hidden, ours, or a repository's.
import type { Stats } from 'node:fs'
import { lstat, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { AppError } from '../core/error.ts'
import { projectMarks } from '../core/systems/asfaload/names.ts'
import type { Desk } from '../node/desk.ts'
import { errnoOf, translateErrno } from '../node/errno.ts'
import { isFolderLocation, parseLocation } from '../node/location.ts'

export interface Places {
  /** Absolute, not resolved: a file keeps the name by which it was chosen. */
  toRead(path: string): Promise<string>
  /** The same for a folder, with the reason in words why something below it is left out. */
  toLook(path: string): Promise<{ path: string; reasonAgainst(file: string): string | undefined }>
  /** Resolved: what was judged is what is written to. It need not be there yet. */
  toWrite(path: string): Promise<string>
  /** For a new repository; an address on the web is left to those who refuse it. */
  toCreate(location: string): Promise<string>
}

export function windowPlaces(workspace: Pick<Desk['workspace'], 'directory' | 'sources'>): Places {
  const own = async (): Promise<string> => existing(workspace.directory)

  async function judged(path: string): Promise<{ whole: string; real: string }> {
    const whole = absolute(path)
    checkShown(whole)
    try {
      const real = await realPlace(whole)
      checkShown(real)
      if (!isInside(real, await own())) return { whole, real }
    } catch (thrown) {
      throw translateErrno(thrown, 'read', whole)
    }
    throw refused(`${whole} is in the folder in which Countersign keeps its own files`, 'choose another place')
  }

  async function toWrite(path: string): Promise<string> {
    const { whole, real } = await judged(path)
    const pinned = (await workspace.sources()).filter(({ location }) => isFolderLocation(location))
    const folders = await Promise.all(pinned.map(({ location }) => existing(location)))
    if (!folders.some((folder) => isInside(real, folder)) && !(await isInRepository(real))) return real
    throw refused(`${whole} is in a repository`, 'choose a place outside it; what is in it changes by proposals')
  }

  return {
    toRead: async (path) => (await judged(path)).whole,
    toLook: async (path) => {
      const { whole } = await judged(path)
      const folder = await own()
      return {
        path: whole,
        reasonAgainst: (file) => {
          if (isInside(file, folder)) return 'a file of Countersign itself'
          return isShown(file) ? undefined : 'for settings'
        },
      }
    },
    toWrite,
    toCreate: async (text) => {
      const location = parseLocation(text)
      return isFolderLocation(location) ? toWrite(location) : location
    },
  }
}

/** Where nobody gets to from here, nobody writes either. */
function existing(folder: string): Promise<string> {
  return realPlace(folder).catch(() => folder)
}

/** What no repository of a system is without. */
const marks = ['metadata/timestamp.json', ...projectMarks] as const

/** Also one that is not pinned: the page could forget it, write, and pin it again. */
async function isInRepository(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    for (const name of marks) if ((await there(join(folder, name))) !== undefined) return true
    if (folder === dirname(folder)) return false
  }
}

function absolute(path: string): string {
  const trimmed = path.trim()
  // Windows would send the name and the secret of whoever is logged in there.
  if (/^[\\/]{2}/.test(trimmed)) throw refused(`${trimmed} is on another computer`, 'choose a folder of this one')
  return trimmed === '~' || trimmed.startsWith('~/') ? resolve(homedir(), trimmed.slice(2)) : resolve(trimmed)
}

function checkShown(path: string): void {
  if (isShown(path)) return
  throw refused(
    `${path} is hidden or for settings, and the window does not go there`,
    'choose another folder, or use the command line',
  )
}

/** Keys and settings of other programs are in hidden folders; macOS and Windows have names for theirs. */
export function isShown(path: string, platform: NodeJS.Platform = process.platform): boolean {
  const folds = platform === 'darwin' || platform === 'win32'
  const isSettings = (part: string): boolean =>
    settings.some((name) => part === name || (folds && part.toLowerCase() === name.toLowerCase()))
  return !path.split(/[\\/]/).some((part) => part.startsWith('.') || isSettings(part))
}

const settings: readonly string[] = ['Library', 'AppData']

/** With every link resolved, also when only the folders above it are there. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT' || dirname(path) === path) throw thrown
    if ((await there(path)) !== undefined) throw refused(`${path} is a link to nothing`, 'choose another name')
    return join(await realPlace(dirname(path)), basename(path))
  }
}

async function there(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (thrown) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(thrown) ?? '')) return undefined
    throw thrown
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

function refused(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
