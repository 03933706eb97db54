// Where a call of the window becomes a call of the app: known name, small argument, parsed argument, then the handler.
import { AppError, toAppError, toErrorData } from '../core/error.ts'
import { maxCallBytes, maxDocumentCallBytes } from '../ipc/channel.ts'
import type { AnswerOf, ArgumentOf, Call, Outcome } from '../ipc/contract.ts'
import type { Handle } from './shell.ts'

type Calls = Readonly<Record<string, Call<unknown, unknown>>>

/** One function for each name of a contract. */
export type Handlers<T> = {
  readonly [K in keyof T]: (argument: ArgumentOf<T[K]>) => AnswerOf<T[K]> | Promise<AnswerOf<T[K]>>
}

export interface DispatcherOptions {
  /** Hears of every failure with its cause, which does not cross to the window. */
  report?: (name: string, error: AppError) => void
}

/** Answers the calls of one page and nothing else. Never throws. */
export function dispatcher<const T extends Calls>(
  contract: T,
  handlers: Handlers<T>,
  options: DispatcherOptions = {},
): Handle {
  const calls = new Map(Object.keys(contract).map((name) => [name, callOf(contract, handlers, name)]))
  return async (name, argument) => {
    try {
      const call = calls.get(name)
      if (call === undefined) throw refusal('a call that does not exist')
      checkSize(argument, call.maxBytes)
      return { ok: true, value: await call.answer(argument) }
    } catch (thrown) {
      options.report?.(typeof name === 'string' ? name : 'unknown', toAppError(thrown))
      return { ok: false, error: toErrorData(thrown) }
    }
  }
}

function callOf<T extends Calls, K extends keyof T & string>(contract: T, handlers: Handlers<T>, name: K) {
  const call = contract[name]
  const handle = handlers[name]
  const answer = async (argument: unknown): Promise<unknown> => {
    if (call === undefined) throw refusal('a call that does not exist')
    // Same name, so the same argument: the compiler cannot follow a name through two tables.
    return handle(call.parse(argument) as ArgumentOf<T[K]>)
  }
  return { answer, maxBytes: call?.maxBytes ?? maxCallBytes }
}

/** The limit holds for the argument as text: what JSON cannot carry is no argument of ours. */
function checkSize(argument: unknown, maxBytes: number): void {
  if (argument === undefined) return
  let size: number
  try {
    size = new TextEncoder().encode(JSON.stringify(argument)).length
  } catch (cause) {
    throw new AppError({ code: 'usage/invalid', message: 'the window sent something that is not plain data', cause })
  }
  if (size > maxBytes) throw refusal(`${size} bytes where ${maxBytes} are allowed`)
}

function refusal(what: string): AppError {
  return new AppError({ code: 'usage/invalid', message: `the window sent ${what}` })
}

/** For the shells: a handler that breaks its promise not to throw costs one answer, not the window. */
export async function answerWith(handle: Handle, name: string, argument: unknown): Promise<Outcome<unknown>> {
  try {
    return await handle(name, argument)
  } catch (thrown) {
    return { ok: false, error: toErrorData(thrown) }
  }
}

/** For a shell that sees the size of a call before it can read it: too much for any call. */
export function oversized(): Outcome<never> {
  return { ok: false, error: toErrorData(refusal(`more than the ${maxDocumentCallBytes} bytes allowed`)) }
}

/** For the shells: the answer to a call that does not come from the page it claims to come from. */
export function foreignSender(): Outcome<never> {
  return { ok: false, error: toErrorData(refusal('a call from a page that is not ours')) }
}
