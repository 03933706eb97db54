// What can be said in a record: each kind of fact has exactly its members, and is known as what a machine found, or a person said.
import { isObject, type JsonObject, type JsonValue } from '../json.ts'

type Rule = (value: JsonValue | undefined) => boolean

const text: Rule = (value) => typeof value === 'string' && value.length <= 4000
const count: Rule = (value) => typeof value === 'number' && value >= 0
const fromOne: Rule = (value) => count(value) && value !== 0
const digest: Rule = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
const digestOrNone: Rule = (value) => value === '' || digest(value)
const hex: Rule = (value) => typeof value === 'string' && /^([0-9a-f]{2}){1,1024}$/.test(value)
const key: Rule = (value) => typeof value === 'string' && value !== '' && value.length <= 4096 && isBase64(value)
const time: Rule = (value) => typeof value === 'string' && isTime(value)
const texts: Rule = (value) => isObject(value) && Object.values(value).every(text)
const oneOf =
  (...words: readonly string[]): Rule =>
  (value) =>
    typeof value === 'string' && words.includes(value)
const listOf =
  (rule: Rule): Rule =>
  (value) =>
    Array.isArray(value) && value.length <= 1000 && value.every((one: JsonValue) => rule(one))
const exactly =
  (rules: Readonly<Record<string, Rule>>): Rule =>
  (value) =>
    isObject(value) &&
    Object.keys(value).every((name) => Object.hasOwn(rules, name)) &&
    Object.entries(rules).every(([name, rule]) => rule(value[name]))

const said = { said: text }

const rules = {
  opened: { purpose: text, machine: texts },
  resumed: { interruptedAfter: digest, reason: text },
  gate: { name: text, outcome: oneOf('passed', 'failed', 'waived'), found: text },
  started: said,
  done: said,
  present: { person: text, key, serial: text, attestation: oneOf('verified', 'unknown-root', 'rehearsal', 'none') },
  received: { request: digest, subject: text, digest, anchor: digestOrNone, headline: text },
  compared: { device: text, digest, positions: listOf(fromOne), outcome: oneOf('same', 'different', 'skipped') },
  agreed: { sentence: text, digest },
  signed: { digest, key, keyId: text, signature: hex, serial: text, tries: count },
  refused: { code: text, message: text },
  proved: { digest, quorums: listOf(exactly({ name: text, threshold: count, signed: count })), client: text },
  exported: { name: text, digest, bytes: count },
  break: said,
  back: said,
  deviation: { number: fromOne, what: text, when: time, fix: text },
  settled: { number: fromOne, agreed: listOf(text) },
  stopped: said,
  closed: { outcome: oneOf('complete', 'abandoned'), facts: count },
} as const satisfies Record<string, Readonly<Record<string, Rule>>>

export type FactKind = keyof typeof rules

export type Level = 'public' | 'auditor' | 'internal'
export const levels: readonly Level[] = ['public', 'auditor', 'internal']

/** Numbers of tokens and the state of the machine are not for everybody. */
const forAuditors: readonly FactKind[] = ['gate', 'present', 'refused']

/** By whom a fact may be seen, as a run writes it. */
export function levelOf(kind: FactKind): Level {
  // The name of the computer is nobody else's business.
  if (kind === 'opened') return 'internal'
  return forAuditors.includes(kind) ? 'auditor' : 'public'
}

/** What is known of a fact also where it is withheld. */
export interface FactMeta {
  at: string
  /** Milliseconds of this session, by a clock that nobody sets. */
  mono: number
  actor: string
  kind: FactKind
  level: Level
  step: string
}

/** A time that is one: the 30th of February is none. */
export function isTime(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)) return false
  const at = new Date(text)
  return !Number.isNaN(at.getTime()) && at.toISOString() === text
}

/** In the one spelling that its bytes have. */
function isBase64(text: string): boolean {
  try {
    return btoa(atob(text)) === text
  } catch {
    return false
  }
}

export function isFactKind(value: JsonValue | undefined): value is FactKind {
  return typeof value === 'string' && Object.hasOwn(rules, value)
}

export function isFactOf(kind: FactKind, fact: JsonObject): boolean {
  return exactly(rules[kind])(fact)
}

/** The rest is what a machine found by itself. */
const statements: readonly FactKind[] = [
  ...(['started', 'done', 'compared', 'agreed', 'break', 'back', 'deviation', 'settled', 'stopped'] as const),
]

export function isStatement(kind: FactKind): boolean {
  return statements.includes(kind)
}

/** The others are said by a person, though what is signed is a machine fact. */
export function isOfMachine(kind: FactKind): boolean {
  return !isStatement(kind) && kind !== 'signed'
}
