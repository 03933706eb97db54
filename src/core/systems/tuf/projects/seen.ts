// Which changes of projects' keys were seen here before: a repository whose online key was stolen cannot take them back unseen.
import { utf8 } from '../../../bytes.ts'
import { isObject, parseJson } from '../../../json.ts'
import type { Files } from '../../../transport.ts'
import type { KeyChain } from './chain.ts'

/** Among what is remembered of a repository. */
export const seenName = 'x-countersign-project-keys.json'

/** Digests of the changes by project, the first one first. */
export type Seen = ReadonlyMap<string, readonly string[]>

export function readSeen(memory: Files | undefined): Seen {
  const bytes = memory?.get(seenName)
  const value = bytes === undefined || bytes === null ? {} : parseJson(bytes, seenName).value()
  const entries = isObject(value) ? Object.entries(value) : []
  return new Map(
    entries.map(([project, digests]) => [
      project,
      Array.isArray(digests) ? digests.filter((one) => typeof one === 'string') : [],
    ]),
  )
}

/** A chain that has a problem teaches nothing; what was known of it stays. */
export function writeSeen(before: Seen, chains: readonly KeyChain[]): Uint8Array {
  const next = new Map(before)
  for (const { project, steps, problem } of chains)
    if (problem === undefined)
      next.set(
        project,
        steps.map(({ digest }) => digest),
      )
  return utf8(JSON.stringify(Object.fromEntries([...next].sort(([a], [b]) => (a < b ? -1 : 1)))))
}
