// The finger on the card: who decides whether it comes, and how long the card waits for it.
import { Refusal, statusWord } from './status.ts'

/** true: touched; false: refused. Aborted when the card no longer waits. */
export type Touch = (signal: AbortSignal) => Promise<boolean>

/** A finger that comes by itself, a little late. */
export const touchAfterDelay: Touch = async (signal) => {
  await pause(800, signal)
  return !signal.aborted
}

/** After this long a YubiKey gives up by itself. */
export const touchWaitMs = 15_000

/** Refuses with 6982 when no finger comes in time; `lost` is the power going. */
export async function waitForTouch(touch: Touch, waitMs: number, lost: AbortSignal): Promise<void> {
  const done = new AbortController()
  const signal = AbortSignal.any([done.signal, lost])
  const gaveUp = pause(waitMs, signal).then(() => false)
  const came = touch(signal).catch(() => false)
  try {
    if (!(await Promise.race([came, gaveUp]))) throw new Refusal(statusWord.notAllowed)
  } finally {
    done.abort()
  }
}

/** Over early when aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
