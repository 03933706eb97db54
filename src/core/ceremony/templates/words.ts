// How people, keys and thresholds are said in a script that is read aloud.
import { countOf, listOf } from '../../phrases.ts'
import type { Person } from '../script.ts'
import type { RootFacts, RootKey } from './facts.ts'

/** More names than these are not read aloud: the roster has them. */
const mostNames = 9

/** "Ana, Ben and Cleo", each once; of many only how many they are. */
export function peopleWords(names: readonly string[]): string {
  const once = [...new Set(names)]
  return once.length > mostNames ? `${once.length} people` : listOf(once)
}

/** "three keys (Ana and Ben twice)" */
export function keysWords(keys: readonly RootKey[]): string {
  const counts = new Map<string, number>()
  for (const { holder } of keys) counts.set(holder, (counts.get(holder) ?? 0) + 1)
  const names = [...counts].map(([name, count]) =>
    count === 1 ? name : `${name} ${count === 2 ? 'twice' : `${count} times`}`,
  )
  return `${countOf(keys.length, 'key')} (${names.length > mostNames ? `${names.length} people` : listOf(names)})`
}

/** "Root 3 asks for two signatures, by any of three keys (Ana, Ben and Cleo)." */
export function quorumSentence({ title, threshold, keys }: RootFacts): string {
  return `${title} asks for ${countOf(threshold, 'signature')}, by any of ${keysWords(keys)}.`
}

export function namesWith(people: readonly Person[], role: string): string[] {
  return people.filter(({ roles }) => roles.some((one) => one === role)).map(({ name }) => name)
}
