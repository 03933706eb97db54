// One call between window and main: its argument's parser and, in the type alone, its answer.
import type { ArgumentParser } from './argument.ts'

/** Links a call's name to its argument parser and, in the type alone, to its answer. */
export interface Call<Argument, Answer> {
  parse: ArgumentParser<Argument>
  /** How large its argument may be as JSON; `maxCallBytes` where nothing is said. */
  maxBytes?: number
  /** Never present at run time. */
  answer?: Answer
}

export function call<Argument, Answer>(
  parse: ArgumentParser<Argument>,
  limit: { maxBytes?: number } = {},
): Call<Argument, Answer> {
  return { parse, ...limit }
}
