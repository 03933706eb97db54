// A record while it is written: what comes next follows from what is there. Nothing here waits, reads a clock or makes salt.
import { parseHex, toHex } from '../bytes.ts'
import { AppError } from '../error.ts'
import type { JsonObject } from '../json.ts'
import { chainOf, chainStart, leafOf } from './chain.ts'
import { type FactMeta, isFactOf } from './facts.ts'
import { type CeremonyRecord, type FactLine, headerLine } from './record.ts'

/** The chain at the end of what is written. */
export async function chainAtEnd({ header, facts }: Pick<CeremonyRecord, 'header' | 'facts'>): Promise<Uint8Array> {
  const last = facts.at(-1)
  if (last === undefined) return chainStart(headerLine(header))
  return parseHex(last.chain, 'the chain')
}

export async function nextLine(before: Uint8Array, meta: FactMeta, fact: JsonObject, salt: string): Promise<FactLine> {
  if (!isFactOf(meta.kind, fact))
    throw new AppError({ code: 'internal/bug', message: `this is no fact of the kind ${meta.kind}` })
  const leaf = await leafOf(salt, fact)
  const chain = await chainOf(before, meta, leaf)
  return { ...meta, leaf: toHex(leaf), chain: toHex(chain), open: { salt, fact } }
}
