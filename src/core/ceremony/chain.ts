// The hashes of a record: three kinds that cannot be taken for each other, and salt where a guess could find what was withheld.
import { concatBytes, parseHex } from '../bytes.ts'
import { sha256 } from '../crypto.ts'
import { jcsBytes } from '../jcs.ts'
import type { JsonObject } from '../json.ts'
import type { FactMeta } from './facts.ts'

const ofFact = new Uint8Array([0])
const ofLine = new Uint8Array([1])
const ofHeader = new Uint8Array([2])

export function chainStart(header: Uint8Array): Promise<Uint8Array> {
  return sha256(concatBytes(ofHeader, header))
}

export function leafOf(salt: string, fact: JsonObject): Promise<Uint8Array> {
  return sha256(concatBytes(ofFact, parseHex(salt, 'salt'), jcsBytes(fact)))
}

export function chainOf(
  before: Uint8Array,
  { actor, at, kind, level, mono, step }: FactMeta,
  leaf: Uint8Array,
): Promise<Uint8Array> {
  const meta = jcsBytes({ actor, at, kind, level, mono, step })
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, meta.length)
  return sha256(concatBytes(ofLine, before, length, meta, leaf))
}
