// What a command is: a name, the words that explain it, and a function. The terminal itself is handed in.
import type { AppError } from '../core/error.ts'
import type { Prompt } from '../core/signer.ts'

export interface Io {
  /** Results: what a script reads. */
  out(line: string): void
  /** Progress and remarks, for a person; silent when standard error is no terminal. */
  note(line: string): void
  /** Somebody sits at a terminal and can be asked. */
  isInteractive: boolean
  /** Asks a person one line; throws usage/invalid when nobody is there to ask, with `otherwise` as the hint. */
  ask(question: string, otherwise: string): Promise<string>
  /** Of the terminal that is written to; undefined where none is. */
  size(): { columns: number; rows: number } | undefined
  /** Comes true when Enter is pressed, or when nobody waits for it any more. */
  enter(signal: AbortSignal): Promise<void>
  prompt: Prompt
  signal: AbortSignal
  now(): Date
  /** Done when the command is over, however it ends; the last that was added comes first. */
  atEnd(run: () => Promise<void>): void
}

export interface Option {
  /** Shown in the help: "--key NAME". */
  form: string
  text: string
  type: 'boolean' | 'string'
  multiple?: boolean
}

export interface Parsed {
  positionals: readonly string[]
  text(name: string): string | undefined
  texts(name: string): readonly string[]
  flag(name: string): boolean
}

/** What a command answers: `data` for --json, and the same for people. */
export interface Answer {
  data: unknown
  lines: readonly string[]
  /** What a part of it failed with, when the rest is done: the exit code of the whole. */
  failed?: AppError
}

export interface Command {
  name: string
  /** "sign SOURCE ID --key KEY" */
  usage: string
  summary: string
  details?: readonly string[]
  options: Readonly<Record<string, Option>>
  /** Of a command with verbs: what is to be said of the one that was named. */
  about?(parsed: Parsed): Pick<Command, 'name' | 'usage' | 'summary' | 'details' | 'options'> | undefined
  /** How many positional arguments it takes. */
  arity: readonly [min: number, max: number]
  run(parsed: Parsed, io: Io, dataDir: string): Promise<Answer>
}

export function answer(data: unknown, ...lines: readonly string[]): Answer {
  return { data, lines }
}
