// A refusal about several things at once: one line for each, under the message.
import { AppError, type ErrorData } from '../core/error.ts'

export class ListedError extends AppError {
  readonly lines: readonly string[]

  constructor(fields: ErrorData, lines: readonly string[]) {
    super(fields)
    this.lines = lines
  }
}
