// As much of Protocol Buffers as these messages need. Stricter than the libraries, which drop what they do not know and cut
// numbers that are too large: two readers of the same bytes would then see two records.
import { concatBytes, parseUtf8, utf8 } from '../../../bytes.ts'
import { type Fault, fault } from '../fault.ts'

/** How a field is written: `numbers` and `messages` may stand more than once, and an empty `text` is not written. */
export type FieldKind = 'number' | 'numbers' | 'text' | 'bytes' | 'messages'
export type Shape = Readonly<Record<number, FieldKind>>

const maxFields = 10_000
const wire = { varint: 0, bytes: 2 } as const

/** Whether all that was read so far is written in the one form that its content has: as the functions below write it. */
export interface Form {
  isCanonical: boolean
}

interface Field {
  number: number
  value: number | bigint | Uint8Array
}

/** The fields of one message. What its shape does not know, or has only once and finds twice, is refused. */
export class ProtoFields {
  // One list, as they came: a map for each message would be much of the cost of a long log.
  readonly #fields: Field[] = []
  readonly what: string

  constructor(bytes: Uint8Array, shape: Shape, what: string, form: Form = { isCanonical: true }) {
    this.what = what
    const reader = new Reader(bytes, what)
    for (let last = 0; !reader.isAtEnd; ) last = this.#read(reader, shape, last, form)
  }

  /** One field, and its number; `last` is that of the field before it. */
  #read(reader: Reader, shape: Shape, last: number, form: Form): number {
    const tag = reader.uint32()
    const [number, type] = [tag >>> 3, tag & 7]
    // No field has the number zero: these bytes were put behind the message.
    if (number === 0) throw reader.refuse('trailing-bytes', 'is followed by bytes that are no field')
    const kind = shape[number]
    if (kind === undefined) throw reader.refuse('unknown-field', `has field ${number}, which nobody knows`)
    const isNumber = kind === 'number' || kind === 'numbers'
    const isPacked = kind === 'numbers' && type === wire.bytes
    if (type !== (isNumber && !isPacked ? wire.varint : wire.bytes)) {
      throw reader.refuse('wrong-wire-type', `has field ${number} in wire type ${type}`)
    }
    if (kind !== 'numbers' && kind !== 'messages' && this.has(number)) {
      throw reader.refuse('field-twice', `has field ${number} twice`)
    }
    const value = isNumber && !isPacked ? reader.varint() : reader.bytes()
    const isNothing = typeof value === 'object' ? value.length === 0 : value === 0
    if (number < last || !isPlain(kind, isPacked, isNothing, number === last)) form.isCanonical = false
    if (isPacked && typeof value === 'object') this.#unpack(number, value)
    else this.#push({ number, value })
    return number
  }

  /** Before anything is made of them: a number takes a byte on its way, and a hundred here. */
  #push(field: Field): void {
    if (this.#fields.length === maxFields) throw this.refuse('too-many', `has more than ${maxFields} values`)
    this.#fields.push(field)
  }

  #unpack(number: number, bytes: Uint8Array): void {
    const reader = new Reader(bytes, this.what)
    while (!reader.isAtEnd) this.#push({ number, value: reader.varint() })
  }

  /** The numbers of the fields that are written, in the order in which they came. */
  get numbers(): readonly number[] {
    return this.#fields.map(({ number }) => number)
  }

  has(number: number): boolean {
    return this.#first(number) !== undefined
  }

  #first(number: number): Field['value'] | undefined {
    for (const field of this.#fields) if (field.number === number) return field.value
    return undefined
  }

  /** Zero where it is not written, as the format has it. */
  uint32(number: number): number {
    return this.uint32s(number)[0] ?? 0
  }

  uint32s(number: number): number[] {
    const values: number[] = []
    for (const field of this.#fields) {
      if (field.number !== number || typeof field.value === 'object') continue
      if (field.value > 0xffffffff) {
        throw this.refuse('number-too-large', `has ${field.value} in field ${number}, more than 32 bits`)
      }
      values.push(Number(field.value))
    }
    return values
  }

  /** A signed number of 64 bits, as far as it can be held exactly. */
  int64(field: number): number {
    const value = this.#first(field) ?? 0
    const number =
      typeof value === 'object' ? Number.NaN : Number(typeof value === 'number' ? value : BigInt.asIntN(64, value))
    if (Number.isSafeInteger(number)) return number
    throw this.refuse('number-too-large', `has a number in field ${field} that is too large`)
  }

  /** Undefined where it is not written. */
  bytes(number: number): Uint8Array | undefined {
    const value = this.#first(number)
    return typeof value === 'object' ? value : undefined
  }

  messages(number: number): readonly Uint8Array[] {
    const messages: Uint8Array[] = []
    for (const field of this.#fields) {
      if (field.number === number && typeof field.value === 'object') messages.push(field.value)
    }
    return messages
  }

  /** Empty where it is not written, as the format has it. */
  text(field: number): string {
    const bytes = this.bytes(field)
    if (bytes === undefined) return ''
    try {
      return parseUtf8(bytes, this.what)
    } catch (cause) {
      throw fault('bad-text', 'format/malformed', `${this.what} has text in field ${field} that is not UTF-8`, {
        cause,
      })
    }
  }

  refuse(name: Fault, why: string): Error {
    return fault(name, 'format/malformed', `${this.what} ${why}`)
  }
}

