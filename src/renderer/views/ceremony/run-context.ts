// What everything in a run has at hand: how it stands, the one way to do something, and what was typed and not used yet.
import { createContext, useCallback, useContext } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { Act } from '../../../ipc/ceremony.ts'
import type { RunStep, RunView } from '../../../ipc/contract.ts'

export interface RunFrame {
  view: RunView
  /** Answers whether it was done; what went wrong is shown, and nothing that was typed is lost. */
  act: (act: Act) => Promise<boolean>
  /** What is being done now: nothing else begins meanwhile. */
  busy: Act['act'] | undefined
  problem: { error: ErrorData; of: Act['act'] } | undefined
  /** Who does the step that is shown; "" as long as nobody was chosen. */
  who: string
  choose: (who: string) => void
  /** A step has just appeared: a key that was pressed for the one before must not count for this one. */
  isFresh: () => boolean
  /** A request that was read from codes, still packed. */
  scanned: string | undefined
  typed: Readonly<Record<string, string>>
  type: (name: string, text: string) => void
}

export const RunContext = createContext<RunFrame | undefined>(undefined)

export function useRunFrame(): RunFrame {
  const frame = useContext(RunContext)
  if (frame === undefined) throw new Error('a step was drawn outside its run')
  return frame
}

/** A field that keeps what was typed when its step or its dialog goes away, and comes back. */
export function useTyped(name: string): [string, (text: string) => void] {
  const { typed, type } = useRunFrame()
  const set = useCallback((text: string) => type(name, text), [name, type])
  return [typed[name] ?? '', set]
}

export interface StepProps {
  step: RunStep
}
