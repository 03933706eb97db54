// What writes, signs, hashes or asks for a secret: one at a time in a window, with a way to stop it.
import { AppError } from '../core/error.ts'

/** `doing` names what runs, for whoever comes second: "the reading of files". */
export type Alone = <T>(doing: string, run: (stop: AbortSignal) => Promise<T>) => Promise<T>

interface Lock {
  alone: Alone
  /** Asks what runs to stop; nothing happens when nothing does. */
  stop(): void
}

/** Two questions at once confuse; two writers at once lose each other's work. `ended` hears the end of each. */
export function lock(ended: () => void): Lock {
  let running: { doing: string; controller: AbortController } | undefined
  return {
    alone: async (doing, run) => {
      if (running !== undefined) {
        throw new AppError({
          code: 'signer/busy',
          message: `${running.doing} is under way in this window`,
          hint: 'let it finish, or cancel it first',
          data: { doing: running.doing },
        })
      }
      const controller = new AbortController()
      running = { doing, controller }
      try {
        return await run(controller.signal)
      } finally {
        running = undefined
        ended()
      }
    },
    stop: () => running?.controller.abort(),
  }
}
