// How facts are written for people: counts, lists, hex in groups, times in UTC, how much a change matters. One form on every screen.
import type { Risk } from './proposal.ts'

const small = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']

/** "1 000 000": groups of three, with spaces that do not break. */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, '\u00a0')
}

/** "one change", "12 changes": small numbers as words, because a title is a sentence. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${small[count] ?? String(count)} ${count === 1 ? one : many}`
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A message of the house (lower case, no period) as a sentence. A path, an address or a name at its start stays as it is. */
export function sentenceOf(message: string): string {
  const trimmed = message.trim()
  const text = /^[a-z]+(?:[ ,;']|:(?!\/\/)|$)/.test(trimmed) ? capital(trimmed) : trimmed
  return /[.?:…]$/.test(text) ? text : `${text}.`
}

export function listOf(names: readonly string[], last: 'and' | 'or' = 'and'): string {
  if (names.length <= 1) return names[0] ?? ''
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`
}

export function groupsOfFour(hex: string): string[] {
  return hex.match(/.{1,4}/gu) ?? []
}

export function isLongHex(text: string): boolean {
  return text.length >= 16 && text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text)
}

/** "2026-11-20 00:00 UTC", or undefined when the text is not a time: then it is shown as it was written. */
export function utcOf(text: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return undefined
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) return undefined
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

export const riskWord: Readonly<Record<Risk, string>> = {
  dangerous: 'Dangerous',
  notable: 'Worth a look',
  routine: 'Routine',
}

/** "Two changes are dangerous, one is worth a look and one is routine." */
export function riskCount(changes: readonly { risk: Risk }[], more?: Readonly<Record<Risk, number>>): string {
  const parts: string[] = []
  for (const [risk, words] of [
    ['dangerous', 'dangerous'],
    ['notable', 'worth a look'],
    ['routine', 'routine'],
  ] as const) {
    const count = changes.filter((change) => change.risk === risk).length + (more?.[risk] ?? 0)
    if (count === 0) continue
    const number = small[count] ?? thousands(count)
    const noun = parts.length > 0 ? '' : count === 1 ? ' change' : ' changes'
    parts.push(`${number}${noun} ${count === 1 ? 'is' : 'are'} ${words}`)
  }
  return parts.length === 0 ? 'Nothing changes.' : `${capital(listOf(parts))}.`
}
