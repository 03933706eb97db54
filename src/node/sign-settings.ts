// What tuf-on-ci-sign keeps for one repository (.tuf-on-ci-sign.ini): who signs here, and where signatures are pushed. In the
// person's own clone when they have one, where that tool finds it as well; else beside our copy.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { utf8 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import { userNameOf } from '../core/systems/tuf/layouts/tuf-on-ci/invites.ts'
import { parseIni, withIniValue } from './ini.ts'
import { visible } from './safe-name.ts'
import { directoryTransport } from './transports/directory.ts'
import { addressOfRemote, type GitAddress, parseGitAddress } from './transports/git/address.ts'
import { git } from './transports/git/command.ts'
import { mirrorFolder } from './transports/git/mirror.ts'

export interface SignSettings {
  /** "@lance" */
  userName?: string
  /** Where signatures are pushed, when that is not the repository itself. */
  fork?: GitAddress
  /** The person's own clone, whose settings these are. */
  clone?: string
}

const iniName = '.tuf-on-ci-sign.ini'
const cloneName = 'clone'
const maxBytes = 1024 * 1024
const { signal: never } = new AbortController()

export async function readSettings(repository: GitAddress, dataDir: string): Promise<SignSettings> {
  const folder = mirrorFolder(dataDir, repository)
  const clone = readText(join(folder, cloneName))?.trim()
  const own = clone !== undefined && existsSync(join(clone, iniName)) ? clone : folder
  const settings = parseIni(readText(join(own, iniName)) ?? '').get('settings')
  const userName = userNameOf(settings?.get('user-name') ?? '')
  const pushRemote = settings?.get('push-remote')
  const fork = pushRemote === undefined ? undefined : await addressOf(pushRemote, clone)
  return {
    ...(userName === undefined ? {} : { userName }),
    ...(fork === undefined || fork.url === repository.url ? {} : { fork }),
    ...(clone === undefined ? {} : { clone }),
  }
}

/** `push`: the address of a fork; null to push to the repository itself. */
export async function writeSettings(
  repository: GitAddress,
  dataDir: string,
  { userName, push }: { userName?: string; push?: string | null },
): Promise<void> {
  const { clone } = await readSettings(repository, dataDir)
  const folder = clone ?? mirrorFolder(dataDir, repository)
  const before = readText(join(folder, iniName))
  let text = before ?? ''
  if (userName !== undefined) text = withIniValue(text, 'settings', 'user-name', userName)
  if (push !== undefined) text = withIniValue(text, 'settings', 'push-remote', push ?? 'origin')
  // The tool asks for it when it is missing.
  if (parseIni(text).get('settings')?.get('pull-remote') === undefined)
    text = withIniValue(text, 'settings', 'pull-remote', clone === undefined ? repository.url : 'origin')
  const files = directoryTransport(folder, { create: true, private: clone === undefined })
  const base = new Map([[iniName, before === undefined ? null : utf8(before)]])
  await files.write(new Map([[iniName, utf8(text)]]), base, 'settings', never)
}

/** From now on the settings of this clone are the settings of the repository. */
export async function rememberClone(repository: GitAddress, dataDir: string, clone: string): Promise<void> {
  const files = directoryTransport(mirrorFolder(dataDir, repository), { create: true, private: true })
  await files.write(new Map([[cloneName, utf8(`${clone}\n`)]]), new Map(), 'clone', never)
}

/** A remote by its name in the clone, or an address of its own. "origin" beside our copy is the repository itself. */
async function addressOf(remote: string, clone: string | undefined): Promise<GitAddress | undefined> {
  if (/^git\+/.test(remote)) return parseGitAddress(remote)
  const url = clone === undefined ? undefined : (await remotesOf(clone)).get(remote)
  if (clone === undefined && remote === 'origin') return undefined
  const address = addressOfRemote(url ?? remote)
  if (address !== undefined) return address
  throw new AppError({
    code: 'usage/invalid',
    message: `signatures are to be pushed to ${visible(url ?? remote)}, which is no address that is followed here`,
    hint: `give another push-remote in ${join(clone ?? '', iniName)}`,
  })
}

/** A folder that is somebody's clone of such a repository, or the bare repository itself; undefined when it is neither. */
export async function recogniseClone(folder: string): Promise<{ address: GitAddress; clone?: string } | undefined> {
  const isFolder = (name: string): boolean =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory() ?? false
  if (isFolder('.git') && isFolder('metadata/root_history')) {
    const clone = resolve(folder)
    const pull =
      parseIni(readText(join(folder, iniName)) ?? '')
        .get('settings')
        ?.get('pull-remote') ?? 'origin'
    const remotes = await remotesOf(clone)
    const remote = remotes.get(pull) ?? remotes.get('origin')
    const address = addressOfRemote(remote ?? clone)
    if (address !== undefined) return { address, ...(remote === undefined ? {} : { clone }) }
    throw new AppError({
      code: 'source/rejected',
      message: `this clone comes from ${visible(remote ?? pull)}, which is no address that is followed here`,
      hint: 'open the repository by its own address: git+https://HOST/REPOSITORY',
    })
  }
  const isBare = isFolder('objects') && isFolder('refs') && existsSync(join(folder, 'HEAD'))
  const address = isBare && !isFolder('metadata') ? addressOfRemote(resolve(folder)) : undefined
  return address === undefined ? undefined : { address }
}

/** The configuration of a clone is read as data: nothing in it is obeyed, and it brings in no other file. */
async function remotesOf(clone: string): Promise<Map<string, string>> {
  const file = join(clone, '.git', 'config')
  const args = ['config', '--file', file, '--no-includes', '--null', '--get-regexp', '^remote\\..*\\.url$']
  const { out } = await git(args, { accept: [1], maxOutputBytes: maxBytes, signal: never })
  const remotes = new Map<string, string>()
  for (const entry of new TextDecoder().decode(out).split('\0')) {
    const [, name = '', url = ''] = /^remote\.(.+)\.url\n(.+)$/s.exec(entry) ?? []
    if (name !== '' && !remotes.has(name)) remotes.set(name, url)
  }
  return remotes
}

function readText(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined || !stats.isFile() || stats.size > maxBytes) return undefined
  return readFileSync(path, 'utf8')
}
