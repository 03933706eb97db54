// How often somebody may ask in a minute: as many as that at once, and then one at a time as they come back.
import { AppError } from '../core/error.ts'

export interface Rates {
  /** `who` is only counted; `what` names them to themselves. Throws when it is too often. */
  take(who: string, what: string): void
}

const minuteMs = 60_000
const maxKnown = 10_000

export function rates(perMinute: () => number, now: () => number = () => performance.now()): Rates {
  const known = new Map<string, { left: number; at: number }>()
  return {
    take: (who, what) => {
      const most = perMinute()
      const before = known.get(who)
      const at = now()
      const left = before === undefined ? most : Math.min(most, before.left + ((at - before.at) / minuteMs) * most)
      // The one that was longest not heard of has its full measure by now, or is one of very many.
      known.delete(who)
      known.set(who, { left: Math.max(0, left - 1), at })
      for (const oldest of known.keys()) {
        if (known.size <= maxKnown) break
        known.delete(oldest)
      }
      if (left < 1) throw tooOften(what, most, Math.ceil(((1 - left) / most) * 60))
    },
  }
}

function tooOften(what: string, most: number, seconds: number): AppError {
  return new AppError({
    code: 'source/unreachable',
    message: `${what} asks more often than ${most} times a minute`,
    hint: `wait ${seconds} seconds, then repeat`,
    data: { retryAfterSeconds: seconds },
  })
}
