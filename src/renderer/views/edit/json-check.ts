// Checks JSON as it is typed: the first error by line and column, in words. The same strict grammar as core, on text. Pure.
import type { JsonValue } from '../../../core/json.ts'

export interface JsonProblem {
  /** Place in the text, from 0. */
  at: number
  line: number
  column: number
  /** What is wrong there, as a sentence. */
  words: string
}

export interface JsonChecked {
  problem?: JsonProblem
  /** Members of the outermost object: where their values stand in the text. */
  members: ReadonlyMap<string, { start: number; end: number }>
  isObject: boolean
}

const maxDepth = 64

class Wrong {
  readonly at: number
  readonly words: string
  constructor(at: number, words: string) {
    this.at = at
    this.words = words
  }
}

export function checkJson(text: string): JsonChecked {
  const reader = new Reader(text)
  try {
    reader.document()
    return { members: reader.members, isObject: reader.isObject }
  } catch (thrown) {
    if (!(thrown instanceof Wrong)) throw thrown
    return { problem: place(text, thrown), members: reader.members, isObject: reader.isObject }
  }
}

function place(text: string, { at, words }: Wrong): JsonProblem {
  let line = 1
  let start = 0
  for (let next = text.indexOf('\n'); next !== -1 && next < at; next = text.indexOf('\n', next + 1)) {
    line++
    start = next + 1
  }
  return { at, line, column: at - start + 1, words }
}

