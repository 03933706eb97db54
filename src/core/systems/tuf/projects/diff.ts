// What a change of a project's keys does, in words: the same words and the same measure of risk as for the keys of any role.
import { AppError } from '../../../error.ts'
import { byRisk, worstRisk } from '../../../proposal.ts'
import { visible } from '../../../visible.ts'
import { type MetadataDiff, untoldFacts } from '../diff/diff.ts'
import { leafDifferences, type Path } from '../diff/difference.ts'
import { type Fact, fact } from '../diff/fact.ts'
import { phrasesOf } from '../diff/headline.ts'
import { holdersOf } from '../diff/holder.ts'
import { keyFacts, keyScope, type RoleUse } from '../diff/keys.ts'
import { introducedParts, introduction, quorumText, roleFacts } from '../diff/roles.ts'
import { saying, sentences } from '../diff/sentence.ts'
import { countText, groupsText, listText, quoted, someText } from '../diff/shown.ts'
import { previousField, type RotateFile } from './rotate.ts'

const say = {
  reserved: saying<{ project: string; threshold: number; of: number; names: readonly string[] }>(
    'projectReserved',
    'notable',
    (f) =>
      `the name ${quoted(f.project)} is reserved for ${someText(f.names)}; every release of it needs ${countText(f.threshold, 'signature')}${f.of === 1 ? '' : ` of ${f.of}`}`,
  ),
  step: saying<{ project: string; from: number; to: number }>(
    'projectStep',
    (f) => (f.to === f.from + 1 ? 'routine' : 'dangerous'),
    (f) =>
      f.to === f.from + 1
        ? `this is change ${f.to} of the keys of ${quoted(f.project)}`
        : `this calls itself change ${f.to} of the keys of ${quoted(f.project)}; the next one is ${f.from + 1}`,
  ),
  handedOver: saying<{ project: string; names: readonly string[] }>(
    'projectHandedOver',
    'dangerous',
    (f) =>
      `project ${quoted(f.project)} changes hands: none of its keys stays, and ${someText(f.names)} decide from now on`,
    (projects) => `gives ${listText(projects.map(quoted))} into other hands`,
    (f) => f.project,
  ),
  follows: saying<{ stated: boolean; version: number }>(
    'projectFollows',
    (f) => (f.stated ? 'routine' : 'notable'),
    (f) =>
      f.stated
        ? `it follows change ${f.version} of this repository and no other`
        : 'it no longer says which change it follows, so it could be used in another repository too',
  ),
  orderStated: saying<{ stated: boolean }>('keyOrderStated', 'routine', (f) =>
    f.stated
      ? 'the order of the keys is now written down, which changes nothing for clients'
      : 'the order of the keys is no longer written down, which changes nothing for clients',
  ),
}

/** Complete: every differing leaf of what is signed is told by some change. */
export function diffRotate(before: RotateFile | undefined, after: RotateFile): MetadataDiff {
  const { facts, unchanged } = explainRotate(before, after)
  const changes = facts.map(({ change }) => change).sort(byRisk)
  return {
    changes,
    unchanged,
    headline: headlineOf(before, after, facts),
    risk: worstRisk(changes.map(({ risk }) => risk)),
  }
}

export function explainRotate(
  before: RotateFile | undefined,
  after: RotateFile,
): { facts: Fact[] } & ReturnType<typeof leafDifferences> {
  if (before !== undefined && before.role !== after.role) {
    throw new AppError({
      code: 'internal/bug',
      message: `the keys of ${before.role} were compared with those of ${after.role}`,
    })
  }
  const found = leafDifferences(before?.raw, after.raw)
  if (found.differences.length === 0) return { facts: [], ...found }
  const told = before === undefined ? firstFacts(after) : laterFacts(before, after)
  return { facts: [...told, ...untoldFacts(told, found.differences)], ...found }
}

const at: Path = ['keys']

function usageOf(file: RotateFile): RoleUse {
  return { keyids: file.keyids, threshold: file.threshold, raw: file.raw, name: file.role, at: [] }
}

function firstFacts(after: RotateFile): Fact[] {
  const use = usageOf(after)
  const telling = say.reserved({ project: after.role, ...introduction(after.keys, use) })
  const covers: Path[] = [['_type'], ['spec_version'], ['role'], ['version'], ...introducedParts(at, after.keys, use)]
  const scope = keyScope({ at, before: undefined, after: after.keys, rolesBefore: [], rolesAfter: [use] })
  return [fact(telling, ['role'], { after: quorumText(after.keys, use) }, covers), ...keyFacts(scope)]
}

function laterFacts(before: RotateFile, after: RotateFile): Fact[] {
  const [was, is] = [usageOf(before), usageOf(after)]
  const scope = keyScope({ at, before: before.keys, after: after.keys, rolesBefore: [was], rolesAfter: [is] })
  const [from, to] = [before.version, after.version]
  const facts = [...roleFacts(scope, was, is), ...keyFacts(scope)]
  if (from === to) facts.unshift(fact(sentences.versionSame({ version: to }), ['version']))
  else {
    const telling = say.step({ project: after.role, from, to })
    facts.unshift(fact(telling, ['version'], { before: String(from), after: String(to) }))
  }
  const [old, next] = [holdersOf(before.keys, before), holdersOf(after.keys, after)]
  if (![...next.keys()].some((identity) => old.has(identity))) {
    const { names } = introduction(after.keys, is)
    const shown = { before: quorumText(before.keys, was), after: quorumText(after.keys, is) }
    facts.unshift(fact(say.handedOver({ project: after.role, names }), at, shown, []))
  }
  if (before.previous !== after.previous) {
    const shown = { before: digestText(before.previous), after: digestText(after.previous) }
    facts.push(fact(say.follows({ stated: after.previous !== undefined, version: to - 1 }), [previousField], shown))
  }
  const stated = after.raw.keyids !== undefined
  if (stated !== (before.raw.keyids !== undefined))
    facts.push(fact(say.orderStated({ stated }), ['keyids'], {}, [['keyids']]))
  return facts
}

function digestText(digest: string | undefined): string | undefined {
  return digest === undefined ? undefined : groupsText(visible(digest))
}

function headlineOf(before: RotateFile | undefined, after: RotateFile, facts: readonly Fact[]): string {
  const project = quoted(after.role)
  if (before === undefined) {
    const { threshold, of, names } = introduction(after.keys, usageOf(after))
    const who = of === 1 ? (names[0] ?? '') : `any ${threshold} of ${someText(names)}`
    return `Reserves the name ${project} for ${who}`
  }
  if (facts.length === 0) return 'Nothing changes'
  const phrases = phrasesOf(facts.filter(({ telling }) => telling.risk !== 'routine' && telling.head !== undefined))
  return phrases.length === 0
    ? `Project ${project}: nobody gains or loses a say`
    : `Project ${project}: ${listText(phrases)}`
}
