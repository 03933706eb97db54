// Before a carried change is signed in a terminal: some of the words that another device shows for the same request, typed. This
// screen does not show them.
import { randomInt } from 'node:crypto'
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import { askedPositions, isRightWord } from '../core/transfer/second-screen.ts'
import { requestBehind } from '../node/carried/departure.ts'
import { noteComparison, noteSkipped, wasCompared, wordsHere } from '../node/carried/second-screen.ts'
import type { Desk, OpenSource } from '../node/desk.ts'
import type { Io } from './command.ts'

/** Skipped with an empty answer; then the reply says so. */
export async function compareScreens(proposal: Proposal, source: OpenSource, desk: Desk, io: Io): Promise<void> {
  const { bytes, id } = await requestBehind(source, proposal, desk, io.signal)
  if (await wasCompared(source, id, io.signal)) return
  const words = await wordsHere(bytes, proposal, source, desk, io.signal)
  const positions = askedPositions(randomInt)
  const why = [
    '',
    'This screen could be made to lie. Give the same request to another device, which works everything out by itself:',
    '  countersign inspect FILE on another computer, or the page verifier.html.',
    'Compare what the change does there, then type words that it shows under “Words for the other screen”; only Enter skips this.',
  ]
  for (const [at, position] of positions.entries()) {
    const question = `Word ${position + 1} on the other screen: `
    const typed = await io.ask(at === 0 ? [...why, question].join('\n') : question, 'in a script there is --yes')
    if (typed.trim() === '' && at === 0) {
      io.note('No second screen was compared; the reply will say so.')
      return noteSkipped(source, id, { at: io.now() }, io.signal)
    }
    if (typed.trim() === '') throw missing(position)
    if (!isRightWord(words, position, typed)) throw differs(position)
  }
  await noteComparison(source, id, { positions, at: io.now() }, io.signal)
}

/** Enter once too often is no sign of an attack. */
function missing(position: number): AppError {
  return new AppError({
    code: 'user/cancelled',
    message: `word ${position + 1} was not typed; nothing was signed`,
    hint: 'sign again, and type all words that are asked for; or only Enter at the first of them, to skip this',
  })
}

/** Where nobody is asked: a script, or --yes. */
export async function skipScreens(proposal: Proposal, source: OpenSource, desk: Desk, io: Io): Promise<void> {
  const { id } = await requestBehind(source, proposal, desk, io.signal)
  await noteSkipped(source, id, { at: io.now() }, io.signal)
}

function differs(position: number): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `word ${position + 1} is not the one that follows from the request here; nothing was signed`,
    hint: 'check the spelling, and that it was a word for the other screen, of the very same file; if they still differ, one of the two shows something else than what would be signed: stop, and tell the others',
  })
}
