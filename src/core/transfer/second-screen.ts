// Two devices that read the same request show the same words, made from every byte of it and from what each of them worked
// out by itself. They are other words than the fingerprint of the change, so that they cannot be read off the first screen.
import { concatBytes, utf8 } from '../bytes.ts'
import { sha256 } from '../crypto.ts'
import { jcsBytes } from '../jcs.ts'
import type { Proposal } from '../proposal.ts'
import { toWords } from '../words.ts'

const domain = utf8('countersign second screen 1\n')

/** Nothing in it depends on the clock, the language, or the signatures that came since: both devices must agree. */
export async function secondScreenWords(request: Uint8Array, proposal: Proposal): Promise<string[]> {
  const { subject, digest, changes, unchanged } = proposal
  const derived = jcsBytes({
    subject,
    digest,
    unchanged,
    changes: changes
      .map(({ path, before, after }) => [path, before ?? null, after ?? null])
      .map((change) => new TextDecoder().decode(jcsBytes(change)))
      .sort(),
  })
  const digests = [await sha256(request), await sha256(derived)]
  return toWords(await sha256(concatBytes(domain, ...digests)))
}

/** How many words are asked for, and typed: enough that a guess is one in 2^24. */
export const wordsAsked = 3

/** Positions, in order, of the words to ask for; `random` gives numbers from 0 up to its argument. */
export function askedPositions(random: (below: number) => number, of = 32, count = wordsAsked): number[] {
  const positions = new Set<number>()
  while (positions.size < count) positions.add(random(of))
  return [...positions].sort((a, b) => a - b)
}

export function isRightWord(words: readonly string[], position: number, typed: string): boolean {
  return typed.trim().toLowerCase() === words[position]?.toLowerCase()
}
