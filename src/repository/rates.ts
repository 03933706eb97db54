// How often somebody may do something in a time: as many as that at once, and then one at a time as they come back.
import { AppError } from '../core/error.ts'

export interface Rates {
  /** `who` is only counted; `what` names them to themselves. Throws when it is too often. */
  take(who: string, what: string): void
}

export interface Every {
  ms: number
  /** What they do, for who does it too often. */
  act: string
  unit: string
}

const minute: Every = { ms: 60_000, act: 'asks', unit: 'minute' }
const maxKnown = 10_000

export function rates(perTime: () => number, now: () => number = () => performance.now(), every = minute): Rates {
  const known = new Map<string, { left: number; at: number }>()
  return {
    take: (who, what) => {
      const most = perTime()
      const before = known.get(who)
      const at = now()
      const left = before === undefined ? most : Math.min(most, before.left + ((at - before.at) / every.ms) * most)
      // The one that was longest not heard of has its full measure by now, or is one of very many.
      known.delete(who)
      known.set(who, { left: Math.max(0, left - 1), at })
      for (const oldest of known.keys()) {
        if (known.size <= maxKnown) break
        known.delete(oldest)
      }
      if (left < 1) throw tooOften(what, most, every, Math.ceil((((1 - left) / most) * every.ms) / 1000))
    },
  }
}

function tooOften(what: string, most: number, { act, unit }: Every, seconds: number): AppError {
  return new AppError({
    code: 'source/unreachable',
    message: `${what} ${act} more often than ${most} times a ${unit}`,
    hint: `wait ${seconds} seconds, then repeat`,
    data: { retryAfterSeconds: seconds },
  })
}
