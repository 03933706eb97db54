// Whether a version should have been renewed by now, by the period of its own role: a timestamp of a day is not late in the
// morning, and a root of a year is in its last two weeks.
import type { Due } from '../../system.ts'
import type { Settings } from './configuration/settings.ts'
import { renewalDaysOf, validityDaysOf } from './diff/period.ts'
import { timeOf } from './diff/shown.ts'
import type { Metadata, Root } from './metadata.ts'
import { defaultPeriodDays } from './online.ts'

const dayMs = 86_400_000
/** A ceremony can still be called together in so many days. */
const lateDays = 14
/** Where the document states no rule. */
const usualDays = { lasts: 365, window: 45 }

export function dueOf(
  { signed }: Metadata,
  isKeptByMachine: boolean,
  root: Metadata<Root>,
  settings: Settings,
  now: Date,
): Due {
  const time = timeOf(signed.expires)
  if (time === undefined || time <= now.getTime()) return 'late'
  const left = (time - now.getTime()) / dayMs
  if (signed.type === 'snapshot' || signed.type === 'timestamp') {
    const rule = validityDaysOf(root.signed.roles.get(signed.type)?.raw ?? {})
    return byMachine(left, settings[signed.type].expiryDays ?? rule ?? defaultPeriodDays[signed.type])
  }
  const lasts = validityDaysOf(signed.raw) ?? usualDays.lasts
  if (isKeptByMachine) return byMachine(left, Math.min(lasts, settings.periods.delegated.expiryDays))
  const window = renewalDaysOf(signed.raw) ?? Math.min(usualDays.window, lasts / 3)
  if (left >= window) return 'later'
  return left >= Math.min(lateDays, window / 3) ? 'now' : 'late'
}

/** Renewed in the last third of its time, without anybody: what is older than that was forgotten. */
function byMachine(left: number, lasts: number): Due {
  if (left >= lasts / 3) return 'later'
  return left >= lasts / 6 ? 'now' : 'late'
}
