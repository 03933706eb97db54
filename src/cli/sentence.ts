// Nobody claims, yanks or locks out by a finger on Enter: the sentence says what will happen, and is typed.
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Io, Parsed } from './command.ts'
import { reviewLines } from './show.ts'

/** `why`: "this would lock people out". */
export async function typedSentence(
  sentence: string,
  why: string,
  proposal: Proposal,
  parsed: Parsed,
  io: Io,
): Promise<string> {
  const given = parsed.text('sentence')
  if (given === undefined && io.isInteractive) for (const line of reviewLines(proposal)) io.note(line)
  const typed =
    given ??
    (io.isInteractive
      ? await io.ask(`To propose this all the same, type: ${sentence}\n`, 'in a script there is --sentence')
      : undefined)
  if (typed?.trim() === sentence) return sentence
  throw new AppError({
    code: typed === undefined || given !== undefined ? 'usage/invalid' : 'user/cancelled',
    message: `${why}: ${sentence}; nothing was proposed`,
    hint: `change it, or say that you mean it: --sentence "${sentence}"`,
    data: { sentence },
  })
}
