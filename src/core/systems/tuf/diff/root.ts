// What changes in a root document: who can sign for each of the four roles, and how clients find files.

import { type Root, topRoles } from '../metadata.ts'
import { periodFacts } from './common.ts'
import { type Fact, fact } from './fact.ts'
import { holdersOf } from './holder.ts'
import { keyFacts, keyScope, type RoleUse } from './keys.ts'
import { introducedParts, introduction, quorumText, roleFacts } from './roles.ts'
import { sentences as say } from './sentence.ts'

export function rootFacts(before: Root | undefined, after: Root): Fact[] {
  const scope = keyScope({
    at: ['keys'],
    before: before?.keys,
    after: after.keys,
    rolesBefore: usesOf(before),
    rolesAfter: usesOf(after),
  })
  const facts = scope.rolesAfter.flatMap((role) => {
    const was = scope.rolesBefore.find((one) => one.name === role.name)
    return was === undefined
      ? [
          fact(
            say.roleIntroduced({ role: role.name, ...introduction(scope.after, role) }),
            role.at,
            { after: quorumText(scope.after, role) },
            introducedParts(scope.at, scope.after, role),
          ),
        ]
      : roleFacts(scope, was, role)
  })
  const periods = scope.rolesAfter.flatMap((role) => {
    const was = scope.rolesBefore.find((one) => one.name === role.name)
    return periodFacts(role.name, role.at, was?.raw ?? {}, role.raw)
  })
  return [...facts, ...onlineFacts(before, after), ...consistencyFacts(before, after), ...keyFacts(scope), ...periods]
}

function usesOf(root: Root | undefined): RoleUse[] {
  if (root === undefined) return []
  return topRoles.flatMap((name) => {
    const role = root.roles.get(name)
    return role === undefined ? [] : [{ ...role, name, at: ['roles', name] }]
  })
}

/** The same keys and threshold for snapshot and timestamp. */
export function hasSameOnlineKeys(root: Root): boolean {
  const [snapshot, timestamp] = [root.roles.get('snapshot'), root.roles.get('timestamp')]
  const [a, b] = [holdersOf(root.keys, snapshot), holdersOf(root.keys, timestamp)]
  return (
    snapshot?.threshold === timestamp?.threshold &&
    a.size === b.size &&
    [...a.keys()].every((identity) => b.has(identity))
  )
}

function onlineFacts(before: Root | undefined, after: Root): Fact[] {
  if (before === undefined || hasSameOnlineKeys(before) === hasSameOnlineKeys(after)) return []
  const isSame = hasSameOnlineKeys(after)
  const [same, different] = ['the same keys and threshold', 'different keys or thresholds']
  const shown = { before: isSame ? different : same, after: isSame ? same : different }
  return [fact(isSame ? say.onlineKeysSame({}) : say.onlineKeysDiffer({}), ['roles'], shown, [])]
}

function consistencyFacts(before: Root | undefined, after: Root): Fact[] {
  const on = after.consistentSnapshot
  const word = (is: boolean): string => (is ? 'names with version or digest' : 'plain names')
  if (before === undefined)
    return 'consistent_snapshot' in after.raw
      ? [fact(say.consistentSet({ on }), ['consistent_snapshot'], { after: word(on) })]
      : []
  // Absent and false mean the same to clients, but it is a difference in what is signed.
  if (before.raw.consistent_snapshot === after.raw.consistent_snapshot) return []
  if (before.consistentSnapshot === on)
    return [fact(say.consistentSet({ on }), ['consistent_snapshot'], { before: word(on), after: word(on) })]
  return [
    fact(on ? say.consistentOn({}) : say.consistentOff({}), ['consistent_snapshot'], {
      before: word(!on),
      after: word(on),
    }),
  ]
}
