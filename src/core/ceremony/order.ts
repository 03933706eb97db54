// The rules of order of a record (docs/formats/record.md), one function each. What needs a fact that is withheld is left open.
import type { JsonObject, JsonValue } from '../json.ts'
import { isOfMachine } from './facts.ts'
import type { CeremonyRecord } from './record.ts'
import { fails, holds, lineOf, open, type Result } from './result.ts'
import { isKind, type Look } from './rule.ts'
import type { CeremonyScript } from './script.ts'
import { stepsOf } from './script-rules.ts'
import { comparesBeforeSigning, signersOnly, startsFromAnchor, stops } from './signing-rules.ts'

export function brokenRules({ facts, header }: CeremonyRecord, script: CeremonyScript | undefined): Result[] {
  const results: Result[] = []
  const look: Look = {
    ...{ facts, script, rehearsal: header.rehearsal },
    fail: (at, sentence) => results.push(fails(sentence, lineOf(at))),
    leave: (at, sentence) => results.push(open(sentence, lineOf(at))),
  }
  for (const rule of rules) rule(look)
  const isWhole = results.every(({ outcome }) => outcome !== 'fails')
  return isWhole ? [holds('what happened is in order'), ...results] : results
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
  startsFromAnchor,
]

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
  const said = clockGates(facts)
  for (const [at, line] of facts.entries()) {
    const before = facts[at - 1]
    if (before === undefined) continue
    if (line.mono < before.mono && line.kind !== 'resumed') fail(at, 'the clock that nobody sets went back')
    if (line.at >= before.at) continue
    const gates = line.kind === 'gate' ? said[at] : said[at + 1]
    if (gates === 'clock') continue
    if (gates === 'withheld') leave(at, 'the wall clock went back; whether that was said is withheld')
    else fail(at, 'the wall clock went back, and nothing says why')
  }
}

/** Of each place, whether one of the gates from there on, without anything between, says that the clock was looked at. */
function clockGates(facts: Look['facts']): readonly ('clock' | 'withheld' | 'nothing')[] {
  const said: ('clock' | 'withheld' | 'nothing')[] = []
  for (const { kind, open } of facts.toReversed()) {
    const after = said.at(-1) ?? 'nothing'
    if (kind !== 'gate') said.push('nothing')
    else if (open?.fact.name === 'clock') said.push('clock')
    else said.push(open === undefined && after !== 'clock' ? 'withheld' : after)
  }
  return said.reverse()
}

function resumes({ facts, fail }: Look): void {
  for (const [at, { kind, open }] of facts.entries()) {
    if (kind !== 'resumed' || open === undefined) continue
    if (open.fact.interruptedAfter !== facts[at - 1]?.chain)
      fail(at, 'it was resumed after something else than the line before')
  }
}

function deviations({ facts, script, fail, leave }: Look): void {
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
    const strangers = script === undefined ? [] : namesIn(open.fact.agreed).filter((name) => !isInScript(script, name))
    if (strangers.length > 0) fail(at, `${strangers.join(', ')} agreed, and not by a name of the script`)
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

function isInScript({ people }: CeremonyScript, person: string): boolean {
  return people.some(({ name }) => name === person)
}

function namesIn(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
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
  // Of this session: a run that goes on after a crash goes back to comparing, and those steps begin again.
  let last = -1
  for (const [at, { kind, step }] of facts.entries()) {
    if (kind === 'resumed') last = -1
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
  const received = facts.findLastIndex(isKind('received'))
  const place = facts.findLastIndex(isKind('proved'))
  const last = facts[place]
  if (last === undefined) fail(facts.length - 1, 'it is called complete, and nothing was proved')
  else if (last.open === undefined) leave(facts.length - 1, 'what was proved is withheld')
  const [wanted, found] = [facts[received]?.open?.fact.digest, last?.open?.fact.digest]
  const isOther = wanted !== undefined && found !== undefined && wanted !== found
  if (last !== undefined && (received < 0 || place < received || isOther))
    fail(facts.length - 1, 'it is called complete, and what was received last was not proved')
  else if (last?.open !== undefined && wanted === undefined)
    leave(facts.length - 1, 'whether what was received was proved is withheld')
  const quorums = last?.open?.fact.quorums
  if (!Array.isArray(quorums)) return
  const isShort = quorums.some((one: JsonObject) => Number(one.signed) < Number(one.threshold))
  if (quorums.length === 0 || isShort) fail(facts.length - 1, 'it is called complete, and not enough keys had signed')
}
