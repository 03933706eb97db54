// What changes about the roles that a targets document lets decide for artifacts: which, for what, in which order, with whose keys.
import { visible } from '../../../visible.ts'
import type { DelegatedRole, Delegations, SuccinctRoles } from '../metadata.ts'
import { agreementFacts, agreementUses } from './agreement.ts'
import { listAt, plainPath } from './aligned.ts'
import { periodFacts } from './common.ts'
import type { Path } from './difference.ts'
import { type Fact, fact } from './fact.ts'
import { type KeyScope, keyFacts, keyScope, type RoleUse } from './keys.ts'
import { introducedParts, introduction, quorumText, roleFacts } from './roles.ts'
import { hiddenBy, hiddenFacts, isBlocking, orderFacts, patternFacts } from './scope.ts'
import { type HiddenFacts, targetsSentences as say } from './sentence-targets.ts'
import { numberText, quoted, roleText, someText } from './shown.ts'

const binsAt = ['delegations', 'succinct_roles'] as const

function roleAt(name: string): Path {
  return [...listAt, 'byName', name]
}

/** Everything about the delegations of a document. Where they are written down in another form, all of them go and come. */
export function delegationFacts(before: Delegations | undefined, after: Delegations | undefined): Fact[] {
  const [from, to] = [before ?? after, after ?? before]
  if (from === undefined || to === undefined) return []
  if (keysAt(from).join() !== keysAt(to).join())
    return [...delegationFacts(before, undefined), ...delegationFacts(undefined, after)]
  const scope = keyScope({
    at: keysAt(to),
    before: before?.keys,
    after: after?.keys,
    rolesBefore: usesOf(before),
    rolesAfter: usesOf(after),
  })
  const facts = [
    ...listFacts(scope, before?.roles ?? [], after?.roles ?? []),
    ...binFacts(scope, before?.succinct, after?.succinct),
    ...agreementFacts(scope, to.form, before?.agreements ?? [], after?.agreements ?? []),
    ...keyFacts(scope),
  ]
  return facts.map((one) => ({ ...one, change: { ...one.change, path: plainPath(one.change.path) } }))
}

function keysAt({ form }: Delegations): Path {
  if (form === 'tap3-draft') return ['keys']
  return form === 'tap3' ? ['delegations', 'keys_for_delegations'] : ['delegations', 'keys']
}

function usesOf(delegations: Delegations | undefined): RoleUse[] {
  if (delegations === undefined) return []
  const { roles, succinct, agreements } = delegations
  if (succinct !== undefined) return [{ ...succinct, name: binsName(succinct), at: binsAt }]
  if (agreements !== undefined) return agreementUses(delegations.form, agreements)
  return (roles ?? []).map((role) => ({ ...role, at: roleAt(role.name) }))
}

function listFacts(scope: KeyScope, before: readonly DelegatedRole[], after: readonly DelegatedRole[]): Fact[] {
  const [was, is] = [new Map(before.map((role) => [role.name, role])), new Map(after.map((role) => [role.name, role]))]
  const hidden = hiddenBy(before, after)
  const facts: Fact[] = []
  for (const role of before) if (!is.has(role.name)) facts.push(removedFact(scope, role))
  for (const [i, role] of after.entries()) {
    const old = was.get(role.name)
    if (old === undefined) facts.push(addedFact(scope, role, after[i + 1], hidden))
    else facts.push(...changedFacts(scope, old, role, hidden))
    facts.push(...periodFacts(role.name, roleAt(role.name), old?.raw ?? {}, role.raw))
  }
  const isTold = facts.some(({ telling: { kind } }) => kind === 'delegationBlocks' || kind === 'pathsBlocked')
  return [...facts, ...orderFacts([...listAt, 'order'], before, after), ...hiddenFacts(roleAt, hidden, isTold)]
}

/** Everything that the sentence and the value beside it tell about a role. */
function toldParts(at: Path): Path[] {
  return ['name', 'threshold', 'keyids', 'terminating', 'paths', 'path_hash_prefixes'].map((field) => [...at, field])
}

function addedFact(
  scope: KeyScope,
  role: DelegatedRole,
  next: DelegatedRole | undefined,
  hidden: HiddenFacts | undefined,
): Fact {
  const use = { ...role, at: roleAt(role.name) }
  const place = next === undefined ? '' : `, asked before ${roleText(next.name)}`
  const facts = { role: role.name, scope: scopeText(role), ...introduction(scope.after, use), place }
  const after = `${quorumText(scope.after, use)}; ${fullScope(role)}`
  const blocked = isBlocking(hidden, role.name, role.paths ?? []) ? hidden : undefined
  const telling = blocked === undefined ? say.delegationAdded(facts) : say.delegationBlocks({ ...facts, ...blocked })
  return fact(telling, use.at, { after }, [
    ...toldParts(use.at),
    ...introducedParts(scope.at, scope.after, use),
    [...listAt, 'order'],
  ])
}

