// The words of a registry: what a permission lets somebody do, and how the people of a log are told. Pure.
import type { LogView, RegistryPermission, RoleHolder } from '../../../ipc/contract.ts'
import { plainForeign } from '../../foreign.ts'
import { listOf } from '../../format.ts'
import { holderName } from '../../quorum.ts'

/** After "may". */
export const deedOf: Readonly<Record<RegistryPermission, string>> = {
  release: 'release versions',
  yank: 'yank versions',
  commit: 'sign for the whole registry',
  'define-namespace': 'set up namespaces',
  'import-namespace': 'leave namespaces to other registries',
}

/** Where there is hardly any room. */
export const shortOf: Readonly<Record<RegistryPermission, string>> = {
  release: 'Release',
  yank: 'Yank',
  commit: 'Sign for the registry',
  'define-namespace': 'Set up namespaces',
  'import-namespace': 'Leave namespaces',
}

export function logName({ kind, subject }: Pick<LogView, 'kind' | 'subject'>): string {
  return kind === 'operator' ? 'The operator' : plainForeign(subject)
}

export function namesOf(holders: readonly RoleHolder[], most = 4): string {
  const names = [...new Set(holders.map((one) => plainForeign(holderName(one))))]
  if (names.length <= most) return names.length === 0 ? 'nobody' : listOf(names)
  return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`
}

/** Those who hold it now. */
export function holdersNow({ holders }: Pick<LogView, 'holders'>, permission: RegistryPermission): RoleHolder[] {
  return holders.filter(({ holdings }) =>
    holdings.some((one) => one.permission === permission && one.until === undefined),
  )
}

export function hasAny(holder: LogView['holders'][number]): boolean {
  return holder.holdings.some(({ until }) => until === undefined)
}
