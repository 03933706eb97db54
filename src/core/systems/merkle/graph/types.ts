// The picture of a repository as plain data: what was collected of it, what a client said to it, and where everything is drawn.
// It crosses from process to process, and may be written down.
import type { ErrorData } from '../../../error.ts'

export type LaneKind = 'root' | 'targets' | 'delegated' | 'retired' | 'dropped' | 'snapshot' | 'timestamp'

/** One envelope in one lane. A timestamp has no height. */
export interface Version {
  /** Of this version in this picture: one block may lie in two lanes. */
  id: string
  lane: string
  cid: string
  pid: string
  height: number
  /** What people call it: height + 1. */
  version: number
  expires: string
  /** The block of the version before. */
  previous?: string
  /** How many signatures the envelope carries; nobody has verified them here. */
  signatures: number
  /** Over which way it was found: the steps, a skip link far down, or only because a snapshot or a client names it. */
  by: 'previous' | 'skip' | 'name'
  /** Versions of the collected snapshots that name it. */
  named?: { first: number; last: number }
  /** The snapshot of the head names it, or it is that snapshot, or the head. */
  inForce: boolean
}

export interface Lane {
  id: string
  kind: LaneKind
  name: string
  /** The oldest first. */
  versions: readonly Version[]
  /** Versions below the lowest that was reached by steps, whether some of them are shown or not. */
  older: number
  /** Why history could not be followed further. */
  problem?: ErrorData
}

export interface GraphLink {
  kind: 'previous' | 'skip' | 'names' | 'retired' | 'head'
  /** Which skip link; 0 for every other. */
  k: number
  from: string
  to: string
}

/** What a client that has accepted this snapshot holds, by names of blocks. */
export interface Choice {
  id: string
  label: string
  root: string
  snapshot?: string
  gone: readonly (readonly [role: string, cid: string])[]
}

export interface Graph {
  head: string
  lanes: readonly Lane[]
  links: readonly GraphLink[]
  /** One for each collected snapshot but that of the head, the newest first. */
  choices: readonly Choice[]
  readBlocks: number
  /** The reading stopped because it had read as many blocks as it may. */
  cut: boolean
  /** Roles that have no lane, because there are too many. */
  lanesLeftOut: number
}

export interface WayStep {
  lane: string
  from: string
  to: string
  /** 0: previous-version. */
  k: number
}

/** What a client in an older state says to the head. Blocks are named by their cid. */
export interface Asked {
  accepted: boolean
  sentence: string
  role?: string
  error?: ErrorData
  /** Blocks that prove a refusal; none where it is accepted. */
  proof: readonly string[]
  reads: readonly (readonly [role: string, blocks: number])[]
  way: readonly WayStep[]
  /** All versions that the way, the proof and the older state are made of. */
  versions: readonly Version[]
  held: { root: string; snapshot?: string }
}

export type Tone = 'plain' | 'in-force' | 'held' | 'proof'

export interface NodeBox {
  id: string
  cid: string
  x: number
  y: number
  width: number
  height: number
  text: string
  title: string
  tone: Tone
  way: boolean
}

/** What stands in a lane and is no version: versions that are not shown, or the place where history ends. */
export interface Mark {
  kind: 'gap' | 'problem'
  x: number
  y: number
  width: number
  text: string
  title: string
}

export interface Edge {
  kind: 'previous' | 'gap' | 'skip' | 'names' | 'held'
  path: string
  way: boolean
}

export interface LaneLabel {
  id: string
  x: number
  y: number
  text: string
  note: string
  problem: boolean
}

export interface Rule {
  y: number
}

export interface Layout {
  width: number
  height: number
  title: string
  description: string
  caption: { lines: readonly string[]; tone: 'plain' | 'ok' | 'bad'; x: number; y: number; lineHeight: number }
  labels: readonly LaneLabel[]
  /** Lines between lanes. */
  rules: readonly Rule[]
  nodes: readonly NodeBox[]
  marks: readonly Mark[]
  edges: readonly Edge[]
  legend: readonly {
    kind: Edge['kind'] | 'way' | 'proof' | 'in-force' | 'older-state'
    text: string
    x: number
    y: number
  }[]
}
