// Where a repository is, as a person writes it: a folder, or an address on the web; and the Transport that goes there.
import { homedir } from 'node:os'
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../core/error.ts'
import type { Transport } from '../core/transport.ts'
import { visible as shown } from '../core/visible.ts'
import { isCarriedLocation } from './carried/address.ts'
import { visible } from './safe-name.ts'
import { asfaloadLocation, isAsfaloadLocation, parseAsfaloadAddress } from './transports/asfaload/address.ts'
import { type DirectoryOptions, directoryTransport } from './transports/directory.ts'
import { addressOfRemote, gitLocation, isGitLocation, parseGitAddress } from './transports/git/address.ts'
import { httpTransport } from './transports/http.ts'
import { isMerkleLocation, merkleLocation, parseMerkleAddress } from './transports/merkle/address.ts'
import { isRstufLocation, parseRstufAddress, rstufLocation } from './transports/rstuf/address.ts'
import { isWargLocation, parseWargAddress, wargLocation } from './transports/warg/address.ts'
import { isLoopback } from './web/loopback.ts'
import type { Access } from './web/send.ts'

/** The one spelling that is kept: an absolute path, the address of a folder on the web, of a service, backend, registry or gateway, or of a git repository. */
export function parseLocation(text: string, currentFolder: string = process.cwd()): string {
  const trimmed = text.trim()
  if (trimmed === '' || /\p{Cc}/u.test(trimmed)) throw invalid(text)
  if (isCarriedLocation(trimmed)) return trimmed
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(trimmed)?.[1]?.toLowerCase()
  if (scheme === 'http' || scheme === 'https') {
    if (!URL.canParse(trimmed)) throw invalid(text)
    const url = new URL(trimmed)
    return url.pathname.endsWith('/') ? url.href : `${url.href}/`
  }
  if (isRstufLocation(trimmed)) return rstufLocation(parseRstufAddress(trimmed))
  if (isAsfaloadLocation(trimmed)) return asfaloadLocation(parseAsfaloadAddress(trimmed))
  if (isWargLocation(trimmed)) return wargLocation(parseWargAddress(trimmed))
  if (isMerkleLocation(trimmed)) return merkleLocation(parseMerkleAddress(trimmed))
  if (isGitLocation(trimmed)) return gitLocation(parseGitAddress(trimmed))
  if (scheme === 'file') return pathOfFileUrl(trimmed)
  if (scheme !== undefined && trimmed.startsWith(`${scheme}://`)) throw invalid(text)
  const meant = addressMeant(trimmed)
  if (meant !== undefined) throw unfinished(trimmed, meant)
  if (trimmed === '~' || trimmed.startsWith('~/')) return resolve(homedir(), trimmed.slice(2))
  return isAbsolute(trimmed) ? resolve(trimmed) : resolve(currentFolder, trimmed)
}

function pathOfFileUrl(text: string): string {
  try {
    return resolve(fileURLToPath(text))
  } catch (cause) {
    throw invalid(text, cause)
  }
}

/** What other programs take for an address, git@host:path and host:port, in the form that is taken here. */
function addressMeant(text: string): string | undefined {
  if (/^[\w.-]+@[\w.-]+:/.test(text)) {
    const remote = addressOfRemote(text)
    return remote === undefined ? 'git+ssh://USER@HOST/REPOSITORY' : gitLocation(remote)
  }
  const [, host = ''] = /^([\w.-]{2,}|\[[0-9a-f:]+\]):\d{1,5}(\/.*)?$/i.exec(text) ?? []
  if (host === '') return undefined
  return `${isLoopback(host) ? 'http' : 'https'}://${text.endsWith('/') ? text : `${text}/`}`
}

function unfinished(text: string, meant: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${visible(text)} does not say how it is reached`,
    hint: `for the address: ${shown(meant)}; for a folder of this name: ./${shown(text)}`,
  })
}

function invalid(text: string, cause?: unknown): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${visible(text)} is neither a folder nor a web address`,
    hint: 'give a folder, or an address that begins with https://',
    cause,
  })
}

/** A place that is a git repository is opened as one, or not at all: its address is no path. */
export function notInGit(location: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${location} is a git repository, and this is done in a folder`,
    hint: 'name a folder; in git changes are made in signing events',
  })
}

/** Reached over the network by http, whatever answers there. */
export function isWebLocation(location: string): boolean {
  const isWeb = [isRstufLocation, isAsfaloadLocation, isWargLocation, isMerkleLocation].some((isOurs) =>
    isOurs(location),
  )
  return isWeb || /^https?:\/\//i.test(location)
}

export function isFolderLocation(location: string): boolean {
  return !isWebLocation(location) && !isGitLocation(location) && !isCarriedLocation(location)
}

export function openLocation(
  text: string,
  { access = {}, ...options }: DirectoryOptions & { access?: Access } = {},
): Transport {
  const location = parseLocation(text)
  if (isGitLocation(location)) throw notInGit(location)
  return isWebLocation(location) ? httpTransport(location, { access }) : directoryTransport(location, options)
}
