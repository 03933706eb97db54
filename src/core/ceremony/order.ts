// The rules of order of a record (docs/formats/record.md), one function each. What needs a fact that is withheld is left open.
import type { JsonObject, JsonValue } from '../json.ts'
import type { Result } from './check.ts'
import { type FactKind, isOfMachine } from './facts.ts'
import type { CeremonyRecord, FactLine } from './record.ts'
import type { CeremonyScript } from './script.ts'
import { stepsOf } from './script-rules.ts'

interface Look {
  facts: readonly FactLine[]
  rehearsal: boolean
  script: CeremonyScript | undefined
  fail(at: number, sentence: string): void
  /** It cannot be told here. */
  leave(at: number, sentence: string): void
}

export function brokenRules({ facts, header }: CeremonyRecord, script: CeremonyScript | undefined): Result[] {
  const results: Result[] = []
  const add =
    (outcome: 'fails' | 'open') =>
    (at: number, sentence: string): void => {
      const ground = outcome === 'fails' ? 'machine fact' : 'not provable'
      // The header is line 1.
      results.push({ ground, outcome, sentence, line: at + 2 })
    }
  const look: Look = { facts, script, rehearsal: header.rehearsal, fail: add('fails'), leave: add('open') }
  for (const rule of rules) rule(look)
  const isWhole = results.every(({ outcome }) => outcome !== 'fails')
  return isWhole
    ? [{ ground: 'machine fact', outcome: 'holds', sentence: 'what happened is in order' }, ...results]
    : results
}

const rules = [
  speakers,
  beginsAndEnds,
  timeGoesOn,
  resumes,
  comparesBeforeSigning,
  signersOnly,
  stops,
  deviations,
  breaks,
  steps,
  proves,
]

const isKind =
  (...kinds: readonly FactKind[]) =>
  ({ kind }: Pick<FactLine, 'kind'>): boolean =>
    kinds.includes(kind)

function textIn(fact: JsonObject | undefined, name: string): string | undefined {
  const value = fact?.[name]
  return typeof value === 'string' ? value : undefined
}

function speakers({ facts, script, fail }: Look): void {
  for (const [at, { kind, actor }] of facts.entries()) {
    if ((actor === 'machine') !== isOfMachine(kind)) fail(at, `“${kind}” is not for ${actor} to say`)
    if (script === undefined || actor === 'machine') continue
    const roles = script.people.find(({ name }) => name === actor)?.roles
    if (roles === undefined) fail(at, `${actor} is not in the script`)
    else if (kind === 'stopped' && !roles.includes('witness')) fail(at, `${actor} stopped it, and is no witness`)
  }
}

function beginsAndEnds({ facts, fail }: Look): void {
  if (facts[0]?.kind !== 'opened') fail(0, 'it does not begin with its opening')
  for (const [at, { kind, open }] of facts.entries()) {
    if (kind === 'opened' && at > 0) fail(at, 'it is opened a second time')
    if (kind !== 'closed') continue
    if (at !== facts.length - 1) fail(at, 'something happens after it was closed')
    if (open !== undefined && open.fact.facts !== at)
      fail(at, `it says that ${String(open.fact.facts)} facts came before, and ${at} did`)
  }
}

function timeGoesOn({ facts, fail, leave }: Look): void {
  for (const [at, line] of facts.entries()) {
    const before = facts[at - 1]
    if (before === undefined) continue
    if (line.mono < before.mono && line.kind !== 'resumed') fail(at, 'the clock that nobody sets went back')
    if (line.at >= before.at) continue
    const next = facts.findIndex(({ kind }, later) => later > at && kind !== 'gate')
    const gates = facts.slice(at, next < 0 ? facts.length : next).filter(isKind('gate'))
    if (gates.some(({ open }) => open?.fact.name === 'clock')) continue
    if (gates.some(({ open }) => open === undefined))
      leave(at, 'the wall clock went back; whether that was said is withheld')
    else fail(at, 'the wall clock went back, and nothing says why')
  }
}

function resumes({ facts, fail }: Look): void {
  for (const [at, { kind, open }] of facts.entries()) {
    if (kind !== 'resumed' || open === undefined) continue
    if (open.fact.interruptedAfter !== facts[at - 1]?.chain)
      fail(at, 'it was resumed after something else than the line before')
  }
}

function comparesBeforeSigning({ facts, script, fail, leave }: Look): void {
  const devices = script?.rules.devices ?? 2
  let received: FactLine | undefined
  // Since the last time that comparing began anew, and whether some of it is withheld.
  let compared: FactLine[] = []
  const isSameChange = ({ open }: FactLine, digest: string): boolean =>
    open?.fact.digest === digest && open.fact.outcome === 'same'
  let signed: FactLine[] = []
  for (const [at, line] of facts.entries()) {
    const { kind, open } = line
    if (kind === 'received') received = line
    if (kind === 'received') signed = []
    if (kind === 'received' || (kind === 'resumed' && signed.length === 0)) compared = []
    if (kind === 'compared') compared.push(line)
    if (kind !== 'signed') continue
    signed.push(line)
    if (open === undefined) {
      leave(at, 'what was signed is withheld')
      continue
    }
    const digest = textIn(open.fact, 'digest') ?? ''
    if (received === undefined || (received.open !== undefined && received.open.fact.digest !== digest))
      fail(at, 'something was signed that had not been received')
    const count = new Set(
      compared.flatMap((one) => (isSameChange(one, digest) ? [textIn(one.open?.fact, 'device')] : [])),
    ).size
    if (received?.open === undefined) leave(at, 'whether it was received before it was signed is withheld')
    if (count >= devices) continue
    if (compared.some((one) => one.open === undefined))
      leave(at, 'whether it was compared before it was signed is withheld')
    else fail(at, `it was signed after it had been compared on ${count} devices, and ${devices} are asked for`)
  }
}

