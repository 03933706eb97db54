// What this machine calls the holders of keys, by the keys themselves: for trust systems whose documents hold no names.
import { toHex } from '../core/bytes.ts'
import type { KeyStore } from './key-store.ts'
import type { TokenDesk } from './token-desk.ts'

/** By the hex of the SPKI. Who was enrolled with a key comes before the name of a file. */
export async function keyNames(
  keys: Pick<KeyStore, 'list'>,
  tokens: Pick<TokenDesk, 'knownHolders'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const stored = await keys.list(signal)
  const { holders } = await tokens.knownHolders(signal)
  return new Map([
    ...stored.keys.map(({ name, key }) => [toHex(key.spki), name] as const),
    ...holders.flatMap(({ name, keys: held }) => held.map(({ key }) => [toHex(key.spki), name] as const)),
  ])
}
