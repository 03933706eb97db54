// What is said about a ceremony that is not in its script: counts, roles, gates, and what a list says of each run. Pure.
import type { CeremonySummary, RunPerson, RunStep, RunToken, RunView } from '../../../ipc/contract.ts'
import { plainForeign } from '../../foreign.ts'
import { capital, listOf, type Tone, thousands } from '../../format.ts'

/** "Step 7 of 19", by the step that is to be done; the last one when all are. */
export function placeOf({ acts, now }: Pick<RunView, 'acts' | 'now'>): { step: number; of: number; act: number } {
  const steps = acts.flatMap((act, at) => act.steps.map(({ id }) => ({ id, at })))
  const found = steps.findIndex(({ id }) => id === now)
  return found < 0
    ? { step: steps.length, of: steps.length, act: acts.length }
    : { step: found + 1, of: steps.length, act: steps[found]?.at ?? 0 }
}

export function stepNow({ acts, now }: Pick<RunView, 'acts' | 'now'>): RunStep | undefined {
  return acts.flatMap(({ steps }) => steps).find(({ id }) => id === now)
}

export function times(count: number): string {
  if (count === 1) return 'once'
  return count === 2 ? 'twice' : `${thousands(count)} times`
}

/** Main says "not enough keys have signed yet": what stands between the step and its end. */
export function missingWords(missing: string): string {
  return `${capital(missing)}.`
}

/** Who could not sign any more if this step ended now; there is no way back to it. */
export function leftOut({ people }: Pick<RunView, 'people'>, step: RunStep | undefined): string | undefined {
  const isLeft =
    step?.kind === 'roll-call'
      ? ({ hasKey, present }: RunPerson) => hasKey && present === undefined
      : step?.kind === 'agree'
        ? ({ name, agreed }: RunPerson) => step.people.includes(name) && !agreed
        : undefined
  const names = isLeft === undefined ? [] : people.filter(isLeft).map(({ name }) => plainForeign(name))
  if (names.length === 0) return undefined
  const who = `${listOf(names)} ${names.length === 1 ? 'has' : 'have'}`
  return step?.kind === 'agree'
    ? `${who} not agreed, and cannot sign after this step.`
    : `${who} shown no token, and cannot sign after this step.`
}

const gateNames: ReadonlyMap<string, string> = new Map([
  ['network', 'Network'],
  ['sandbox', 'Protection of this window'],
  ['clock', 'Clock'],
  ['build', 'This program'],
  ['anchor', 'The root it starts from'],
])

export function gateName(name: string): string {
  return gateNames.get(name) ?? capital(name)
}

export const gateWords: Readonly<Record<RunView['gates'][number]['outcome'], { text: string; tone: Tone }>> = {
  passed: { text: 'as it should be', tone: 'ok' },
  failed: { text: 'not as it should be', tone: 'bad' },
  waived: { text: 'waived', tone: 'warn' },
}

/** "signer and observer" */
export function rolesText(roles: readonly string[]): string {
  return listOf([...roles])
}

export function whereItStands({ phase, outcome, step }: CeremonySummary): { text: string; tone: Tone } {
  if (phase === 'closed')
    return outcome === 'complete' ? { text: 'Complete', tone: 'ok' } : { text: 'Ended before its end', tone: 'warn' }
  if (phase === 'stopped') return { text: 'Stopped: nothing is signed any more', tone: 'bad' }
  if (phase === 'break') return { text: 'In a break', tone: 'warn' }
  if (phase === undefined) return { text: 'Cannot be read', tone: 'bad' }
  return { text: step === undefined ? 'Running' : `Now: ${step}`, tone: 'plain' }
}

export interface TokenHere {
  serial: string
  label: string
  /** Of the slot whose key is in the script. */
  signerId: string
  owner?: string
  rehearsal: boolean
}

/**
 * A device is one entry, however many keys it holds: the one that the script knows counts. Keys that are kept on this computer are
 * no tokens, and are named only where the script names them.
 */
export function tokensHere(tokens: readonly RunToken[]): TokenHere[] {
  const here: TokenHere[] = []
  for (const token of tokens) {
    if (token.owner === undefined && token.serial === '') continue
    const at = here.findIndex(({ serial }) => token.serial !== '' && serial === token.serial)
    if (at < 0) here.push(token)
    else if (here[at]?.owner === undefined) here[at] = token
  }
  return here
}

/** The key with which this person can do it now, if it is here. */
export function keyOf(tokens: readonly RunToken[], name: string): RunToken | undefined {
  return tokens.find(({ owner }) => owner === name)
}

export function recordText({ lines }: Pick<RunView, 'lines'>): string {
  return `Record: ${thousands(lines)} ${lines === 1 ? 'line' : 'lines'}, saved`
}
