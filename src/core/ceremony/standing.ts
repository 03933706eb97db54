// Where a ceremony stands: worked out from the script and the record alone, so that a run goes on after a crash as if nothing had
// been. Pure: whatever the room still has to do follows from what is written down.
import type { JsonObject } from '../json.ts'
import type { FactKind } from './facts.ts'
import type { CeremonyRecord, FactLine } from './record.ts'
import type { CeremonyScript, Step } from './script.ts'
import { stepsOf } from './script-rules.ts'

export type Phase = 'running' | 'break' | 'stopped' | 'closed'

export interface Gate {
  name: string
  outcome: 'passed' | 'failed' | 'waived'
  found: string
}

export interface Presence {
  person: string
  /** SubjectPublicKeyInfo, base64. */
  key: string
  serial: string
  attestation: string
}

export interface Deviation {
  number: number
  by: string
  what: string
  fix: string
  settledBy?: string
}

export interface Standing {
  phase: Phase
  /** The step that is to be done now; none when all are, or when it is closed. */
  step?: Step
  /** Somebody began with it since the run was started or resumed. */
  hasBegun: boolean
  done: ReadonlySet<string>
  /** The last that was found of each. */
  gates: readonly Gate[]
  present: readonly Presence[]
  received?: { request: string; subject: string; digest: string; anchor: string; headline: string }
  /** Comparisons that still count. */
  compared: readonly { by: string; device: string; step: string }[]
  /** Why nothing is signed any more. */
  halted?: 'stopped' | 'different'
  agreed: readonly string[]
  signed: readonly { person: string; key: string; signature: string }[]
  proved: boolean
  exported: readonly { name: string; digest: string }[]
  deviations: readonly Deviation[]
  /** How it was closed. */
  outcome?: 'complete' | 'abandoned'
  /** Whose token signed the fingerprint. */
  witnessed: readonly string[]
}

type Draft = { -readonly [K in keyof Standing]: Standing[K] }

const text = (fact: JsonObject, name: string): string => String(fact[name] ?? '')

export function standingOf(script: CeremonyScript, record: Pick<CeremonyRecord, 'facts' | 'signatures'>): Standing {
  const steps = stepsOf(script)
  const now: Draft = {
    ...{ phase: 'running', hasBegun: false, done: new Set(), gates: [], present: [], compared: [], agreed: [] },
    ...{ signed: [], proved: false, exported: [], deviations: [] },
    witnessed: [...new Set(record.signatures.map(({ person }) => person))],
  }
  let begun = new Set<string>()
  let isBreak = false
  for (const line of record.facts) {
    if (line.kind === 'resumed') {
      begun = new Set()
      goBack(now, steps)
    } else if (line.kind === 'started') begun.add(line.step)
    else if (line.kind === 'done') now.done = new Set([...now.done, line.step])
    else if (line.kind === 'break' || line.kind === 'back') isBreak = line.kind === 'break'
    else take[line.kind]?.(now, line.open?.fact ?? {}, line)
  }
  if (now.outcome !== undefined) return { ...now, phase: 'closed' }
  // The last step is done when it is closed, whatever happened between those two lines.
  now.done = new Set([...now.done].filter((id) => id !== steps.at(-1)?.id))
  const phase = isBreak ? 'break' : now.halted === undefined ? 'running' : 'stopped'
  const step = steps.find(({ id }) => !now.done.has(id))
  return { ...now, phase, ...(step === undefined ? {} : { step, hasBegun: begun.has(step.id) }) }
}

/** Whoever was interrupted compares again, unless something had been signed: that cannot be taken back, and was compared. */
function goBack(now: Draft, steps: readonly Step[]): void {
  if (now.received === undefined || now.signed.length > 0) return
  const receive = steps.findIndex(({ kind }) => kind === 'receive')
  const from = steps.findIndex(({ kind }, at) => at > receive && kind === 'compare')
  const again = new Set(steps.slice(from).map(({ id }) => id))
  now.done = new Set([...now.done].filter((id) => !again.has(id)))
  now.compared = []
  now.agreed = []
}

type Take = (now: Draft, fact: JsonObject, line: FactLine) => void

const take: Partial<Record<FactKind, Take>> = {
  gate: (now, fact) => {
    const outcome = fact.outcome === 'failed' || fact.outcome === 'waived' ? fact.outcome : 'passed'
    const gate = { name: text(fact, 'name'), outcome, found: text(fact, 'found') } as const
    now.gates = [...now.gates.filter(({ name }) => name !== gate.name), gate]
  },
  present: (now, fact) => {
    const [person, key] = [text(fact, 'person'), text(fact, 'key')]
    const token = { person, key, serial: text(fact, 'serial'), attestation: text(fact, 'attestation') }
    now.present = [...now.present.filter((one) => one.person !== person || one.key !== key), token]
  },
  received: (now, fact) => {
    const [request, subject, digest] = [text(fact, 'request'), text(fact, 'subject'), text(fact, 'digest')]
    now.received = { request, subject, digest, anchor: text(fact, 'anchor'), headline: text(fact, 'headline') }
    now.compared = []
    now.agreed = []
    now.signed = []
    now.proved = false
  },
  compared: (now, fact, { actor, step }) => {
    if (fact.outcome === 'different') now.halted ??= 'different'
    if (fact.outcome === 'same' && fact.digest === now.received?.digest)
      now.compared = [...now.compared, { by: actor, device: text(fact, 'device'), step }]
  },
  agreed: (now, fact, { actor }) => {
    if (fact.digest === now.received?.digest) now.agreed = [...new Set([...now.agreed, actor])]
  },
  signed: (now, fact, { actor }) => {
    now.signed = [...now.signed, { person: actor, key: text(fact, 'key'), signature: text(fact, 'signature') }]
  },
  proved: (now, fact) => {
    now.proved = fact.digest === now.received?.digest
  },
  exported: (now, fact) => {
    now.exported = [...now.exported, { name: text(fact, 'name'), digest: text(fact, 'digest') }]
  },
  deviation: (now, fact, { actor }) => {
    const deviation = { number: Number(fact.number), by: actor, what: text(fact, 'what'), fix: text(fact, 'fix') }
    now.deviations = [...now.deviations, deviation]
  },
  settled: (now, fact, { actor }) => {
    now.deviations = now.deviations.map((one) => (one.number === fact.number ? { ...one, settledBy: actor } : one))
  },
  stopped: (now) => {
    now.halted = 'stopped'
  },
  closed: (now, fact) => {
    now.outcome = fact.outcome === 'complete' ? 'complete' : 'abandoned'
  },
}
