// A refusal about several things at once: one line for each, under the message.
import { AppError, type ErrorData } from '../core/error.ts'

export class ListedError extends AppError {
  readonly lines: readonly string[]

  constructor(fields: ErrorData, lines: readonly string[]) {
    super(fields)
    this.lines = lines
  }
}

/**
 * A hint from below the command line names a repository as SOURCE: here the words are known by which it was named, as far as
 * the command of the hint takes them.
 */
export function hintWith(sourceFor: (command: string) => string, hint: string): string {
  return hint.replace(/(countersign (\S+) )SOURCE\b/g, (_all, before: string, name: string) => before + sourceFor(name))
}
