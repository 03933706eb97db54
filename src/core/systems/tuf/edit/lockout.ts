// What a person types before a change that nobody could undo: which roles nobody can sign for any more.
import { visible } from '../../../visible.ts'
import { holdersOf, isUsable } from '../diff/holder.ts'
import { someText } from '../diff/shown.ts'
import { keysOf, rolesOf } from '../lint/scope.ts'
import type { Metadata, Signed } from '../metadata.ts'

/** undefined when everybody who could sign before still finds enough others; only what this change locks counts. */
export function lockoutSentence(before: Metadata | undefined, after: Metadata, subject: string): string | undefined {
  const old = before?.signed
  // Specification 5.3.4: a new root needs the threshold of the old one, by keys of the old one.
  if (subject === 'root' && old?.type === 'root' && lockedRoles(old).has('root'))
    return 'nobody can sign a change of root'
  const locked = lockedRoles(after.signed)
  const already = old === undefined ? new Set<string>() : lockedRoles(old)
  const fresh = [...locked].filter((role) => !already.has(role))
  return fresh.length === 0 ? undefined : `nobody can sign ${someText(fresh.map(visible), 3)} after this`
}

/** Roles whose threshold is above the number of different keys that can be used. */
function lockedRoles(signed: Signed): Set<string> {
  const keys = keysOf(signed)
  const locked = rolesOf(signed).filter((role) => {
    const usable = [...holdersOf(keys, role).values()].filter(isUsable).length
    return usable < role.threshold
  })
  return new Set(locked.map(({ name }) => name))
}
