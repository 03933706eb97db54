// Where the entries of an object or a list stand in text that the strict parser has accepted: only looked at, never changed.
import { parseUtf8 } from './bytes.ts'

export interface Span {
  start: number
  end: number
}

/** Spans in the order of the text; of a list the key is empty and stands where its value does. */
export class Entries {
  readonly count: number
  private readonly places: Int32Array

  constructor(count: number, places: Int32Array) {
    this.count = count
    this.places = places
  }

  keyStart(index: number): number {
    return this.places[4 * index] ?? 0
  }
  keyEnd(index: number): number {
    return this.places[4 * index + 1] ?? 0
  }
  start(index: number): number {
    return this.places[4 * index + 2] ?? 0
  }
  end(index: number): number {
    return this.places[4 * index + 3] ?? 0
  }
  key(index: number): Span {
    return { start: this.keyStart(index), end: this.keyEnd(index) }
  }
  value(index: number): Span {
    return { start: this.start(index), end: this.end(index) }
  }
}

/** Entries of the object or list that starts at `start`. */
export function entriesAt(bytes: Uint8Array, start: number): Entries {
  const isObject = bytes[start] === 0x7b
  let places = new Int32Array(64)
  let count = 0
  let at = afterSpace(bytes, start + 1)
  while (bytes[at] !== 0x7d && bytes[at] !== 0x5d && at < bytes.length) {
    if (4 * count + 4 > places.length) {
      const larger = new Int32Array(places.length * 2)
      larger.set(places)
      places = larger
    }
    places[4 * count] = at
    if (isObject) {
      at = afterString(bytes, at)
      places[4 * count + 1] = at
      // The colon stands between two stretches of white space.
      at = afterSpace(bytes, afterSpace(bytes, at) + 1)
    } else places[4 * count + 1] = at
    places[4 * count + 2] = at
    at = afterValue(bytes, at)
    places[4 * count + 3] = at
    count++
    at = afterSpace(bytes, at)
    if (bytes[at] === 0x2c) at = afterSpace(bytes, at + 1)
  }
  return new Entries(count, places)
}

export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return parseUtf8(bytes.subarray(start, end), 'text')
}

export function afterSpace(bytes: Uint8Array, start: number): number {
  let at = start
  for (;;) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
    at++
  }
}

function afterString(bytes: Uint8Array, start: number): number {
  let at = start + 1
  while (bytes[at] !== 0x22 && at < bytes.length) at += bytes[at] === 0x5c ? 2 : 1
  return at + 1
}

function afterValue(bytes: Uint8Array, start: number): number {
  const first = bytes[start]
  if (first === 0x22) return afterString(bytes, start)
  let at = start
  if (first !== 0x7b && first !== 0x5b) {
    while (at < bytes.length && !isEndOfWord(bytes[at] as number)) at++
    return at
  }
  let depth = 0
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === 0x22) {
      at = afterString(bytes, at)
      continue
    }
    if (byte === 0x7b || byte === 0x5b) depth++
    else if (byte === 0x7d || byte === 0x5d) depth--
    at++
    if (depth === 0) break
  }
  return at
}

function isEndOfWord(byte: number): boolean {
  return byte === 0x2c || byte === 0x7d || byte === 0x5d || byte <= 0x20
}
