// The rules of order of a record (docs/formats/record.md), one function each. What needs a fact that is withheld is left open.
import type { JsonObject } from '../json.ts'
import type { Result } from './check.ts'
import type { FactKind } from './facts.ts'
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

function textIn(fact: JsonObject | undefined, name: string): string | undefined {
  const value = fact?.[name]
  return typeof value === 'string' ? value : undefined
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
    if (line.kind !== 'gate') fail(at, 'the wall clock went back')
    else if (line.open === undefined) leave(at, 'the wall clock went back; whether that was said is withheld')
    else if (line.open.fact.name !== 'clock') fail(at, 'the wall clock went back, and nothing says why')
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
  let received: string | undefined
  let isWithheld = false
  let same = new Map<string, Set<string>>()
  const begun = new Set<string>()
  for (const [at, { kind, open }] of facts.entries()) {
    if (kind === 'received' || kind === 'resumed') {
      same = new Map()
      isWithheld = open === undefined
    }
    if (open === undefined) {
      if (kind === 'received') received = undefined
      if (kind === 'compared') isWithheld = true
      if (kind === 'signed') leave(at, 'what was signed is withheld')
      continue
    }
    const digest = textIn(open.fact, 'digest') ?? ''
    if (kind === 'received') received = digest
    if (kind === 'compared' && open.fact.outcome === 'same')
      same.set(digest, (same.get(digest) ?? new Set()).add(textIn(open.fact, 'device') ?? ''))
    if (kind !== 'signed') continue
    const compared = same.get(digest)?.size ?? 0
    const isEnough = compared >= devices || begun.has(digest)
    if (isWithheld && (!isEnough || received !== digest))
      leave(at, 'whether it was compared before it was signed is withheld')
    else if (received !== digest) fail(at, 'something was signed that had not been received')
    else if (!isEnough)
      fail(at, `it was signed after it had been compared on ${compared} devices, and ${devices} are asked for`)
    begun.add(digest)
  }
}

function signersOnly({ facts, script, rehearsal, fail, leave }: Look): void {
  const present = new Set<string>()
  let isWithheld = false
  for (const [at, { kind, open, actor }] of facts.entries()) {
    if (kind === 'present') {
      if (open === undefined) isWithheld = true
      else {
        const stands = rehearsal && open.fact.attestation === 'rehearsal'
        const person = script?.people.find(({ name }) => name === open.fact.person)
        const isTheirs = person?.keys.some(({ key }) => open.fact.key === base64(key.spki)) === true
        if (script !== undefined && !stands && !isTheirs)
          fail(at, `a token of ${String(open.fact.person)} that is not in the script`)
        present.add(`${String(open.fact.person)} ${String(open.fact.key)}`)
      }
    }
    if (kind !== 'signed') continue
    const roles = script?.people.find(({ name }) => name === actor)?.roles
    if (script !== undefined && roles?.includes('signer') !== true)
      fail(at, `${actor} signed, and is no signer in the script`)
    if (open === undefined) continue
    if (present.has(`${actor} ${String(open.fact.key)}`)) continue
    if (isWithheld) leave(at, `whether the token of ${actor} was looked at before is withheld`)
    else fail(at, `${actor} signed with a key that had not been looked at`)
  }
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
  const noted = new Map<number, string>()
  const settled = new Set<number>()
  let isWithheld = false
  for (const [at, { kind, open, actor }] of facts.entries()) {
    if (kind !== 'deviation' && kind !== 'settled') continue
    if (open === undefined) {
      isWithheld = true
      continue
    }
    const number = Number(open.fact.number)
    if (kind === 'deviation') {
      if (number !== noted.size + 1 && !isWithheld) fail(at, `deviation ${number} comes after ${noted.size}`)
      noted.set(number, actor)
    } else {
      if (!noted.has(number) && !isWithheld) fail(at, `deviation ${number} is settled, and was not noted`)
      if (noted.get(number) === actor) fail(at, `deviation ${number} was settled by ${actor}, who had noted it`)
      settled.add(number)
    }
  }
  const end = facts.at(-1)
  if (end?.kind !== 'closed' || end.open?.fact.outcome !== 'complete') return
  const open = [...noted.keys()].filter((number) => !settled.has(number))
  if (open.length === 0) return
  if (isWithheld) leave(facts.length - 1, 'whether every deviation was settled is withheld')
  else fail(facts.length - 1, `it was closed with deviations that were not settled: ${open.join(', ')}`)
}

const allowedInBreak: readonly FactKind[] = ['back', 'gate', 'resumed', 'stopped']

function breaks({ facts, fail }: Look): void {
  let isBreak = false
  for (const [at, { kind }] of facts.entries()) {
    if (kind === 'back' && !isBreak) fail(at, 'people came back from no break')
    if (isBreak && !allowedInBreak.includes(kind)) fail(at, 'something happened during a break')
    if (kind === 'break') isBreak = true
    if (kind === 'back') isBreak = false
  }
}

function steps({ facts, script, fail }: Look): void {
  if (script === undefined) return
  const order = new Map(stepsOf(script).map(({ id }, index) => [id, index]))
  const started = new Set<string>()
  let last = -1
  for (const [at, { kind, step }] of facts.entries()) {
    if (step === '') continue
    const index = order.get(step)
    if (index === undefined) {
      fail(at, `the step ${step} is not in the script`)
      continue
    }
    if (kind === 'started') {
      if (index < last) fail(at, `the step ${step} began after a later one`)
      last = Math.max(last, index)
      started.add(step)
    }
    if (kind === 'done' && !started.has(step)) fail(at, `the step ${step} ended without a beginning`)
  }
}

function proves({ facts, fail, leave }: Look): void {
  const end = facts.at(-1)
  const at = facts.length - 1
  if (end?.kind !== 'closed') return
  if (end.open === undefined) {
    leave(at, 'how it ended is withheld')
    return
  }
  if (end.open.fact.outcome !== 'complete') return
  const last = facts.filter(({ kind }) => kind === 'proved').at(-1)
  const quorums = last?.open?.fact.quorums
  if (last === undefined) fail(at, 'it is called complete, and nothing was proved')
  else if (!Array.isArray(quorums)) leave(at, 'what was proved is withheld')
  else if (quorums.length === 0 || quorums.some((one: JsonObject) => Number(one.signed) < Number(one.threshold)))
    fail(at, 'it is called complete, and not enough keys had signed')
}
