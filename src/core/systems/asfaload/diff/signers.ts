// What a signers file changes, group by group: who comes, goes, takes whose place; how many must sign; what stands in for a group.
import { capital } from '../../../phrases.ts'
import type { Change, Risk } from '../../../proposal.ts'
import { groupNames } from '../group-names.ts'
import { materialOf, type SignerKey } from '../keys.ts'
import { type GroupName, groupsOf, memberOf, type SignersFile } from '../signers-file.ts'
import { type Bench, type BenchPair, benchPairs, seatMembers, seatsOf, signersLeaves, thresholdOf } from './benches.ts'
import { changeAt, type Difference, type Fact, told } from './difference.ts'
import { signersHeadline } from './headline.ts'
import { begun, countsOf, groupText, groupWords, keyText, membersOf, type Names, someOf, whoIs } from './words.ts'

export interface SignersDifference extends Difference {
  headline: string
}

export function diffSigners(before: SignersFile | undefined, after: SignersFile, names: Names): SignersDifference {
  const pairs = benchPairs(before, after)
  const old = signersLeaves(before, pairs, 'before')
  const fresh = signersLeaves(after, pairs, 'after')
  const scene: Scene = { before, after, pairs, names }
  const facts = [
    ...groupNames.flatMap((name) => groupFacts(name, scene)),
    ...doubleFacts(old.doubles, fresh.doubles, names),
    ...timeFacts(before, after),
  ]
  const difference = told(old.leaves, fresh.leaves, facts)
  return { ...difference, headline: signersHeadline(before, after, difference, names) }
}

interface Scene {
  before: SignersFile | undefined
  after: SignersFile
  pairs: readonly BenchPair[]
  names: Names
}

function groupFacts(name: GroupName, scene: Scene): Fact[] {
  const pairs = scene.pairs.filter((pair) => pair.name === name)
  const [was, is] = [scene.before?.written.has(name) === true, scene.after.written.has(name)]
  if (!was && !is) return []
  if (was && is) return pairs.flatMap((pair) => benchFacts(pair, pairs.length, scene))
  return [wholeFact(name, pairs, scene)]
}

/** Who gains a say in what others install, or in who has a say, is a danger; who may revoke can stop releases, not make them. */
const gain = (name: GroupName): Risk => (name === 'revocation' ? 'notable' : 'dangerous')

/** A group that was not named before, or is not any more: and what stood, or stands, in its place. */
function wholeFact(name: GroupName, pairs: readonly BenchPair[], { before, after, names }: Scene): Fact {
  const covers = pairs.flatMap((pair) => [
    ...(before !== undefined && pair.before !== undefined ? benchPaths(before, name, pair.before) : []),
    ...(after !== undefined && pair.after !== undefined ? benchPaths(after, name, pair.after) : []),
  ])
  const path = after.generation === 0 ? 'signers/signers' : `signers/${memberOf[name]}`
  const { them, deed } = groupWords[name]
  const written = after.written.get(name)
  const [old, fresh] = [before === undefined ? [] : groupsOf(before, name), groupsOf(after, name)]
  const [oldText, freshText] = [membersOf(old, names), membersOf(fresh, names)]
  if (before === undefined) {
    const change = changeAt(path, 'notable', `${freshText} must ${deed}`, { after: freshText })
    return { change, covers }
  }
  const unnamed = (text: string): string => (text === '' ? 'not named' : `not named: ${text} in their place`)
  const texts = {
    before: before.written.has(name) ? oldText : unnamed(oldText),
    after: written === undefined ? unnamed(freshText) : freshText,
  }
  if (written !== undefined) {
    const until = oldText === '' ? 'nobody could' : `${standIn(name, before)} did, ${countsOf(old)}`
    const sentence = `${capital(them)} are named: ${freshText} must ${deed}; until now ${until}`
    return { change: changeAt(path, gain(name), sentence, texts), covers: [...covers, path] }
  }
  const now = freshText === '' ? 'nobody can any more' : `${standIn(name, after)} stand in for them, ${freshText}`
  const sentence = `${capital(them)} are named no more: ${now}`
  return {
    change: changeAt(path, name === 'admin' ? 'dangerous' : 'notable', sentence, texts),
    covers: [...covers, path],
  }
}

