// Comparing in a ceremony: which words another device is asked for, and what came of it. The words stay here: only who reads them off
// the other device can type them.
import { randomInt } from 'node:crypto'
import { AppError } from '../../core/error.ts'
import { askedPositions, isRightWord } from '../../core/transfer/second-screen.ts'
import { hasHidden } from '../../core/visible.ts'
import { noteComparison } from '../carried/second-screen.ts'
import { changeWords } from './change.ts'
import { begin, note, openChange, type Room, standing } from './room.ts'

/** What this computer worked out by itself counts as one device, as soon as another one agrees with it. */
export const thisComputer = 'this computer'
/** More are no slips of a person. */
const maxWrong = 10

export interface Question {
  words: readonly string[]
  /** From 0. */
  positions: readonly number[]
  wrong: number
}

export async function askWords(room: Room, signal: AbortSignal): Promise<Question> {
  const source = await openChange(room, signal)
  const words = await changeWords(source, standing(room), room.desk.context(source, signal))
  return { words, positions: askedPositions(randomInt, words.length), wrong: 0 }
}

/** The question that is left when an answer was wrong; none when it was right. */
export async function answerWords(
  room: Room,
  who: string,
  named: string,
  question: Question,
  answers: ReadonlyMap<number, string>,
  signal: AbortSignal,
): Promise<void> {
  const { received, compared } = await begin(room, 'compare', who)
  const device = deviceName(named, compared)
  if (question.wrong >= maxWrong) throw tooOften()
  const wrong = question.positions.filter((at) => !isRightWord(question.words, at, answers.get(at + 1) ?? ''))
  if (wrong.length > 0) {
    question.wrong++
    throw differs(wrong.map((at) => at + 1))
  }
  const positions = question.positions.map((at) => at + 1)
  const fact = { digest: received?.digest ?? '', positions, outcome: 'same' }
  if (compared.every((one) => one.device !== thisComputer))
    await note(room, 'compared', { ...fact, device: thisComputer }, who)
  await note(room, 'compared', { ...fact, device }, who)
  const source = await openChange(room, signal)
  await noteComparison(source, received?.request ?? '', { positions: question.positions, at: room.now() }, signal)
}

/** Nothing is signed any more in this ceremony. */
export async function sayDifferent(room: Room, who: string, device: string): Promise<void> {
  const { received } = await begin(room, 'compare', who)
  await note(room, 'compared', { device, digest: received?.digest ?? '', positions: [], outcome: 'different' }, who)
}

/** In one spelling: no two names that look the same are two devices. */
function deviceName(device: string, compared: readonly { device: string }[]): string {
  const name = device.normalize('NFC').trim().replace(/ +/g, ' ')
  const isKnown = compared.some((one) => one.device.toLowerCase() === name.toLowerCase())
  if (name !== '' && name.toLowerCase() !== thisComputer && !isKnown && !hasHidden(name)) return name
  throw new AppError({
    code: 'usage/invalid',
    message: isKnown ? `${name} was compared already` : 'the other device has no name yet that can be read',
    hint: 'name each device by something that people in the room know it by, such as “Wim’s phone”',
  })
}

function differs(wrong: readonly number[]): AppError {
  const words = wrong.length === 1 ? `word ${wrong[0]} is not the one` : `words ${wrong.join(', ')} are not those`
  return new AppError({
    code: 'trust/changed',
    message: `${words} that this computer worked out`,
    hint: 'check the spelling, and that the other device has this very request; if it stays different, say that it is different',
  })
}

function tooOften(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `the words were wrong ${maxWrong} times`,
    hint: 'say that the words are different, which stops the ceremony; to try once more, close Countersign and go on with this ceremony',
  })
}
