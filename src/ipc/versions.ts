// The calls for the versions of a repository of blocks: the picture of their links, and what an older client would say.
import { optional, shape, text } from './argument.ts'
import { call } from './call.ts'
import type { ClientAnswer, VersionsView } from './versions-views.ts'

const id = text(1, 512)
const path = text(1, 4096)

export interface SavePictureRequest {
  sourceId: string
  /** The older state that was asked: its way is drawn, too. */
  choice?: string
  path: string
}

export const versionsCalls = {
  'versions.get': call<{ sourceId: string }, VersionsView>(shape({ sourceId: id })),
  /** `choice`: the id of an older state, as `versions.get` lists them. */
  'versions.ask': call<{ sourceId: string; choice: string }, ClientAnswer>(shape({ sourceId: id, choice: id })),
  /** A new SVG file, of all the versions that were read. */
  'versions.save': call<SavePictureRequest, { path: string }>(
    shape<SavePictureRequest>({ sourceId: id, choice: optional(id), path }),
  ),
  /** A new archive (.car) of everything that the head leads to. */
  'versions.archive': call<{ sourceId: string; path: string }, { path: string }>(shape({ sourceId: id, path })),
} as const
