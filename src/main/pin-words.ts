// Which words of a fingerprint a person types back before something is pinned, and whether they are the right ones.
import { randomInt } from 'node:crypto'
import { AppError } from '../core/error.ts'
import { askedPositions, isRightWord } from '../core/transfer/second-screen.ts'
import type { Inspection } from '../node/inspect.ts'
import { wordsOf } from './present.ts'

/** What is asked for before something is pinned. */
export function ofAnchor({ anchorWord }: Pick<Inspection, 'anchorWord'>): string {
  return `the fingerprint of this ${anchorWord}; nothing was pinned`
}

/** Two different positions, counted from 1. */
export function twoPositions(count: number): number[] {
  return askedPositions(randomInt, count, 2).map((at) => at + 1)
}

export function verifyAnswers(
  digest: string,
  ask: readonly number[],
  answers: ReadonlyMap<string, string>,
  of: string,
): void {
  const words = wordsOf(digest)
  const wrong = ask.filter((position) => !isRightWord(words, position - 1, answers.get(String(position)) ?? ''))
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
