// The last words of a program that could not go on: one sentence, one hint, the exit code of the error's family.
import { exitCodeOf, toAppError } from '../core/error.ts'

/** For the launcher: no window can be opened on this machine, it may try another way. */
export const noWindowExitCode = 69

export function exitWithError(thrown: unknown, exit: (code: number) => void, code?: number): void {
  const error = toAppError(thrown)
  process.stderr.write(`countersign: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`)
  exit(code ?? exitCodeOf(error))
}
