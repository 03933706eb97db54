// Keys of a registry by what this machine calls their holders: records hold no names.
import { toHex } from '../../../bytes.ts'
import type { Quorum } from '../../../proposal.ts'
import type { Context } from '../../../system.ts'
import { visible } from '../../../visible.ts'
import { shortKeyId, type WargKey } from '../encoding/key.ts'
import type { NameOf } from '../log/diff.ts'

type Names = NonNullable<Context['names']>

export function ownerOf({ key }: Pick<WargKey, 'key'>, names: Names): string | undefined {
  return names.get(toHex(key.spki))
}

/** In sentences. A record may name keys that its log does not know yet. */
export function namer(keys: Iterable<WargKey>, names: Names = new Map()): NameOf {
  const owners = new Map<string, string>()
  for (const key of keys) {
    const owner = ownerOf(key, names)
    if (owner !== undefined) owners.set(key.id, visible(owner))
  }
  return (keyId) => owners.get(keyId) ?? `the key ${shortKeyId(keyId)}`
}

export function namedQuorum(quorum: Quorum, names: Names = new Map()): Quorum {
  return {
    ...quorum,
    keys: quorum.keys.map((entry) => {
      const owner = entry.key === undefined ? undefined : ownerOf({ key: entry.key }, names)
      return owner === undefined ? entry : { ...entry, owner }
    }),
  }
}
