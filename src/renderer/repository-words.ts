// What a person reads first about a repository and its roles: one sentence of its state, and the few words of a role. Pure.
import type { ErrorData } from '../core/error.ts'
import type { ProjectReleases, RepositoryView, RoleEdge, RoleNode } from '../ipc/contract.ts'
import { plainForeign } from './foreign.ts'
import { capital, countOf, daysText, expiryTone, leftText, listOf, type Tone, thousands } from './format.ts'
import { holderName } from './quorum.ts'

export { thousands } from './format.ts'

export function manyOf(count: number, one: string, many = `${one}s`): string {
  return count < 1000 ? countOf(count, one, many) : `${thousands(count)} ${many}`
}

/** No version of it was ever published. */
export function isUnborn({ version }: Pick<RoleNode, 'version'>): boolean {
  return version === 0
}

export interface KeyFault {
  /** After the name of the project: "loom: its keys were changed by somebody else". */
  words: string
  /** Where there is hardly any room. */
  brief: string
  title: string
  meaning: string
}

const byOthers: readonly string[] = [
  'swapped-key',
  'no-chain',
  'old-threshold',
  'signed-twice',
  'foreign-step',
  'undelegated',
]
const hidden: readonly string[] = [
  'skipped-step',
  'hidden-step',
  'withheld-step',
  'replayed-step',
  'rewritten-step',
  'not-in-force',
]
const besides: readonly string[] = ['bypassed', 'other-paths']

/** What happened to the keys of a project, as loud as it is. What could only not be read accuses nobody. */
export function keyFault({ code, data }: ErrorData, project: string): KeyFault {
  const name = plainForeign(project)
  const fault = typeof data?.fault === 'string' ? data.fault : ''
  if (!code.startsWith('trust/')) {
    return {
      words: 'its keys could not be checked',
      brief: 'keys not checked',
      title: `The keys of ${name} could not be checked`,
      meaning: 'Nobody can say now whether its own maintainers chose them.',
    }
  }
  if (byOthers.includes(fault)) {
    return {
      words: 'its keys were changed by somebody else',
      brief: 'keys swapped',
      title: `The keys of ${name} were changed by somebody else`,
      meaning: 'Only its own maintainers may change them. Whoever can write to this repository did it without them.',
    }
  }
  if (hidden.includes(fault)) {
    return {
      words: 'a change of its keys is hidden',
      brief: 'key change hidden',
      title: `The repository hides a change of the keys of ${name}`,
      meaning: 'Its maintainers changed their keys, and what is shown here leaves it out or goes back behind it.',
    }
  }
  if (besides.includes(fault)) {
    return {
      words: 'another role can decide for it',
      brief: 'bypassed by a role',
      title: `Another role can decide for the artifacts of ${name}`,
      meaning: 'What clients get under its name need not come from its own maintainers.',
    }
  }
  return {
    words: 'its keys cannot be trusted',
    brief: 'keys not trusted',
    title: `The keys of ${name} cannot be trusted`,
    meaning: 'That its own maintainers chose them is not proven.',
  }
}

/** What cannot be trusted about it, before everything else. */
export function faultOf(role: RoleNode): string | undefined {
  if (role.project?.problem !== undefined) return keyFault(role.project.problem, role.name).words
  return role.problem === undefined ? undefined : 'could not be verified'
}

export function toneOfRole(role: RoleNode): Tone {
  if (role.problem !== undefined || role.project?.problem !== undefined) return 'bad'
  return isUnborn(role) ? 'plain' : expiryTone(role)
}

/** Somebody should look at it soon: it is red, or a change of it waits. */
export function needsLook(role: RoleNode): boolean {
  return toneOfRole(role) === 'bad' || role.pendingId !== undefined
}

export function expiryText(role: RoleNode): string {
  return isUnborn(role) ? 'no version yet' : leftText(role.daysLeft)
}

/** "2 of 3 keys"; a machine's keys are said to be that, since nobody holds them. */
export function thresholdText(role: RoleNode): string {
  const count = role.holders.length
  return `${role.threshold} of ${count} ${count === 1 ? 'key' : 'keys'}`
}

/** Each name once: a person may hold several keys. */
export function holderNames(role: RoleNode): string[] {
  return [...new Set(role.holders.map((holder) => plainForeign(holderName(holder))))]
}

export function whoText(role: RoleNode, most = 4): string {
  const names = holderNames(role)
  if (names.length <= most) return listOf(names)
  return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`
}

/** "12 roles, all verified; the first to expire is root, in 9 days." */
export function stateSentence(view: RepositoryView): string {
  const { roles, omitted } = view
  const count = capital(manyOf(roles.length + omitted, 'role'))
  const unread = roles.filter((role) => role.problem !== undefined).length
  const swapped = roles.filter((role) => role.project?.problem !== undefined).length
  const faults: string[] = []
  if (unread > 0) faults.push(`${countOf(unread, 'role')} could not be verified`)
  if (swapped > 0) faults.push(`the keys of ${countOf(swapped, 'project')} cannot be trusted`)
  const checked = faults.length > 0 ? listOf(faults) : omitted > 0 ? 'all that are shown are verified' : 'all verified'
  return `${count}, ${checked}; ${firstExpiry(roles)}.`
}

function firstExpiry(roles: readonly RoleNode[]): string {
  const dated = roles.filter((role) => role.problem === undefined && !isUnborn(role))
  const expired = dated.filter((role) => role.daysLeft < 0)
  if (expired.length > 1) return `${countOf(expired.length, 'role')} have expired`
  const [first] = [...dated].sort((a, b) => a.daysLeft - b.daysLeft)
  if (first === undefined) return 'none has an expiry'
  const [name, days] = [plainForeign(first.name), daysText(first.daysLeft)]
  if (first.daysLeft < 0) return `${name} ${days}`
  return `the first to expire is ${name}, ${days === 'today' ? days : `in ${days}`}`
}

/** "changed 3 times, each time by its own maintainers" */
export function projectText(changes: number): string {
  if (changes === 0) return 'never changed since the project was added'
  return changes === 1
    ? 'changed once, by its own maintainers'
    : `changed ${countOf(changes, 'time')}, each time by its own maintainers`
}

export function pathsText({ paths }: Pick<RoleEdge, 'paths'>, most = 3): string {
  const shown = paths.slice(0, most).map(plainForeign)
  return paths.length > most ? `${shown.join(', ')} and ${paths.length - most} more` : listOf(shown)
}

export function agreementText({ agreement }: Pick<RoleEdge, 'agreement'>): string | undefined {
  if (agreement === undefined) return undefined
  return `${agreement.needed} of ${agreement.of} roles of "${plainForeign(agreement.name)}" must agree`
}

/** "1.4.2" or, without a version, the name of the file. */
export function releaseName(release: ProjectReleases['releases'][number]): string {
  return plainForeign(release.version ?? release.path.slice(release.path.lastIndexOf('/') + 1))
}
