// As much CBOR (RFC 8949) as a frame needs: unsigned numbers up to 32 bits, byte strings, arrays. One form for one value.
import { concatBytes } from '../bytes.ts'
import { AppError } from '../error.ts'
import { bytesOfUint32 } from './crc32.ts'

const major = { uint: 0, bytes: 2, array: 4 } as const

type Major = keyof typeof major

/** The shortest head, which is the only one allowed (RFC 8949 section 4.2.1). */
function head(kind: Major, value: number): Uint8Array<ArrayBuffer> {
  const first = major[kind] << 5
  if (value < 24) return Uint8Array.of(first | value)
  if (value < 0x100) return Uint8Array.of(first | 24, value)
  if (value < 0x10000) return Uint8Array.of(first | 25, value >>> 8, value)
  return concatBytes(Uint8Array.of(first | 26), bytesOfUint32(value))
}

export function cborHeadBytes(value: number): number {
  return head('uint', value).length
}

export function cborUint(value: number): Uint8Array<ArrayBuffer> {
  return head('uint', value)
}

export function cborBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(head('bytes', bytes.length), bytes)
}

export function cborArray(...items: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concatBytes(head('array', items.length), ...items)
}

/** Reads item after item; whatever is not exactly what was asked for is refused. */
export class CborReader {
  readonly #bytes: Uint8Array
  readonly #what: string
  #at = 0

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes
    this.#what = what
  }

  uint(): number {
    return this.#head('uint')
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const length = this.#head('bytes')
    if (length > this.#bytes.length - this.#at) throw this.#malformed('ends too early')
    const found = this.#bytes.slice(this.#at, this.#at + length)
    this.#at += length
    return found
  }

  array(length: number): void {
    if (this.#head('array') !== length) throw this.#malformed(`is not a list of ${length}`)
  }

  end(): void {
    const more = this.#bytes.length - this.#at
    if (more > 0) throw this.#malformed(`has ${more} bytes too many`)
  }

  #head(kind: Major): number {
    const first = this.#byte()
    if (first >>> 5 !== major[kind]) throw this.#malformed('has another item than expected')
    const short = first & 31
    if (short < 24) return short
    if (short > 26) throw this.#malformed('has a number that is too large')
    let value = 0
    for (let count = 1 << (short - 24); count > 0; count--) value = value * 256 + this.#byte()
    const least = [24, 0x100, 0x10000][short - 24] ?? 0
    if (value < least) throw this.#malformed('has a number that is longer than it must be')
    return value
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw this.#malformed('ends too early')
    return byte
  }

  #malformed(reason: string): AppError {
    return new AppError({ code: 'format/malformed', message: `${this.#what} ${reason}` })
  }
}
