// The keys that a role may be given: those kept on this machine, those of people whose tokens are enrolled here, and those
// that stand in a repository already. Public keys only: nothing is asked of anybody.
import { toHex } from '../core/bytes.ts'
import { isSameKey } from '../core/key.ts'
import type { PublicKey } from '../core/signer.ts'
import type { KeyEntry } from '../core/systems/tuf/edit/edit.ts'
import { tokenLabel } from '../core/token-words.ts'
import type { Desk } from './desk.ts'
import type { Holder } from './enrolled-file.ts'
import { isPersonalSigner } from './personal-signer.ts'

export interface KnownKey {
  /** Of the signer; "met:KEYID" for one that is only known from the repository. */
  id: string
  label: string
  key: PublicKey
  owner?: string
  rehearsal: boolean
  /** May sign without a person: a key file, never a token or an agent. */
  canBeOnline: boolean
  /** Roles of the repository in which it stands. */
  usedIn: readonly string[]
}

/** A role of a repository with the keys that may sign it. */
export interface KeyedRole {
  name: string
  keys: readonly { ids: readonly string[]; key?: PublicKey; owner?: string; label: string; rehearsal: boolean }[]
}

export async function knownKeys(desk: Desk, roles: readonly KeyedRole[], signal: AbortSignal): Promise<KnownKey[]> {
  const { holders } = await desk.tokens.knownHolders(signal)
  const { keys: stored } = await desk.keys.list(signal)
  const named = stored.filter(({ protection }) => protection === 'public-only')
  const found = new Map<string, KnownKey>()
  const usedIn = (key: PublicKey): string[] => [
    ...new Set(roles.filter((role) => role.keys.some((one) => isHeld(one, key))).map(({ name }) => name)),
  ]
  const add = (one: Omit<KnownKey, 'usedIn'>): void => {
    if (!found.has(one.id)) found.set(one.id, { ...one, usedIn: usedIn(one.key) })
  }
  for (const { id, label, key, rehearsal } of await desk.signers(signal)) {
    const isPersonal = isPersonalSigner(id)
    const name = isPersonal ? named.find((one) => isSameKey(one.key, key))?.name : id.slice(id.indexOf(':') + 1)
    const owner = ownerOf(key, holders) ?? name
    add({ id, label, key, rehearsal, canBeOnline: !isPersonal, ...(owner === undefined ? {} : { owner }) })
  }
  for (const { name, key } of named) {
    const label = `public key ${name}`
    add({ id: `file:${name}`, label, key, owner: ownerOf(key, holders) ?? name, rehearsal: false, canBeOnline: false })
  }
  for (const { name, keys } of holders) {
    for (const { signerId, key, rehearsal, tokenName, serial } of keys) {
      const label = tokenLabel({ name: tokenName, ...(serial === undefined ? {} : { serial }) })
      add({ id: signerId, label, key, owner: name, rehearsal, canBeOnline: false })
    }
  }
  const here = new Set([...found.values()].map(({ key }) => toHex(key.spki)))
  for (const { ids, key, owner, label, rehearsal } of roles.flatMap((role) => role.keys)) {
    const [id] = ids
    if (key === undefined || id === undefined || here.has(toHex(key.spki))) continue
    add({ id: `met:${id}`, label, key, rehearsal, canBeOnline: false, ...(owner === undefined ? {} : { owner }) })
  }
  return [...found.values()]
}

function isHeld(entry: { key?: PublicKey }, key: PublicKey): boolean {
  return entry.key !== undefined && isSameKey(entry.key, key)
}

function ownerOf(key: PublicKey, holders: readonly Holder[]): string | undefined {
  return holders.find(({ keys }) => keys.some((one) => isSameKey(one.key, key)))?.name
}

/** As it will stand in metadata. */
export function entryOf({ key, owner, rehearsal }: Pick<KnownKey, 'key' | 'owner' | 'rehearsal'>): KeyEntry {
  return { key, ...(owner === undefined ? {} : { owner }), ...(rehearsal ? { rehearsal } : {}) }
}
