// From where a repository is to how it is read there: the transport that goes there, and the layout that it keeps.

import { loneLayout } from '../core/systems/tuf/layouts/lone.ts'
import { type Layout, plainLayout, repositoryRooms } from '../core/systems/tuf/layouts/plain.ts'
import type { Transport } from '../core/transport.ts'
import { type FileSystem, fileSystem } from './file-system.ts'
import { isWebLocation, openLocation } from './location.ts'
import { loneFile } from './transports/lone-file.ts'

export interface Place {
  transport: Transport
  layout: Layout
}

export interface PlaceOptions {
  /** How folders are read: a window must stay awake, a command may wait for its disk, which is faster. */
  fs?: FileSystem
}

/** The location tells the way, what lies there the layout. */
export async function openPlace(location: string, options: PlaceOptions = {}): Promise<Place> {
  if (!isWebLocation(location) && (await isFile(location, options.fs ?? fileSystem))) {
    const { name, transport } = loneFile(location, options)
    return { transport, layout: loneLayout(name) }
  }
  return { transport: openLocation(location, { rooms: repositoryRooms, ...options }), layout: plainLayout }
}

/** What cannot be looked at is no file here: the transport of the folder says what is wrong with it. */
async function isFile(location: string, fs: FileSystem): Promise<boolean> {
  try {
    return (await fs.stat(location)).isFile()
  } catch {
    return false
  }
}
