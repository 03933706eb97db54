// Steps that several people do one after the other: who has done it, and whose turn it is. Pure.
import type { RunStep, RunView } from '../../../ipc/contract.ts'

export interface Item {
  name: string
  done: boolean
  /** "signed", "not yet" */
  state: string
  detail?: string
  /** It is not their turn, whatever anybody picks. */
  mayNot?: boolean
}

export function agreeing({ people }: RunView, step: RunStep): Item[] {
  return people
    .filter(({ name }) => step.people.includes(name))
    .map(({ name, agreed }) => ({ name, done: agreed, state: agreed ? 'agreed' : 'not yet' }))
}

/** Only who agreed signs, where the script asks for that. */
export function signing({ people, acts }: RunView, step: RunStep): Item[] {
  const isAsked = acts.some(({ steps }) => steps.some(({ kind }) => kind === 'agree'))
  return people
    .filter(({ name, hasKey }) => hasKey && step.people.includes(name))
    .map(({ name, agreed, signed }) => {
      if (signed) return { name, done: true, state: 'signed' }
      const mayNot = isAsked && !agreed
      return { name, done: false, state: mayNot ? 'did not agree' : 'not yet', mayNot }
    })
}

export function isReached({ change }: RunView): boolean {
  return change?.quorums.every(({ met }) => met) === true
}

/** Whoever was picked, else the first who has not done it; nobody when enough have, unless they were picked. */
export function turnOf(items: readonly Item[], picked: string, isEnough = false): string | undefined {
  const open = items.filter(({ done, mayNot = false }) => !done && !mayNot)
  const chosen = open.find(({ name }) => name === picked)?.name
  return chosen ?? (isEnough ? undefined : open[0]?.name)
}

export function turnAt(view: RunView, step: RunStep, picked: string): string | undefined {
  if (step.kind === 'agree') return turnOf(agreeing(view, step), picked)
  return step.kind === 'sign' ? turnOf(signing(view, step), picked, isReached(view)) : undefined
}
