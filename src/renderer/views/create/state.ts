// What is filled in for a new repository, what is still missing at each step, and the request it becomes. Pure.
import type { CreateRequest } from '../../../ipc/contract.ts'
import { wholeOf } from '../edit/fields.tsx'
import type { PickedKey } from '../edit/key-picker.tsx'

export const steps = ['who', 'long', 'online', 'below', 'where', 'sum'] as const
export type Step = (typeof steps)[number]

export const stepNames: Readonly<Record<Step, string>> = {
  who: 'Who signs',
  long: 'For how long',
  online: "The repository's own key",
  below: 'What lies below',
  where: 'Where it lies',
  sum: 'Look it over',
}

export interface CreateState {
  step: Step
  holders: readonly PickedKey[]
  threshold: number
  expiryDays: string
  signingDays: string
  snapshotDays: string
  timestampDays: string
  online: readonly PickedKey[]
  structure: CreateRequest['structure']
  bits: string
  location: string
  name: string
}

export const startState: CreateState = {
  step: 'who',
  holders: [],
  threshold: 1,
  expiryDays: '365',
  signingDays: '60',
  snapshotDays: '7',
  timestampDays: '1',
  online: [],
  structure: 'none',
  bits: '4',
  location: '',
  name: '',
}

/** What is missing at a step; undefined when it is complete. */
export function missingAt(step: Step, state: CreateState): string | undefined {
  switch (step) {
    case 'who':
      return state.holders.length === 0 ? 'Choose at least one person.' : undefined
    case 'long': {
      const [expiry, signing] = [wholeOf(state.expiryDays), wholeOf(state.signingDays)]
      const others = [wholeOf(state.snapshotDays), wholeOf(state.timestampDays)]
      if (expiry === undefined || signing === undefined || others.includes(undefined))
        return 'Fill in every number of days.'
      return signing >= expiry ? 'The time to sign anew must be shorter than the whole time.' : undefined
    }
    case 'online': {
      const [key] = state.online
      if (key === undefined) return 'Choose the key.'
      return state.holders.some((holder) => holder.id === key.id)
        ? "This key is one of the people's. A machine needs a key of its own."
        : undefined
    }
    case 'below':
      return undefined
    case 'where':
      if (state.location.trim() === '') return 'Name the folder.'
      return state.name.trim() === '' ? 'Give the repository a name.' : undefined
    case 'sum':
      return steps
        .filter((one) => one !== 'sum')
        .map((one) => missingAt(one, state))
        .find((one) => one !== undefined)
  }
}

/** A step is open when all before it are complete. */
export function isOpen(step: Step, state: CreateState): boolean {
  return steps.slice(0, steps.indexOf(step)).every((one) => missingAt(one, state) === undefined)
}

export function requestOf(state: CreateState): CreateRequest | undefined {
  const [online] = state.online
  const [expiryDays, signingDays] = [wholeOf(state.expiryDays), wholeOf(state.signingDays)]
  const [snapshotDays, timestampDays] = [wholeOf(state.snapshotDays), wholeOf(state.timestampDays)]
  if (missingAt('sum', state) !== undefined || online === undefined) return undefined
  if (expiryDays === undefined || signingDays === undefined) return undefined
  if (snapshotDays === undefined || timestampDays === undefined) return undefined
  const hasBins = state.structure === 'succinct' || state.structure === 'prefixes'
  return {
    location: state.location.trim(),
    name: state.name.trim(),
    holders: state.holders.map((key) => key.choice),
    threshold: state.threshold,
    expiryDays,
    signingDays,
    online: online.choice,
    snapshotDays,
    timestampDays,
    structure: state.structure,
    ...(hasBins ? { bitLength: Number(state.bits) } : {}),
  }
}
