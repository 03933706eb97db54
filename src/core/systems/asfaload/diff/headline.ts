// One sentence for a whole change of signers: who comes and goes, and how many must sign from now on.
import { capital } from '../../../phrases.ts'
import { groupNames } from '../group-names.ts'
import { materialOf, type SignerKey } from '../keys.ts'
import { everyKey, type GroupName, groupsOf, type SignersFile } from '../signers-file.ts'
import type { Difference } from './difference.ts'
import { countsOf, groupWords, type Names, whoAre, whoIs } from './words.ts'

export function signersHeadline(
  before: SignersFile | undefined,
  after: SignersFile,
  { changes }: Difference,
  names: Names,
): string {
  if (before === undefined) return firstHeadline(after)
  const people = peopleText(before, after, names)
  const counts = groupNames.flatMap((name) => countText(name, before, after) ?? [])
  const parts = [...(people === '' ? [] : [people]), ...counts]
  if (parts.length > 0) {
    const text = parts.join('; ')
    return movesPower(before, after) ? `Changes who can change the signers: ${text}` : startOf(text)
  }
  if (changes.length === 0) return 'Nothing changes but the way the file is written'
  if (changes.every(({ path }) => path === 'signers/timestamp')) return 'Only the time of the file changes'
  const isSeat = changes.some(({ path }) => /\/[0-9a-f]{64}(?:~\d+)?$/.test(path))
  return isSeat ? 'The same people and keys, placed or written in another way' : 'Nobody gains or loses a say'
}

function firstHeadline(first: SignersFile): string {
  const others = groupNames.slice(1).filter((name) => first.written.has(name))
  const text = [`any ${countsOf(groupsOf(first, 'artifact'))} sign releases`].concat(
    others.map((name) => `${countsOf(groupsOf(first, name))} ${groupWords[name].deed}`),
  )
  return `The first signers of this project: ${text.join('; ')}`
}

/** By keys: who is in any group now and was in none before, and the other way round. */
function peopleText(before: SignersFile, after: SignersFile, names: Names): string {
  const [old, fresh] = [byMaterial(before), byMaterial(after)]
  const joined = [...fresh].filter(([material]) => !old.has(material)).map(([, key]) => key)
  const left = [...old].filter(([material]) => !fresh.has(material)).map(([, key]) => key)
  const [one, other] = [joined[0], left[0]]
  if (joined.length === 1 && left.length === 1 && one !== undefined && other !== undefined) {
    const [who, whom] = [whoIs(one, names), whoIs(other, names)]
    return who === whom ? `${who} gets another key` : `${who} takes the place of ${whom}`
  }
  const deeds: string[] = []
  if (joined.length > 0) deeds.push(`${whoAre(joined, names)} ${joined.length === 1 ? 'joins' : 'join'}`)
  if (left.length > 0) deeds.push(`${whoAre(left, names)} ${left.length === 1 ? 'leaves' : 'leave'}`)
  return deeds.join(', ')
}

function byMaterial(file: SignersFile): Map<string, SignerKey> {
  return new Map(everyKey(file).map((key) => [materialOf(key), key]))
}

/** "3 of 4 must sign releases, before 2 of 3"; undefined where nothing of it changes. */
function countText(name: GroupName, before: SignersFile, after: SignersFile): string | undefined {
  const [was, is] = [before.written.get(name), after.written.get(name)]
  const { them, deed } = groupWords[name]
  if (was === undefined && is === undefined) return undefined
  if (was === undefined) return `${countsOf(is ?? [])} must ${deed}, named apart for the first time`
  if (is === undefined) return `${them} are named no more`
  return countsOf(was) === countsOf(is) ? undefined : `${countsOf(is)} must ${deed}, before ${countsOf(was)}`
}

/** Where admins or master keys are named, in either file, and are not the same as before. */
function movesPower(before: SignersFile, after: SignersFile): boolean {
  const facts = (file: SignersFile, name: GroupName): string =>
    (file.written.get(name) ?? [])
      .map(({ threshold, keys }) => `${threshold} ${keys.map(materialOf).sort().join()}`)
      .sort()
      .join(';')
  return (['admin', 'master'] as const).some((name) => facts(before, name) !== facts(after, name))
}

function startOf(text: string): string {
  return /^(?:the key |those |\d)/.test(text) ? capital(text) : text
}
