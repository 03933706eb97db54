// What a change of the configuration does, in words; complete, as every diff of a document that people sign.
import { byRisk, type Risk, worstRisk } from '../../../proposal.ts'
import { type MetadataDiff, untoldFacts } from '../diff/diff.ts'
import { leafDifferences, type Path } from '../diff/difference.ts'
import { type Fact, fact } from '../diff/fact.ts'
import { phrasesOf } from '../diff/headline.ts'
import { saying, sentences } from '../diff/sentence.ts'
import { capital, countText, listText, numberText } from '../diff/shown.ts'
import { type Field, fields } from './field.ts'
import type { Configuration } from './parse.ts'

interface Values {
  field: Field
  from: string
  to: string
  risk: Risk
}

const say = {
  first: saying<object>('configurationFirst', 'routine', () => 'this is the first configuration of this repository'),
  version: saying<{ from: number; to: number }>(
    'configurationVersion',
    (f) => (f.to === f.from + 1 ? 'routine' : 'dangerous'),
    (f) => `version goes from ${f.from} to ${f.to}`,
    undefined,
  ),
  changed: saying<Values>(
    'configurationChanged',
    (f) => f.risk,
    (f) => `${f.field.label}: ${f.to} instead of ${f.from}`,
    (labels) => (labels.length <= 2 ? `changes ${listText(labels)}` : `changes ${numberText(labels.length)} values`),
    (f) => `“${f.field.label}”`,
  ),
  written: saying<Values>(
    'configurationWritten',
    'routine',
    (f) => `${f.field.label}: ${f.to}, as before; only whether it is written down changes`,
  ),
}

export function diffConfiguration(before: Configuration | undefined, after: Configuration): MetadataDiff {
  const { facts, unchanged } = explainConfiguration(before, after)
  const changes = facts.map(({ change }) => change).sort(byRisk)
  return {
    changes,
    unchanged,
    headline: headlineOf(before, facts),
    risk: worstRisk(changes.map(({ risk }) => risk)),
  }
}

export function explainConfiguration(
  before: Configuration | undefined,
  after: Configuration,
): { facts: Fact[] } & ReturnType<typeof leafDifferences> {
  const found = leafDifferences(before?.raw, after.raw)
  if (found.differences.length === 0) return { facts: [], ...found }
  const told = [...versionFacts(before, after), ...fields.flatMap((field) => fieldFacts(field, before, after))]
  return { facts: [...told, ...untoldFacts(told, found.differences)], ...found }
}

function versionFacts(before: Configuration | undefined, after: Configuration): Fact[] {
  const [from, to] = [before?.version, after.version]
  if (from === undefined)
    return [fact(say.first({}), ['version'], { after: `version ${to}` }, [['version'], ['_type']])]
  if (from === to) return [fact(sentences.versionSame({ version: to }), ['version'])]
  return [fact(say.version({ from, to }), ['version'], { before: String(from), after: String(to) })]
}

function fieldFacts(field: Field, before: Configuration | undefined, after: Configuration): Fact[] {
  const [was, is] = [before?.chosen.get(field.path), after.chosen.get(field.path)]
  if (was === is) return []
  const at: Path = field.path.split('/')
  const [from, to] = [textOf(field, was), textOf(field, is)]
  const [old, next] = [was ?? field.standard, is ?? field.standard]
  const values = { field, from, to, risk: riskOf(field, old, next) }
  if (old === next) {
    const word = (value: number | undefined): string => (value === undefined ? `${to} (default)` : to)
    return [fact(say.written(values), at, { before: word(was), after: word(is) })]
  }
  return [fact(say.changed(values), at, { before: from, after: to })]
}

function textOf({ unit, standard, otherwise }: Field, value: number | undefined): string {
  const known = value ?? standard
  return known === undefined ? (otherwise ?? '') : countText(known, unit.replace(/s$/, ''), unit)
}

/** What is undecided is taken for the strictest, unless it means without limit. */
function riskOf({ looser }: Field, from: number | undefined, to: number | undefined): Risk {
  if (looser === 'less') return (to ?? Infinity) < (from ?? Infinity) ? 'notable' : 'routine'
  return (to ?? 0) > (from ?? 0) ? 'notable' : 'routine'
}

function headlineOf(before: Configuration | undefined, facts: readonly Fact[]): string {
  if (facts.length === 0) return 'Nothing changes'
  const phrases = phrasesOf(facts.filter(({ telling }) => telling.head !== undefined))
  const text = phrases.length === 0 ? 'Nothing that programs use changes' : capital(listText(phrases))
  return before === undefined ? `First configuration of this repository: ${text}` : `Configuration: ${text}`
}
