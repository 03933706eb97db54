// Commands that do many things, each under a verb: what each takes, its help, and what was meant by what was typed.
import { AppError } from '../core/error.ts'
import type { Command, Option, Parsed } from './command.ts'
import { similarNames } from './similar.ts'

export interface Entry<Run> {
  /** What follows the verb, as the help shows it. */
  words: readonly string[]
  least: number
  most: number
  run: Run
  summary: string
  /** Which of the options mean something here. */
  takes: readonly string[]
}

export type Entries<Run> = ReadonlyMap<string, Entry<Run>>
type Options = Readonly<Record<string, Option>>

export function entry<Run>(
  words: string,
  summary: string,
  [least, most]: readonly [number, number],
  run: Run,
  takes: readonly string[],
): Entry<Run> {
  return { words: words.split(' '), summary, least, most, run, takes }
}

/** The help of one verb: only what it takes. */
export function aboutVerb<Run>(
  command: string,
  verbs: Entries<Run>,
  options: Options,
  { positionals: [verb = ''] }: Pick<Parsed, 'positionals'>,
  detailsOf: (words: readonly string[]) => readonly string[] = () => [],
): ReturnType<NonNullable<Command['about']>> {
  const found = verbs.get(verb)
  if (found === undefined) return undefined
  const { words, summary, takes } = found
  return {
    ...{ name: `${command} ${verb}`, usage: `${command} ${verb} ${words.join(' ')}`, summary },
    details: detailsOf(words),
    options: Object.fromEntries(Object.entries(options).filter(([name]) => takes.includes(name))),
  }
}

/** What is to be run, and the words that follow the verb. */
export function chosenVerb<Run>(
  command: string,
  verbs: Entries<Run>,
  options: Options,
  parsed: Parsed,
): { run: Run; words: string[] } {
  const [verb = '', ...given] = parsed.positionals
  const found = verbs.get(verb)
  if (found === undefined) throw noVerb(command, verb, verbs)
  const { words, least, most, takes, run } = found
  if (given.length < least || given.length > most) {
    throw usage(
      `${command} ${verb} takes ${words.join(' ')}, and was given ${given.length === 0 ? 'nothing' : `${given.length} of it`}`,
      `usage: countersign ${command} ${verb} ${words.join(' ')}; more with: countersign ${command} ${verb} --help`,
    )
  }
  const isGiven = (name: string): boolean =>
    parsed.flag(name) || parsed.texts(name).length > 0 || parsed.text(name) !== undefined
  const strange = Object.keys(options).find((name) => !takes.includes(name) && isGiven(name))
  if (strange === undefined) return { run, words: given }
  throw usage(`${command} ${verb} has no --${strange}`, `see: countersign ${command} --help`)
}

function noVerb(command: string, verb: string, verbs: Entries<unknown>): AppError {
  const [near] = similarNames(verb, verbs.keys())
  const also = near === undefined ? '' : `did you mean ${near}? `
  const all = [...verbs.keys()].join(', ')
  return usage(`${command} does ${all}, not ${verb}`, `${also}see: countersign ${command} --help`)
}

function usage(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
