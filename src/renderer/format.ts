// How facts are written on the screens of the window; what other programs say too stands in core.

import { listOf, utcOf } from '../core/phrases.ts'
import type { Risk } from '../core/proposal.ts'
import type { Due } from '../core/system.ts'

export { daysText, leftText } from '../core/days.ts'
export {
  capital,
  countOf,
  groupsOfFour,
  isLongHex,
  listOf,
  riskCount,
  riskWord,
  sentenceOf,
  thousands,
  utcOf,
} from '../core/phrases.ts'

/** "You are invited to sign root and targets." */
export function invitedSentence(user: string, roles: readonly string[], known: boolean): string {
  return `${known ? 'You are' : `${user} is`} invited to sign ${listOf(roles)}.`
}

/** The same moment by this machine's clock, for the hover. */
export function localOf(text: string): string | undefined {
  if (utcOf(text) === undefined) return undefined
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' }).format(new Date(text))
}

const units = ['kB', 'MB', 'GB', 'TB'] as const

/** "412 bytes", "4.1 MB": the exact number while it is short; then two or three digits are enough to recognise a file. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  let [value, at] = [bytes / 1000, 0]
  // What would be written as 1000 is one of the next unit.
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000
    at++
  }
  return `${value >= 99.5 ? Math.round(value) : Number(value.toPrecision(2))} ${units[at]}`
}

export type Tone = 'bad' | 'warn' | 'ok' | 'plain'

/** When an expiry deserves colour: main says it by the period of the role itself. */
export function expiryTone({ due }: { due: Due }): Tone {
  if (due === 'late') return 'bad'
  return due === 'now' ? 'warn' : 'ok'
}

/** Length of an expiry bar: a year fills it; the root stretches the last weeks, where one looks. */
export function expiryShare(daysLeft: number): number {
  return Math.min(1, Math.max(0.04, Math.sqrt(Math.max(0, daysLeft) / 365)))
}

export function toneOf(risk: Risk): Tone {
  if (risk === 'dangerous') return 'bad'
  return risk === 'notable' ? 'warn' : 'plain'
}
