// From where a repository is to how it is read there: the transport that goes there, and the layout that it keeps.

import { loneLayout } from '../core/systems/tuf/layouts/lone.ts'
import { type Layout, plainLayout, repositoryRooms } from '../core/systems/tuf/layouts/plain.ts'
import { tufOnCiLayout } from '../core/systems/tuf/layouts/tuf-on-ci.ts'
import type { Transport } from '../core/transport.ts'
import { type FileSystem, fileSystem } from './file-system.ts'
import { openGit } from './git-place.ts'
import { isWebLocation, openLocation, parseLocation } from './location.ts'
import { recogniseClone } from './sign-settings.ts'
import { gitLocation, isGitLocation, repositoryLocation } from './transports/git/address.ts'
import { loneFile } from './transports/lone-file.ts'
import { isServedAt, type Served, servedTransport } from './transports/served.ts'
import { parseBaseUrl } from './web/client.ts'

export interface Place {
  transport: Transport
  layout: Layout
  /** A repository that publishes by itself, and asks for a signature with every change. */
  served?: Served
}

export interface PlaceOptions {
  /** How folders are read: a window must stay awake, a command may wait for its disk, which is faster. */
  fs?: FileSystem
  /** Where copies of git repositories are kept. */
  dataDir: string
  /** Of whoever waits for it. */
  signal?: AbortSignal
}

/** The location tells the way, what lies there the layout; a web address is asked what it is. */
export async function openPlace(location: string, { dataDir, ...options }: PlaceOptions): Promise<Place> {
  const parsed = parseLocation(location)
  if (isGitLocation(parsed)) return { transport: openGit(parsed, dataDir), layout: tufOnCiLayout }
  if (!isWebLocation(parsed) && (await isFile(parsed, options.fs ?? fileSystem))) {
    const { name, transport } = loneFile(parsed, options)
    return { transport, layout: loneLayout(name) }
  }
  const { signal = new AbortController().signal, ...how } = options
  const transport = openLocation(parsed, { rooms: repositoryRooms, ...how })
  const place = { transport, layout: plainLayout }
  if (!isWebLocation(parsed)) return place
  const base = parseBaseUrl(parsed)
  if (!(await isServed(base, signal))) return place
  const served = servedTransport(base, transport)
  return { ...place, transport: served, served }
}

const askAgainMs = 30_000
const asked = new Map<string, { at: number; answer: boolean }>()

/** A window opens the same place for everything it shows: what it is, is asked once, and again when it may have begun. */
async function isServed(base: URL, signal: AbortSignal): Promise<boolean> {
  const known = asked.get(base.href)
  if (known !== undefined && (known.answer || performance.now() - known.at < askAgainMs)) return known.answer
  const answer = await isServedAt(base, signal)
  // A server that was not reached said nothing: the next question may reach it.
  if (answer === undefined) return false
  asked.set(base.href, { at: performance.now(), answer })
  return answer
}

/** What cannot be looked at is no file here: the transport of the folder says what is wrong with it. */
async function isFile(location: string, fs: FileSystem): Promise<boolean> {
  try {
    return (await fs.stat(location)).isFile()
  } catch {
    return false
  }
}

/** What is pinned: a repository as a whole, whichever of its signing events a person named. A clone is known by what is in it. */
export async function repositoryOf(text: string): Promise<{ location: string; clone?: string }> {
  const location = parseLocation(text)
  if (isGitLocation(location)) return { location: repositoryLocation(location) }
  if (isWebLocation(location)) return { location }
  const found = await recogniseClone(location)
  return found === undefined ? { location } : { ...found, location: gitLocation(found.address) }
}
