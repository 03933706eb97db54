// As much of Protocol Buffers as these messages need. Stricter than the libraries, which drop what they do not know and cut
// numbers that are too large: two readers of the same bytes would then see two records.
import { concatBytes, parseUtf8, utf8 } from '../../bytes.ts'
import { type Fault, fault } from './fault.ts'

/** How a field is written: `numbers` and `messages` may stand more than once. */
export type FieldKind = 'number' | 'numbers' | 'bytes' | 'messages'
export type Shape = Readonly<Record<number, FieldKind>>

const wire = { varint: 0, bytes: 2 } as const

/** The fields of one message. What its shape does not know, or has only once and finds twice, is refused. */
export class ProtoFields {
  readonly #numbers = new Map<number, (number | bigint)[]>()
  readonly #bytes = new Map<number, Uint8Array[]>()
  readonly what: string

  constructor(bytes: Uint8Array, shape: Shape, what: string) {
    this.what = what
    const reader = new Reader(bytes, what)
    while (!reader.isAtEnd) this.#field(reader, shape)
  }

  #field(reader: Reader, shape: Shape): void {
    const tag = reader.uint32()
    const [field, type] = [tag >>> 3, tag & 7]
    // No field has the number zero: these bytes were put behind the message.
    if (field === 0) throw reader.refuse('trailing-bytes', 'is followed by bytes that are no field')
    const kind = shape[field]
    if (kind === undefined) throw reader.refuse('unknown-field', `has field ${field}, which nobody knows`)
    const isNumber = kind === 'number' || kind === 'numbers'
    const isPacked = kind === 'numbers' && type === wire.bytes
    if (type !== (isNumber && !isPacked ? wire.varint : wire.bytes)) {
      throw reader.refuse('wrong-wire-type', `has field ${field} in wire type ${type}`)
    }
    if (kind === 'number' || kind === 'bytes') {
      const isTwice = this.#numbers.has(field) || this.#bytes.has(field)
      if (isTwice) throw reader.refuse('field-twice', `has field ${field} twice`)
    }
    if (!isNumber) listed(this.#bytes, field).push(reader.bytes())
    else if (!isPacked) listed(this.#numbers, field).push(reader.varint())
    else readPacked(reader.bytes(), listed(this.#numbers, field), this.what)
  }

  has(field: number): boolean {
    return this.#numbers.has(field) || this.#bytes.has(field)
  }

  /** Zero where it is not written, as the format has it. */
  uint32(field: number): number {
    return this.uint32s(field)[0] ?? 0
  }

  uint32s(field: number): number[] {
    return (this.#numbers.get(field) ?? []).map((value) => {
      if (value <= 0xffffffff) return Number(value)
      throw this.refuse('number-too-large', `has ${value} in field ${field}, more than 32 bits`)
    })
  }

  /** A signed number of 64 bits, as far as it can be held exactly. */
  int64(field: number): number {
    const [value = 0] = this.#numbers.get(field) ?? []
    const number = Number(BigInt.asIntN(64, BigInt(value)))
    if (Number.isSafeInteger(number)) return number
    throw this.refuse('number-too-large', `has a number in field ${field} that is too large`)
  }

  /** Undefined where it is not written. */
  bytes(field: number): Uint8Array | undefined {
    return this.#bytes.get(field)?.[0]
  }

  messages(field: number): readonly Uint8Array[] {
    return this.#bytes.get(field) ?? []
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

/** One by one: a call with a list of a million arguments fails. */
function readPacked(bytes: Uint8Array, numbers: (number | bigint)[], what: string): void {
  const reader = new Reader(bytes, what)
  while (!reader.isAtEnd) numbers.push(reader.varint())
}

function listed<T>(map: Map<number, T[]>, field: number): T[] {
  const known = map.get(field)
  if (known !== undefined) return known
  const list: T[] = []
  map.set(field, list)
  return list
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
