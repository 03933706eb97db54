// The press-and-hold that approves, as a pure machine. Only a pointer or the space bar can press: Enter is not in the
// type, so no key that a person hits by habit can approve.

export type HoldBy = 'pointer' | 'space'

export type Hold =
  | { step: 'idle' }
  | { step: 'holding'; by: HoldBy; since: number }
  | { step: 'early' }
  | { step: 'held' }

export type HoldEvent =
  | { kind: 'press'; by: HoldBy; at: number }
  | { kind: 'release'; by: HoldBy; at: number }
  | { kind: 'tick'; at: number }
  | { kind: 'lose' }

export function nextHold(hold: Hold, event: HoldEvent, holdMs: number): Hold {
  switch (event.kind) {
    case 'press':
      // A held key repeats its press; only the first one counts.
      return hold.step === 'idle' || hold.step === 'early' ? { step: 'holding', by: event.by, since: event.at } : hold
    case 'release':
      if (hold.step !== 'holding' || hold.by !== event.by) return hold
      return event.at - hold.since >= holdMs ? { step: 'held' } : { step: 'early' }
    case 'tick':
      return hold.step === 'holding' && event.at - hold.since >= holdMs ? { step: 'held' } : hold
    case 'lose':
      return hold.step === 'holding' ? { step: 'early' } : hold
  }
}

export function heldBy(key: string): HoldBy | undefined {
  return key === ' ' ? 'space' : undefined
}

export interface Deliberation {
  holdMs: number
  /** Fingerprint words (counted from 1) that must be typed before the button can be held. */
  typed: readonly number[]
  /** Words that must be typed when the person cannot hold a button. */
  instead: readonly number[]
}

/** Friction by risk: a renewal and the replacement of a key holder never take the same movement. */
export function deliberationFor(risk: 'routine' | 'notable' | 'dangerous'): Deliberation {
  return risk === 'dangerous'
    ? { holdMs: 2000, typed: [1], instead: [1, 2] }
    : { holdMs: 1000, typed: [], instead: [1] }
}

export function isTyped(words: readonly string[], position: number, typed: string): boolean {
  const word = words[position - 1]
  return word !== undefined && typed.trim().toLowerCase() === word.toLowerCase()
}
