// The calls for a registry of logs: what is watched of it, one log, and who must agree to its changes.
import { flag, list, optional, shape, text, whole } from './argument.ts'
import { call } from './call.ts'
import type { KeyChoice } from './edit-views.ts'
import { keyChoice } from './edits.ts'
import type { LogView, RegistryView, Watched } from './registry-views.ts'

const id = text(1, 512)
/** Longer ones are no names of packages, and are told so. */
const name = text(1, 512)

export interface WatchRequest {
  sourceId: string
  name: string
  /** Also where it is easily taken for another one. */
  sure?: boolean
}

export interface ApproversRequest {
  sourceId: string
  subject: string
  threshold: number
  keys: readonly KeyChoice[]
  /** Of those that approve already: the ids of the keys that stay. */
  keepIds: readonly string[]
}

export const registryCalls = {
  'registry.get': call<{ sourceId: string }, RegistryView>(shape({ sourceId: id })),
  /** `subject`: the name of a package, or "operator". */
  'registry.log': call<{ sourceId: string; subject: string }, LogView>(shape({ sourceId: id, subject: name })),
  /** A registry lists no packages: one that a person names is looked at from then on. */
  'registry.watch': call<WatchRequest, Watched>(shape<WatchRequest>({ sourceId: id, name, sure: optional(flag()) })),
  'registry.unwatch': call<{ sourceId: string; name: string }, void>(shape({ sourceId: id, name })),
  /** Who must agree before a record of this log is signed: kept on this machine. Without a key nobody must. */
  'registry.approvers': call<ApproversRequest, void>(
    shape<ApproversRequest>({
      ...{ sourceId: id, subject: name, threshold: whole(0, 100) },
      keys: list(keyChoice, 100),
      keepIds: list(id, 100),
    }),
  ),
} as const
