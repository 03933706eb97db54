// How a ceremony speaks with a room: sentences that fit the terminal, questions, and the few words that are understood at each of them.
import type { CeremonyScript } from '../../../../core/ceremony/script.ts'
import { AppError } from '../../../../core/error.ts'
import { inQuotes, visible } from '../../../../core/visible.ts'
import type { Run } from '../../../../node/ceremony/run.ts'
import type { Desk } from '../../../../node/desk.ts'
import type { Io } from '../../../command.ts'
import { wrapped } from '../../../text.ts'

export const words = ['help', 'change', 'words', 'break', 'deviation', 'settle', 'stop', 'end', 'leave'] as const
export type Word = (typeof words)[number]

/** Somebody typed one of the words: whatever was asked is left. */
export class Typed extends Error {
  readonly word: Word

  constructor(word: Word) {
    super(word)
    this.word = word
  }
}

/** Everything that a step has at hand. */
export interface Hall {
  run: Run
  desk: Desk
  io: Io
  /** People that are not there, by the step at which they were passed over. */
  skipped: Map<string, Set<string>>
  /** The device that is compared just now. */
  device?: string
  /** How many questions were asked. */
  questions: number
}

const widest = 100

export function say({ io }: Hall, ...lines: readonly string[]): void {
  const width = Math.min(widest, (io.size()?.columns ?? 80) - 1)
  for (const line of wrapped(lines.map(visible), width)) io.note(line)
}

/** One line, as it was typed; `words` are obeyed wherever they are typed. */
export function ask(hall: Hall, ...question: readonly string[]): Promise<string> {
  return askNext(hall, '', ...question)
}

/** The same for what belongs to the question before. */
export async function askNext(hall: Hall, ...question: readonly string[]): Promise<string> {
  const typed = await askText(hall, ...question)
  const word = words.find((one) => one === typed.toLowerCase())
  if (word !== undefined) throw new Typed(word)
  return typed
}

/** The same for a text of somebody's own, in which every word is one of theirs. */
export async function askText(hall: Hall, ...question: readonly string[]): Promise<string> {
  hall.questions++
  say(hall, ...question)
  try {
    return (await hall.io.ask('> ', 'a ceremony is held in a terminal')).trim()
  } catch {
    // Ctrl-C, Ctrl-D, or a terminal that is gone: nobody can be asked any more.
    throw new Typed('leave')
  }
}

/** Enter alone, where one of several people is meant: the usual one. */
export async function askName(
  hall: Hall,
  question: string,
  names: readonly string[],
  usual = names[0] ?? '',
): Promise<string> {
  if (names.length === 1) return usual
  for (;;) {
    const typed = await askText(
      hall,
      `${question} Enter: ${usual}. Or: ${names.filter((one) => one !== usual).join(', ')}.`,
    )
    const name = typed === '' ? usual : nameIn(names, typed)
    if (name !== undefined) return name
    say(hall, `“${inQuotes(typed)}” is none of them.`)
  }
}

/** The one of them that was typed, or begins like what was typed. */
export function nameIn(names: readonly string[], typed: string): string | undefined {
  const small = typed.trim().toLowerCase()
  const whole = names.find((one) => one.toLowerCase() === small)
  const begun = small === '' ? [] : names.filter((one) => one.toLowerCase().startsWith(small))
  return whole ?? (begun.length === 1 ? begun[0] : undefined)
}

/** "call Ana": what stands behind this word; undefined when it is another one. */
export function after(word: string, typed: string): string | undefined {
  const [first = '', ...rest] = typed.split(/\s+/)
  return first.toLowerCase() === word ? rest.join(' ') : undefined
}

export function passedOver({ skipped }: Hall, step: string): Set<string> {
  const known = skipped.get(step) ?? new Set<string>()
  skipped.set(step, known)
  return known
}

/** Everybody whose token the script names. */
export function holdersIn({ people }: CeremonyScript): string[] {
  return people.flatMap(({ name, keys }) => (keys.length > 0 ? [name] : []))
}

export function withRole({ people }: CeremonyScript, role: 'administrator' | 'witness' | 'signer'): string[] {
  return people.flatMap(({ name, roles }) => (roles.includes(role) ? [name] : []))
}

export function notUnderstood(typed: string, allowed: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: typed === '' ? 'Enter alone does nothing here' : `“${inQuotes(typed)}” is not understood here`,
    hint: `${allowed}; help shows what else can be typed`,
  })
}
