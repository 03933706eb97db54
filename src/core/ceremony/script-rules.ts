// Whether a script can be run to its end, and by people who may do what it asks of them.
import { toHex } from '../bytes.ts'
import { malformed } from '../transfer/strict-document.ts'
import type { CeremonyScript, Person, Step, StepKind } from './script.ts'

export function stepsOf({ acts }: Pick<CeremonyScript, 'acts'>): Step[] {
  return acts.flatMap(({ steps }) => [...steps])
}

/** Who may do a step: everybody of that role, or the one of that name. */
export function peopleFor({ people }: Pick<CeremonyScript, 'people'>, who: string): Person[] {
  return people.filter(({ name, roles }) => name === who || roles.some((role) => role === who))
}

/** Only those who agreed sign, where there is a step for it. */
export function asksToAgree(script: Pick<CeremonyScript, 'acts'>): boolean {
  return stepsOf(script).some(({ kind }) => kind === 'agree')
}

export function checkScript(script: CeremonyScript, what: string): void {
  checkPeople(script, what)
  const steps = stepsOf(script)
  checkOrder(steps, what)
  for (const { id, who } of steps)
    if (peopleFor(script, who).length === 0) throw malformed(what, `nobody is ${who}, who is to do ${id}`)
  checkKinds(steps, what)
}

function checkPeople({ people }: CeremonyScript, what: string): void {
  const names = new Set(people.map(({ name }) => name.toLowerCase()))
  if (names.size !== people.length) throw malformed(what, 'two people have one name')
  if (names.has('machine')) throw malformed(what, 'a person has the name that the machine has in a record')
  const withRole = (role: string): Person[] => people.filter(({ roles }) => roles.some((one) => one === role))
  if (withRole('administrator').length !== 1) throw malformed(what, 'there is not exactly one administrator')
  if (withRole('witness').length === 0) throw malformed(what, 'there is no witness')
  if (withRole('signer').length === 0) throw malformed(what, 'there is no signer')
  const keys = new Map<string, string>()
  for (const { name, roles, keys: own } of people) {
    if (new Set(roles).size !== roles.length) throw malformed(what, `${name} has a role twice`)
    const isSigner = roles.includes('signer')
    if (isSigner && roles.includes('witness')) throw malformed(what, `${name} is a witness, and would sign`)
    if (isSigner && own.length === 0) throw malformed(what, `${name} signs, and has no key`)
    for (const { key } of own) {
      const spki = toHex(key.spki)
      const other = keys.get(spki)
      if (other !== undefined) throw malformed(what, `a key of ${name} is a key of ${other} too`)
      keys.set(spki, name)
    }
  }
}

/** Steps run in the order in which they stand: whatever must come before one stands before it, and so there is no circle. */
function checkOrder(steps: readonly Step[], what: string): void {
  const before = new Set<string>()
  const all = new Set(steps.map(({ id }) => id))
  for (const { id, after } of steps) {
    if (before.has(id)) throw malformed(what, `two steps have the id ${id}`)
    for (const one of after) {
      if (!all.has(one)) throw malformed(what, `${id} comes after ${one}, which is no step`)
      if (!before.has(one))
        throw malformed(what, `${id} comes after ${one}, which comes after ${id} itself, or stands behind it`)
    }
    before.add(id)
  }
}

function checkKinds(steps: readonly Step[], what: string): void {
  const at = (kind: StepKind): number[] => steps.flatMap((step, index) => (step.kind === kind ? [index] : []))
  const [receive, ...more] = at('receive')
  if (receive === undefined || more.length > 0)
    throw malformed(what, 'there is not exactly one step that receives the change')
  const signs = at('sign')
  const first = signs[0]
  const last = signs.at(-1)
  if (first === undefined || last === undefined) throw malformed(what, 'nobody signs')
  if (!at('compare').some((one) => one > receive && one < first))
    throw malformed(what, 'nobody compares the change between its coming and the first signature')
  if (!at('prove').some((one) => one > last)) throw malformed(what, 'nothing is proved after the last signature')
  if (at('roll-call').every((one) => one > first))
    throw malformed(what, 'no token is looked at before the first signature')
  if (at('close').join() !== String(steps.length - 1))
    throw malformed(what, 'the last step, and no other, closes the ceremony')
}