/** Whose word counts where a group is not written. */
export function standIn(name: GroupName, { written }: SignersFile): string {
  return groupWords[name === 'revocation' && written.has('admin') ? 'admin' : 'artifact'].them
}

function benchFacts({ name, before: old, after: fresh }: BenchPair, of: number, scene: Scene): Fact[] {
  const { before, after, names } = scene
  if (before === undefined) return []
  const place = (file: SignersFile, bench: Bench): string => benchPath(file, name, bench)
  if (old === undefined && fresh !== undefined) {
    const text = membersOf([fresh.group], names)
    const sentence = `One more group must agree among ${groupWords[name].them}: ${text}`
    return [
      {
        change: changeAt(place(after, fresh), 'notable', sentence, { after: text }),
        covers: benchPaths(after, name, fresh),
      },
    ]
  }
  if (old !== undefined && fresh === undefined) {
    const text = membersOf([old.group], names)
    const sentence = `One group fewer must agree among ${groupWords[name].them}: ${text} are not asked any more`
    return [
      {
        change: changeAt(place(before, old), 'dangerous', sentence, { before: text }),
        covers: benchPaths(before, name, old),
      },
    ]
  }
  if (old === undefined || fresh === undefined) return []
  const them = groupText(name, Number(fresh.step), of)
  return [...seatFacts(name, old, fresh, them, scene), ...thresholdFacts(name, old, fresh, them, scene)]
}

function seatFacts(name: GroupName, old: Bench, fresh: Bench, them: string, scene: Scene): Fact[] {
  const { before, after, names } = scene
  if (before === undefined) return []
  const added = [...fresh.seats].filter(([material]) => !old.seats.has(material))
  const gone = [...old.seats].filter(([material]) => !fresh.seats.has(material))
  const was = (material: string): string[] => seatPaths(before, name, old, material)
  const is = (material: string): string[] => seatPaths(after, name, fresh, material)
  const at = (material: string): string => `${seatsOf(after, name, fresh)}/${material.slice(-64)}`
  const respelled = [...fresh.seats].flatMap(([material, key]): Fact[] => {
    const other = old.seats.get(material)
    const covers = [...was(material), ...is(material)]
    if (other === undefined) return []
    if (other.text === key.text)
      return before.generation === after.generation ? [] : [{ ...silent(at(material), key, scene), covers }]
    const sentence = `${begun(whoIs(key, names))} keeps the same key, written in another form`
    return [{ change: changeAt(at(material), 'notable', sentence, { before: other.text, after: key.text }), covers }]
  })
  const [[material, key] = [], [goneMaterial, goneKey] = []] = [added[0], gone[0]]
  const also = powerText(name, after)
  if (
    added.length === 1 &&
    gone.length === 1 &&
    material !== undefined &&
    key !== undefined &&
    goneMaterial !== undefined &&
    goneKey !== undefined
  ) {
    const [who, other] = [whoIs(key, names), whoIs(goneKey, names)]
    const sentence =
      who === other
        ? `${begun(who)} gets another key among ${them}${also}`
        : `${begun(who)} takes the place of ${other} among ${them}${also}`
    const texts = { before: keyText(goneKey, names), after: keyText(key, names) }
    return [
      ...respelled,
      { change: changeAt(at(material), gain(name), sentence, texts), covers: [...was(goneMaterial), ...is(material)] },
    ]
  }
  return [
    ...respelled,
    ...added.map(([material, key]): Fact => {
      const sentence = `${begun(whoIs(key, names))}${elsewhere(material, before, name, ', until now only among ', ',')} joins ${them}${also}`
      return {
        change: changeAt(at(material), gain(name), sentence, { after: keyText(key, names) }),
        covers: is(material),
      }
    }),
    ...gone.map(([material, key]): Fact => {
      const path = `${seatsOf(before, name, old)}/${material.slice(-64)}`
      const sentence = `${begun(whoIs(key, names))} leaves ${them}${elsewhere(material, after, name, ', and stays among ', '')}`
      return { change: changeAt(path, 'notable', sentence, { before: keyText(key, names) }), covers: was(material) }
    }),
  ]
}