function signersOnly({ facts, script, rehearsal, fail, leave }: Look): void {
  const present = new Set<string>()
  const practice = new Set<string>()
  let isWithheld = false
  for (const [at, { kind, open, actor }] of facts.entries()) {
    if (kind === 'present' && open === undefined) isWithheld = true
    if (kind === 'present' && open !== undefined) {
      const token = `${String(open.fact.person)} ${String(open.fact.key)}`
      present.add(token)
      if (rehearsal && open.fact.attestation === 'rehearsal') practice.add(token)
      else if (script !== undefined && !isTheirs(script, open.fact.person, open.fact.key))
        fail(at, `a token of ${String(open.fact.person)} that is not in the script`)
    }
    if (kind !== 'signed') continue
    const roles = script?.people.find(({ name }) => name === actor)?.roles
    if (script !== undefined && roles?.includes('signer') !== true)
      fail(at, `${actor} signed, and is no signer in the script`)
    if (open === undefined) continue
    const token = `${actor} ${String(open.fact.key)}`
    const isOpen = practice.has(token) || (rehearsal && isWithheld)
    if (script !== undefined && !isOpen && !isTheirs(script, actor, open.fact.key))
      fail(at, `${actor} signed with a key that is not theirs in the script`)
    if (present.has(token)) continue
    if (isWithheld) leave(at, `whether the token of ${actor} was looked at before is withheld`)
    else fail(at, `${actor} signed with a key that had not been looked at`)
  }
}

function isTheirs({ people }: CeremonyScript, person: JsonValue | undefined, key: JsonValue | undefined): boolean {
  return people.some(({ name, keys }) => name === person && keys.some((one) => base64(one.key.spki) === key))
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

function stops({ facts, fail }: Look): void {
  const at = facts.findIndex(
    ({ kind, open }) => kind === 'stopped' || (kind === 'compared' && open?.fact.outcome === 'different'),
  )
  if (at < 0) return
  for (const [later, { kind }] of facts.entries())
    if (later > at && kind === 'signed')
      fail(later, 'something was signed after it had been stopped, or found to be different')
}

function deviations({ facts, fail, leave }: Look): void {
  // Who noted each: the first has the number 1, also where it is withheld.
  const noted: string[] = []
  const settled = new Set<number>()
  let isWithheld = false
  for (const [at, { kind, open, actor }] of facts.entries()) {
    const number = Number(open?.fact.number)
    if (kind === 'deviation') {
      noted.push(actor)
      if (open !== undefined && number !== noted.length) fail(at, `deviation ${number} comes after ${noted.length - 1}`)
    }
    if (kind !== 'settled') continue
    if (open === undefined) {
      isWithheld = true
      continue
    }
    if (number > noted.length) fail(at, `deviation ${number} is settled, and was not noted`)
    if (noted[number - 1] === actor) fail(at, `deviation ${number} was settled by ${actor}, who had noted it`)
    settled.add(number)
  }
  const end = facts.at(-1)
  if (end?.kind !== 'closed' || end.open?.fact.outcome !== 'complete') return
  const open = noted.map((_, index) => index + 1).filter((number) => !settled.has(number))
  if (open.length === 0) return
  if (isWithheld) leave(facts.length - 1, 'whether every deviation was settled is withheld')
  else fail(facts.length - 1, `it was closed with deviations that were not settled: ${open.join(', ')}`)
}

function breaks({ facts, fail }: Look): void {
  let isBreak = false
  for (const [at, { kind }] of facts.entries()) {
    if (kind === 'back' && !isBreak) fail(at, 'people came back from no break')
    if (isBreak && !isKind('back', 'gate', 'resumed', 'stopped')({ kind }))
      fail(at, 'something happened during a break')
    if (kind === 'break') isBreak = true
    if (kind === 'back') isBreak = false
  }
}

function steps({ facts, script, fail }: Look): void {
  const order = new Map((script === undefined ? [] : stepsOf(script)).map(({ id }, index) => [id, index]))
  const started = new Set<string>()
  let last = -1
  for (const [at, { kind, step }] of facts.entries()) {
    if (step === '') continue
    const index = order.get(step)
    if (index === undefined && script !== undefined) fail(at, `the step ${step} is not in the script`)
    if (kind === 'started') started.add(step)
    if (kind === 'started' && index !== undefined) {
      if (index < last) fail(at, `the step ${step} began after a later one`)
      last = Math.max(last, index)
    }
    if (kind === 'done' && !started.has(step)) fail(at, `the step ${step} ended without a beginning`)
  }
}

function proves({ facts, fail, leave }: Look): void {
  const end = facts.at(-1)
  if (end?.kind !== 'closed') return
  if (end.open === undefined) leave(facts.length - 1, 'how it ended is withheld')
  if (end.open?.fact.outcome !== 'complete') return
  const last = facts.filter(isKind('proved')).at(-1)
  if (last === undefined) fail(facts.length - 1, 'it is called complete, and nothing was proved')
  else if (last.open === undefined) leave(facts.length - 1, 'what was proved is withheld')
  const quorums = last?.open?.fact.quorums
  if (!Array.isArray(quorums)) return
  const isShort = quorums.some((one: JsonObject) => Number(one.signed) < Number(one.threshold))
  if (quorums.length === 0 || isShort) fail(facts.length - 1, 'it is called complete, and not enough keys had signed')
}