function removedFact(scope: KeyScope, role: DelegatedRole): Fact {
  const use = { ...role, at: roleAt(role.name) }
  const covers = [...toldParts(use.at), ...introducedParts(scope.at, scope.before, use), [...listAt, 'order']]
  return fact(
    say.delegationRemoved({ role: role.name, scope: scopeText(role) }),
    use.at,
    { before: `${quorumText(scope.before, use)}; ${fullScope(role)}` },
    covers,
  )
}

function scopeText(role: DelegatedRole): string {
  if (role.paths !== undefined)
    return role.paths.length === 0 ? 'no artifact at all' : someText(role.paths.map(quoted), 6)
  return `artifacts whose name has a hash that begins with ${someText((role.pathHashPrefixes ?? []).map(quoted), 6)}`
}

function fullScope(role: DelegatedRole): string {
  const list = (role.paths ?? role.pathHashPrefixes ?? []).map(visible).join(', ')
  return `${role.paths === undefined ? 'hash prefixes' : 'paths'} ${list === '' ? 'none' : list}${role.terminating ? '; last word' : ''}`
}

function changedFacts(
  scope: KeyScope,
  before: DelegatedRole,
  after: DelegatedRole,
  hidden: HiddenFacts | undefined,
): Fact[] {
  const at = roleAt(after.name)
  const facts = roleFacts(scope, { ...before, at }, { ...after, at })
  if (before.terminating !== after.terminating) {
    const word = (is: boolean): string => (is ? 'has the last word' : 'asks on')
    const telling = after.terminating
      ? say.terminatingOn({ role: after.name })
      : say.terminatingOff({ role: after.name })
    facts.push(
      fact(telling, [...at, 'terminating'], { before: word(before.terminating), after: word(after.terminating) }),
    )
  }
  if ((before.paths === undefined) !== (after.paths === undefined)) {
    const shown = { before: fullScope(before), after: fullScope(after) }
    const field = after.paths === undefined ? 'path_hash_prefixes' : 'paths'
    return [
      ...facts,
      fact(say.delegationScope({ role: after.name, scope: scopeText(after) }), [...at, field], shown, [
        [...at, 'paths'],
        [...at, 'path_hash_prefixes'],
      ]),
    ]
  }
  return [
    ...facts,
    ...patternFacts(after.name, [...at, 'paths'], before.paths ?? [], after.paths ?? [], false, hidden),
    ...patternFacts(
      after.name,
      [...at, 'path_hash_prefixes'],
      before.pathHashPrefixes ?? [],
      after.pathHashPrefixes ?? [],
      true,
    ),
  ]
}

function binsName(bins: SuccinctRoles): string {
  return `${bins.namePrefix}-*`
}

function binsText(bins: SuccinctRoles): string {
  return `${numberText(2 ** bins.bitLength)} roles named ${quoted(binsName(bins))}`
}

function binFacts(scope: KeyScope, before: SuccinctRoles | undefined, after: SuccinctRoles | undefined): Fact[] {
  const told = ['bit_length', 'name_prefix', 'threshold', 'keyids'].map((field) => [...binsAt, field])
  const [was, is] = [before, after].map((bins) =>
    bins === undefined ? undefined : { ...bins, name: binsName(bins), at: binsAt },
  )
  if (was === undefined) {
    if (is === undefined) return []
    const facts = { scope: binsText(is), ...introduction(scope.after, is) }
    return [
      fact(say.binsAdded(facts), binsAt, { after: `${quorumText(scope.after, is)}; ${binsText(is)}` }, [
        ...told,
        ...introducedParts(scope.at, scope.after, is),
      ]),
    ]
  }
  if (is === undefined) {
    const covers = [...told, ...introducedParts(scope.at, scope.before, was)]
    return [
      fact(
        say.binsRemoved({ scope: binsText(was) }),
        binsAt,
        { before: `${quorumText(scope.before, was)}; ${binsText(was)}` },
        covers,
      ),
    ]
  }
  const facts = roleFacts(scope, was, is)
  const covers = told.slice(0, 2)
  const isSame = was.bitLength === is.bitLength && was.namePrefix === is.namePrefix
  if (!isSame)
    facts.push(
      fact(
        say.binsChanged({ from: binsText(was), to: binsText(is) }),
        binsAt,
        { before: binsText(was), after: binsText(is) },
        covers,
      ),
    )
  return [...facts, ...periodFacts(is.name, binsAt, was.raw, is.raw)]
}
