// Waiting for a registry: asked less and less often, and not for ever. Time and sleep come from outside, so that tests need neither.
import { setTimeout as sleep } from 'node:timers/promises'

export interface Pace {
  /** In milliseconds, from any beginning. */
  now(): number
  /** Ends early, and without an error, when it is cancelled. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const realPace: Pace = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
}

export interface Patience {
  firstMs: number
  longestMs: number
  totalMs: number
}

/** For a record that the registry works on; for somebody else’s to be done; for a line to come back. */
export const patience = {
  record: { firstMs: 200, longestMs: 5_000, totalMs: 180_000 },
  others: { firstMs: 1_000, longestMs: 5_000, totalMs: 30_000 },
  line: { firstMs: 500, longestMs: 4_000, totalMs: 30_000 },
} as const satisfies Record<string, Patience>

export interface Waiting {
  /** False when the time is over: nothing was waited for then. */
  again(signal: AbortSignal): Promise<boolean>
  seconds(): number
}

export function waiting({ firstMs, longestMs, totalMs }: Patience, pace: Pace): Waiting {
  const start = pace.now()
  let pause = firstMs
  return {
    again: async (signal) => {
      if (pace.now() - start >= totalMs) return false
      await pace.sleep(pause, signal)
      pause = Math.min(pause * 2, longestMs)
      return true
    },
    seconds: () => Math.round((pace.now() - start) / 1000),
  }
}
