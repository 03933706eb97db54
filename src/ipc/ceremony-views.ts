// A ceremony as the window sees it: the script, where the run stands, and what is still to be done. Types.
import type { ScriptRules, StepKind } from '../core/ceremony/script.ts'
import type { Deviation, Gate, Phase, Standing } from '../core/ceremony/standing.ts'
import type { ErrorData } from '../core/error.ts'
import type { Change, Finding, Risk } from '../core/proposal.ts'
import type { QuorumView } from './views.ts'

type Outcome = NonNullable<Standing['outcome']>

/** One that is kept on this computer. */
export interface CeremonySummary {
  ceremonyId: string
  title: string
  repository: string
  rehearsal: boolean
  /** Absent where it cannot be read. */
  phase?: Phase
  outcome?: Outcome
  /** What is to be done now, as the script says it. */
  step?: string
  /** RFC 3339, UTC. */
  startedAt?: string
  problem?: ErrorData
}

export interface ScriptPerson {
  name: string
  roles: readonly string[]
  /** What their tokens are called. */
  tokens: readonly string[]
}

/** A script that somebody chose, before anything begins. */
export interface ScriptView {
  scriptId: string
  title: string
  purpose: string
  repository: string
  /** The title of the root in force before; absent for the first root of a repository. */
  anchor?: string
  /** The words of its hash, as they stand on its print. */
  words: readonly string[]
  /** Words to be typed before it begins, by their positions, counted from 1. */
  ask: readonly number[]
  people: readonly ScriptPerson[]
  acts: readonly { title: string; steps: number }[]
  rules: ScriptRules
}

export interface RunPerson extends ScriptPerson {
  hasKey: boolean
  /** The token of this person that was looked at. */
  present?: { serial: string; attestation: string }
  agreed: boolean
  signed: boolean
  /** Their token signed the fingerprint. */
  witnessed: boolean
}

export interface RunStep {
  id: string
  kind: StepKind
  /** A role or a name, as the script says it, and those who are meant. */
  who: string
  people: readonly string[]
  text: string
  expect: string
  state: 'done' | 'now' | 'later'
}

/** A key that is plugged in or kept here, and whose it is in the script. */
export interface RunToken {
  signerId: string
  label: string
  serial: string
  /** Absent: nobody in the script has this key. */
  owner?: string
  rehearsal: boolean
}

export interface RunChange {
  title: string
  headline: string
  risk: Risk
  digest: string
  /** Of its digest. */
  words: readonly string[]
  /** The most dangerous first. */
  changes: readonly Change[]
  /** How many changes there are besides. */
  more: number
  findings: readonly Finding[]
  quorums: readonly QuorumView[]
}

export interface RunView {
  ceremonyId: string
  title: string
  purpose: string
  repository: string
  rehearsal: boolean
  startedAt: string
  scriptHash: string
  /** Of the hash of the script. */
  scriptWords: readonly string[]
  /** Where its files lie on this computer. */
  folder: string
  phase: Phase
  halted?: NonNullable<Standing['halted']>
  outcome?: Outcome
  acts: readonly { title: string; steps: readonly RunStep[] }[]
  /** The id of the step that is to be done. */
  now?: string
  /** Why it cannot be called done yet. */
  missing?: string
  people: readonly RunPerson[]
  gates: readonly Gate[]
  tokens: readonly RunToken[]
  /** In a rehearsal: whose practice token is in the reader. */
  plugged?: string
  change?: RunChange
  compared: readonly { by: string; device: string }[]
  devicesAsked: number
  /** What a signer agrees to, as it is recorded. */
  sentence?: string
  /** What a client did with the result. */
  proof?: string
  exported: Standing['exported']
  deviations: readonly Deviation[]
  /** Lines of the record, and how often it was interrupted. */
  lines: number
  interruptions: number
  /** When it is closed: the number that stands for all of it. */
  fingerprint?: { digest: string; words: readonly string[] }
}
