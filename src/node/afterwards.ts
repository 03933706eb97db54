// What is kept for the next time after something was signed and written: that it fails is no failure of the signature.
import { toAppError } from '../core/error.ts'

/** A sentence where it failed. */
export async function remarkUnlessKept(what: string, keep: () => Promise<void>): Promise<string | undefined> {
  try {
    await keep()
    return undefined
  } catch (thrown) {
    return `It is signed and written; only ${what} could not be kept for the next time: ${toAppError(thrown).message}.`
  }
}
