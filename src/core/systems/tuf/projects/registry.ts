// The roles in which a repository keeps its projects: delegated by targets, signed by the keys that sign snapshots.
import type { Transport } from '../../../transport.ts'
import { type Authority, authorityOf, isMachineKept } from '../authority.ts'
import type { ClientOptions } from '../check.ts'
import { loadTargets, type TrustedSet } from '../client.ts'
import { holdersOf, isUsable } from '../diff/holder.ts'
import { isPathMatch } from '../glob.ts'
import type { DelegatedRole, Metadata, Root, Targets } from '../metadata.ts'
import { isInScope, scopeOf } from '../overlap.ts'
import { refusedName } from './name.ts'

/** What a registry is called where nobody chose another name. */
export const registryName = 'projects'

/** A role that targets delegates to, and that the repository's own keys can sign without anybody. */
interface Kept extends Authority {
  name: string
  metadata: Metadata<Targets>
  role: DelegatedRole
}

export interface Registry extends Kept {
  /** Roles that clients ask before it, that the repository's own keys can sign as well, and that are no registries. */
  ahead: readonly Kept[]
}

/** Every registry of a repository, in the order in which clients ask them. */
export async function readRegistries(
  set: TrustedSet,
  remote: Transport,
  options: ClientOptions,
): Promise<readonly Registry[]> {
  const { delegations } = set.targets.signed
  const found: Registry[] = []
  const ahead: Kept[] = []
  for (const role of delegations?.roles ?? []) {
    if (delegations === undefined || !set.snapshot.signed.meta.has(role.name)) continue
    const authority = { keys: delegations.keys, role }
    // Others are not read for it.
    if (role.name !== registryName && !isMachineKept(authority, set.root) && !canMachineSign(authority, set.root))
      continue
    const metadata = await loadTargets(role.name, set, delegations.keys, role, remote, options)
    const kept = { name: role.name, metadata, keys: delegations.keys, role }
    if (isRegistry(role.name, authority, metadata, set.root)) found.push({ ...kept, ahead: [...ahead] })
    else ahead.push(kept)
  }
  return found
}

/** Also where people could sign as well: their keys are not asked for. */
function canMachineSign({ keys, role }: Authority, root: Metadata<Root>): boolean {
  const online = signersOf(authorityOf(root, 'snapshot'))
  return signersOf({ keys, role }).filter((identity) => online.includes(identity)).length >= role.threshold
}

function signersOf({ keys, role }: Authority): string[] {
  return [...holdersOf(keys, role).values()].filter(isUsable).map(({ identity }) => identity)
}

/** Of what targets delegates. By its name it is one also while its keys and those of snapshot change at different times. */
export function isRegistry(
  name: string,
  authority: Authority,
  document: Metadata<Targets> | undefined,
  root: Metadata<Root>,
): boolean {
  if (name === registryName) return true
  return isMachineKept(authority, root) && document?.signed.delegations !== undefined
}

/** The delegations of a registry that are projects, in its order. */
export function projectsOf(registry: Metadata<Targets>): DelegatedRole[] {
  return (registry.signed.delegations?.roles ?? []).filter(({ name }) => refusedName(name) === undefined)
}

/** What in a registry decides, or could decide, for a project's artifacts besides the project: names of roles, or of artifacts. */
export function trespasses({ metadata, name }: Registry, project: string): string[] {
  return [
    ...ownArtifacts(metadata, project)
      .slice(0, 1)
      .map(() => name),
    ...othersIn(metadata, project, project),
  ]
}

/** The same in the roles that clients ask before it; one of the project's name there would have keys of its own. */
export function trespassesAhead({ ahead }: Registry, project: string): string[] {
  return ahead.flatMap(({ metadata, name, role }) => {
    if (!mayDecideFor(role, project)) return []
    const asked = scopeOf(role.paths, role.pathHashPrefixes)
    const isListed = ownArtifacts(metadata, project).some((path) => isInScope(asked, path))
    return [...(isListed ? [name] : []), ...othersIn(metadata, project)]
  })
}

/** A role's own artifacts are found before any that it delegates. */
function ownArtifacts({ signed }: Metadata<Targets>, project: string): string[] {
  return signed.targetPaths().filter((path) => path === project || path.startsWith(`${project}/`))
}

function othersIn({ signed }: Metadata<Targets>, project: string, itself?: string): string[] {
  const { roles = [], succinct, agreements = [] } = signed.delegations ?? {}
  return [
    // Hashes of paths say nothing about projects: any of them may match.
    ...(succinct === undefined ? [] : [`${succinct.namePrefix}-*`]),
    ...[...roles.filter(({ name }) => name !== itself), ...agreements]
      .filter((one) => mayDecideFor(one, project))
      .map(({ name }) => name),
  ]
}

function mayDecideFor({ paths }: { paths?: readonly string[] }, project: string): boolean {
  if (paths === undefined) return true
  return paths.some((pattern) => {
    const [first = '', ...rest] = pattern.split('/')
    return rest.length > 0 && isPathMatch(first, project)
  })
}
