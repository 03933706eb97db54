// From where a repository is to how it is read there: the transport that goes there, and the layout that it keeps.
import { type Layout, plainLayout, repositoryRooms } from '../core/systems/tuf/layouts/plain.ts'
import { tufOnCiLayout } from '../core/systems/tuf/layouts/tuf-on-ci.ts'
import type { Transport } from '../core/transport.ts'
import type { FileSystem } from './file-system.ts'
import { openGit } from './git-place.ts'
import { isWebLocation, openLocation, parseLocation } from './location.ts'
import { recogniseClone } from './sign-settings.ts'
import { gitLocation, isGitLocation, repositoryLocation } from './transports/git/address.ts'

export interface Place {
  transport: Transport
  layout: Layout
}

export interface PlaceOptions {
  /** How folders are read: a window must stay awake, a command may wait for its disk, which is faster. */
  fs?: FileSystem
  /** Where copies of git repositories are kept. */
  dataDir: string
}

/** The location tells the way, what lies there the layout. */
export function openPlace(location: string, { dataDir, ...options }: PlaceOptions): Place {
  if (isGitLocation(location)) return { transport: openGit(location, dataDir), layout: tufOnCiLayout }
  return { transport: openLocation(location, { rooms: repositoryRooms, ...options }), layout: plainLayout }
}

/** What is pinned: a repository as a whole, whichever of its signing events a person named. A clone is known by what is in it. */
export async function repositoryOf(text: string): Promise<{ location: string; clone?: string }> {
  const location = parseLocation(text)
  if (isGitLocation(location)) return { location: repositoryLocation(location) }
  if (isWebLocation(location)) return { location }
  const found = await recogniseClone(location)
  return found === undefined ? { location } : { ...found, location: gitLocation(found.address) }
}
