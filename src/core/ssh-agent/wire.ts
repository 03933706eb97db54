// The data types of SSH (RFC 4251, section 5) that an agent uses: bytes, 32-bit numbers, strings with their length before them.
// Read strictly: a length never leads beyond the end, and whoever reads says that nothing is left.
import { concatBytes } from '../bytes.ts'
import { AppError } from '../error.ts'

export interface WireReader {
  byte(what: string): number
  number(what: string): number
  string(what: string): Uint8Array
  /** Nothing may follow. */
  end(what: string): void
}

export function badAnswer(message: string): never {
  throw new AppError({
    code: 'format/malformed',
    message,
    hint: 'nothing was used of it; start the agent again, or use another one',
  })
}

export function readWire(bytes: Uint8Array): WireReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  function take(count: number, what: string): number {
    if (count > bytes.length - at) return badAnswer(`${what} is cut off`)
    const start = at
    at += count
    return start
  }
  const number = (what: string): number => view.getUint32(take(4, what))
  return {
    byte: (what) => view.getUint8(take(1, what)),
    number,
    string: (what) => {
      const length = number(what)
      const start = take(length, what)
      return bytes.subarray(start, start + length)
    },
    end: (what) => {
      if (at !== bytes.length) badAnswer(`${what} is followed by ${bytes.length - at} more bytes`)
    },
  }
}

/** Of a positive mpint: as few bytes as there can be, the sign bit clear. */
export function readMagnitude(wire: WireReader, what: string): Uint8Array {
  const value = wire.string(what)
  const [first, second] = value
  if (first === undefined) return badAnswer(`${what} is zero`)
  if (first >= 0x80) return badAnswer(`${what} is negative`)
  if (first !== 0) return value
  if (second === undefined || second < 0x80) return badAnswer(`${what} has a leading zero`)
  return value.subarray(1)
}

export function wireNumber(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

export function wireString(value: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(wireNumber(value.length), value)
}
