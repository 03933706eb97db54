// Documents of the model: names instead of hashes, letters instead of keys. Nothing of the program is used here.

/** "ab", 1: one of a and b. */
export interface Holders {
  keys: string
  of: number
}

interface Common {
  /** Names the envelope, as a hash does: two envelopes of one payload have two names. */
  id: string
  height: number
  prev: string | null
  /** Link k leads down by 2 to the k, from 1; none in a root. */
  skip: readonly string[]
  /** The keys that have signed. */
  by: string
  /** Payloads that are otherwise the same differ by this. */
  mark?: number
}

export interface RootDoc extends Common {
  kind: 'root'
  root: Holders
  targets: Holders
  snapshot: Holders
}

export interface TargetsDoc extends Common {
  kind: 'targets'
  delegates: Readonly<Record<string, Holders>>
}

export interface SnapshotDoc extends Common {
  kind: 'snapshot'
  root: string
  targets: string
  listed: Readonly<Record<string, string>>
  retired: Readonly<Record<string, string>>
}

export type Doc = RootDoc | TargetsDoc | SnapshotDoc

export interface Client {
  root: string
  snapshot?: string
  gone: Readonly<Record<string, string>>
}

export type Pool = Map<string, Doc>

export function poolOf(...docs: readonly Doc[]): Pool {
  return new Map(docs.map((doc) => [doc.id, doc]))
}

/** Everything but who signed it. */
export function payloadOf({ id, by, ...payload }: Doc): string {
  return JSON.stringify(payload)
}

export function holders(keys: string, of = 1): Holders {
  return { keys, of }
}
