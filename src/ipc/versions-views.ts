// The versions of a repository of blocks as the window draws them, and what an older client would say to the newest. Types.
import type { ErrorData } from '../core/error.ts'
import type { Layout } from '../core/systems/merkle/graph/types.ts'

/** One block of the picture, in full. */
export interface BlockView {
  /** As the boxes of the layout have it. */
  id: string
  /** "Targets 4" */
  title: string
  role: string
  cid: string
  expires: string
  /** Carried by the block; nobody has verified them for this picture. */
  signatures: number
  inForce: boolean
  /** "by snapshots 3 to 5" */
  named?: string
  /** The block of the version before. `id` where it is in the picture. */
  previous?: { cid: string; title?: string; id?: string }
  /** Where else it leads: "leads 4 versions back", "names it", "names it as retired". */
  links: readonly { words: string; title: string; id: string }[]
}

export interface VersionsView {
  layout: Layout
  blocks: readonly BlockView[]
  /** The picture in words, a role a line. */
  text: readonly string[]
  /** Older states that can be asked. */
  choices: readonly { id: string; label: string }[]
  /** How much was read for it, and what was not. */
  readBlocks: number
  cut: boolean
  rolesLeftOut: number
}

export interface ClientAnswer extends VersionsView {
  accepted: boolean
  /** "Accepted: snapshot goes from 3 to 6, root stays at 1; 4 links followed." */
  sentence: string
  role?: string
  error?: ErrorData
  /** Blocks that prove a refusal. */
  proof: readonly { cid: string; title?: string; id?: string }[]
  /** In the order in which they were followed. */
  way: readonly { from: string; to: string; words: string }[]
  reads: readonly { role: string; blocks: number }[]
}
