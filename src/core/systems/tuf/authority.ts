// Who may sign for a role: read from root, compared, and whether it is a person at all.
import { toHex } from '../../bytes.ts'
import { roleOf } from './client.ts'
import { holdersOf } from './diff/holder.ts'
import type { TufKey } from './key.ts'
import type { Metadata, RoleKeys, RoleType, Root } from './metadata.ts'

/** With which keys a role must be signed. */
export interface Authority {
  keys: ReadonlyMap<string, TufKey>
  role: RoleKeys
}

export function authorityOf(root: Metadata<Root>, type: RoleType): Authority {
  return { keys: root.signed.keys, role: roleOf(root, type) }
}

/** All keys of the role are keys that sign snapshots: the repository keeps it, not a person. */
export function isMachineKept(authority: Authority, root: Metadata<Root>): boolean {
  const online = new Set(materials(authorityOf(root, 'snapshot')))
  const own = materials(authority)
  return own.length > 0 && own.every((material) => material !== undefined && online.has(material))
}

/**
 * Whatever is signed for the one is signed for the other: signatures name their keys by id, so the ids count as well as the
 * keys behind them.
 */
export function acceptsSameSignatures(a: Authority, b: Authority): boolean {
  return slots(a) === slots(b)
}

/** The same keys by what they are, whatever their ids, and the same number of them must sign. */
export function isSameHolders(a: Authority, b: Authority): boolean {
  const [own, other] = [holdersOf(a.keys, a.role), holdersOf(b.keys, b.role)]
  return (
    a.role.threshold === b.role.threshold &&
    own.size === other.size &&
    [...own.keys()].every((identity) => other.has(identity))
  )
}

function materials({ keys, role }: Authority): (string | undefined)[] {
  return role.keyids.map((id) => {
    const spki = keys.get(id)?.key?.spki
    return spki === undefined ? undefined : toHex(spki)
  })
}

function slots(authority: Authority): string {
  const all = materials(authority).map((material, at) => `${authority.role.keyids[at]} ${material ?? ''}`)
  return `${authority.role.threshold} ${all.sort().join()}`
}
