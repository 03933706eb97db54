// What a call threw, as an AppError code, so that tests compare codes and never messages.
import { AppError } from '../../src/core/error.ts'

export function codeOf(thrown: unknown): string {
  return thrown instanceof AppError ? thrown.code : `not an AppError: ${String(thrown)}`
}

/** 'ok' when nothing was thrown. */
export function codeOfCall(run: () => unknown): string {
  try {
    run()
  } catch (thrown) {
    return codeOf(thrown)
  }
  return 'ok'
}

export async function codeOfPromise(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (thrown) {
    return codeOf(thrown)
  }
  return 'ok'
}

/** The name of the fault, where it has one. */
export function faultOf(thrown: unknown): string {
  if (!(thrown instanceof AppError)) return `not an AppError: ${String(thrown)}`
  return String(thrown.data?.fault ?? thrown.code)
}

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
