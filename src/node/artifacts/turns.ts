// Long work in one thread lets others have their turn: a window must stay awake, and a person must be able to cancel.
import { setImmediate } from 'node:timers/promises'
import { checkCancelled } from '../cancel.ts'

const everyMs = 20

export interface Turns {
  /** Asked in every round, because waiting for nothing in every round would be slow. */
  isDue(): boolean
  take(): Promise<void>
}

export function turns(signal: AbortSignal): Turns {
  let last = performance.now()
  return {
    isDue: () => performance.now() - last > everyMs,
    take: async () => {
      await setImmediate()
      checkCancelled(signal)
      last = performance.now()
    },
  }
}
