// What stands on a node and on an edge of the map, and what a screen reader says of them. Pure.
import type { RoleEdge, RoleNode } from '../../ipc/contract.ts'
import { plainForeign } from '../foreign.ts'
import type { Tone } from '../format.ts'
import {
  agreementText,
  expiryText,
  faultOf,
  keyFault,
  needsLook,
  pathsText,
  thousands,
  thresholdText,
  toneOfRole,
  whoText,
} from '../repository-words.ts'
import type { Family, TreeNode } from './tree.ts'

export interface NodeLabel {
  name: string
  /** The name in full. */
  title: string
  keys: string
  expiry: string
  tone: Tone
  /** On the right of the first line. */
  mark?: string
  spoken: string
}

/** Kept by keys that the repository itself uses: no person is asked. */
export function isMachine({ role, family }: TreeNode): boolean {
  return role === undefined ? family?.kind === 'machine' : role.keptBy === 'machine'
}

export function labelOf(node: TreeNode): NodeLabel {
  const { role, family } = node
  if (family !== undefined) return familyLabel(family)
  if (role === undefined) return { name: '', title: '', keys: '', expiry: '', tone: 'plain', spoken: '' }
  const name = plainForeign(role.name)
  const keys = role.keptBy === 'machine' ? `${thresholdText(role)}, automatic` : thresholdText(role)
  const fault = faultOf(role)
  const expiry = briefOf(role) ?? expiryText(role)
  const tone = toneOfRole(role)
  const agreement = node.edges.find((edge) => edge.agreement !== undefined)?.agreement
  const agrees = agreement === undefined ? undefined : `${agreement.needed} of ${agreement.of} agree`
  const mark = role.pendingId !== undefined ? 'change waits' : role.blocks ? 'blocks' : agrees
  const said = [
    name,
    `${keys}, ${role.keptBy === 'machine' ? 'the repository itself' : whoText(role)}`,
    ...(fault === undefined ? [] : [fault]),
    expiryText(role),
    ...(role.blocks ? ['lists nothing on purpose'] : []),
    ...(role.pendingId === undefined ? [] : ['a change of it waits']),
    ...node.edges.map(spokenEdge).filter((text) => text !== ''),
  ]
  return { name, title: name, keys, expiry, tone, ...(mark === undefined ? {} : { mark }), spoken: said.join('; ') }
}

function briefOf({ name, problem, project }: RoleNode): string | undefined {
  if (project?.problem !== undefined) return keyFault(project.problem, name).brief
  return problem === undefined ? undefined : 'not verified'
}

const kinds: Readonly<Record<Family['kind'], string>> = { project: 'projects', people: 'roles', machine: 'roles' }

function familyLabel({ kind, roles, open }: Family): NodeLabel {
  const name = `${thousands(roles.length)} ${kinds[kind]}`
  const range = rangeOf(roles.map((role) => plainForeign(role.name)))
  const looks = roles.filter(needsLook).length
  const worst = roles.reduce((least, role) => Math.min(least, role.daysLeft), Number.POSITIVE_INFINITY)
  const first = roles.find((role) => role.daysLeft === worst)
  const expiry =
    looks > 0
      ? `${looks} ${looks === 1 ? 'needs' : 'need'} a look`
      : first === undefined
        ? ''
        : `first: ${expiryText(first)}`
  const tone: Tone = roles.some((role) => toneOfRole(role) === 'bad')
    ? 'bad'
    : first === undefined
      ? 'plain'
      : toneOfRole(first)
  const spoken = `${name}, ${range}${kind === 'machine' ? ', kept by the repository itself' : ''}; ${expiry}`
  return { name, title: `${name}: ${range}`, keys: range, expiry, tone, mark: open ? 'fold' : 'open', spoken }
}

function rangeOf(names: readonly string[]): string {
  const [first = '', last = ''] = [names[0], names.at(-1)]
  return names.length < 2 ? first : `${first} to ${last}`
}

/** "loom/* +2", before it is shortened. */
export function edgeLabel(edges: readonly RoleEdge[]): string {
  const paths = [...new Set(edges.flatMap((edge) => edge.paths))].map(plainForeign)
  const [first = ''] = paths
  return paths.length > 1 ? `${first} +${paths.length - 1}` : first
}

/** All of it, for the hover. */
export function edgeTitle(edges: readonly RoleEdge[]): string {
  return edges.map(spokenEdge).join('; ')
}

function spokenEdge(edge: RoleEdge): string {
  const agreement = agreementText(edge)
  const parts = [
    ...(edge.paths.length === 0 ? [] : [`signs ${pathsText(edge, 5)}`]),
    ...(agreement === undefined ? [] : [agreement]),
    ...(edge.terminating ? ['then clients stop looking'] : []),
  ]
  return parts.join(', ')
}
