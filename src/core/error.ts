// The one error of the house. The family before the slash says who must act, and is the exit code of the command line.

const errorCodes = [
  'source/not-found',
  'source/unreachable',
  'source/too-large',
  'source/rejected',
  'source/conflict',
  'format/malformed',
  'format/unsupported',
  'trust/bad-signature',
  'trust/threshold',
  'trust/rollback',
  'trust/expired',
  'trust/changed',
  'signer/absent',
  'signer/busy',
  'signer/pin-wrong',
  'signer/pin-blocked',
  'signer/touch-timeout',
  'signer/wrong-key',
  'signer/unsupported',
  'signer/failed',
  'usage/invalid',
  'user/cancelled',
  'internal/bug',
] as const

export type ErrorCode = (typeof errorCodes)[number]

export function isErrorCode(text: string): text is ErrorCode {
  return errorCodes.some((code) => code === text)
}

/** What crosses a process boundary: plain data, never an Error object. */
export interface ErrorData {
  code: ErrorCode
  message: string
  hint?: string
  data?: Readonly<Record<string, string | number | boolean>>
}

/** What can always be done, where the place that failed knows nothing better. */
const commonHints: Partial<Record<ErrorCode, string>> = {
  'source/not-found': 'check the name; if it is right, the repository is not complete',
  'source/too-large': 'ask whoever made the file why it grew; nothing of it was used',
  'source/rejected': 'ask the repository admin before you use this repository',
  'format/malformed': 'fetch the file again; if it stays like this, whoever made it must mend it',
  'format/unsupported': 'look for a newer version of this program, or ask whoever made the file',
  'signer/failed': 'nothing was signed; try another key, or restore this one from a backup',
  'signer/wrong-key': 'choose a key that stands in the list of those who must agree',
  'user/cancelled': 'repeat it when you are ready',
}

export class AppError extends Error {
  readonly code: ErrorCode
  readonly hint?: string
  readonly data?: Readonly<Record<string, string | number | boolean>>

  constructor(fields: ErrorData & { cause?: unknown }) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = 'AppError'
    this.code = fields.code
    const hint = fields.hint ?? commonHints[fields.code]
    if (hint !== undefined) this.hint = hint
    if (fields.data !== undefined) this.data = fields.data
  }
}

/**
 * It says of what was read that it cannot be used, whoever asks: every client stops there. Any other error says nothing about
 * the repository: the way to it is broken, somebody stopped, or it is a bug of ours.
 */
export function isVerdict(error: unknown): error is AppError {
  return error instanceof AppError && /^(trust\/|format\/|source\/(not-found|too-large|rejected)$)/.test(error.code)
}

/** Any thrown value as an AppError; what is not one already is a bug of ours and says so. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return cancelled('nothing was changed', thrown)
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError({
    code: 'internal/bug',
    message: `unexpected failure: ${message}`,
    hint: 'report this with the log; nothing was signed by this step',
    cause: thrown,
  })
}

/** `what` says what did not come of it: "nothing was signed". */
export function cancelled(what: string, cause?: unknown): AppError {
  return new AppError({ code: 'user/cancelled', message: `cancelled, ${what}`, cause })
}

export function toErrorData(thrown: unknown): ErrorData {
  const error = toAppError(thrown)
  return {
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.data === undefined ? {} : { data: error.data }),
  }
}

const exitCodes: Readonly<Record<string, number>> = {
  user: 1,
  usage: 2,
  source: 3,
  format: 4,
  trust: 5,
  signer: 6,
  internal: 70,
}

export function exitCodeOf(error: AppError): number {
  return exitCodes[error.code.slice(0, error.code.indexOf('/'))] ?? 70
}
