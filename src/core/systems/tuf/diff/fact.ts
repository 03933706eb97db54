// One fact that a review shows: its words, where it stands, and which differing leaves it accounts for.
import type { Change } from '../../../proposal.ts'
import { type Path, pathText } from './difference.ts'
import type { Telling } from './sentence.ts'

export interface Fact {
  telling: Telling
  change: Change
  /** Whole subtrees whose differences this fact tells completely. */
  covers: readonly Path[]
  /** Empty lists that this fact fills or leaves behind: only the list itself, nothing in it. */
  alsoExactly: Path[]
}

export function fact(
  telling: Telling,
  at: Path,
  shown: { before?: string | undefined; after?: string | undefined } = {},
  covers: readonly Path[] = [at],
): Fact {
  const { before, after } = shown
  return {
    telling,
    covers,
    alsoExactly: [],
    change: {
      path: pathText(at),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      risk: telling.risk,
      sentence: telling.sentence,
    },
  }
}
