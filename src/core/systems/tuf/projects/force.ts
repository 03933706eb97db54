// Whether the repository uses for a project the keys to which its own people agreed, for its whole folder, and nobody else's.
import { type Authority, isSameHolders } from '../authority.ts'
import { holdersOf } from '../diff/holder.ts'
import { listText, roleText } from '../diff/shown.ts'
import type { DelegatedRole } from '../metadata.ts'
import { hasProject } from './delegation.ts'
import { type ChainProblem, problem } from './fault.ts'
import { knownNames, trustedNameOf } from './known-names.ts'
import { pathsOf } from './name.ts'
import { type Registry, trespasses, trespassesAhead } from './registry.ts'
import type { RotateFile } from './rotate.ts'

interface Force {
  project: string
  /** Verified changes of the project's keys, the first one first. */
  files: readonly RotateFile[]
  registries: readonly Registry[]
  inForce: Authority | undefined
}

export async function delegationProblem(
  { project, files, registries, inForce }: Force,
  unlisted: () => Promise<RotateFile | undefined>,
): Promise<ChainProblem | undefined> {
  const newest = files.at(-1)
  if (inForce === undefined) {
    const message = `no role delegates to ${project} any more, whose keys changed ${files.length} times`
    return problem('undelegated', 'trust/changed', message, { hint: 'ask the repository admin why it was taken away' })
  }
  if (newest === undefined || !isSameHolders(inForce, namedBy(newest)))
    return otherKeys(project, files, inForce, await unlisted())
  return (
    pathsProblem(project, registries) ??
    registries.map((registry) => bypassProblem(project, registry)).find((one) => one !== undefined)
  )
}

function otherKeys(
  project: string,
  files: readonly RotateFile[],
  inForce: Authority,
  unlisted: RotateFile | undefined,
): ChainProblem {
  const newest = files.at(-1)
  if (unlisted !== undefined && isSameHolders(inForce, namedBy(unlisted))) {
    const { version } = unlisted
    const message = `change ${version} of the keys of ${project} is in force and is not listed`
    return problem('hidden-step', 'trust/rollback', message, { version })
  }
  const known = knownNames(files)
  const names = [...holdersOf(inForce.keys, inForce.role).values()].map((one) => trustedNameOf(one, known))
  if (newest === undefined) {
    const message = `nobody of ${project} ever agreed to the keys that the repository uses for it (${listText(names)})`
    return problem('no-chain', 'trust/threshold', message, { who: names })
  }
  const older = files.findLast((file) => isSameHolders(inForce, namedBy(file)))
  if (older !== undefined) {
    const message = `the repository uses the keys that ${project} had with change ${older.version}, although change ${newest.version} replaced them`
    return problem('not-in-force', 'trust/rollback', message, { version: older.version, who: names })
  }
  const agreed = holdersOf(newest.keys, newest)
  const strangers = [...holdersOf(inForce.keys, inForce.role).values()].filter(({ identity }) => !agreed.has(identity))
  const who = strangers.map((one) => trustedNameOf(one, known))
  const message =
    who.length > 0
      ? `the repository lets ${listText(who)} sign for ${project}, to which its maintainers never agreed`
      : `the repository asks for ${inForce.role.threshold} signatures of ${names.length} keys for ${project}; its maintainers agreed to ${newest.threshold} of ${agreed.size}`
  return problem('swapped-key', 'trust/changed', message, { version: newest.version, who })
}

/** Every delegation to the project, in every registry: a second one would have its own keys. */
function pathsProblem(project: string, registries: readonly Registry[]): ChainProblem | undefined {
  const found = registries.flatMap((one) =>
    (one.metadata.signed.delegations?.roles ?? []).filter(({ name }) => name === project),
  )
  if (found.length > 1)
    return problem(
      'bypassed',
      'trust/changed',
      `${found.length} roles delegate to ${project}, each with keys of its own`,
    )
  const [role] = found
  if (role !== undefined && isWhole(role, project)) return undefined
  return problem('other-paths', 'trust/changed', `the repository lets ${project} decide for less than its folder`)
}

function isWhole(role: DelegatedRole, project: string): boolean {
  return role.terminating && pathsOf(project).every((path) => role.paths?.includes(path))
}

function bypassProblem(project: string, registry: Registry): ChainProblem | undefined {
  const roles = [
    ...trespasses(registry, project),
    ...(hasProject(registry.metadata, project) ? trespassesAhead(registry, project) : []),
  ]
  if (roles.length === 0) return undefined
  const who = roles.map(roleText)
  const message = `${listText(who)} can decide for what lies in ${project}/, to which its maintainers never agreed`
  return problem('bypassed', 'trust/changed', message, { who })
}

function namedBy(file: RotateFile): Authority {
  return { keys: file.keys, role: file }
}
