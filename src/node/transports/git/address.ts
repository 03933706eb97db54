// Where a git repository is, as a person writes it: git+https://host/repo.git, with #sign/event when one signing event is meant.
import { fileURLToPath, pathToFileURL } from 'node:url'
import { AppError } from '../../../core/error.ts'
import { hasHidden } from '../../../core/visible.ts'
import { visible } from '../../safe-name.ts'

export type GitScheme = 'https' | 'ssh' | 'file'

export interface GitAddress {
  scheme: GitScheme
  /** As git itself takes it. */
  url: string
  /** The branch of one signing event. */
  event?: string
}

const schemes: readonly GitScheme[] = ['https', 'ssh', 'file']

export function isGitLocation(location: string): boolean {
  return /^git\+[a-z]+:/i.test(location)
}

/** Any spelling of an address that begins with git+. */
export function parseGitAddress(text: string): GitAddress {
  const hash = text.indexOf('#')
  const [address, fragment] = hash < 0 ? [text, ''] : [text.slice(0, hash), text.slice(hash + 1)]
  const { scheme, url } = parseUrl(address.replace(/^git\+/i, ''), text)
  return fragment === '' ? { scheme, url } : { scheme, url, event: parseEvent(fragment, text) }
}

/** The one spelling that is kept. */
export function gitLocation({ url, event }: GitAddress): string {
  return `git+${url}${event === undefined ? '' : `#${encodeURI(event)}`}`
}

/** The repository alone: what is pinned, whatever event is looked at. */
export function repositoryLocation(location: string): string {
  const { scheme, url } = parseGitAddress(location)
  return gitLocation({ scheme, url })
}

export function withEvent(location: string, event: string): string {
  return gitLocation({ ...parseGitAddress(location), event })
}

/** As git remotes are spelled in a configuration: scheme://..., host:path, or a folder. undefined for what is not followed. */
export function addressOfRemote(remote: string): GitAddress | undefined {
  const short = /^([\w.-]+@)?([\w.-]{2,}):(?!:|\/\/)([^\0-\x20]+)$/.exec(remote)
  try {
    if (short !== null) return parseUrl(`ssh://${short[1] ?? ''}${short[2]}/${short[3]}`, remote)
    if (remote.startsWith('/')) return parseUrl(pathToFileURL(remote).href, remote)
    return /^(https|ssh|file):\/\//.test(remote) ? parseUrl(remote, remote) : undefined
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'usage/invalid') return undefined
    throw thrown
  }
}

function parseUrl(text: string, whole: string): { scheme: GitScheme; url: string } {
  if (!URL.canParse(text)) throw invalid(whole)
  const url = new URL(text)
  const scheme = schemes.find((one) => `${one}:` === url.protocol)
  // A password in an address ends up in lists and logs; git has helpers that keep it.
  if (scheme === undefined || url.password !== '' || url.search !== '' || url.hash !== '') throw invalid(whole)
  if (scheme === 'file') return { scheme, url: pathToFileURL(pathOf(url, whole)).href.replace(/(?<=.)\/+$/, '') }
  const user = url.username
  // To ssh, a host or a user that begins with a dash is an option.
  const isPlain = (part: string): boolean => /^[\w.[\]:%~+-]*$/.test(part) && !part.startsWith('-')
  if (url.hostname === '' || !isPlain(url.hostname) || !isPlain(user)) throw invalid(whole)
  if (scheme === 'https' && user !== '') throw invalid(whole)
  const path = url.pathname.replace(/\/+$/, '')
  if (path === '') throw invalid(whole)
  const port = url.port === '' ? '' : `:${url.port}`
  return { scheme, url: `${scheme}://${user === '' ? '' : `${user}@`}${url.hostname.toLowerCase()}${port}${path}` }
}

function pathOf(url: URL, whole: string): string {
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw invalid(whole, cause)
  }
}

function parseEvent(fragment: string, whole: string): string {
  let name = fragment
  try {
    name = decodeURI(fragment)
  } catch {
    // Not percent-encoding at all: then it is its own name.
  }
  if (isEventName(name)) return name
  throw new AppError({
    code: 'usage/invalid',
    message: `${visible(fragment)} in ${visible(whole)} does not name a signing event`,
    hint: 'name its branch after the #, for example #sign/root-v3',
  })
}

/** A branch of a signing event: what git allows (git-check-ref-format), and nothing that an eye misses. */
export function isEventName(name: string): boolean {
  if (!name.startsWith('sign/') || name.length > 200 || hasHidden(name) || /[ ~^:?*[\\]/.test(name)) return false
  if (name.includes('..') || name.includes('@{') || name.endsWith('.')) return false
  return name.split('/').every((part) => part !== '' && !/^[.-]/.test(part) && !part.endsWith('.lock'))
}

function invalid(text: string, cause?: unknown): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${visible(text)} is not the address of a git repository`,
    hint: 'give git+https://HOST/REPOSITORY, git+ssh://USER@HOST/REPOSITORY or git+file:///FOLDER',
    cause,
  })
}
