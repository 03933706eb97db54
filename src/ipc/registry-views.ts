// A registry of logs as the window shows it: what is watched of it, and one log from its first record to its newest. All of it verified.
import type { ErrorData } from '../core/error.ts'
import type { Change, Finding } from '../core/proposal.ts'
import type { RoleHolder } from './views.ts'

/** Those of packages, then those of the operator. */
export const registryPermissions = ['release', 'yank', 'commit', 'define-namespace', 'import-namespace'] as const
export type RegistryPermission = (typeof registryPermissions)[number]

/** How many of them must agree before a record of this log is signed, as it was set on this machine. */
export interface ApproversView {
  threshold: number
  holders: readonly RoleHolder[]
}

export interface PackageView {
  subject: string
  /** Why nothing of the rest is known. */
  problem?: ErrorData
  records: number
  newest?: { version: string; yanked: boolean }
  /** Who may sign the next release. */
  holders: readonly RoleHolder[]
  /** What was found in its log that somebody should know, as sentences; only what is dangerous. */
  alarms: readonly Finding[]
  approvers?: ApproversView
}

export interface RegistryView {
  sourceId: string
  name: string
  location: string
  rehearsal: boolean
  /** What the registry has signed of itself last: when, and of how many records. */
  checkpoint: { at: string; records: number }
  operator: {
    records: number
    /** Who may sign for the whole registry. */
    holders: readonly RoleHolder[]
    namespaces: readonly { namespace: string; registry?: string }[]
    findings: readonly Finding[]
  }
  /** A folder has its packages in it; of an address only those are known that a person named. */
  lists: boolean
  packages: readonly PackageView[]
}

/** One record of a log. */
export interface RecordView {
  number: number
  id: string
  by: RoleHolder
  at: string
  changes: readonly Change[]
  /** That are not listed, counted. */
  moreChanges: number
  findings: readonly Finding[]
}

export interface HoldingView {
  permission: RegistryPermission
  /** Numbers of records. */
  from: number
  until?: number
}

export interface LogView {
  sourceId: string
  /** What the registry is called here. */
  name: string
  location: string
  rehearsal: boolean
  subject: string
  kind: 'package' | 'operator'
  checkpoint: { at: string; records: number }
  /** So many there are. */
  length: number
  /** Of the newest record. */
  head: string
  /** The newest first; not more than are read at a sitting. */
  records: readonly RecordView[]
  /** The newest first. */
  releases: readonly {
    version: string
    digest: string
    record: number
    at: string
    yanked?: { record: number; at: string }
  }[]
  /** That there are in a log of this kind. */
  permissions: readonly RegistryPermission[]
  /** Everybody who ever held one. */
  holders: readonly (RoleHolder & { holdings: readonly HoldingView[] })[]
  namespaces: readonly { namespace: string; record: number; registry?: string }[]
  findings: readonly Finding[]
  approvers?: ApproversView
  /** A record that waits: its id, as proposals have it, or why it cannot be reviewed. */
  pendingId?: string
  problem?: ErrorData
  /** It can be taken from the list of what is looked at. */
  watched: boolean
}

/** What became of a wish to watch a package: a name that is taken for another one is asked for once more. */
export type Watched =
  | { kind: 'watched'; records: number }
  | { kind: 'look-alike'; other: string }
  /** The registry has no such package. */
  | { kind: 'absent' }
