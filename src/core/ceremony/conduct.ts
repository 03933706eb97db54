// What may be done at this moment of a ceremony, and by whom; each refusal says what has to happen first.
import { AppError } from '../error.ts'
import type { CeremonyScript, Person, StepKind } from './script.ts'
import { peopleFor } from './script-rules.ts'
import type { Gate, Standing } from './standing.ts'

/** What a person does in a run; those of a step are named like what they leave in the record. */
export type Doing =
  | 'done'
  | 'gate'
  | 'waive'
  | 'present'
  | 'receive'
  | 'compare'
  | 'agree'
  | 'sign'
  | 'prove'
  | 'export'
  | 'close'
  | 'abandon'
  | 'fingerprint'
  | 'break'
  | 'back'
  | 'deviation'
  | 'settle'
  | 'stop'

/** The step in which it is done; the others are done at any time. */
const stepOf: Partial<Record<Doing, StepKind>> = {
  present: 'roll-call',
  receive: 'receive',
  compare: 'compare',
  agree: 'agree',
  sign: 'sign',
  prove: 'prove',
  export: 'export',
  close: 'close',
}

const duringBreak: readonly Doing[] = ['back', 'stop', 'gate']
const whileGateFails: readonly Doing[] = ['gate', 'waive', 'deviation', 'settle', 'break', 'stop', 'abandon']
const afterStop: readonly Doing[] = ['deviation', 'settle', 'break', 'abandon', 'waive', 'gate']

export function checkMay(doing: Doing, who: string, script: CeremonyScript, standing: Standing): void {
  const person = personOf(script, who)
  const { phase, gates, step } = standing
  if ((phase === 'closed') !== (doing === 'fingerprint'))
    throw phase === 'closed'
      ? notNow('the ceremony is closed', 'all that is left is that every token signs the fingerprint')
      : notNow('the fingerprint is there when the ceremony is closed', 'close it first')
  if (doing === 'fingerprint') return
  if ((phase === 'break') !== (doing === 'back') && !(phase === 'break' && duringBreak.includes(doing)))
    throw phase === 'break'
      ? notNow('there is a break', 'come back from it first')
      : notNow('there is no break', 'go on with the step')
  const failed = gates.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)
  if (failed.length > 0 && !whileGateFails.includes(doing) && phase !== 'break' && !isAfterStop(phase, doing))
    throw notNow(
      `what was measured is not as it must be: ${failed.join(', ')}`,
      'mend it and measure again, or waive it',
    )
  if (phase === 'stopped' && !afterStop.includes(doing))
    throw notNow(haltWords(standing), 'nothing is signed any more: end it, and find out why')
  if (doing === 'stop') checkRole(person, 'witness', 'stops a ceremony')
  const kind = stepOf[doing]
  if (kind !== undefined && step?.kind !== kind)
    throw notNow(`this is not done at the step ${step?.id ?? 'now'}`, 'do the step that is shown')
  if (doing === 'agree' || doing === 'sign') checkRole(person, 'signer', 'signs')
  if (doing === 'done' && step !== undefined) checkTurn(script, person, step.who)
}

/** What the machine is like may be lived with; that the root in force is another one by now may not. */
export function checkMayBeWaived({ name, found }: Gate): void {
  if (name !== 'anchor') return
  throw new AppError({
    code: 'trust/changed',
    message: found,
    hint: 'this is not waived: end this ceremony, and make a script that begins from the root in force',
  })
}

function isAfterStop(phase: Standing['phase'], doing: Doing): boolean {
  return phase === 'stopped' && afterStop.includes(doing)
}

export function personOf({ people }: Pick<CeremonyScript, 'people'>, who: string): Person {
  const person = people.find(({ name }) => name === who)
  if (person !== undefined) return person
  throw new AppError({
    code: 'usage/invalid',
    message: `${who === '' ? 'nobody' : who} is not in the script`,
    hint: `name one of ${people.map(({ name }) => name).join(', ')}`,
  })
}

function checkRole({ name, roles }: Person, role: 'witness' | 'signer', what: string): void {
  if (roles.includes(role)) return
  throw new AppError({
    code: 'usage/invalid',
    message: `${name} is no ${role}, who ${what}`,
    hint: `a ${role} does it`,
  })
}

/** Whoever else says that a step is done says it for the one who did it: that is a deviation. */
function checkTurn(script: CeremonyScript, { name }: Person, who: string): void {
  const those = peopleFor(script, who).map((one) => one.name)
  if (those.includes(name)) return
  throw new AppError({
    code: 'usage/invalid',
    message: `this step is for ${who}: ${those.join(', ')}`,
    hint: `let ${those[0] ?? who} say that it is done`,
  })
}

export function haltWords({ halted }: Pick<Standing, 'halted'>): string {
  return halted === 'different' ? 'a device showed other words for this change' : 'a witness stopped the ceremony'
}

/** Comparisons by different devices. */
export function devicesThatCompared({ compared }: Pick<Standing, 'compared'>): readonly string[] {
  return [...new Set(compared.map(({ device }) => device))]
}

/** Why the step cannot be called done yet; `isComplete`: all quorums of the change are met. */
export function missing(standing: Standing, isComplete: boolean): string | undefined {
  const { step, gates, present, received, compared, agreed, proved, exported } = standing
  switch (step?.kind) {
    case 'gate':
      return gates.length === 0 ? 'nothing was measured yet' : undefined
    case 'roll-call':
      return present.length === 0 ? 'no token was looked at yet' : undefined
    case 'receive':
      return received === undefined ? 'no request was taken in yet' : undefined
    case 'compare':
      return compared.some((one) => one.step === step.id) ? undefined : 'no device was compared yet'
    case 'agree':
      return agreed.length === 0 ? 'nobody agreed yet' : undefined
    case 'sign':
      return isComplete ? undefined : 'not enough keys have signed yet'
    case 'prove':
      return proved ? undefined : 'nothing was proved yet'
    case 'export':
      return exported.length === 0 ? 'nothing was written yet' : undefined
    case 'close':
      return openDeviations(standing).length === 0 ? undefined : 'not every deviation is settled'
    default:
      return undefined
  }
}

export function openDeviations({ deviations }: Pick<Standing, 'deviations'>): readonly number[] {
  return deviations.filter(({ settledBy }) => settledBy === undefined).map(({ number }) => number)
}

export function notNow(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
