// Which changes can be made to a role, as verbs with the place of their form. Pure.
import type { RepositoryView, RoleNode } from '../../../ipc/contract.ts'
import { hashOf } from '../../route.ts'

export interface ChangeLink {
  verb: string
  href: string
}

const madeByMachine: readonly string[] = ['snapshot', 'timestamp']

function link(sourceId: string, subject: string, form: string, verb: string): ChangeLink & { form: string } {
  return { form, verb, href: hashOf({ screen: 'edit', sourceId, subject, form }) }
}

/** What blocks have no place for. */
const offFiles: readonly string[] = ['configuration', 'bins', 'agreement', 'new-project', 'project-keys', 'fields']

/** Whether such a repository knows this kind of change at all. */
export function knowsForm({ links }: Pick<RepositoryView, 'links'>, form: string): boolean {
  return links !== true || !offFiles.includes(form)
}

function known(view: RepositoryView, links: readonly (ChangeLink & { form: string })[]): ChangeLink[] {
  return links.filter(({ form }) => knowsForm(view, form)).map(({ verb, href }) => ({ verb, href }))
}

/** Of the repository as a whole. */
export function repositoryChanges(view: RepositoryView): ChangeLink[] {
  const { sourceId, roles, edges } = view
  const registry = roles.find((role) => role.registry)
  return known(view, [
    link(sourceId, 'targets', 'release', 'Add or remove a release'),
    ...(registry === undefined ? [] : [link(sourceId, registry.name, 'new-project', 'Add a project')]),
    link(sourceId, 'targets', 'delegate', 'Delegate to somebody'),
    ...(edges.some(({ from }) => from === 'targets')
      ? [link(sourceId, 'targets', 'delegations', 'Change or end a delegation')]
      : []),
    link(sourceId, 'targets', 'block', 'Block a role or artifacts'),
    link(sourceId, 'root', 'keys', 'Change the keys of the repository'),
    link(sourceId, 'root', 'replace', 'Replace a key'),
    link(sourceId, 'configuration', 'configuration', 'Change the configuration'),
  ])
}

export function roleChanges(view: RepositoryView, role: RoleNode): ChangeLink[] {
  return known(view, changesOf(view, role))
}

function changesOf({ sourceId, edges }: RepositoryView, role: RoleNode): (ChangeLink & { form: string })[] {
  const { name } = role
  const configure = link(sourceId, 'configuration', 'configuration', 'Change when it is made')
  if (madeByMachine.includes(name)) return [link(sourceId, 'root', 'keys', 'Change keys'), configure]
  const own = [
    link(sourceId, name, 'period', 'Renew'),
    ...keysOf(sourceId, edges, role),
    link(sourceId, name, 'fields', name === 'root' ? 'Change other fields' : 'Change custom fields'),
    link(sourceId, name, 'text', 'Edit as text'),
  ]
  if (name === 'root') return own
  const below = edges.some((edge) => edge.from === name)
  return [
    link(sourceId, name, 'release', 'Add or remove a release'),
    ...(role.registry ? [link(sourceId, name, 'new-project', 'Add a project')] : []),
    ...own.slice(0, -2),
    link(sourceId, name, 'delegate', 'Delegate to somebody'),
    ...(below
      ? [
          link(sourceId, name, 'delegations', 'Change or end a delegation'),
          link(sourceId, name, 'keys', 'Change the keys of its delegations'),
        ]
      : []),
    link(sourceId, name, 'block', 'Block'),
    link(sourceId, name, 'bins', 'Split into bins'),
    link(sourceId, name, 'agreement', 'Let several roles agree'),
    ...own.slice(-2),
  ]
}

/** The keys of a role stand in the document of whoever delegates to it; those of a project are its own people's. */
function keysOf(sourceId: string, edges: RepositoryView['edges'], { name, project }: RoleNode) {
  if (project !== undefined) return [link(sourceId, `keys:${name}`, 'project-keys', 'Change keys')]
  const delegator = edges.find((edge) => edge.to === name)?.from ?? 'root'
  return [link(sourceId, delegator, 'keys', 'Change keys'), link(sourceId, delegator, 'replace', 'Replace a key')]
}
