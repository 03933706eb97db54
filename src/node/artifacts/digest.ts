// Hashes of content that goes by in pieces, and whether they are those that signed metadata names.
import { createHash } from 'node:crypto'

export interface Expected {
  length: number
  /** By algorithm, hex. Those that are not known here are not judged; without a known one nothing fits. */
  hashes: ReadonlyMap<string, string>
}

export interface Digest {
  add(piece: Uint8Array): void
  length(): number
  /** The hashes by algorithm; nothing can be added afterwards. */
  end(): ReadonlyMap<string, string>
}

export type Algorithm = 'sha256' | 'sha512'
const known: readonly Algorithm[] = ['sha256', 'sha512']

export function digest(algorithms: readonly Algorithm[]): Digest {
  const hashes = algorithms.map((algorithm) => ({ algorithm, hash: createHash(algorithm) }))
  let length = 0
  return {
    add: (piece) => {
      length += piece.length
      for (const { hash } of hashes) hash.update(piece)
    },
    length: () => length,
    end: () => new Map(hashes.map(({ algorithm, hash }) => [algorithm, hash.digest('hex')])),
  }
}

export function digestFor({ hashes }: Expected): Digest {
  return digest(known.filter((algorithm) => hashes.has(algorithm)))
}

/** The first thing that differs: "length", "sha256"; undefined when all of it fits. */
export function differenceOf(found: Digest, expected: Expected): string | undefined {
  if (found.length() !== expected.length) return 'length'
  const hashes = [...found.end()]
  if (hashes.length === 0) return 'hash'
  return hashes.find(([algorithm, hex]) => hex !== expected.hashes.get(algorithm))?.[0]
}
