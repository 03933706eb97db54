// Which words of a fingerprint a person types back before a root is pinned, and whether they are the right ones.
import { randomInt } from 'node:crypto'
import { AppError } from '../core/error.ts'
import { wordsOf } from './present.ts'

/** Two different positions, counted from 1. */
export function twoPositions(count: number): number[] {
  const first = randomInt(1, count + 1)
  const second = ((first + randomInt(0, count - 1)) % count) + 1
  return [first, second].sort((a, b) => a - b)
}

export function verifyAnswers(
  digest: string,
  ask: readonly number[],
  answers: ReadonlyMap<string, string>,
  of = 'the fingerprint of this root; nothing was pinned',
): void {
  const words = wordsOf(digest)
  const wrong = ask.filter(
    (position) => answers.get(String(position))?.trim().toLowerCase() !== words[position - 1]?.toLowerCase(),
  )
  if (wrong.length === 0) return
  throw new AppError({
    code: 'trust/changed',
    message:
      wrong.length === 1
        ? `word ${wrong[0]} is not the one in ${of}`
        : `words ${wrong.join(' and ')} are not those in ${of}`,
    hint: 'check the spelling; if it stays different, go no further, and ask a key holder once more',
  })
}
