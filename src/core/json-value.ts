// Values of accepted text read by this project itself, where the engine's parser cannot be trusted: V8 may take a name that is
// written with an escape for another name that it met before (node issue 63785; Node 24, Electron). A lone string is safe.
import type { JsonValue } from './json.ts'
import { type Span, textOf } from './json-entries.ts'

/** The value in a text that the strict parser has accepted: nothing is checked again. */
export function readValue(text: string): JsonValue {
  return new ValueReader(text).value()
}

export function valueAt(bytes: Uint8Array, { start, end }: Span): JsonValue {
  return readValue(textOf(bytes, start, end))
}

class ValueReader {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  value(): JsonValue {
    this.skipSpace()
    const first = this.text[this.at]
    if (first === '{') return this.object()
    if (first === '[') return this.list()
    return first === '"' ? this.string() : this.word()
  }

  private object(): JsonValue {
    const object: Record<string, JsonValue> = {}
    while (this.hasEntry('}')) {
      const name = this.string()
      this.skipSpace()
      // The colon.
      this.at++
      const value = this.value()
      if (name !== '__proto__') object[name] = value
      else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
    }
    return object
  }

  private list(): JsonValue {
    const list: JsonValue[] = []
    while (this.hasEntry(']')) list.push(this.value())
    return list
  }

  /** Steps over the opening bracket or a comma to the next entry, or over the closing bracket. */
  private hasEntry(close: string): boolean {
    this.skipSpace()
    if (this.text[this.at] !== close) {
      this.at++
      this.skipSpace()
    }
    if (this.text[this.at] !== close) return true
    this.at++
    return false
  }

  private string(): string {
    const start = this.at
    let hasEscape = false
    for (this.at++; this.text[this.at] !== '"'; this.at++) {
      if (this.text[this.at] !== '\\') continue
      hasEscape = true
      this.at++
    }
    this.at++
    return hasEscape ? String(JSON.parse(this.text.slice(start, this.at))) : this.text.slice(start + 1, this.at - 1)
  }

  private word(): JsonValue {
    const start = this.at
    while (/[-+.\w]/.test(this.text[this.at] ?? '')) this.at++
    return JSON.parse(this.text.slice(start, this.at)) as JsonValue
  }

  private skipSpace(): void {
    while (' \n\r\t'.includes(this.text[this.at] ?? '.')) this.at++
  }
}
