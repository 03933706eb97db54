// What every document has: its version, its date of expiry, the specification it follows, and its own rules about both.
import type { JsonObject, JsonValue } from '../../../json.ts'
import { visible } from '../../../visible.ts'
import type { Signed } from '../metadata.ts'
import { isSameValue, type Path } from './difference.ts'
import { excerpts } from './excerpt.ts'
import { type Fact, fact } from './fact.ts'
import { renewalDaysOf, renewalFields, validityDaysOf, validityFields } from './period.ts'
import { sentences as say, type Telling } from './sentence.ts'
import { dateText, daysText, timeOf, valueText } from './shown.ts'

export interface DiffContext {
  now: Date
  /** For how long a version may stay valid, where the document does not say so itself. */
  expiryPeriodDays?: number
}

const dayMs = 86_400_000
/** Without any rule a repository renews within a year, some within two; what stays valid longer deserves a look. */
const longestDays = 731

export function commonFacts(role: string, before: Signed | undefined, after: Signed, context: DiffContext): Fact[] {
  return [...versionFacts(role, before, after), ...expiryFacts(role, before, after, context)]
}

function versionFacts(role: string, before: Signed | undefined, after: Signed): Fact[] {
  const [from, to] = [before?.version, after.version]
  if (before === undefined || from === undefined) {
    const shown = { after: `version ${to}, specification ${visible(after.specVersion)}` }
    return [
      fact(say.firstVersion({ role, version: to }), ['version'], shown, [['version'], ['spec_version'], ['_type']]),
    ]
  }
  const facts: Fact[] = []
  const telling =
    from === to
      ? say.versionSame({ version: to })
      : to < from
        ? say.versionBack({ from, to })
        : to === from + 1
          ? say.versionNext({ from, to })
          : say.versionSkip({ role, from, to })
  facts.push(fact(telling, ['version'], { before: String(from), after: String(to) }))
  if (before.specVersion !== after.specVersion) {
    const [was, is] = [visible(before.specVersion), visible(after.specVersion)]
    facts.push(fact(say.specVersion({ from: was, to: is }), ['spec_version'], { before: was, after: is }))
  }
  return facts
}

function expiryFacts(role: string, before: Signed | undefined, after: Signed, context: DiffContext): Fact[] {
  if (before?.expires === after.expires) return []
  const telling = expiryTelling(role, before, after, context)
  const shown = {
    ...(before === undefined ? {} : { before: dateText(before.expires) }),
    after: dateText(after.expires),
  }
  return [fact(telling, ['expires'], shown)]
}

/** The first of these that is true is what a key holder must know about the date. */
function expiryTelling(_role: string, before: Signed | undefined, after: Signed, context: DiffContext): Telling {
  const [time, was] = [timeOf(after.expires), before === undefined ? undefined : timeOf(before.expires)]
  const date = dateText(after.expires)
  if (time === undefined) return say.expiryUnreadable({ text: date })
  const days = Math.floor((time - context.now.getTime()) / dayMs)
  if (time <= context.now.getTime()) return say.expiryPast({ date })
  const stated = validityDaysOf(after.raw) ?? context.expiryPeriodDays
  const over = Math.ceil((time - context.now.getTime()) / dayMs) - (stated ?? longestDays)
  const rule = stated === undefined ? 'are usual' : 'its own rule allows'
  if (over > 0) return say.expiryLong({ date, days: stated ?? longestDays, over, rule })
  const signingDays = renewalDaysOf(after.raw)
  if (signingDays !== undefined && days < signingDays) return say.expirySoon({ date, days, signingDays })
  if (was === undefined) return say.expirySet({ date, days })
  if (time === was) return say.expiryRewritten({ date })
  const between = Math.floor(Math.abs(time - was) / dayMs)
  return time < was ? say.expiryEarlier({ date, days: between }) : say.expiryRenewed({ date, days: between })
}

/** The document's own rules, or those that root states for a role. */
export function periodFacts(role: string, at: Path, before: JsonObject, after: JsonObject): Fact[] {
  const facts: Fact[] = []
  for (const [which, fields] of [
    ['validity', validityFields],
    ['renewal', renewalFields],
  ] as const) {
    for (const field of fields) {
      const [was, is] = [before[field], after[field]]
      if (isSameValue(was, is)) continue
      const [from, to] = [periodText(was), periodText(is)]
      const telling = say.periodChanged({
        role,
        which,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      })
      // A rule that is an object or list is told leaf by leaf, as every unknown thing is.
      if (!isPlain(was) || !isPlain(is)) continue
      facts.push(fact(telling, [...at, field], { before: from, after: to }))
    }
  }
  return facts
}

function isPlain(value: JsonValue | undefined): boolean {
  return typeof value !== 'object' || value === null
}

function periodText(value: JsonValue | undefined): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number') return daysText(value)
  return excerpts(undefined, valueText(value)).after
}
