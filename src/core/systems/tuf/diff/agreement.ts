// TAP 3: what changes about the artifacts on which several roles must agree: which roles, how many of them, for what.
import { visible } from '../../../visible.ts'
import type { Agreement, Delegations, NamedRole } from '../metadata.ts'
import { agreementsAt, draftAt } from './aligned.ts'
import { periodFacts } from './common.ts'
import type { Path } from './difference.ts'
import { type Fact, fact } from './fact.ts'
import type { Keys } from './holder.ts'
import type { KeyScope, RoleUse } from './keys.ts'
import { introducedParts, introduction, quorumText, roleFacts } from './roles.ts'
import { hiddenBy, hiddenFacts, orderFacts, patternFacts } from './scope.ts'
import { targetsSentences as say } from './sentence-targets.ts'
import { quoted, roleText } from './shown.ts'

type Form = Delegations['form']

function listOf(form: Form): Path {
  return form === 'tap3-draft' ? draftAt : agreementsAt
}

function entryAt(form: Form, name: string): Path {
  return [...listOf(form), 'byName', name]
}

/** The draft has one list of roles for all entries. */
function roleUse(form: Form, entry: Agreement, role: NamedRole): RoleUse {
  const at: Path =
    form === 'tap3-draft' ? ['roles', role.name] : [...entryAt(form, entry.name), 'roleinfo', 'byName', role.name]
  return { ...role, at }
}

/** Each role at each place where its keys are stated. */
export function agreementUses(form: Form, entries: readonly Agreement[]): RoleUse[] {
  const uses = new Map<string, RoleUse>()
  for (const entry of entries) {
    for (const role of entry.roles) {
      const use = roleUse(form, entry, role)
      uses.set(JSON.stringify(use.at), use)
    }
  }
  return [...uses.values()]
}

export function agreementFacts(
  scope: KeyScope,
  form: Form,
  before: readonly Agreement[],
  after: readonly Agreement[],
): Fact[] {
  const [was, is] = [new Map(before.map((one) => [one.name, one])), new Map(after.map((one) => [one.name, one]))]
  const facts: Fact[] = []
  for (const entry of before) if (!is.has(entry.name)) facts.push(removedFact(scope, form, entry))
  for (const [i, entry] of after.entries()) {
    const old = was.get(entry.name)
    if (old === undefined) facts.push(addedFact(scope, form, entry, after[i + 1]))
    else facts.push(...changedFacts(scope, form, old, entry))
  }
  return [
    ...facts,
    ...keyHolderFacts(scope, form, before, after),
    ...orderFacts([...listOf(form), 'order'], before, after),
    ...hiddenFacts((name) => entryAt(form, name), hiddenBy(before, after), false),
  ]
}

/** Everything that the sentence and the value beside it tell about an entry. */
function toldParts(form: Form, keys: Keys, at: Path, entry: Agreement): Path[] {
  const own = ['name', 'paths', 'terminating', 'min_roles_in_agreement', 'roles'].map((field) => [...at, field])
  return [
    ...own,
    [...at, 'roleinfo', 'order'],
    [...listOf(form), 'order'],
    ...entry.roles.flatMap((role) => roleParts(keysAt(form), keys, roleUse(form, entry, role))),
  ]
}

function roleParts(at: Path, keys: Keys, use: RoleUse): Path[] {
  return [[...use.at, 'rolename'], ...introducedParts(at, keys, use)]
}

function keysAt(form: Form): Path {
  return form === 'tap3-draft' ? ['keys'] : ['delegations', 'keys_for_delegations']
}

function entryText(form: Form, keys: Keys, entry: Agreement): string {
  const roles = entry.roles.map((role) => `${quoted(role.name)} ${quorumText(keys, roleUse(form, entry, role))}`)
  const paths = entry.paths.map(visible).join(', ')
  const count = `${entry.minRoles} of ${entry.roles.length} roles`
  return `${count}; ${roles.join('; ')}; paths ${paths === '' ? 'none' : paths}${entry.terminating ? '; last word' : ''}`
}

