// Whose key it is, in a sentence about a document that may lie: a name counts by the verified changes that gave it; what only the
// document in question says is marked as that.
import { type Holder, holdersOf, identityOf } from '../diff/holder.ts'
import { fingerprintText, holderText, ownerText } from '../diff/shown.ts'
import type { TufKey } from '../key.ts'
import type { RotateFile } from './rotate.ts'

/** Names by what the key is. */
export type KnownNames = ReadonlyMap<string, string>

/** The newest name that a verified change gave each key. */
export function knownNames(files: readonly RotateFile[]): KnownNames {
  const names = new Map<string, string>()
  for (const file of files) {
    for (const { identity, key } of holdersOf(file.keys, file).values())
      if (key?.owner !== undefined) names.set(identity, key.owner)
  }
  return names
}

/** "Dana" by a verified change; "a key that calls itself Dana (7247 f0a1 93bc 11d0)" by nothing but the document itself. */
export function trustedName(key: TufKey | undefined, id: string, known: KnownNames): string {
  const name = key === undefined ? undefined : known.get(identityOf(key))
  if (name !== undefined) return ownerText(name)
  if (key?.owner === undefined) return holderText(key, id)
  return `a key that calls itself ${ownerText(key.owner)} (${fingerprintText(key)})`
}

export function trustedNameOf({ key, ids }: Holder, known: KnownNames): string {
  return trustedName(key, ids[0] ?? '', known)
}