/** Of another generation, written in the same words around the key: told, because it is another text. */
function silent(path: string, key: SignerKey, { names }: Scene): { change: Change } {
  return {
    change: changeAt(path, 'routine', `The entry of ${whoIs(key, names)} is written as the other generation has it`),
  }
}

/** Where no admins are named, whoever signs releases also decides who signs. */
function powerText(name: GroupName, { written }: SignersFile): string {
  return name === 'artifact' && !written.has('admin') ? ', and so also decides who the signers are' : ''
}

function elsewhere(material: string, file: SignersFile, name: GroupName, start: string, end: string): string {
  const others = groupNames.filter(
    (other) =>
      other !== name && file.written.get(other)?.some(({ keys }) => keys.some((key) => materialOf(key) === material)),
  )
  return others.length === 0 ? '' : `${start}${someOf(others.map((other) => groupWords[other].them))}${end}`
}

function thresholdFacts(name: GroupName, old: Bench, fresh: Bench, them: string, { before, after }: Scene): Fact[] {
  const [from, to] = [old.group.threshold, fresh.group.threshold]
  if (before === undefined || from === to) return []
  const path = thresholdOf(after, name, fresh)
  const texts = { before: countsOf([old.group]), after: countsOf([fresh.group]) }
  const lower = to < from
  const sentence = `${texts.after} must ${groupWords[name].deed}, before ${texts.before}${lower ? `: fewer of ${them} are enough` : ''}`
  const risk = lower ? gain(name) : 'notable'
  return [{ change: changeAt(path, risk, sentence, texts), covers: [path, thresholdOf(before, name, old)] }]
}

/** A key that is listed more than once counts once here; elsewhere perhaps not. */
function doubleFacts(
  old: readonly { at: string; key: SignerKey }[],
  fresh: readonly { at: string; key: SignerKey }[],
  names: Names,
): Fact[] {
  const has = (list: typeof old, at: string): boolean => list.some((one) => one.at === at)
  const fact = ({ at, key }: { at: string; key: SignerKey }, isNew: boolean): Fact => {
    const sentence = isNew
      ? `${begun(whoIs(key, names))} is listed once more in the same group`
      : `${begun(whoIs(key, names))} is listed once less in the same group`
    const text = keyText(key, names)
    return {
      change: changeAt(at, isNew ? 'dangerous' : 'routine', sentence, isNew ? { after: text } : { before: text }),
      covers: seatMembers.map((member) => `${at}/${member}`),
    }
  }
  return [
    ...fresh.filter(({ at }) => !has(old, at)).map((one) => fact(one, true)),
    ...old.filter(({ at }) => !has(fresh, at)).map((one) => fact(one, false)),
  ]
}

/** Both write the same version: what tells them apart is how keys are written. */
function generationSentence({ generation }: SignersFile): string {
  const kinds = generation === 1 ? 'keys of minisign only' : 'keys of any kind'
  return `The file is one of generation ${generation}, for ${kinds}, in version 1 of its format`
}

function timeFacts(before: SignersFile | undefined, after: SignersFile): Fact[] {
  const [was, is] = [before?.timestamp?.text, after.timestamp?.text]
  const path = 'signers/timestamp'
  const version: Fact[] =
    before === undefined && after.generation !== 0
      ? [
          {
            change: changeAt('signers/version', 'routine', generationSentence(after), { after: '1' }),
            covers: ['signers/version'],
          },
        ]
      : []
  if (was === is) return version
  const sentence =
    was === undefined
      ? `The file says that it was made at ${is}`
      : `The time of the file goes from ${was} to ${is ?? 'none'}`
  return [...version, { change: changeAt(path, 'routine', sentence, { before: was, after: is }), covers: [path] }]
}

function benchPath(file: SignersFile, name: GroupName, bench: Bench): string {
  return seatsOf(file, name, bench).replace(/\/signers$/, '')
}

function benchPaths(file: SignersFile, name: GroupName, bench: Bench): string[] {
  return [
    thresholdOf(file, name, bench),
    ...[...bench.seats.keys()].flatMap((key) => seatPaths(file, name, bench, key)),
  ]
}

function seatPaths(file: SignersFile, name: GroupName, bench: Bench, material: string): string[] {
  const seat = `${seatsOf(file, name, bench)}/${material.slice(-64)}`
  return seatMembers.map((member) => `${seat}/${member}`)
}
