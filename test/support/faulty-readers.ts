// Readers whose cards do what cards must not: forget to answer, answer something else, be pulled, be another card.
import { AppError } from '../../src/core/error.ts'
import type { Card, Readers } from '../../src/node/card.ts'

/** One command and its answer; what it returns is answered in its place. `count` counts from 0 over the whole life. */
export type Fault = (command: Uint8Array, answer: () => Promise<Uint8Array>, count: number) => Promise<Uint8Array>

export interface WatchedReaders extends Readers {
  /** Every command that reached a card, in order: its first four bytes in hex. */
  commands: string[]
  /** Whole commands, as they were sent; the sender zeroes its own copy. */
  sent: Uint8Array[]
  /** How each talk ended. */
  ends: ('leave' | 'reset')[]
  fault: Fault
}

export function faultyReaders(real: Readers): WatchedReaders {
  const one: WatchedReaders = {
    commands: [],
    sent: [],
    ends: [],
    fault: (_command, answer) => answer(),
    watch: (hear) => real.watch(hear),
    connect: async (reader, limitMs) => {
      const card = await real.connect(reader, limitMs)
      const watched: Card = {
        end: (how) => {
          one.ends.push(how)
          return card.end(how)
        },
        transmit: async (command, transmitLimitMs) => {
          const count = one.commands.length
          one.commands.push(Buffer.from(command.subarray(0, 4)).toString('hex'))
          one.sent.push(command.slice())
          const response = await one.fault(command, () => card.transmit(command, transmitLimitMs), count)
          // As the adapter to the real readers does it.
          if (response.length < 2) throw gone()
          return response
        },
      }
      return watched
    },
  }
  return one
}

export function gone(): AppError {
  return new AppError({ code: 'signer/absent', message: 'the token was taken out' })
}

export function silent(): AppError {
  return new AppError({ code: 'signer/touch-timeout', message: 'the token did not answer' })
}

/** "00200080" is VERIFY: with data it uses a try. */
export function triesUsed(sent: readonly Uint8Array[]): number {
  return sent.filter((command) => command[1] === 0x20 && command.length > 5).length
}
