// Cancelling, as an error of ours.
import { AppError } from '../core/error.ts'

export function checkCancelled(signal: AbortSignal): void {
  if (!signal.aborted) return
  throw new AppError({ code: 'user/cancelled', message: 'cancelled, nothing was changed', cause: signal.reason })
}
