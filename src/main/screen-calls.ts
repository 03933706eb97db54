// The second screen in the window: which of its words are asked for, whether they were right, and that nobody compared. The words
// are worked out in the thread that reads, and never come to the window.
import { randomInt } from 'node:crypto'
import { AppError } from '../core/error.ts'
import { askedPositions, isRightWord } from '../core/transfer/second-screen.ts'
import type { contract, Receipt } from '../ipc/contract.ts'
import { requestBehind } from '../node/carried/departure.ts'
import { noteComparison, noteSkipped, screenStanding } from '../node/carried/second-screen.ts'
import type { Desk, OpenSource } from '../node/desk.ts'
import type { CarryParts } from './carry-calls.ts'
import type { Handlers } from './ipc.ts'
import { openNamed } from './named-source.ts'

export interface ScreenCalls {
  handlers: Pick<Handlers<typeof contract>, 'carry.ask' | 'carry.answer' | 'carry.skip'>
  /** The request that is shown to the second screen, of a change that is here. */
  show(proposalId: string, request: Uint8Array): void
  /** Of a change that was not carried: whether it was compared since the app was started. */
  wasCompared(proposalId: string): boolean
}

/** Which words of the other screen are asked for, and how often the answer was wrong. */
interface Question {
  requestId: string
  words: readonly string[]
  positions: readonly number[]
  wrong: number
}

/** More are no slips of a person: whoever took over the page could try them all. */
const maxWrong = 10

export function screenCalls({ desk, reader, alone, idOf, now, signal }: Omit<CarryParts, 'shell'>): ScreenCalls {
  /** What was last shown to a second screen of a change that is here, and which changes were compared. */
  const shown = new Map<string, Uint8Array>()
  const compared = new Set<string>()
  const questions = new Map<string, Question>()

  const handlers: ScreenCalls['handlers'] = {
    'carry.ask': async ({ proposalId }) => {
      const { sourceId, id } = idOf(proposalId)
      const isCarried = (await openNamed(desk, sourceId)).carried === true
      const request = isCarried ? undefined : shown.get(proposalId)
      if (!isCarried && request === undefined) throw notAsked()
      const asked = { sourceId, id, ...(request === undefined ? {} : { request }) }
      const { words, requestId } = await reader.read('screenWords', asked, signal)
      if (words.length === 0) throw notWhatItSays()
      // The same words until they were right: who mistyped one tries again, who guesses gains nothing from another draw, nor from
      // a request made anew.
      const known = questions.get(proposalId)
      const question =
        known?.requestId === requestId
          ? known
          : { requestId, words, positions: askedPositions(randomInt, words.length), wrong: known?.wrong ?? 0 }
      questions.set(proposalId, question)
      return { ask: question.positions.map((one) => one + 1) }
    },
    'carry.answer': ({ proposalId, answers }) =>
      alone('the comparison with a second screen', async (stop) => {
        const question = questions.get(proposalId)
        if (question === undefined) throw notAsked()
        const { words, positions, requestId } = question
        const wrong = positions.filter((at) => !isRightWord(words, at, answers[String(at + 1)] ?? ''))
        if (question.wrong >= maxWrong) throw tooOften()
        if (wrong.length > 0) {
          question.wrong++
          throw differs(wrong)
        }
        const source = await openNamed(desk, idOf(proposalId).sourceId)
        if (source.carried === true) await noteComparison(source, requestId, { positions, at: now() }, stop)
        else compared.add(proposalId)
        questions.delete(proposalId)
      }),
    'carry.skip': ({ proposalId }) =>
      alone('the comparison with a second screen', async (stop) => {
        const { sourceId, id } = idOf(proposalId)
        const source = await openNamed(desk, sourceId)
        const proposal = await desk.proposal(source, id, stop)
        const { id: requestId } = await requestBehind(source, proposal, desk, stop)
        await noteSkipped(source, requestId, { at: now() }, stop)
      }),
  }
  return {
    handlers,
    show: (proposalId, request) => {
      shown.clear()
      shown.set(proposalId, request)
    },
    wasCompared: (proposalId) => compared.has(proposalId),
  }
}

/** Of what was carried here: whether a second screen was compared; throws as long as nobody was asked. */
export async function checkScreen(
  source: OpenSource,
  proposalId: string,
  desk: Desk,
  signal: AbortSignal,
): Promise<Pick<Receipt, 'secondScreen' | 'carried'>> {
  if (source.carried !== true) return {}
  const { id } = await requestBehind(source, await desk.proposal(source, proposalId, signal), desk, signal)
  const secondScreen = await screenStanding(source, id, signal)
  if (secondScreen !== undefined) return { secondScreen, carried: true }
  throw new AppError({
    code: 'usage/invalid',
    message: 'nobody compared this change with a second screen, and nobody chose to sign without one',
    hint: 'compare three words with another device, or skip it; what was done goes along with the signature',
  })
}

function notAsked(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'no words of a second screen were asked for',
    hint: 'begin the comparison again',
  })
}

function tooOften(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `the words of the second screen were wrong ${maxWrong} times`,
    hint: 'find out why the two screens differ; to compare once more, start Countersign again',
  })
}

function notWhatItSays(): AppError {
  return new AppError({
    code: 'trust/changed',
    message: 'the request says something else than what is shown here, so its words would vouch for nothing',
    hint: 'do not sign; ask for the request anew',
  })
}

function differs(wrong: readonly number[]): AppError {
  const which = wrong.map((at) => at + 1)
  const words = which.length === 1 ? `word ${which[0]} is not the one` : `words ${which.join(', ')} are not those`
  return new AppError({
    code: 'trust/changed',
    message: `${words} that a second screen shows for this request`,
    hint: 'check the spelling, and that the other device has this very request; if it stays different, do not sign',
  })
}
