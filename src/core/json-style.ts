// How a JSON text is laid out, so that what is added looks like what stands beside it: line breaks, indentation, spaces.

import type { JsonValue } from './json.ts'
import { type Entries, entriesAt, type Span, textOf } from './json-entries.ts'

export interface Style {
  /** Empty when everything stands on one line. */
  newline: string
  unit: string
  /** Between a name and its value: ": ". */
  colon: string
  /** After a comma on one line: " ". */
  comma: string
}

/** The layout of one object or list, and of what is added to it. */
export interface Layout {
  style: Style
  /** Indentation of its entries, and of its last bracket. */
  inner: string
  outer: string
  /** Between two entries: ",\n  ". */
  gap: string
}

/** Before anything was seen of a text. */
export const plainStyle: Style = { newline: '', unit: ' ', colon: ':', comma: '' }

/** White space is copied as a style, not as a quantity: whoever wrote a megabyte of it meant no style. */
const longest = 64

function shortText(bytes: Uint8Array, start: number, end: number, instead: string): string {
  return end - start <= longest ? textOf(bytes, start, end) : instead
}

export function layoutOf(bytes: Uint8Array, span: Span, entries: Entries, above: Style, outer: string): Layout {
  if (entries.count === 0) {
    const gap = above.newline === '' ? `,${above.comma}` : `,${above.newline}${outer}${above.unit}`
    return { style: above, inner: outer + above.unit, outer, gap }
  }
  const isObject = bytes[span.start] === 0x7b
  const lead = shortText(bytes, span.start + 1, entries.keyStart(0), '')
  const tail = shortText(bytes, entries.end(entries.count - 1), span.end - 1, '')
  const colon = isObject ? shortText(bytes, entries.keyEnd(0), entries.start(0), ': ') : above.colon
  const firstGap = entries.count < 2 ? undefined : shortText(bytes, entries.end(0), entries.keyStart(1), ',')
  const newline = /\r?\n/.exec(lead)?.[0]
  if (newline === undefined) {
    const comma = firstGap === undefined ? above.comma : firstGap.slice(firstGap.indexOf(',') + 1)
    return { style: { ...above, newline: '', colon, comma }, inner: outer, outer, gap: firstGap ?? `,${comma}` }
  }
  const inner = lead.slice(lead.lastIndexOf('\n') + 1)
  const close = tail.includes('\n') ? tail.slice(tail.lastIndexOf('\n') + 1) : outer
  const unit = inner.startsWith(close) && inner.length > close.length ? inner.slice(close.length) : above.unit
  return { style: { ...above, newline, unit, colon }, inner, outer: close, gap: firstGap ?? `,${lead}` }
}

/** The style of a value beside `sample`, which may stand on one line where the rest of the text does not. */
export function styleBeside(bytes: Uint8Array, sample: Span, value: JsonValue, layout: Layout): Style {
  const bracket = Array.isArray(value) ? 0x5b : 0x7b
  const isLike = typeof value === 'object' && value !== null && bytes[sample.start] === bracket
  if (!isLike || sample.end - sample.start > 4096) return layout.style
  const entries = entriesAt(bytes, sample.start)
  return entries.count === 0 ? layout.style : layoutOf(bytes, sample, entries, layout.style, layout.inner).style
}

/** Members in the order of their names, as documents that are made here have them. */
export function renderJson(value: JsonValue, style: Style, outer: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const isList = Array.isArray(value)
  const inner = outer + style.unit
  const entries = isList
    ? value.map((entry: JsonValue) => renderJson(entry, style, inner))
    : Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, entry]) => `${JSON.stringify(name)}${style.colon}${renderJson(entry, style, inner)}`)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  if (entries.length === 0) return open + close
  if (style.newline === '') return `${open}${entries.join(`,${style.comma}`)}${close}`
  return `${open}${style.newline}${inner}${entries.join(`,${style.newline}${inner}`)}${style.newline}${outer}${close}`
}
