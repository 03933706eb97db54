// Which rows of the table of roles are shown, and in which order. Pure.
import type { RoleNode } from '../../../ipc/contract.ts'
import { plainForeign } from '../../foreign.ts'
import { holderNames, isUnborn } from '../../repository-words.ts'

export type SortKey = 'name' | 'threshold' | 'expiry'

export interface Order {
  by: SortKey
  down: boolean
}

const byName = new Intl.Collator('en', { numeric: true })

const compare: Readonly<Record<SortKey, (a: RoleNode, b: RoleNode) => number>> = {
  name: (a, b) => byName.compare(a.name, b.name),
  threshold: (a, b) => a.threshold - b.threshold || a.holders.length - b.holders.length,
  expiry: (a, b) => daysOf(a) - daysOf(b),
}

/** Without an order: the one in which clients ask. */
export function arranged(roles: readonly RoleNode[], filter: string, order: Order | undefined): RoleNode[] {
  const text = filter.trim().toLowerCase()
  const found = roles.filter(
    (role) =>
      text === '' || [plainForeign(role.name), ...holderNames(role)].some((one) => one.toLowerCase().includes(text)),
  )
  if (order === undefined) return found
  const sign = order.down ? -1 : 1
  return found.sort((a, b) => sign * compare[order.by](a, b))
}

/** What has no version has nothing that could expire. */
function daysOf(role: RoleNode): number {
  return isUnborn(role) ? Number.MAX_SAFE_INTEGER : role.daysLeft
}