/** Nothing is written that goes without saying, and a list all in one field. */
function isPlain(kind: FieldKind, isPacked: boolean, isNothing: boolean, isAgain: boolean): boolean {
  switch (kind) {
    case 'number':
    case 'text':
      return !isNothing
    case 'numbers':
      return isPacked && !isNothing && !isAgain
    case 'bytes':
    case 'messages':
      return true
  }
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #what: string
  #at = 0

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes
    this.#what = what
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** Seven bits a byte, the lowest first; exact up to 64 bits. */
  varint(): number | bigint {
    let value = 0
    for (let at = 0, scale = 1; at < 7; at++, scale *= 128) {
      const byte = this.#byte()
      value += (byte & 127) * scale
      if (byte < 128) return this.#ended(byte, at, value)
    }
    let large = BigInt(value)
    for (let at = 7; at < 10; at++) {
      const byte = this.#byte()
      large |= BigInt(byte & 127) << BigInt(7 * at)
      if (byte >= 128) continue
      if (large >> 64n > 0n) throw this.refuse('number-too-large', 'has a number of more than 64 bits')
      return this.#ended(byte, at, large)
    }
    throw this.refuse('overlong-varint', 'has a number of more than ten bytes')
  }

  #ended<T>(last: number, at: number, value: T): T {
    if (last === 0 && at > 0) throw this.refuse('overlong-varint', 'has a number that is longer than it must be')
    return value
  }

  uint32(): number {
    const value = this.varint()
    if (value <= 0xffffffff) return Number(value)
    throw this.refuse('number-too-large', 'has a number of more than 32 bits where none can be')
  }

  /** A view of the input. */
  bytes(): Uint8Array {
    const length = this.uint32()
    if (length > this.#bytes.length - this.#at) throw this.refuse('truncated', 'is cut off')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw this.refuse('truncated', 'is cut off')
    return byte
  }

  refuse(name: Fault, why: string): Error {
    return fault(name, 'format/malformed', `${this.#what} ${why}`)
  }
}

/** Unsigned LEB128, which is also how these messages write their numbers; below zero as 64 bits. */
export function varint(value: number): Uint8Array<ArrayBuffer> {
  if (value >= 0 && value < 128) return Uint8Array.of(value)
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Uint8Array.from([...bytes, Number(rest)])
}

function tag(field: number, type: number): Uint8Array {
  return varint(field * 8 + type)
}

/** Not written at all where it is zero. */
export function protoNumber(field: number, value: number): Uint8Array {
  return value === 0 ? new Uint8Array(0) : concatBytes(tag(field, wire.varint), varint(value))
}

/** All in one field; not written where there are none. */
export function protoNumbers(field: number, values: readonly number[]): Uint8Array {
  return values.length === 0 ? new Uint8Array(0) : protoBytes(field, concatBytes(...values.map(varint)))
}

/** Written also where it is empty: a message, or a field that is optional and there. */
export function protoBytes(field: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(tag(field, wire.bytes), varint(bytes.length), bytes)
}

/** Not written where it is empty. */
export function protoText(field: number, text: string): Uint8Array {
  return text === '' ? new Uint8Array(0) : protoBytes(field, utf8(text))
}
