// What clients will see of one artifact, before a change and after it: computed by the client, never guessed. Types.
import type { ErrorData } from '../../error.ts'

export type Sight =
  /** `agreed`: TAP 3, every role that was found to say the same. */
  | {
      kind: 'found'
      role: string
      length: number
      hashes: Readonly<Record<string, string>>
      agreed?: readonly string[]
    }
  | { kind: 'absent' }
  /** A client stops with this error. */
  | { kind: 'refused'; error: ErrorData }

export interface Effect {
  path: string
  before: Sight
  after: Sight
}

/**
 * Of the artifacts that a change can touch. Of those that were not tried nothing is known: where `tried` is less than `asked`,
 * nobody may say that nothing changes. `shown` never has more than a person reads.
 */
export interface Effects {
  asked: number
  tried: number
  /** Of those tried. */
  changed: number
  shown: readonly Effect[]
}