function wordsOf(entry: Agreement): { entry: string; paths: readonly string[]; min: number; roles: readonly string[] } {
  return { entry: entry.name, paths: entry.paths, min: entry.minRoles, roles: entry.roles.map(({ name }) => name) }
}

function addedFact(scope: KeyScope, form: Form, entry: Agreement, next: Agreement | undefined): Fact {
  const at = entryAt(form, entry.name)
  const place = next === undefined ? '' : `, asked before ${roleText(next.name)}`
  const shown = { after: entryText(form, scope.after, entry) }
  return fact(say.agreementAdded({ ...wordsOf(entry), place }), at, shown, toldParts(form, scope.after, at, entry))
}

function removedFact(scope: KeyScope, form: Form, entry: Agreement): Fact {
  const at = entryAt(form, entry.name)
  const shown = { before: entryText(form, scope.before, entry) }
  return fact(say.agreementRemoved(wordsOf(entry)), at, shown, toldParts(form, scope.before, at, entry))
}

function changedFacts(scope: KeyScope, form: Form, before: Agreement, after: Agreement): Fact[] {
  const at = entryAt(form, after.name)
  const facts: Fact[] = []
  if (before.minRoles !== after.minRoles || before.roles.length !== after.roles.length)
    facts.push(...countFacts(at, before, after))
  if (before.terminating !== after.terminating) {
    const word = (is: boolean): string => (is ? 'has the last word' : 'asks on')
    const telling = (after.terminating ? say.terminatingOn : say.terminatingOff)({ role: after.name })
    const shown = { before: word(before.terminating), after: word(after.terminating) }
    facts.push(fact(telling, [...at, 'terminating'], shown))
  }
  const [was, is] = [before, after].map((one) => new Map(one.roles.map((role) => [role.name, role])))
  const order: Path = [...at, 'roleinfo', 'order']
  for (const role of before.roles.filter(({ name }) => !is?.has(name))) {
    const use = roleUse(form, before, role)
    const covers = [...roleParts(scope.at, scope.before, use), order]
    const facing = { entry: after.name, role: role.name }
    facts.push(fact(say.agreementRoleRemoved(facing), use.at, { before: quorumText(scope.before, use) }, covers))
  }
  for (const role of after.roles.filter(({ name }) => !was?.has(name))) {
    const use = roleUse(form, after, role)
    const covers = [...roleParts(scope.at, scope.after, use), order]
    const facing = { entry: after.name, role: role.name, ...introduction(scope.after, use) }
    facts.push(fact(say.agreementRoleAdded(facing), use.at, { after: quorumText(scope.after, use) }, covers))
  }
  return [
    ...facts,
    ...orderFacts(order, before.roles, after.roles),
    ...patternFacts(after.name, [...at, 'paths'], before.paths, after.paths, false),
  ]
}

/** How many must agree, and of how many: fewer of the same, or the same of more, is less. */
function countFacts(at: Path, before: Agreement, after: Agreement): Fact[] {
  const facts = {
    entry: after.name,
    from: before.minRoles,
    was: before.roles.length,
    to: after.minRoles,
    of: after.roles.length,
  }
  const isLess = after.minRoles < before.minRoles || (after.minRoles === before.minRoles && facts.of > facts.was)
  const text = (min: number, of: number): string => `${min} of ${of}`
  return [
    fact((isLess ? say.agreementLowered : say.agreementRaised)(facts), [...at, 'min_roles_in_agreement'], {
      before: text(facts.from, facts.was),
      after: text(facts.to, facts.of),
    }),
  ]
}

/** Roles that stay where they are: their keys, thresholds and rules. */
function keyHolderFacts(
  scope: KeyScope,
  form: Form,
  before: readonly Agreement[],
  after: readonly Agreement[],
): Fact[] {
  const old = new Map(agreementUses(form, before).map((use) => [JSON.stringify(use.at), use]))
  return agreementUses(form, after).flatMap((use) => {
    const was = old.get(JSON.stringify(use.at))
    return [
      ...(was === undefined ? [] : roleFacts(scope, was, use)),
      ...periodFacts(use.name, use.at, was?.raw ?? {}, use.raw),
    ]
  })
}
