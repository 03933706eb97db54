// CBOR as CTAP2 wants it (section 8): the canonical form out, and in only what a token can honestly say: definite
// lengths, shortest numbers, no tags, at most a few levels deep.
import { decode, decodeFirst, encode, Tokenizer, Type } from 'cborg'
import { garbled } from './frames.ts'

export type CborMap = ReadonlyMap<unknown, unknown>

/** CTAP2 allows four levels; the statement of an attestation may hold one more. */
const maxDepth = 5

const strict = {
  strict: true,
  useMaps: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
} as const

/** The decoder recurses, so depth is counted where the pieces are read. */
class ShallowTokenizer extends Tokenizer {
  readonly #open: number[] = []

  override next(): ReturnType<Tokenizer['next']> {
    const token = super.next()
    while (this.#open.at(-1) === 0) this.#open.pop()
    const last = this.#open.length - 1
    if (last >= 0) this.#open[last] = (this.#open[last] ?? 0) - 1
    const isMap = Type.equals(token.type, Type.map)
    if (isMap || Type.equals(token.type, Type.array)) this.#open.push(isMap ? 2 * token.value : token.value)
    if (this.#open.length > maxDepth) throw new RangeError(`nested deeper than ${maxDepth}`)
    return token
  }
}

/** Integer keys before text, short before long: what the encoder does by itself for the maps of CTAP2. */
export function toCbor(value: CborMap): Uint8Array {
  return encode(value)
}

export function parseCborMap(bytes: Uint8Array, what: string): CborMap {
  return asMap(
    refuse(what, () => decode(bytes, { ...strict, tokenizer: new ShallowTokenizer(bytes, strict) })),
    what,
  )
}

/** A map that other bytes follow. */
export function parseFirstCborMap(bytes: Uint8Array, what: string): { map: CborMap; rest: Uint8Array } {
  const [value, rest] = refuse(what, () =>
    decodeFirst(bytes, { ...strict, tokenizer: new ShallowTokenizer(bytes, strict) }),
  )
  return { map: asMap(value, what), rest }
}

function refuse<T>(what: string, parse: () => T): T {
  try {
    return parse()
  } catch {
    throw garbled(`${what} is not well-formed`)
  }
}

export function asMap(value: unknown, what: string): CborMap {
  if (value instanceof Map) return value
  throw garbled(`${what} is not a map`)
}

export function bytesAt(map: CborMap, key: unknown, what: string): Uint8Array {
  const value = map.get(key)
  if (value instanceof Uint8Array) return value
  throw garbled(`${what} is missing`)
}

/** A count, never negative. */
export function numberAt(map: CborMap, key: unknown): number | undefined {
  const value = map.get(key)
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

export function listAt(map: CborMap, key: unknown): readonly unknown[] {
  const value = map.get(key)
  return Array.isArray(value) ? value : []
}
