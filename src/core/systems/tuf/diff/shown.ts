// How the facts of TUF documents are written for people: names before keys, hex in groups of four, times in UTC, numbers with units.
import { toHex } from '../../../bytes.ts'
import type { JsonValue } from '../../../json.ts'
import { fingerprintOf } from '../../../key.ts'
import { inQuotes, visible } from '../../../visible.ts'
import { expiryOf } from '../expiry.ts'
import type { TufKey } from '../key.ts'
import type { MetaFile } from '../metadata.ts'
import { excerpts, shortened } from './excerpt.ts'

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const nameFields = new Set(['who', 'gone', 'leaving'])

/** Begins with a capital letter, unless it begins with someone's name: that stays as it is written. */
export function sentenceOf(text: string, facts: object): string {
  const named: unknown[] = Object.entries(facts).flatMap(([field, value]) => (nameFields.has(field) ? value : []))
  const isName = named.some(
    (name) => typeof name === 'string' && text.startsWith(name) && !/^the (missing )?key /.test(name),
  )
  return isName ? text : capital(text)
}

/** "Dana, Lee and Priya" */
export function listText(items: readonly string[]): string {
  return items.length <= 1 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/** For sentences: the first names, and how many more; the full list stands beside the sentence. */
export function someText(items: readonly string[], most = 8): string {
  if (items.length <= most) return listText(items)
  return `${items.slice(0, most).join(', ')} and ${countText(items.length - most, 'other')}`
}

export function countText(count: number, noun: string, nouns = `${noun}s`): string {
  return `${numberText(count)} ${count === 1 ? noun : nouns}`
}

/** "1,204" */
export function numberText(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

export function bytesText(length: number): string {
  return countText(length, 'byte')
}

export function groupsText(hex: string): string {
  return (hex.match(/.{1,4}/g) ?? []).join(' ')
}

/** First 16 hex digits of the sha256 of the key itself: the same wherever the key stands and whatever its id. */
export function fingerprintText(key: TufKey): string {
  return key.key === undefined
    ? `id ${groupsText(visible(key.id).slice(0, 16))}`
    : groupsText(toHex(fingerprintOf(key.key)).slice(0, 16))
}

function labelText(key: TufKey): string {
  return key.key === undefined ? `unknown type ${shortened(visible(key.label), 48)}` : key.label
}

export function ownerText(owner: string): string {
  return shortened(visible(owner), 48)
}

/** "Dana Ortiz · P-256 · 7247 f0a1 93bc 11d0" */
export function keyText(key: TufKey | undefined, id: string): string {
  if (key === undefined) return `missing key · id ${idText(id)}`
  const owner = key.owner === undefined ? [] : [ownerText(key.owner)]
  const rehearsal = key.rehearsal ? ['rehearsal'] : []
  return [...owner, labelText(key), ...rehearsal, fingerprintText(key)].join(' · ')
}

export function idText(id: string): string {
  return groupsText(visible(id).slice(0, 16))
}

/** Who, in a sentence: the name, or the key when nobody's name stands with it. */
export function holderText(key: TufKey | undefined, id: string): string {
  if (key === undefined) return `the missing key with the id ${idText(id)}`
  return key.owner === undefined ? `the key ${labelText(key)} ${fingerprintText(key)}` : ownerText(key.owner)
}

/** "the key of Dana Ortiz", "the key P-256 7247 …" */
export function keyOfText(key: TufKey | undefined, id: string): string {
  return key?.owner === undefined ? holderText(key, id) : `the key of ${ownerText(key.owner)}`
}

const topLevel = new Set(['root', 'timestamp', 'snapshot', 'targets'])

/** Top-level roles by their name, others in quotes, because anyone may have named them. */
export function roleText(role: string): string {
  return topLevel.has(role) ? role : quoted(role)
}

export function quoted(text: string): string {
  return `“${shortened(inQuotes(text), 96)}”`
}

/** "2026-11-20 13:58 UTC", or what was written when it is no date. */
export function dateText(expires: string): string {
  const time = timeOf(expires)
  return time === undefined ? quoted(expires) : `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** The moment of expiry; undefined when the text is no date that any client reads. */
export function timeOf(expires: string): number | undefined {
  try {
    return expiryOf(expires, 'expires').getTime()
  } catch {
    // The document stays readable for review: what is wrong with its date is then a change and a finding of its own.
    return undefined
  }
}

export function daysText(days: number): string {
  return countText(days, 'day')
}

/** "sha256 ab12 cd34 …, 1,204 bytes" */
export function fileText(hashes: ReadonlyMap<string, string>, length: number | undefined): string {
  const parts = [...hashes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hex]) => `${visible(name)} ${groupsText(hex)}`)
  return [...parts, ...(length === undefined ? [] : [bytesText(length)])].join(', ')
}

export function metaFileText(file: MetaFile): string {
  const rest = fileText(file.hashes ?? new Map(), file.length)
  return `version ${file.version}${rest === '' ? '' : `, ${rest}`}`
}

export function valueText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Two values beside each other; a text is in quotes where the other one is none, so that 1 and "1" do not look alike. */
export function pairText(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): { before?: string; after?: string } {
  const isPlain = [before, after].every((value) => value === undefined || typeof value === 'string')
  const text = (value: JsonValue | undefined) =>
    value === undefined ? undefined : isPlain ? valueText(value) : JSON.stringify(value)
  return excerpts(text(before), text(after))
}
