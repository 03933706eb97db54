// What everything in a run has at hand, and the one way in which it is written down: what may not be done now is refused first, and
// the first thing done at a step is its beginning.
import { checkMay, type Doing } from '../../core/ceremony/conduct.ts'
import type { FactKind } from '../../core/ceremony/facts.ts'
import { type Standing, standingOf } from '../../core/ceremony/standing.ts'
import { AppError, toAppError } from '../../core/error.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Desk, TufSource } from '../desk.ts'
import { anchorOf, type Ceremony, changeSource, nothingReceived } from './change.ts'
import type { Machine } from './gates.ts'
import type { Journal } from './journal.ts'

export interface Room extends Ceremony {
  journal: Journal
  desk: Desk
  machine: Machine
  /** How many secrets were wrong since the program started. */
  wrongSecrets(): number
  now(): Date
  /** Practice tokens that stand in for the token of a person. */
  standIns: ReadonlyMap<string, string>
}

export function standing({ script, journal }: Room): Standing {
  return standingOf(script, journal.record)
}

/** Throws what has to happen first; else the step has begun, and what follows is written down as this person's. */
export async function begin(room: Room, doing: Doing, who: string): Promise<Standing> {
  const { script, journal } = room
  const now = standing(room)
  checkMay(doing, who, script, now)
  const { step, hasBegun, phase } = now
  // No step begins in a break, in which the machine may be measured.
  if (step === undefined || hasBegun || phase === 'break' || !beginsStep.has(doing)) return now
  await journal.write({ kind: 'started', fact: { said: '' }, actor: who, step: step.id })
  const begun = standing(room)
  // With that line the clock may have been found to have gone back, and what is signed cannot be taken back.
  if (doing === 'sign') checkMay(doing, who, script, begun)
  return begun
}

const beginsStep: ReadonlySet<Doing> = new Set([
  ...(['done', 'gate', 'present', 'receive', 'compare', 'agree', 'sign', 'prove', 'export', 'close'] as const),
])

export function note(room: Room, kind: FactKind, fact: JsonObject, actor?: string): Promise<void> {
  const { step } = standing(room)
  return room.journal.write({ kind, fact, step: step?.id ?? '', ...(actor === undefined ? {} : { actor }) })
}

/** What was tried and refused is part of what happened. */
export async function noting<T>(room: Room, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (thrown) {
    const { code, message } = toAppError(thrown)
    // Whatever the record itself could not take is not noted in it.
    if (code !== 'usage/invalid')
      await note(room, 'refused', { code, message: message.slice(0, 2000) }).catch(() => undefined)
    throw thrown
  }
}

export async function openChange(room: Room, signal: AbortSignal): Promise<TufSource> {
  const source = await changeSource(room, signal)
  const { received } = standing(room)
  if (source === undefined || received === undefined) throw nothingReceived()
  if (anchorOf(source) === received.anchor) return source
  throw new AppError({
    code: 'trust/changed',
    message: 'the root in the folder of this ceremony is not the one from which the request was judged',
    hint: 'do not sign; somebody changed the folder: stop, and find out who',
  })
}
