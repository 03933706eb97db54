// The roles of a repository as a tree: each below the first role that delegates to it, big families folded into one node
// that can be opened. Pure.
import type { RepositoryView, RoleEdge, RoleNode } from '../../ipc/contract.ts'
import { needsLook } from '../repository-words.ts'

export interface TreeNode {
  id: string
  /** 1 for the root of the tree. */
  level: number
  parent?: string
  /** Absent for a folded family. */
  role?: RoleNode
  /** How the parent delegates to it; a role of several agreements has several. */
  edges: readonly RoleEdge[]
  family?: Family
  children: TreeNode[]
}

/** Several roles of one delegator, standing for themselves as one node. */
export interface Family {
  /** What they are: "project", "role", "role of the repository". */
  kind: Kind
  roles: readonly RoleNode[]
  open: boolean
}

export type Kind = 'project' | 'people' | 'machine'

export interface Tree {
  root: TreeNode
  /** Delegations to roles that stand below another one already. */
  others: readonly RoleEdge[]
}

/** So many children of one role are shown one by one. */
const mostChildren = 12
/** A family is not worth folding below this. */
const leastFamily = 5
/** Of an opened family so many are shown at once; more become families again. */
const mostOpened = 24
/** So many that need a look stand beside the family that they belong to. */
const mostUrgent = 6

export function treeOf(view: Pick<RepositoryView, 'roles' | 'edges'>, open: ReadonlySet<string> | 'all'): Tree {
  const roles = new Map(view.roles.map((role) => [role.name, role]))
  const below = new Map<string, RoleEdge[]>()
  const parents = new Map<string, string>()
  const others: RoleEdge[] = []
  // What nobody delegates to is named by root, whether the list says so or not.
  const [first] = view.roles
  const top = roles.get('root') ?? first
  const named = new Set(view.edges.map((edge) => edge.to))
  const implied = view.roles
    .filter((role) => role !== top && !named.has(role.name))
    .map((role): RoleEdge => ({ from: top?.name ?? '', to: role.name, paths: [], terminating: false }))
  const all = [...implied, ...view.edges]
  const out = new Map<string, RoleEdge[]>()
  for (const edge of all) {
    if (roles.has(edge.from) && roles.has(edge.to)) push(out, edge.from, edge)
  }
  // Breadth first: a role stands where the shortest way from root leads, and a circle ends where it began.
  const queue = top === undefined ? [] : [top.name]
  const seen = new Set(queue)
  // What only a circle of its own leads to is found by going through all of them.
  for (const name of [...queue, ...roles.keys()]) {
    if (!seen.has(name)) {
      seen.add(name)
      queue.push(name)
      if (top !== undefined) {
        parents.set(name, top.name)
        push(below, top.name, { from: top.name, to: name, paths: [], terminating: false })
      }
    }
    for (let from = queue.shift(); from !== undefined; from = queue.shift()) {
      for (const edge of out.get(from) ?? []) {
        if (!seen.has(edge.to)) {
          seen.add(edge.to)
          parents.set(edge.to, from)
          queue.push(edge.to)
        }
        if (parents.get(edge.to) === from) push(below, from, edge)
        else others.push(edge)
      }
    }
  }
  const build = (role: RoleNode, edges: readonly RoleEdge[], level: number, parent: string | undefined): TreeNode => {
    const node: TreeNode = {
      id: role.name,
      level,
      ...(parent === undefined ? {} : { parent }),
      role,
      edges,
      children: [],
    }
    const children: Child[] = []
    const byName = new Map<string, RoleEdge[]>()
    for (const edge of below.get(role.name) ?? []) push(byName, edge.to, edge)
    for (const [name, to] of byName) {
      const child = roles.get(name)
      if (child !== undefined) children.push({ role: child, edges: to })
    }
    node.children = grouped(children, node, open, build, (name) => out.has(name))
    return node
  }
  return { root: build(top ?? nobody, [], 1, undefined), others }
}

interface Child {
  role: RoleNode
  edges: readonly RoleEdge[]
}

type Build = (role: RoleNode, edges: readonly RoleEdge[], level: number, parent: string) => TreeNode

function grouped(
  children: readonly Child[],
  parent: TreeNode,
  open: ReadonlySet<string> | 'all',
  build: Build,
  delegates: (name: string) => boolean,
): TreeNode[] {
  const level = parent.level + 1
  const alone = ({ role, edges }: Child): TreeNode => build(role, edges, level, parent.id)
  if (children.length <= mostChildren) return children.map(alone)
  const families = new Map<Kind, Child[]>()
  const apart: Child[] = []
  let urgent = 0
  for (const child of children) {
    // A role with roles below it carries a part of the picture, and a red one must not hide in a crowd.
    const stands = delegates(child.role.name) || (needsLook(child.role) && ++urgent <= mostUrgent)
    if (stands) apart.push(child)
    else push(families, kindOf(child.role), child)
  }
  const nodes = apart.map(alone)
  for (const [kind, members] of families) {
    if (members.length < leastFamily) nodes.push(...members.map(alone))
    else nodes.push(familyNode(`${parent.id}/${kind}`, kind, members, parent.id, level, open, build))
  }
  return nodes
}

function familyNode(
  id: string,
  kind: Kind,
  members: readonly Child[],
  parent: string,
  level: number,
  open: ReadonlySet<string> | 'all',
  build: Build,
): TreeNode {
  // No role may be named like this: the name of a family begins where a name of a role has ended.
  const own = `\u0000${id}`
  const isOpen = open === 'all' || open.has(own)
  const roles = members.map((one) => one.role)
  const node: TreeNode = { id: own, level, parent, edges: [], family: { kind, roles, open: isOpen }, children: [] }
  if (!isOpen) return node
  if (members.length <= mostOpened + mostOpened / 2) {
    node.children = members.map(({ role, edges }) => build(role, edges, level + 1, own))
    return node
  }
  const sorted = [...members].sort((a, b) => byName.compare(a.role.name, b.role.name))
  const count = Math.min(mostOpened, Math.ceil(members.length / mostOpened))
  const size = Math.ceil(members.length / count)
  for (let at = 0; at < count; at++) {
    const part = sorted.slice(at * size, (at + 1) * size)
    if (part.length > 0) node.children.push(familyNode(`${id}/${at}`, kind, part, own, level + 1, open, build))
  }
  return node
}

/** Pre-order, as a reader of the list goes through it. */
export function flat(root: TreeNode): TreeNode[] {
  return [root, ...root.children.flatMap(flat)]
}

function kindOf(role: RoleNode): Kind {
  if (role.project !== undefined) return 'project'
  return role.keptBy
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

const byName = new Intl.Collator('en', { numeric: true })

const nobody: RoleNode = {
  name: 'root',
  version: 0,
  expires: '',
  daysLeft: 0,
  due: 'later',
  threshold: 1,
  holders: [],
  keptBy: 'people',
  targets: 0,
  digest: '',
  blocks: false,
  registry: false,
  folder: '',
}

/** The families that have to be opened for this role to be seen. */
export function familiesAround(view: Pick<RepositoryView, 'roles' | 'edges'>, name: string): string[] {
  const nodes = new Map(flat(treeOf(view, 'all').root).map((node) => [node.id, node]))
  const found: string[] = []
  for (let node = nodes.get(name); node !== undefined; node = nodes.get(node.parent ?? '')) {
    if (node.family !== undefined) found.push(node.id)
  }
  return found
}
