// One element of DER after the other, each of the tag that must come; what is left over at the end is refused.
import { malformed, parseDer } from '../der.ts'

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** Of the context, constructed. */
  zero: 0xa0,
  one: 0xa1,
  two: 0xa2,
} as const

export class DerReader {
  readonly #bytes: Uint8Array
  readonly #what: string
  #at = 0

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes
    this.#what = what
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  take(tag: number): Uint8Array {
    const { value, end } = parseDer(this.#bytes, this.#at, tag, this.#what)
    this.#at = end
    return value
  }

  /** Undefined where something else comes, or nothing. */
  takeIf(tag: number): Uint8Array | undefined {
    return this.#bytes[this.#at] === tag ? this.take(tag) : undefined
  }

  /** With its tag and length. */
  takeWhole(tag: number): Uint8Array {
    const from = this.#at
    this.take(tag)
    return this.#bytes.subarray(from, this.#at)
  }

  inside(tag: number): DerReader {
    return new DerReader(this.take(tag), this.#what)
  }

  end(): void {
    if (!this.isAtEnd) malformed(`${this.#what} holds more than it may`)
  }

  refuse(why: string): never {
    return malformed(`${this.#what} ${why}`)
  }
}
