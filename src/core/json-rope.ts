// A new JSON text as pieces of the old one and of what is added, and what stands between the entries of an object or a list.
import { concatBytes, utf8 } from './bytes.ts'
import type { JsonValue } from './json.ts'
import { type Entries, type Span, textOf } from './json-entries.ts'
import { type Layout, type Style, styleBeside } from './json-style.ts'

/** Neighbouring pieces of the old text are one piece. */
export class Rope {
  readonly source: Uint8Array
  private readonly parts: Uint8Array[] = []
  private start = 0
  private end = 0

  constructor(source: Uint8Array) {
    this.source = source
  }

  copy(start: number, end: number): void {
    if (start !== this.end) {
      this.flush()
      this.start = start
    }
    this.end = end
  }

  add(text: string | Uint8Array): void {
    this.flush()
    this.parts.push(typeof text === 'string' ? utf8(text) : text)
  }

  bytes(): Uint8Array<ArrayBuffer> {
    this.flush()
    return concatBytes(...this.parts)
  }

  private flush(): void {
    if (this.end > this.start) this.parts.push(this.source.subarray(this.start, this.end))
    this.start = this.end
  }
}

/** Writes one object or list anew: what stands between two entries is what stood after the first of them, or the usual. */
export class EntryWriter {
  private readonly rope: Rope
  private readonly span: Span
  private readonly entries: Entries
  private readonly layout: Layout
  private isEmpty = true
  private last: number | undefined
  private sample = 0

  constructor(rope: Rope, span: Span, entries: Entries, layout: Layout) {
    this.rope = rope
    this.span = span
    this.entries = entries
    this.layout = layout
  }

  /** What goes before the next entry; `old` is its number when it was there. */
  next(old?: number): void {
    const { rope, span, entries, layout } = this
    if (this.isEmpty) {
      rope.copy(span.start, span.start + 1)
      if (entries.count > 0) rope.copy(span.start + 1, entries.keyStart(0))
      else rope.add(this.emptied().lead)
    } else if (this.last !== undefined && this.last + 1 < entries.count) {
      rope.copy(entries.end(this.last), entries.keyStart(this.last + 1))
    } else rope.add(layout.gap)
    this.isEmpty = false
    this.last = old
    if (old !== undefined) this.sample = old
  }

  styleOf(value: JsonValue): Style {
    const { rope, entries, layout } = this
    return entries.count === 0 ? layout.style : styleBeside(rope.source, entries.value(this.sample), value, layout)
  }

  end(): void {
    const { rope, span, entries } = this
    const close = span.end - 1
    const tail = entries.count === 0 ? close : entries.end(entries.count - 1)
    if (!this.isEmpty) {
      if (entries.count > 0) rope.copy(tail, close)
      else rope.add(this.emptied().tail)
    } else {
      rope.copy(span.start, span.start + 1)
      if (entries.count === 0) rope.copy(span.start + 1, close)
      // Line breaks were there for the entries; spaces stay, as they would have before the first entry came.
      else if (!textOf(rope.source, span.start + 1, entries.keyStart(0)).includes('\n')) {
        rope.copy(span.start + 1, entries.keyStart(0))
        rope.copy(tail, close)
      }
    }
    rope.copy(close, span.end)
  }

  /** What stands around the entries of what was empty; when they are removed again, the brackets are as they were. */
  private emptied(): { lead: string; tail: string } {
    const { style, inner, outer } = this.layout
    const space = textOf(this.rope.source, this.span.start + 1, this.span.end - 1)
    if (space.includes('\n')) return { lead: '', tail: space }
    if (space !== '') return { lead: space, tail: '' }
    return style.newline === '' ? { lead: '', tail: '' } : { lead: style.newline + inner, tail: style.newline + outer }
  }
}
