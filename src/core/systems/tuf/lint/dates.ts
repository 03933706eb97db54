// Findings about dates: whether every client can read them, whether they keep the document's own rules.
import type { JsonObject } from '../../../json.ts'
import type { Finding } from '../../../proposal.ts'
import { renewalDaysOf, validityDaysOf } from '../diff/period.ts'
import { dateText, timeOf } from '../diff/shown.ts'
import { isSpecDate } from '../expiry.ts'
import type { Signed } from '../metadata.ts'
import { findings as found } from './finding.ts'
import { rolesOf } from './scope.ts'

const dayMs = 86_400_000
/** Where the document states no rule: what people sign takes about this long to be signed again. */
const usualRenewalDays = 14

export function dateFindings(role: string, signed: Signed, now: Date): Finding[] {
  return [...expiryFindings(signed, now), ...rulesOf(role, signed).flatMap(([name, raw]) => periodFindings(name, raw))]
}

function expiryFindings(signed: Signed, now: Date): Finding[] {
  const time = timeOf(signed.expires)
  if (time === undefined) return [found['expires-unreadable']({ text: signed.expires })]
  const date = dateText(signed.expires)
  const list = isSpecDate(signed.expires) ? [] : [found['expires-not-spec']({ text: signed.expires })]
  if (time <= now.getTime()) return [...list, found['already-expired']({ date })]
  const days = (time - now.getTime()) / dayMs
  const [validity, renewal] = [validityDaysOf(signed.raw), renewalDaysOf(signed.raw)]
  if (validity !== undefined && days > validity)
    list.push(found['expiry-beyond-period']({ date, days: Math.ceil(days), period: validity }))
  // Snapshot and timestamp are renewed by machines every few days; only their own rule says what is late.
  const isSignedByPeople = signed.type === 'root' || signed.type === 'targets'
  const due = renewal ?? (isSignedByPeople ? usualRenewalDays : 0)
  if (days < due) list.push(found['expires-soon']({ date, days: Math.floor(days) }))
  return list
}

/** Every place in the document that states such rules, with the role they are for. */
function rulesOf(role: string, signed: Signed): [string, JsonObject][] {
  const own: [string, JsonObject] = [role, signed.raw]
  if (signed.type === 'root')
    return [own, ...[...signed.roles].map(([name, { raw }]): [string, JsonObject] => [name, raw])]
  if (signed.type === 'targets')
    return [own, ...rolesOf(signed).map(({ name, raw }): [string, JsonObject] => [name, raw])]
  return [own]
}

function periodFindings(role: string, raw: JsonObject): Finding[] {
  const [validity, renewal] = [validityDaysOf(raw), renewalDaysOf(raw)]
  if (validity === undefined || renewal === undefined || renewal < validity) return []
  return [found['signing-period-too-long']({ role, renewal, validity })]
}
