// The strict grammar: one pass over the received bytes refuses what two parsers could read differently, and writes the
// canonical form (OLPC: keys by code point, no white space, only `"` and `\` escaped) on the way.
import { parseUtf8 } from './bytes.ts'
import { AppError } from './error.ts'
import { compareKeys, joinMembers } from './json-order.ts'

/** One member of the outermost object: where its value stands in the received bytes, and its canonical form. */
export interface JsonMember {
  start: number
  end: number
  canonical: Uint8Array<ArrayBuffer>
}

const ascii = { quote: 0x22, backslash: 0x5c, comma: 0x2c, colon: 0x3a } as const

/** Largest integer that every JSON reader holds exactly. */
const maxSafe = Number.MAX_SAFE_INTEGER

export class JsonScanner {
  readonly members = new Map<string, JsonMember>()
  isAscii = true
  /** A member's name is written with an escape. */
  hasEscapedName = false
  private readonly input: Uint8Array
  private readonly output: Uint8Array<ArrayBuffer>
  private readonly what: string
  private readonly maxDepth: number
  private at = 0
  private written = 0
  private escapes = 0
  /** Members of the objects that are open: start of member, end of its key, in the output. */
  private starts = new Int32Array(64)
  private open = 0
  /** Set when the outermost object's members are not in canonical order: they keep their places in `output`. */
  private outerOrder: { start: number; end: number }[] | undefined

  constructor(input: Uint8Array, what: string, maxDepth: number) {
    this.input = input
    // Canonical form is never longer: every escape it removes is longer than what it stands for.
    this.output = new Uint8Array(input.length)
    this.what = what
    this.maxDepth = maxDepth
  }

  scanDocument(): void {
    this.skipSpace()
    this.scanValue(0)
    this.skipSpace()
    if (this.at !== this.input.length) this.refuse('more text after its end')
  }

  canonical(): Uint8Array<ArrayBuffer> {
    if (this.outerOrder === undefined) return this.output.subarray(0, this.written)
    return joinMembers(this.output, this.outerOrder)
  }

  private refuse(why: string): never {
    throw new AppError({
      code: 'format/malformed',
      message: `${this.what}: ${why} at byte ${this.at}`,
      hint: 'fetch the file again; if it stays like this, whoever made it must mend it',
      data: { at: this.at },
    })
  }

