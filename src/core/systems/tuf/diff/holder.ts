// Who stands behind key ids: one holder a distinct public key, whatever the ids say.
import { toHex } from '../../../bytes.ts'
import { canonicalJson } from '../../../canonical.ts'
import type { TufKey } from '../key.ts'
import type { RoleKeys } from '../metadata.ts'
import { holderText, keyText } from './shown.ts'

export type Keys = ReadonlyMap<string, TufKey>

export interface Holder {
  identity: string
  ids: readonly string[]
  /** Absent when the role names a key that the document does not hold. */
  key?: TufKey
}

const identities = new WeakMap<TufKey, string>()

/** What makes two entries the same key: equal key bytes; for types unknown here, equal type, scheme and value. */
export function identityOf(key: TufKey): string {
  let identity = identities.get(key)
  if (identity === undefined) {
    identity =
      key.key === undefined
        ? `raw ${toHex(canonicalJson([key.keytype, key.scheme, key.raw.keyval ?? null]))}`
        : toHex(key.key.spki)
    identities.set(key, identity)
  }
  return identity
}

export function holdersOf(keys: Keys, role: RoleKeys | undefined): Map<string, Holder> {
  const holders = new Map<string, Holder & { ids: string[] }>()
  for (const id of role?.keyids ?? []) {
    const key = keys.get(id)
    const identity = key === undefined ? `missing ${id}` : identityOf(key)
    const holder = holders.get(identity)
    if (holder === undefined) holders.set(identity, { identity, ids: [id], ...(key === undefined ? {} : { key }) })
    else holder.ids.push(id)
  }
  return holders
}

/** Every key of a list, by what it is: the ids under which it stands, in the list's order. */
export function idsByIdentity(keys: Keys): Map<string, string[]> {
  const ids = new Map<string, string[]>()
  for (const [id, key] of keys) {
    const known = ids.get(identityOf(key))
    if (known === undefined) ids.set(identityOf(key), [id])
    else known.push(id)
  }
  return ids
}

export function nameOf(holder: Holder): string {
  return holderText(holder.key, holder.ids[0] ?? '')
}

export function textOf(holder: Holder): string {
  return keyText(holder.key, holder.ids[0] ?? '')
}

/** "Dana", or "P-256 7247 f0a1 …" where a list already says that these are keys. */
function shortName(holder: Holder): string {
  return nameOf(holder).replace(/^the key /, '')
}

/** Names in the order of the alphabet, so that a list reads the same before and after. */
export function namesOf(holders: Iterable<Holder>): string[] {
  return [...holders].map(shortName).sort(byText)
}

export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Keys that can count: their type is known here. */
export function isUsable(holder: Holder): boolean {
  return holder.key?.key !== undefined
}