class Reader {
  readonly members = new Map<string, { start: number; end: number }>()
  isObject = false
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  document(): void {
    this.space()
    if (this.at === this.text.length) throw new Wrong(this.at, 'There is no text yet.')
    this.isObject = this.text[this.at] === '{'
    this.value(0)
    this.space()
    if (this.at < this.text.length) throw new Wrong(this.at, 'The document ends before this; nothing may follow.')
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.at++
    }
  }

  private value(depth: number): void {
    const char = this.text[this.at]
    if (depth > maxDepth) throw new Wrong(this.at, `This is nested deeper than ${maxDepth} levels.`)
    if (char === '{') this.object(depth + 1)
    else if (char === '[') this.array(depth + 1)
    else if (char === '"') this.string()
    else if (char === undefined) throw new Wrong(this.at, 'The text ends here, but a value is still to come.')
    else if (char === '-' || (char >= '0' && char <= '9')) this.number()
    else this.word()
  }

  private word(): void {
    for (const word of ['true', 'false', 'null']) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length
        return
      }
    }
    const char = this.text[this.at] ?? ''
    if (char === "'") throw new Wrong(this.at, 'Text stands in double quotes, not in single ones.')
    if (char === ',' || char === '}' || char === ']') throw new Wrong(this.at, 'A value is missing before this.')
    throw new Wrong(this.at, 'This is no value. Text stands in double quotes.')
  }

  private number(): void {
    const start = this.at
    if (this.text[this.at] === '-') this.at++
    while (isDigit(this.text.charCodeAt(this.at))) this.at++
    const next = this.text[this.at]
    if (next === '.' || next === 'e' || next === 'E') {
      throw new Wrong(start, 'Only whole numbers are possible here, because every program must read the same one.')
    }
    const number = this.text.slice(start, this.at)
    if (number === '-' || /^-?0\d/.test(number) || number === '-0') {
      throw new Wrong(start, 'A number begins with 1 to 9, or is 0.')
    }
    if (!Number.isSafeInteger(Number(number))) {
      throw new Wrong(start, 'This number is too large: not every program reads it exactly.')
    }
  }

  private string(): string {
    const start = this.at
    const { text } = this
    let hasEscape = false
    for (this.at++; ; this.at++) {
      const code = text.charCodeAt(this.at)
      if (code === 0x22) break
      if (Number.isNaN(code)) throw new Wrong(start, 'This text is never closed: its last double quote is missing.')
      if (code < 0x20) {
        const what = code === 0x0a ? 'The line ends inside a text' : 'An invisible control character stands in a text'
        throw new Wrong(this.at, `${what}. Close it with a double quote, or write it as an escape.`)
      }
      if (code === 0x5c) {
        hasEscape = true
        this.escape()
      }
    }
    this.at++
    const raw = text.slice(start + 1, this.at - 1)
    if (hasSurrogateAlone(raw)) throw new Wrong(start, 'Half a character stands in this text.')
    return hasEscape ? unescaped(text.slice(start, this.at), start) : raw
  }

  private escape(): void {
    const next = this.text[this.at + 1] ?? ''
    if (next === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(this.text.slice(this.at + 2, this.at + 6))) {
        throw new Wrong(this.at, 'After \\u four hexadecimal digits must follow.')
      }
      this.at += 5
    } else if ('"\\/bfnrt'.includes(next) && next !== '') this.at++
    else throw new Wrong(this.at, 'A backslash stands alone. To write one, write two.')
  }

  private array(depth: number): void {
    this.at++
    this.space()
    if (this.text[this.at] === ']') {
      this.at++
      return
    }
    for (;;) {
      this.value(depth)
      this.space()
      const char = this.text[this.at]
      if (char === ']') break
      if (char !== ',') throw this.between(']')
      const comma = this.at++
      this.space()
      if (this.text[this.at] === ']') throw new Wrong(comma, 'A comma stands before the closing bracket. Take it away.')
    }
    this.at++
  }

  private object(depth: number): void {
    this.at++
    this.space()
    if (this.text[this.at] === '}') {
      this.at++
      return
    }
    const names = new Set<string>()
    for (;;) {
      const at = this.at
      const char = this.text[at]
      if (char === undefined) throw new Wrong(at, 'The text ends here; a } is missing.')
      if (char !== '"') throw new Wrong(at, 'The name of a member is missing here. It stands in double quotes.')
      const name = this.string()
      if (names.has(name)) throw new Wrong(at, `"${name}" stands here a second time. Each name may stand once.`)
      names.add(name)
      this.space()
      if (this.text[this.at] !== ':') throw new Wrong(this.at, `A colon is missing after "${name}".`)
      this.at++
      this.space()
      const start = this.at
      this.value(depth)
      if (depth === 1) this.members.set(name, { start, end: this.at })
      this.space()
      const next = this.text[this.at]
      if (next === '}') break
      if (next !== ',') throw this.between('}')
      const comma = this.at++
      this.space()
      if (this.text[this.at] === '}') throw new Wrong(comma, 'A comma stands before the closing brace. Take it away.')
    }
    this.at++
  }

  private between(close: string): Wrong {
    if (this.at >= this.text.length) return new Wrong(this.at, `The text ends here; a ${close} is missing.`)
    return new Wrong(this.at, `A comma or ${close} is missing before this.`)
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function hasSurrogateAlone(text: string): boolean {
  return /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)
}

function unescaped(quoted: string, at: number): string {
  const value: unknown = JSON.parse(quoted)
  if (typeof value !== 'string' || hasSurrogateAlone(value))
    throw new Wrong(at, 'Half a character stands in this text.')
  return value
}

/** "Line 12, column 5: a comma or } is missing before this." */
export function problemText({ line, column, words }: JsonProblem): string {
  return line === 1 ? `At character ${column}: ${words}` : `Line ${line}, character ${column}: ${words}`
}

/** The signed part of a whole document with its signatures; any other text as it is. */
export function signedPartOf(text: string): string {
  const { members, problem } = checkJson(text)
  const signed = members.get('signed')
  if (problem !== undefined || signed === undefined || !members.has('signatures')) return text
  return text.slice(signed.start, signed.end)
}

export interface JsonTyped {
  value?: JsonValue
  problem?: string
}

/** Nothing typed is no value and no problem. */
export function jsonOf(text: string, mustBeObject = false): JsonTyped {
  if (text.trim() === '') return {}
  const { problem, isObject } = checkJson(text)
  if (problem !== undefined) return { problem: problemText(problem) }
  if (mustBeObject && !isObject) return { problem: 'It must be an object: members between { and }.' }
  const value: JsonValue = JSON.parse(text)
  return { value }
}
