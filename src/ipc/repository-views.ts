// A repository as the window shows it: its roles as a map, its artifacts by pages, its history. All of it verified. Types.
import type { ErrorData } from '../core/error.ts'
import type { GroupName } from '../core/systems/asfaload/signers-file.ts'
import type { RoleHolder, RoleView } from './views.ts'

export interface RoleNode extends RoleView {
  /** Signed by people, or by keys that the repository itself uses for snapshot and timestamp. */
  keptBy: 'people' | 'machine'
  targets: number
  /** The sha256 of the version in force. */
  digest: string
  /** A project whose keys changed only by its own people, or the reason to think that somebody else changed them. */
  project?: { changes: number; problem?: ErrorData }
  /** Lists nothing on purpose. */
  blocks: boolean
  /** Keeps the names of projects, whatever it is called. */
  registry: boolean
  /** Where its artifacts lie when nobody says another folder: ends with a slash, or is empty. */
  folder: string
  /** A candidate for its next version waits: its id, as proposals have it. */
  pendingId?: string
  /** It could not be read or verified; the rest of the node is what its delegator says. */
  problem?: ErrorData
}

/** Who may sign what: from a delegating role to the delegated one. */
export interface RoleEdge {
  from: string
  to: string
  /** Patterns, or how the bins are chosen; empty for the roles that root names. */
  paths: readonly string[]
  terminating: boolean
  /** TAP 3: so many of the roles of this delegation must agree, of which the others are named. */
  agreement?: { name: string; of: number; needed: number; others: readonly string[] }
}

export interface RepositoryView {
  sourceId: string
  name: string
  location: string
  /** It came by file or codes: nothing is changed in it from here. */
  carried?: true
  rehearsal: boolean
  consistentSnapshot: boolean
  /** Its versions are blocks that link back to those before: there is a picture of them, and less that can be changed. */
  links?: true
  /** In the order in which clients ask them. */
  roles: readonly RoleNode[]
  edges: readonly RoleEdge[]
  /** Bins and other roles that were left out of the list, counted. */
  omitted: number
}

export interface TargetView {
  path: string
  role: string
  length: number
  /** By algorithm, hex. */
  hashes: Readonly<Record<string, string>>
  /** JSON text. */
  custom?: string
  /** The block of its content. */
  cid?: string
}

export interface TargetPage {
  total: number
  matching: number
  offset: number
  targets: readonly TargetView[]
}

/** One version of a role, verified by the keys that were in force for it. */
export interface VersionView {
  title: string
  version: number
  digest: string
  words: readonly string[]
  expires: string
  headline: string
  signedBy: readonly { owner?: string; label: string; id: string }[]
  problem?: ErrorData
}

export interface HistoryView {
  role: string
  /** Newest first. */
  versions: readonly VersionView[]
  /** Older versions that the repository does not keep any more. */
  gone: boolean
  /** Older versions that it keeps, and that are not listed. */
  more?: boolean
  /** How many these are, where that is known. */
  older?: number
  /** Changes of a project's keys, newest first. */
  keyChanges: readonly { title: string; headline: string; signedBy: readonly string[]; problem?: ErrorData }[]
}

/** What a user of the repository gets to choose from. */
export interface ProjectReleases {
  project: string
  /** Newest first. */
  releases: readonly { version?: string; path: string; length: number; role: string }[]
  /** Why nothing is offered that its maintainers would have to sign. */
  problem?: ErrorData
}

export type FileVerdict =
  | {
      kind: 'listed'
      path: string
      role: string
      signedBy: readonly string[]
      length: number
      sha256: string
      /** What should be known before it is used. */
      warnings?: readonly string[]
    }
  /** Its people have taken it back. */
  | { kind: 'revoked'; path: string; at: string; by: string; length: number; sha256: string }
  /** It is listed, and why that does not count; `says`: the first line of it, as in the terminal. */
  | { kind: 'refused'; path: string; says: string; why: ErrorData; length: number; sha256: string }
  | {
      kind: 'unknown'
      name: string
      length: number
      sha256: string
      sameName: readonly string[]
      /** What could not be asked, and why. */
      unread?: readonly { path: string; why: ErrorData }[]
    }

/**
 * Which of its releases are here: all that there are; only what was named, as of a web server; or what is known, at a backend, which
 * does not show everything to everybody: what to say of that, and which keys may ask, at what cost.
 */
export type SeenReleases =
  | { kind: 'all' }
  | { kind: 'named' }
  | { kind: 'known'; sentence: string; keys: readonly { id: string; label: string; cost?: string }[] }

/** A project of an Asfaload mirror as it stands, all of it verified. */
export interface ProjectView {
  sourceId: string
  name: string
  location: string
  rehearsal: boolean
  /** Of the signers file in force: "Signers 3". */
  title: string
  sees: SeenReleases
  /** As they are written; `of`: which group of its list, from 1. */
  groups: readonly {
    group: GroupName
    of: number
    name: string
    threshold: number
    holders: readonly RoleHolder[]
  }[]
  /** Groups without keys of their own: others stand in for them. */
  missing: readonly { group: GroupName; name: string }[]
  /** Who may revoke, or whoever stands in for them. */
  revokers: readonly RoleHolder[]
  /** Where the project itself is, when its folder says it: "https://github.com/u/r/". */
  address?: string
  /** The newest first. */
  releases: readonly {
    /** Of its index, below the project's root. */
    path: string
    /** What people call it: its folder. */
    name: string
    standing: 'signed' | 'waits' | 'revoked' | 'refused'
    /** When it was revoked. */
    at?: string
    /** Why it was refused. */
    why?: ErrorData
    /** Somebody proposes to revoke it. */
    revocationWaits: boolean
  }[]
  /** Older ones that are not listed, counted. */
  omitted: number
}
