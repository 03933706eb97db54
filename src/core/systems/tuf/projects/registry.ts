// The roles in which a repository keeps its projects: delegated by targets, signed by the keys that sign snapshots.
import { toHex } from '../../../bytes.ts'
import type { Transport } from '../../../transport.ts'
import type { ClientOptions } from '../check.ts'
import { loadTargets, roleOf, type TrustedSet } from '../client.ts'
import { isPathMatch } from '../glob.ts'
import type { TufKey } from '../key.ts'
import type { DelegatedRole, Metadata, RoleKeys, Root, Targets } from '../metadata.ts'
import { refusedName } from './name.ts'

/** What a registry is called where nobody chose another name. */
export const registryName = 'projects'

export interface Registry {
  name: string
  metadata: Metadata<Targets>
  /** With which keys it is signed. */
  keys: ReadonlyMap<string, TufKey>
  role: RoleKeys
}

/** Every registry of a repository, in the order in which clients ask them. */
export async function readRegistries(
  set: TrustedSet,
  remote: Transport,
  options: ClientOptions,
): Promise<readonly Registry[]> {
  const { delegations } = set.targets.signed
  const found: Registry[] = []
  for (const role of delegations?.roles ?? []) {
    if (delegations === undefined || !set.snapshot.signed.meta.has(role.name)) continue
    // By its name it is one also while its keys and those of snapshot change at different times.
    const isNamed = role.name === registryName
    if (!isNamed && !isOnlineKept(role, delegations.keys, set.root)) continue
    const metadata = await loadTargets(role.name, set, delegations.keys, role, remote, options)
    if (!isNamed && metadata.signed.delegations === undefined) continue
    found.push({ name: role.name, metadata, keys: delegations.keys, role })
  }
  return found
}

/** All its keys are keys of snapshot: the repository signs it without asking anybody. */
function isOnlineKept(role: RoleKeys, keys: ReadonlyMap<string, TufKey>, root: Metadata<Root>): boolean {
  const online = new Set(roleOf(root, 'snapshot').keyids.flatMap((id) => materialOf(root.signed.keys.get(id))))
  const own = role.keyids.map((id) => materialOf(keys.get(id)))
  return own.length > 0 && own.every(([spki]) => spki !== undefined && online.has(spki))
}

function materialOf(key: TufKey | undefined): [string] | [] {
  return key?.key === undefined ? [] : [toHex(key.key.spki)]
}

/** The delegations of a registry that are projects, in its order. */
export function projectsOf(registry: Metadata<Targets>): DelegatedRole[] {
  return (registry.signed.delegations?.roles ?? []).filter(({ name }) => refusedName(name) === undefined)
}

/** What in a registry decides, or could decide, for a project's artifacts besides the project: names of roles, or of artifacts. */
export function trespasses(registry: Registry, project: string): string[] {
  const { metadata, name } = registry
  const { delegations } = metadata.signed
  const own = metadata.signed.targetPaths().filter((path) => path === project || path.startsWith(`${project}/`))
  const others = (delegations?.roles ?? []).filter((role) => role.name !== project && mayDecideFor(role, project))
  return [
    // A role's own artifacts are found before any that it delegates.
    ...(own.length === 0 ? [] : [name]),
    // Hashes of paths say nothing about projects: any of them may match.
    ...(delegations?.succinct === undefined ? [] : [`${delegations.succinct.namePrefix}-*`]),
    ...others.map((role) => role.name),
    ...(delegations?.agreements ?? []).filter((one) => mayDecideFor(one, project)).map((one) => one.name),
  ]
}

function mayDecideFor({ paths }: { paths?: readonly string[] }, project: string): boolean {
  if (paths === undefined) return true
  return paths.some((pattern) => {
    const [first = '', ...rest] = pattern.split('/')
    return rest.length > 0 && isPathMatch(first, project)
  })
}
