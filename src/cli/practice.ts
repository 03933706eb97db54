// The practice token on the command line: plugged in for the length of one command, touched by Enter or by itself.
import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '../core/error.ts'
import type { Prompt } from '../core/signer.ts'
import type { Desk } from '../node/desk.ts'
import type { Io, Parsed } from './command.ts'

export const practiceSerial = '90000001'

/** A script has no finger: the token is touched for it, a little late, as a person would. */
const fingerMs = 300

/** With --practice; what it learned during the command (a new key, a lost try) is kept. */
export async function plugPractice(parsed: Parsed, desk: Desk, io: Io): Promise<void> {
  if (!parsed.flag('practice')) return
  await desk.tokens.practise(true, io.signal)
  // Also after Ctrl-C: a try that was lost stays lost.
  io.atEnd(() => desk.tokens.practise(false, new AbortController().signal))
}

/** The same prompt; where the practice token waits for a touch, it gets one. */
export function withPracticeFinger(io: Io, touch: (signal: AbortSignal) => Promise<void>): Prompt {
  return {
    pin: (request, signal) => io.prompt.pin(request, signal),
    touch: (request) => {
      const over = io.prompt.touch(request)
      if (request.practice !== true) return over
      const stop = new AbortController()
      void finger(io, touch, stop.signal)
      return () => {
        stop.abort()
        over()
      }
    },
  }
}

async function finger(io: Io, touch: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    if (io.isInteractive) await io.enter(signal)
    else await pause(fingerMs, undefined, { signal })
    while (!signal.aborted) {
      try {
        await touch(signal)
        return
      } catch (thrown) {
        // The notice may be here before the card waits.
        if (!(thrown instanceof AppError) || thrown.code !== 'usage/invalid') throw thrown
        await pause(100, undefined, { signal })
      }
    }
  } catch {
    // Nobody waits for a touch any more, or what failed is told by the call that waited for it.
  }
}
