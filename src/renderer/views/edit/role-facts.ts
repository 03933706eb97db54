// What the forms need to know of a repository: whom a document names, with which keys, in which order. Pure.
import type { RepositoryView, RoleEdge, RoleNode } from '../../../ipc/contract.ts'
import { plainForeign } from '../../foreign.ts'
import { listOf } from '../../format.ts'
import { holderName, keyName } from '../../quorum.ts'

export type HolderView = RoleNode['holders'][number]

export function roleOf(repository: RepositoryView, name: string): RoleNode | undefined {
  return repository.roles.find((role) => role.name === name)
}

/** The delegations of a document, in the order in which clients ask them. */
export function delegationsOf(repository: RepositoryView, subject: string): RoleEdge[] {
  return repository.edges.filter((edge) => edge.from === subject && edge.to !== subject && subject !== 'root')
}

/** The roles whose keys stand in this document. */
export function keyRolesOf(repository: RepositoryView, subject: string): RoleNode[] {
  const names =
    subject === 'root'
      ? ['root', 'targets', 'snapshot', 'timestamp']
      : delegationsOf(repository, subject).map((edge) => edge.to)
  return [...new Set(names)].flatMap((name) => roleOf(repository, name) ?? [])
}

/** Delegations to roles that list nothing on purpose. */
export function blocksOf(repository: RepositoryView, subject: string): RoleEdge[] {
  return delegationsOf(repository, subject).filter((edge) => roleOf(repository, edge.to)?.blocks === true)
}

/** TAP 3: what a release into this role comes to nothing without. Undefined of a role that clients ask by itself. */
export function agreementWords(repository: RepositoryView, role: string): string | undefined {
  const edge = repository.edges.find(({ to }) => to === role)
  if (edge?.agreement === undefined || edge.agreement.needed < 2) return undefined
  const { needed, others } = edge.agreement
  const names = others.map((name) => plainForeign(name))
  const all = needed > others.length
  const who = all ? listOf(names) : `${needed - 1} of ${listOf(names)}`
  const list = needed === 2 ? 'lists' : 'list'
  const [there, whose] = all ? [listOf(names), names.length === 1 ? 'its' : 'their'] : ['those', 'their']
  return `Clients find what ${plainForeign(role)} lists under ${plainForeign(listOf(edge.paths))} only when ${who} ${list} the same. Make this release in ${there} too; ${whose} holders must sign it there.`
}

export function holderAbout(holder: HolderView): string {
  return `${holder.label}, ${keyName(holder)}`
}

export { holderName }

/** Why this cannot be the name of a new role; undefined when it can. */
export function nameProblem(repository: RepositoryView, name: string): string | undefined {
  if (name === '') return undefined
  if (/[\p{C}\p{Z}]/u.test(name)) return 'No spaces and no invisible characters.'
  if (/[/\\:]/.test(name)) return 'No slashes and no colons.'
  if (['root', 'targets', 'snapshot', 'timestamp', 'configuration'].includes(name.toLowerCase())) {
    return 'This name belongs to the repository itself.'
  }
  const taken = repository.roles.find((role) => role.name.toLowerCase() === name.toLowerCase())
  return taken === undefined ? undefined : `There is a role called ${taken.name} already.`
}
