// What would be in force if these versions took effect: every role that is reached then, on whose word, and what is missing so
// that a client would take it.
import type { Document, Root, Targets } from '../document.ts'
import type { Authority } from '../keys.ts'
import type { Repository } from '../repository.ts'
import { authorityOf } from '../roots.ts'
import { isSigned } from '../signed-by.ts'
import { isRoot, isTargets, type Version } from '../standing.ts'

/** Versions that take effect together, by subject. */
export type Versions = ReadonlyMap<string, Version>

export interface Lack {
  role: string
  /** Who must have signed it. */
  by: Authority
  /** What there would be of it, which they have not signed. */
  there?: Document<Targets>
}

export interface Outlook {
  root: Document<Root>
  targets?: Document<Targets>
  delegated: ReadonlyMap<string, Document<Targets>>
  /** Everybody who says who may sign it, by role. */
  edges: ReadonlyMap<string, readonly Authority[]>
  lacks: readonly Lack[]
}

/** undefined: there is no root at all. */
export async function outlook(taken: Versions, repository: Repository | undefined): Promise<Outlook | undefined> {
  const candidate = taken.get('root')
  const root = candidate !== undefined && isRoot(candidate) ? candidate : repository?.valid.root
  if (root === undefined) return undefined
  const versionOf = (role: string): Document<Targets> | undefined => {
    const version = taken.get(role)
    if (version !== undefined && isTargets(version)) return version
    return role === 'targets' ? repository?.valid.targets : repository?.valid.delegated.get(role)?.document
  }
  const edges = new Map<string, Authority[]>([['targets', [authorityOf(root, 'targets')]]])
  const delegated = new Map<string, Document<Targets>>()
  const lacks: Lack[] = []
  const check = async (role: string, by: Authority): Promise<void> => {
    const there = versionOf(role)
    if (there !== undefined && (await isMetBy(role, there, by, repository))) return
    lacks.push({ role, by, ...(there === undefined ? {} : { there }) })
  }
  const waiting = ['targets']
  await check('targets', authorityOf(root, 'targets'))
  for (let role = waiting.pop(); role !== undefined; role = waiting.pop()) {
    const delegator = versionOf(role)
    if (delegator === undefined) continue
    if (role !== 'targets') delegated.set(role, delegator)
    for (const delegation of delegator.signed.delegations) {
      const authority = { keys: delegator.signed.keys, role: delegation }
      const known = edges.get(delegation.name)
      if (known === undefined) {
        edges.set(delegation.name, [authority])
        waiting.push(delegation.name)
      } else known.push(authority)
      await check(delegation.name, authority)
    }
  }
  const targets = versionOf('targets')
  return { root, ...(targets === undefined ? {} : { targets }), delegated, edges, lacks }
}

/** What is in force was verified when it was read: thousands of roles are not verified again for one that changes. */
async function isMetBy(
  role: string,
  document: Document<Targets>,
  by: Authority,
  repository: Repository | undefined,
): Promise<boolean> {
  const inForce = repository?.valid.delegated.get(role)
  if (inForce?.document === document && inForce.by.some((one) => one.role === by.role)) return true
  return isSignedBy(document, by)
}

const verified = new WeakMap<Authority['role'], Map<string, boolean>>()

/** Asked again and again of the same ones. */
export async function isSignedBy(document: Version, by: Authority): Promise<boolean> {
  const known = verified.get(by.role) ?? new Map<string, boolean>()
  verified.set(by.role, known)
  const before = known.get(document.cid)
  if (before !== undefined) return before
  const answer = await isSigned(document, by, undefined)
  known.set(document.cid, answer)
  return answer
}
