// Cancelling, as an error of ours.
import { cancelled } from '../core/error.ts'

export function checkCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled('nothing was changed', signal.reason)
}
