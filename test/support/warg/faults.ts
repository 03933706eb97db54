// Which fault a call threw, by its name: tests compare names, never sentences.
import { AppError } from '../../../src/core/error.ts'

export function faultOf(thrown: unknown): string {
  if (!(thrown instanceof AppError)) return `not an AppError: ${String(thrown)}`
  return String(thrown.data?.fault ?? thrown.code)
}

/** 'ok' when nothing was thrown. */
export function faultOfCall(run: () => unknown): string {
  try {
    run()
  } catch (thrown) {
    return faultOf(thrown)
  }
  return 'ok'
}

export async function faultOfPromise(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (thrown) {
    return faultOf(thrown)
  }
  return 'ok'
}
