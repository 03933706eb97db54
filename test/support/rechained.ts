// Facts chained anew by a writer that does not care what it writes: every leaf and every chain fits.
import { parseHex, toHex } from '../../src/core/bytes.ts'
import { chainOf, chainStart, leafOf } from '../../src/core/ceremony/chain.ts'
import { type CeremonyRecord, type FactLine, headerLine } from '../../src/core/ceremony/record.ts'

export async function rechained(record: CeremonyRecord, lines: readonly FactLine[]): Promise<CeremonyRecord> {
  const facts: FactLine[] = []
  let chain = await chainStart(headerLine(record.header))
  for (const line of lines) {
    const leaf = line.open ? await leafOf(line.open.salt, line.open.fact) : parseHex(line.leaf, 'leaf')
    chain = await chainOf(chain, line, leaf)
    facts.push({ ...line, leaf: toHex(leaf), chain: toHex(chain) })
  }
  return { ...record, facts }
}