  private skipSpace(): void {
    const input = this.input
    let at = this.at
    for (;;) {
      const byte = input[at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break
      at++
    }
    this.at = at
  }

  private scanValue(depth: number): void {
    const byte = this.input[this.at]
    if (byte === 0x7b) this.scanObject(depth + 1)
    else if (byte === 0x5b) this.scanArray(depth + 1)
    else if (byte === ascii.quote) this.scanString()
    else if (byte === 0x74) this.scanWord('true')
    else if (byte === 0x66) this.scanWord('false')
    else if (byte === 0x6e) this.scanWord('null')
    else if (byte === undefined) this.refuse('ends too early')
    else this.scanInteger()
  }

  private checkDepth(depth: number): void {
    if (depth > this.maxDepth) this.refuse(`nested deeper than ${this.maxDepth}`)
  }

  private scanArray(depth: number): void {
    this.checkDepth(depth)
    this.at++
    this.output[this.written++] = 0x5b
    this.skipSpace()
    if (this.input[this.at] === 0x5d) {
      this.at++
      this.output[this.written++] = 0x5d
      return
    }
    for (;;) {
      this.scanValue(depth)
      this.skipSpace()
      const byte = this.input[this.at++]
      if (byte === ascii.comma) {
        this.output[this.written++] = ascii.comma
        this.skipSpace()
      } else if (byte === 0x5d) {
        this.output[this.written++] = 0x5d
        return
      } else {
        this.at--
        this.refuse('a comma or ] is missing')
      }
    }
  }

  private scanObject(depth: number): void {
    this.checkDepth(depth)
    const { input, output } = this
    const firstOpen = this.open
    const bodyStart = this.written + 1
    let isOrdered = true
    let lastStart = -1
    let lastEnd = -1
    this.at++
    output[this.written++] = 0x7b
    this.skipSpace()
    if (input[this.at] === 0x7d) {
      this.at++
      output[this.written++] = 0x7d
      return
    }
    for (;;) {
      if (input[this.at] !== ascii.quote) this.refuse('a member name is missing')
      const keyAt = this.at
      const keyStart = this.written
      const escapes = this.escapes
      this.scanString()
      if (this.escapes !== escapes) this.hasEscapedName = true
      const keyEnd = this.written
      if (lastStart >= 0 && isOrdered) {
        const order = compareKeys(output, lastStart, lastEnd, keyStart, keyEnd)
        if (order === 0) this.refuseDuplicate(keyStart, keyEnd)
        if (order > 0) isOrdered = false
      }
      lastStart = keyStart
      lastEnd = keyEnd
      this.remember(keyStart, keyEnd)
      this.skipSpace()
      if (input[this.at] !== ascii.colon) this.refuse('a colon is missing')
      this.at++
      output[this.written++] = ascii.colon
      this.skipSpace()
      const valueAt = this.at
      const valueStart = this.written
      this.scanValue(depth)
      if (depth === 1) this.keepMember(keyAt, valueAt, valueStart)
      this.skipSpace()
      const byte = input[this.at++]
      if (byte === ascii.comma) {
        output[this.written++] = ascii.comma
        this.skipSpace()
      } else if (byte === 0x7d) {
        break
      } else {
        this.at--
        this.refuse('a comma or } is missing')
      }
    }
    if (!isOrdered) this.order(firstOpen, bodyStart, depth)
    output[this.written++] = 0x7d
    this.open = firstOpen
  }

  private remember(keyStart: number, keyEnd: number): void {
    if (this.open + 2 > this.starts.length) {
      const larger = new Int32Array(this.starts.length * 2)
      larger.set(this.starts)
      this.starts = larger
    }
    this.starts[this.open++] = keyStart
    this.starts[this.open++] = keyEnd
  }

  private keepMember(keyAt: number, start: number, valueStart: number): void {
    const end = this.at
    const key = JSON.parse(parseUtf8(this.input.subarray(keyAt, this.keyEndAt(keyAt)), this.what)) as string
    this.members.set(key, { start, end, canonical: this.output.subarray(valueStart, this.written) })
  }

  /** End of the string that starts at `keyAt`, which has been scanned before. */
  private keyEndAt(keyAt: number): number {
    let at = keyAt + 1
    while (this.input[at] !== ascii.quote) at += this.input[at] === ascii.backslash ? 2 : 1
    return at + 1
  }

  /** Brings the members written since `bodyStart` into canonical order and refuses duplicates among them. */
  private order(firstOpen: number, bodyStart: number, depth: number): void {
    const output = this.output
    const bodyEnd = this.written
    const count = (this.open - firstOpen) / 2
    const parts = Array.from({ length: count }, (_, i) => {
      const start = this.starts[firstOpen + 2 * i] ?? 0
      const next = i + 1 < count ? (this.starts[firstOpen + 2 * i + 2] ?? 0) - 1 : bodyEnd
      return { start, keyEnd: this.starts[firstOpen + 2 * i + 1] ?? 0, end: next }
    })
    parts.sort((a, b) => compareKeys(output, a.start, a.keyEnd, b.start, b.keyEnd))
    for (let i = 1; i < parts.length; i++) {
      const [a, b] = [parts[i - 1], parts[i]]
      if (a !== undefined && b !== undefined && compareKeys(output, a.start, a.keyEnd, b.start, b.keyEnd) === 0) {
        this.refuseDuplicate(b.start, b.keyEnd)
      }
    }
    if (depth === 1) {
      // The members' canonical forms are views of the output: they stay where they are.
      this.outerOrder = parts
      return
    }
    const joined = joinMembers(output, parts)
    output.set(joined.subarray(1, joined.length - 1), bodyStart)
  }

  private refuseDuplicate(keyStart: number, keyEnd: number): never {
    const key = new TextDecoder().decode(this.output.subarray(keyStart, keyEnd))
    return this.refuse(`the member ${key} stands twice`)
  }

  private scanWord(word: 'true' | 'false' | 'null'): void {
    for (let i = 0; i < word.length; i++) {
      const code = word.charCodeAt(i)
      if (this.input[this.at] !== code) this.refuse('an unknown word')
      this.output[this.written++] = code
      this.at++
    }
  }

  private scanInteger(): void {
    const { input, output } = this
    const start = this.at
    if (input[this.at] === 0x2d) this.at++
    const firstDigit = this.at
    let value = 0
    for (;;) {
      const digit = (input[this.at] ?? 0) - 0x30
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
      this.at++
    }
    const digits = this.at - firstDigit
    if (digits === 0) this.refuse('an unexpected character')
    const next = input[this.at]
    if (next === 0x2e || next === 0x65 || next === 0x45) this.refuse('a number that is not a whole number')
    if (digits > 1 && input[firstDigit] === 0x30) this.refuse('a number with a leading zero')
    if (digits > 16 || value > maxSafe) this.refuse('a number above 2^53')
    if (value === 0 && firstDigit > start) this.refuse('a negative zero')
    for (let i = start; i < this.at; i++) output[this.written++] = input[i] ?? 0
  }

  private scanString(): void {
    const { input, output } = this
    const end = input.length
    let at = this.at + 1
    let written = this.written
    let seen = 0
    output[written++] = ascii.quote
    while (at < end) {
      const byte = input[at] as number
      if (byte === ascii.quote) {
        output[written++] = ascii.quote
        this.at = at + 1
        this.written = written
        if (seen >= 0x80) this.isAscii = false
        return
      }
      if (byte === ascii.backslash) {
        this.at = at
        this.written = written
        this.scanEscape()
        at = this.at
        written = this.written
        continue
      }
      if (byte < 0x20) {
        this.at = at
        this.refuse('a control character inside a string')
      }
      seen |= byte
      output[written++] = byte
      at++
    }
    this.at = end
    this.refuse('a string without an end')
  }

  private scanEscape(): void {
    this.escapes++
    const kind = this.input[this.at + 1]
    const simple = kind === undefined ? undefined : simpleEscapes.get(kind)
    if (simple !== undefined) {
      if (simple === ascii.quote || simple === ascii.backslash) this.output[this.written++] = ascii.backslash
      this.output[this.written++] = simple
      this.at += 2
      return
    }
    if (kind !== 0x75) this.refuse('an unknown escape')
    const unit = this.hexUnit(this.at + 2)
    if (unit >= 0xdc00 && unit <= 0xdfff) this.refuse('half of a surrogate pair')
    if (unit < 0xd800 || unit > 0xdbff) {
      this.at += 6
      this.writeCodePoint(unit)
      return
    }
    const isPair = this.input[this.at + 6] === ascii.backslash && this.input[this.at + 7] === 0x75
    const low = isPair ? this.hexUnit(this.at + 8) : 0
    if (low < 0xdc00 || low > 0xdfff) this.refuse('half of a surrogate pair')
    this.at += 12
    this.writeCodePoint(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
  }

  private hexUnit(start: number): number {
    let unit = 0
    for (let i = start; i < start + 4; i++) {
      const byte = this.input[i] ?? 0
      const digit =
        byte >= 0x30 && byte <= 0x39
          ? byte - 0x30
          : (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
            ? (byte & 0x0f) + 9
            : this.refuse('an unknown escape')
      unit = unit * 16 + digit
    }
    return unit
  }

  private writeCodePoint(point: number): void {
    const output = this.output
    if (point < 0x80) {
      if (point === ascii.quote || point === ascii.backslash) output[this.written++] = ascii.backslash
      output[this.written++] = point
    } else if (point < 0x800) {
      output[this.written++] = 0xc0 | (point >> 6)
      output[this.written++] = 0x80 | (point & 0x3f)
    } else if (point < 0x10000) {
      output[this.written++] = 0xe0 | (point >> 12)
      output[this.written++] = 0x80 | ((point >> 6) & 0x3f)
      output[this.written++] = 0x80 | (point & 0x3f)
    } else {
      output[this.written++] = 0xf0 | (point >> 18)
      output[this.written++] = 0x80 | ((point >> 12) & 0x3f)
      output[this.written++] = 0x80 | ((point >> 6) & 0x3f)
      output[this.written++] = 0x80 | (point & 0x3f)
    }
  }
}

const simpleEscapes: ReadonlyMap<number, number> = new Map([
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x2f, 0x2f],
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
])
