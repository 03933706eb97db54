// From where a repository is to how it is read there: the transport that goes there, and the layout that it keeps.
import { type Layout, plainLayout, repositoryRooms } from '../core/systems/tuf/layouts/plain.ts'
import type { Transport } from '../core/transport.ts'
import type { FileSystem } from './file-system.ts'
import { openLocation } from './location.ts'

export interface Place {
  transport: Transport
  layout: Layout
}

export interface PlaceOptions {
  /** How folders are read: a window must stay awake, a command may wait for its disk, which is faster. */
  fs?: FileSystem
}

/** The location tells the way, what lies there the layout. */
export function openPlace(location: string, options: PlaceOptions = {}): Place {
  return { transport: openLocation(location, { rooms: repositoryRooms, ...options }), layout: plainLayout }
}
