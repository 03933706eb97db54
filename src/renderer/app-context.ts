// What every screen may need from the frame around it: facts of the app, the turn of events, and the running approval.
import { createContext, useContext } from 'react'
import type { HandedInput } from '../ipc/carry.ts'
import type { AppInfo, ProposalView, SignerView } from '../ipc/contract.ts'
import type { LiveTokens } from './use-tokens.ts'

/** What a person has just confirmed. */
export type Work =
  | { kind: 'sign'; proposal: ProposalView; signer: SignerView; invitation?: { id: string; digest: string } }
  | { kind: 'publish'; proposal: ProposalView }

export interface AppFrame {
  info: AppInfo
  /** Grows when main says that something changed; screens ask again then. */
  revision: number
  /** Speaks to screen readers and shows the sentence for a moment. */
  say: (sentence: string) => void
  begin: (work: Work) => void
  /** Asks everything again, e.g. after a repository was opened here. */
  refresh: () => void
  live: LiveTokens
  /** Looks at what somebody handed over, and shows what it is; it does nothing else with it. */
  hand: (inputs: readonly HandedInput[]) => void
}

export const AppFrameContext = createContext<AppFrame | undefined>(undefined)

export function useApp(): AppFrame {
  const frame = useContext(AppFrameContext)
  if (frame === undefined) throw new Error('a screen was drawn outside the frame of the app')
  return frame
}
